/* The hashed timer wheel. */
#include "wheel.h"

#include "cr_int.h"

static int64_t tick_of(int64_t ms)
{
    return (ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;
}

static size_t slot_of(int64_t tick)
{
    return (size_t)(tick % WHEEL_SLOTS);
}

void wheel_init(struct wheel *wheel, int64_t now_ms)
{
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        cr_list_init(&wheel->slots[i]);
    for (size_t i = 0; i < WHEEL_SLOTS / 64; i++)
        wheel->used[i] = 0;
    wheel->tick = now_ms / WHEEL_TICK_MS;
}

static void place(struct wheel *wheel, struct timer *timer, int64_t tick)
{
    size_t slot = slot_of(tick);
    timer->slot_tick = tick;
    cr_list_push_back(&wheel->slots[slot], &timer->node);
    wheel->used[slot / 64] |= UINT64_C(1) << (slot % 64);
}

void wheel_set(struct wheel *wheel, struct timer *timer, int64_t deadline_ms)
{
    timer->deadline_ms = deadline_ms;
    /* A slot is looked at once it is past, and no deadline may fall behind what was looked at. */
    int64_t tick = cr_max_i64(tick_of(deadline_ms), wheel->tick);
    if (cr_list_linked(&timer->node)) {
        if (timer->slot_tick <= tick)
            return;
        cr_list_remove(&timer->node);
    }
    /* Beyond one turn it waits in the last slot and is placed anew from there. */
    place(wheel, timer, cr_min_i64(tick, wheel->tick + WHEEL_SLOTS - 1));
}

void wheel_clear(struct timer *timer)
{
    cr_list_remove(&timer->node);
}

struct timer *wheel_expire(struct wheel *wheel, int64_t now_ms)
{
    int64_t now = now_ms / WHEEL_TICK_MS;
    if (now - wheel->tick > WHEEL_SLOTS)
        wheel->tick = now - WHEEL_SLOTS; /* every slot is looked at once */
    for (; wheel->tick <= now; wheel->tick++) {
        struct cr_list *head = &wheel->slots[slot_of(wheel->tick)];
        struct cr_list *node;
        while ((node = cr_list_pop_front(head)) != NULL) {
            struct timer *timer = (struct timer *)(void *)node;
            if (timer->deadline_ms <= now_ms)
                return timer;
            /* Put off meanwhile, or due within this very tick: then in the next one. */
            int64_t tick = cr_max_i64(tick_of(timer->deadline_ms), wheel->tick + 1);
            place(wheel, timer, cr_min_i64(tick, wheel->tick + WHEEL_SLOTS - 1));
        }
        wheel->used[slot_of(wheel->tick) / 64] &= ~(UINT64_C(1) << (slot_of(wheel->tick) % 64));
    }
    return NULL;
}

int wheel_wait_ms(const struct wheel *wheel, int64_t now_ms)
{
    for (int64_t step = 0; step < WHEEL_SLOTS;) {
        size_t slot = slot_of(wheel->tick + step);
        uint64_t word = wheel->used[slot / 64] >> (slot % 64);
        if (!word) {
            step += 64 - (int64_t)(slot % 64);
            continue;
        }
        step += __builtin_ctzll(word);
        int64_t at_ms = (wheel->tick + step) * WHEEL_TICK_MS;
        return (int)cr_max_i64(at_ms - now_ms, 0);
    }
    return -1;
}
