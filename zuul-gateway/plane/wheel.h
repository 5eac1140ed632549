/* wheel: deadlines of many connections, cheap to move.
 *
 * A hashed wheel: a timer sits in the slot of its deadline modulo the wheel. Moving a deadline
 * later only stores it; the timer is put where it belongs when its old slot comes round.
 *
 * Ownership: timers live inside their owners and must be cleared before those are freed.
 * Units:     milliseconds, monotonic; a timer fires at most WHEEL_TICK_MS late.
 * Errors:    none.
 * Threads:   one. Pure: time is an argument.
 */
#ifndef GATEWAY_WHEEL_H
#define GATEWAY_WHEEL_H

#include <stdint.h>

#include "cr_list.h"

enum { WHEEL_TICK_MS = 4, WHEEL_SLOTS = 2048 };

struct timer {
    struct cr_list node;
    int64_t deadline_ms; /* when to fire */
    int64_t slot_tick;   /* where it sits */
};

struct wheel {
    struct cr_list slots[WHEEL_SLOTS];
    uint64_t used[WHEEL_SLOTS / 64]; /* slots that may hold a timer */
    int64_t tick;                    /* all before were looked at */
};

void wheel_init(struct wheel *wheel, int64_t now_ms);
void wheel_set(struct wheel *wheel, struct timer *timer, int64_t deadline_ms);
void wheel_clear(struct timer *timer);

/* Takes out one timer that is due; NULL when there is none left. */
struct timer *wheel_expire(struct wheel *wheel, int64_t now_ms);

/* How long nothing needs to be looked at; -1: no timer is set. */
int wheel_wait_ms(const struct wheel *wheel, int64_t now_ms);

#endif
