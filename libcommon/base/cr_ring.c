/* Bounded lock-free queue. */
#include "cr_ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "cr_err.h"

enum { CACHE_LINE = 64 };

struct slot {
    _Atomic size_t sequence;
    void *item;
};

/* A cache line for each end. */
struct cr_ring {
    size_t mask;
    struct slot *slots;
    alignas(CACHE_LINE) _Atomic size_t head; /* next to push */
    alignas(CACHE_LINE) _Atomic size_t tail; /* next to pop */
};

struct cr_ring *cr_ring_new(size_t capacity)
{
    size_t size = 2;
    if (capacity > SIZE_MAX / 2 / sizeof(struct slot))
        return NULL;
    while (size < capacity)
        size *= 2;
    struct cr_ring *ring = aligned_alloc(CACHE_LINE, sizeof *ring);
    struct slot *slots = calloc(size, sizeof *slots);
    if (!ring || !slots) {
        free(ring);
        free(slots);
        return NULL;
    }
    ring->mask = size - 1;
    ring->slots = slots;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    for (size_t i = 0; i < size; i++)
        atomic_init(&slots[i].sequence, i);
    return ring;
}

void cr_ring_free(struct cr_ring *ring)
{
    if (!ring)
        return;
    free(ring->slots);
    free(ring);
}

int cr_ring_push(struct cr_ring *ring, void *item)
{
    size_t at = atomic_load_explicit(&ring->head, memory_order_relaxed);
    for (;;) {
        struct slot *slot = &ring->slots[at & ring->mask];
        size_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
        ptrdiff_t lead = (ptrdiff_t)(sequence - at);
        if (lead < 0)
            return CR_ELIMIT;
        if (lead > 0) {
            at = atomic_load_explicit(&ring->head, memory_order_relaxed);
            continue;
        }
        if (atomic_compare_exchange_weak_explicit(&ring->head, &at, at + 1, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            slot->item = item;
            atomic_store_explicit(&slot->sequence, at + 1, memory_order_release);
            return 0;
        }
    }
}

void *cr_ring_pop(struct cr_ring *ring)
{
    size_t at = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    for (;;) {
        struct slot *slot = &ring->slots[at & ring->mask];
        size_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
        ptrdiff_t lead = (ptrdiff_t)(sequence - (at + 1));
        if (lead < 0)
            return NULL;
        if (lead > 0) {
            at = atomic_load_explicit(&ring->tail, memory_order_relaxed);
            continue;
        }
        if (atomic_compare_exchange_weak_explicit(&ring->tail, &at, at + 1, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            void *item = slot->item;
            atomic_store_explicit(&slot->sequence, at + ring->mask + 1, memory_order_release);
            return item;
        }
    }
}
