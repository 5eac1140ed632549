/* A ring of access records for one producer and one consumer. */
#include "access_ring.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { RECORDS = 1024 };

struct access_ring {
    _Atomic uint64_t pushed;
    _Atomic uint64_t popped;
    struct access_record records[RECORDS];
};

struct access_ring *access_ring_new(void)
{
    return calloc(1, sizeof(struct access_ring));
}

void access_ring_free(struct access_ring *ring)
{
    free(ring);
}

struct access_record *access_ring_slot(struct access_ring *ring)
{
    uint64_t at = atomic_load_explicit(&ring->pushed, memory_order_relaxed);
    if (at - atomic_load_explicit(&ring->popped, memory_order_acquire) == RECORDS)
        return NULL;
    return &ring->records[at % RECORDS];
}

void access_ring_push(struct access_ring *ring)
{
    uint64_t at = atomic_load_explicit(&ring->pushed, memory_order_relaxed);
    atomic_store_explicit(&ring->pushed, at + 1, memory_order_release);
}

bool access_ring_pop(struct access_ring *ring, struct access_record *out_record)
{
    uint64_t at = atomic_load_explicit(&ring->popped, memory_order_relaxed);
    if (at == atomic_load_explicit(&ring->pushed, memory_order_acquire))
        return false;
    *out_record = ring->records[at % RECORDS];
    atomic_store_explicit(&ring->popped, at + 1, memory_order_release);
    return true;
}
