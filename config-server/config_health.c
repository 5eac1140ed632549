/* config_health: one repository in full, several with a line each. */
#include "config_health.h"

#include "config_service.h"
#include "cr_clock.h"
#include "cr_module.h"

static void tell_time(struct cr_health *health, const char *key, int64_t wall_ms)
{
    char text[CR_RFC3339_SIZE];
    if (wall_ms == 0)
        return;
    cr_clock_rfc3339(wall_ms, text);
    cr_health_detail(health, key, "%s", text);
}

/* Without a mirror there is nothing to serve; with one, what is served may only be old. */
static void tell_remote(const struct remote_state *remote, const char *url,
                        struct cr_health *health)
{
    if (!remote->mirrored) {
        cr_health_set(health, CR_HEALTH_DOWN);
        if (remote->problem[0])
            cr_health_detail(health, "error", "'%s' was never fetched: %s", url, remote->problem);
        else
            cr_health_detail(health, "error", "'%s' is being fetched for the first time", url);
    } else if (remote->problem[0]) {
        cr_health_detail(health, "notNewer", "'%s' cannot be fetched: %s", url, remote->problem);
    }
    if (remote->problem[0]) {
        tell_time(health, "failingSince", remote->problem_since_wall_ms);
        if (remote->next_ms >= 0)
            cr_health_detail(health, "retryIn", "%lld s",
                             (long long)((remote->next_ms + 999) / 1000));
    }
    tell_time(health, "lastFetch", remote->fetched_wall_ms);
}

static void tell_in_full(struct git_backend *backend, struct cr_health *health)
{
    struct git_backend_state state;
    git_backend_state(backend, &state);
    cr_health_detail(health, "repository", "%s", git_backend_uri(backend));
    cr_health_detail(health, "label", "%s", git_backend_label(backend));
    if (state.version[0])
        cr_health_detail(health, "version", "%s", state.version);
    tell_time(health, "since", state.since_wall_ms);
    if (state.problem[0]) {
        cr_health_set(health, CR_HEALTH_DOWN);
        cr_health_detail(health, "error", "%s", state.problem);
    }
    if (state.is_remote)
        tell_remote(&state.remote, git_backend_uri(backend), health);
}

/* One of several; where another one stands in for it, its failure takes nobody down. */
static void tell_in_short(struct git_backend *backend, struct cr_health *health)
{
    struct git_backend_state state;
    git_backend_state(backend, &state);
    bool unread = state.is_remote && !state.remote.mirrored;
    const char *problem = state.problem[0] ? state.problem : state.remote.problem;
    if ((unread || state.problem[0]) && !git_backend_is_optional(backend))
        cr_health_set(health, CR_HEALTH_DOWN);
    if (*problem)
        cr_health_detail(health, git_backend_uri(backend), "%s%s%s",
                         state.version[0] ? state.version : "", state.version[0] ? "; " : "",
                         problem);
    else
        cr_health_detail(health, git_backend_uri(backend), "%s",
                         state.version[0] ? state.version : "being fetched for the first time");
}

struct telling {
    struct cr_health *health;
    size_t count; /* of the repositories; what is told depends on it */
};

static void count_one(void *ctx, struct git_backend *backend)
{
    (void)backend;
    ((struct telling *)ctx)->count++;
}

static void tell_one(void *ctx, struct git_backend *backend)
{
    struct telling *telling = ctx;
    if (telling->count == 1)
        tell_in_full(backend, telling->health);
    else
        tell_in_short(backend, telling->health);
}

void config_health(struct config_service *service, struct cr_health *health)
{
    struct telling telling = {.health = health};
    struct config_service_state state;
    config_service_each(service, count_one, &telling);
    config_service_each(service, tell_one, &telling);
    config_service_state(service, &state);
    cr_health_detail(health, "cachedAnswers", "%zu", state.cached_answers);
    cr_health_detail(health, "cachedBytes", "%zu", state.cached_bytes);
}
