/* A binary heap of slot numbers over slots that know their place in it. */
#include "cr_http_alarms.h"

#include <stdlib.h>

#include "cr_err.h"

enum { CAPACITY_FIRST = 32 };

void cr_http_alarms_fini(struct cr_http_alarms *alarms)
{
    free(alarms->slots);
    free(alarms->heap);
    *alarms = (struct cr_http_alarms){0};
}

static int64_t due(const struct cr_http_alarms *alarms, uint32_t place)
{
    return alarms->slots[alarms->heap[place]].due_ms;
}

static void put(struct cr_http_alarms *alarms, uint32_t place, uint32_t slot)
{
    alarms->heap[place] = slot;
    alarms->slots[slot].place = place;
}

static void swap(struct cr_http_alarms *alarms, uint32_t a, uint32_t b)
{
    uint32_t slot = alarms->heap[a];
    put(alarms, a, alarms->heap[b]);
    put(alarms, b, slot);
}

static void rise(struct cr_http_alarms *alarms, uint32_t place)
{
    while (place > 0 && due(alarms, place) < due(alarms, (place - 1) / 2)) {
        swap(alarms, place, (place - 1) / 2);
        place = (place - 1) / 2;
    }
}

static void sink(struct cr_http_alarms *alarms, uint32_t place)
{
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child + 1 < alarms->count && due(alarms, child + 1) < due(alarms, child))
            child++;
        if (child >= alarms->count || due(alarms, place) <= due(alarms, child))
            return;
        swap(alarms, place, child);
        place = child;
    }
}

static int grow(struct cr_http_alarms *alarms)
{
    if (alarms->used < alarms->capacity)
        return 0;
    if (alarms->capacity >= CR_HTTP_ALARMS_MAX)
        return CR_ELIMIT;
    uint32_t capacity = alarms->capacity ? alarms->capacity * 2 : CAPACITY_FIRST;
    struct cr_http_alarm *slots = reallocarray(alarms->slots, capacity, sizeof *slots);
    if (!slots)
        return CR_ENOMEM;
    alarms->slots = slots;
    uint32_t *heap = reallocarray(alarms->heap, capacity, sizeof *heap);
    if (!heap)
        return CR_ENOMEM;
    alarms->heap = heap;
    alarms->capacity = capacity;
    return 0;
}

static int take_slot(struct cr_http_alarms *alarms, uint32_t *out_slot)
{
    if (alarms->free) {
        *out_slot = alarms->free - 1;
        alarms->free = alarms->slots[*out_slot].place;
        return 0;
    }
    int rc = grow(alarms);
    if (rc)
        return rc;
    *out_slot = alarms->used++;
    alarms->slots[*out_slot].generation = 0;
    return 0;
}

static void remove_at(struct cr_http_alarms *alarms, uint32_t place)
{
    uint32_t slot = alarms->heap[place], last = --alarms->count;
    if (place != last) {
        put(alarms, place, alarms->heap[last]);
        rise(alarms, place);
        sink(alarms, place);
    }
    alarms->slots[slot].generation++;
    alarms->slots[slot].fn = NULL;
    alarms->slots[slot].place = alarms->free;
    alarms->free = slot + 1;
}

int cr_http_alarms_add(struct cr_http_alarms *alarms, int64_t due_ms, void (*fn)(void *ctx),
                       void *ctx, uint64_t *out_id)
{
    uint32_t slot;
    int rc = take_slot(alarms, &slot);
    if (rc)
        return rc;
    struct cr_http_alarm *alarm = &alarms->slots[slot];
    alarm->due_ms = due_ms;
    alarm->fn = fn;
    alarm->ctx = ctx;
    put(alarms, alarms->count++, slot);
    rise(alarms, alarm->place);
    *out_id = (uint64_t)alarm->generation << 32 | (slot + 1);
    return 0;
}

bool cr_http_alarms_cancel(struct cr_http_alarms *alarms, uint64_t id)
{
    uint32_t slot = (uint32_t)id - 1;
    if (id == 0 || slot >= alarms->used || !alarms->slots[slot].fn ||
        alarms->slots[slot].generation != id >> 32)
        return false;
    remove_at(alarms, alarms->slots[slot].place);
    return true;
}

bool cr_http_alarms_pop(struct cr_http_alarms *alarms, int64_t now_ms, void (**out_fn)(void *ctx),
                        void **out_ctx)
{
    if (alarms->count == 0 || due(alarms, 0) > now_ms)
        return false;
    const struct cr_http_alarm *alarm = &alarms->slots[alarms->heap[0]];
    *out_fn = alarm->fn;
    *out_ctx = alarm->ctx;
    remove_at(alarms, 0);
    return true;
}

int64_t cr_http_alarms_next_ms(const struct cr_http_alarms *alarms)
{
    return alarms->count ? due(alarms, 0) : INT64_MAX;
}
