/* Discards what comes too late, and a pause's worth after it. */
#include "lag.h"

/* 2001-09-09: anything before is no clock but a mistake. */
static const int64_t plausible_ms = 1000000000000;

bool lag_accepts(struct lag *lag, const struct lag_rule *rule, const struct cr_wire_event *event,
                 int64_t now_ms)
{
    bool dated = event->has_time && event->current_time_ms >= plausible_ms;
    if (rule->enabled && now_ms < lag->skip_until_ms) {
        lag->skipped++;
        return false;
    }
    lag->age_ms = dated ? now_ms - event->current_time_ms : 0;
    if (!rule->enabled || lag->age_ms <= rule->threshold_ms)
        return true;
    lag->skip_until_ms = now_ms + rule->pause_ms;
    lag->skipped++;
    return false;
}
