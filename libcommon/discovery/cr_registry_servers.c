/* When which server is asked. */
#include "cr_registry_servers_private.h"

#include "cr_int.h"

void cr_registry_servers_rest(struct cr_registry_servers *servers, size_t index, int64_t now_ms,
                              int64_t pause_ms, bool answers)
{
    servers->at[index].watch_ms = now_ms + pause_ms;
    servers->at[index].answers = answers;
}

void cr_registry_servers_away(struct cr_registry_servers *servers, size_t index, int64_t now_ms,
                              uint64_t chance)
{
    struct cr_registry_server *server = &servers->at[index];
    int64_t pause_ms = cr_max_i64(server->pause_ms, CR_REGISTRY_AWAY_FIRST_MS);
    server->pause_ms = cr_min_i64(2 * pause_ms, CR_REGISTRY_AWAY_MOST_MS);
    int64_t spread_ms = (int64_t)(chance % (uint64_t)(pause_ms / 2 + 1));
    cr_registry_servers_rest(servers, index, now_ms, pause_ms / 2 + spread_ms, false);
}

void cr_registry_servers_steady(struct cr_registry_servers *servers, size_t index)
{
    servers->at[index].pause_ms = 0;
}

size_t cr_registry_servers_due(const struct cr_registry_servers *servers, size_t first,
                               int64_t now_ms, int64_t *wake_ms)
{
    for (size_t i = 0; i < servers->count; i++) {
        size_t index = (first + i) % servers->count;
        if (servers->at[index].watch_ms <= now_ms)
            return index;
        *wake_ms = cr_min_i64(*wake_ms, servers->at[index].watch_ms);
    }
    return servers->count;
}

bool cr_registry_servers_answer(const struct cr_registry_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        if (servers->at[i].answers)
            return true;
    return false;
}
