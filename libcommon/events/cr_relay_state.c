/* cr_relay: what others see of the thread, in the status, the metrics and the log. */
#include <stdio.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_relay_private.h"

enum { PATIENCE_MS = 3000 }; /* at the start, before the log says that no broker is there */

static const char *const state_names[] = {"connecting", "locked", "running", "stopped"};

const char *cr_relay_state_name(enum cr_relay_state state)
{
    return state_names[state];
}

void cr_relay_set_state(struct cr_relay *relay, enum cr_relay_state state, const char *reason)
{
    cr_mutex_lock(&relay->mutex);
    bool late = !relay->told && cr_clock_ms() - relay->started_ms >= PATIENCE_MS;
    bool changed = late || relay->status.state != state;
    relay->told = relay->told || changed;
    relay->status.state = state;
    snprintf(relay->status.reason, sizeof relay->status.reason, "%s", reason);
    cr_mutex_unlock(&relay->mutex);
    const struct cr_log *log = relay->options.log;
    if (!changed || !log)
        return;
    enum cr_log_level level = CR_LOG_WARN;
    if (state == CR_RELAY_RUNNING || state == CR_RELAY_LOCKED)
        level = CR_LOG_INFO; /* one of several processes of a store relays, the others stand by */
    else if (state == CR_RELAY_STOPPED)
        level = CR_LOG_ERROR;
    const char *more = state == CR_RELAY_RUNNING ? relay->identity.cluster : reason;
    cr_log_at(log, level, "relay.state", "topic %s at %s: %s%s%s", relay->options.topic,
              relay->options.bootstrap_servers, state_names[state],
              state == CR_RELAY_RUNNING ? ", cluster " : ": ", more);
}

void cr_relay_tell(struct cr_relay *relay)
{
    int64_t pending = cr_max_i64(relay->head - relay->acks.cursor, 0);
    int64_t age_ms = 0;
    if (pending > 0 && relay->oldest_wall_ms > 0)
        age_ms = cr_max_i64(cr_clock_wall_ms() - relay->oldest_wall_ms, 0);
    cr_gauge_set(relay->pending, (double)pending);
    cr_gauge_set(relay->oldest, (double)age_ms / 1000);
    CR_LOCKED(&relay->mutex);
    relay->status.cursor = relay->acks.cursor;
    relay->status.head = relay->head;
    relay->status.oldest_age_ms = age_ms;
    relay->status.embedded = relay->identity.embedded;
    memcpy(relay->status.cluster, relay->identity.cluster, sizeof relay->status.cluster);
}

bool cr_relay_is_stopping(struct cr_relay *relay)
{
    CR_LOCKED(&relay->mutex);
    return relay->stopping;
}

void cr_relay_status(struct cr_relay *relay, struct cr_relay_status *out_status)
{
    CR_LOCKED(&relay->mutex);
    *out_status = relay->status;
}
