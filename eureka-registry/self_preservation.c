/* Counts renewals by the minute and judges from the last full one. */
#include "self_preservation.h"

enum { S_PER_MINUTE = 60 };

void self_preservation_init(struct self_preservation *sp,
                            const struct self_preservation_options *options, int64_t now_ms)
{
    *sp = (struct self_preservation){.options = *options, .began_ms = now_ms, .below_since_ms = -1};
    self_preservation_size(sp, 0, now_ms);
}

static void turn(struct self_preservation *sp, int64_t now_ms)
{
    int64_t minute = (now_ms - sp->began_ms) / SELF_PRESERVATION_MINUTE_MS;
    if (minute <= sp->minute)
        return;
    sp->previous = minute == sp->minute + 1 ? sp->current : 0;
    sp->current = 0;
    sp->minute = minute;
}

static bool lapsed(const struct self_preservation *sp, int64_t now_ms)
{
    return sp->below_since_ms >= 0 && now_ms - sp->below_since_ms >= SELF_PRESERVATION_OFF_MS;
}

/* Switches itself off where there were too few for long enough. */
static bool in_force(struct self_preservation *sp, int64_t now_ms)
{
    turn(sp, now_ms);
    if (lapsed(sp, now_ms)) {
        sp->on = false;
        sp->below_since_ms = -1;
    }
    return sp->options.enabled && sp->on;
}

void self_preservation_renewal(struct self_preservation *sp, int64_t now_ms)
{
    turn(sp, now_ms);
    sp->current++;
}

void self_preservation_size(struct self_preservation *sp, size_t size, int64_t now_ms)
{
    in_force(sp, now_ms);
    if (size >= sp->options.min_instances) {
        sp->on = true;
        sp->below_since_ms = -1;
    } else if (sp->on && sp->below_since_ms < 0) {
        sp->below_since_ms = now_ms;
    }
}

int64_t self_preservation_threshold(const struct self_preservation *sp, size_t size)
{
    double per_client = (double)S_PER_MINUTE / (double)sp->options.renewal_interval_s;
    return (int64_t)((double)size * per_client * sp->options.percent);
}

static bool was_good(const struct self_preservation *sp, size_t size)
{
    int64_t threshold = self_preservation_threshold(sp, size);
    return threshold > 0 && sp->previous > threshold;
}

bool self_preservation_allows(struct self_preservation *sp, size_t size, int64_t now_ms)
{
    return !in_force(sp, now_ms) || was_good(sp, size);
}

size_t self_preservation_release(struct self_preservation *sp, size_t size, int64_t now_ms)
{
    if (!in_force(sp, now_ms))
        return size;
    bool turned = sp->minute > sp->released_minute;
    sp->released_minute = sp->minute;
    if (!turned || !was_good(sp, size))
        return 0;
    return size - (size_t)((double)size * sp->options.percent);
}

int64_t self_preservation_next_ms(const struct self_preservation *sp)
{
    if (!sp->options.enabled || !sp->on)
        return sp->began_ms; /* switched off: at once */
    int64_t turn_ms = sp->began_ms + (sp->released_minute + 1) * SELF_PRESERVATION_MINUTE_MS;
    int64_t off_ms = sp->below_since_ms + SELF_PRESERVATION_OFF_MS;
    return sp->below_since_ms >= 0 && off_ms < turn_ms ? off_ms : turn_ms;
}

bool self_preservation_is_on(struct self_preservation *sp, int64_t now_ms)
{
    return in_force(sp, now_ms);
}

int64_t self_preservation_renewals(struct self_preservation *sp, int64_t now_ms)
{
    turn(sp, now_ms);
    return sp->previous;
}
