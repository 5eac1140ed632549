/* cr_registry_servers: which of several registries is to be asked for its stream of changes, and
 * when.
 *
 * Pure value type. Units: milliseconds of the caller's clock.
 */
#ifndef CR_REGISTRY_SERVERS_PRIVATE_H
#define CR_REGISTRY_SERVERS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cr_registry_client.h"

enum {
    CR_REGISTRY_WATCH_AGAIN_MS = 30000, /* where there was none */
    CR_REGISTRY_BUSY_AGAIN_MS = 2000,   /* where there was no room, unless it said when */
    CR_REGISTRY_AWAY_FIRST_MS = 50,     /* where nobody answered; doubles */
    CR_REGISTRY_AWAY_MOST_MS = 2000,
};

struct cr_registry_servers {
    size_t count;
    struct cr_registry_server {
        bool answers;     /* but not with a stream: it can be looked at */
        int64_t watch_ms; /* the stream is not asked for before */
        int64_t pause_ms; /* grows while it is away */
    } at[CR_REGISTRY_URLS_MAX];
};

/* A server's stream is not to be asked for in the next pause_ms. */
void cr_registry_servers_rest(struct cr_registry_servers *servers, size_t index, int64_t now_ms,
                              int64_t pause_ms, bool answers);
/* Nobody answered: a pause that grows with each call. chance spreads it, as all clients of a server
 * meet at its end. */
void cr_registry_servers_away(struct cr_registry_servers *servers, size_t index, int64_t now_ms,
                              uint64_t chance);
/* It was there for long: the next pause is the shortest again. */
void cr_registry_servers_steady(struct cr_registry_servers *servers, size_t index);

/* The first from first on that may be asked now; count if there is none, *wake_ms is then lowered
 * to when there is. */
size_t cr_registry_servers_due(const struct cr_registry_servers *servers, size_t first,
                               int64_t now_ms, int64_t *wake_ms);
bool cr_registry_servers_answer(const struct cr_registry_servers *servers); /* any of them */

#endif
