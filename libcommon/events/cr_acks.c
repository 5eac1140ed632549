/* A ring of events in flight, ordered by seq. */
#include "cr_acks.h"

#include "cr_assert.h"

void cr_acks_reset(struct cr_acks *acks, int64_t cursor)
{
    acks->cursor = cursor;
    acks->sent = cursor;
    acks->first = 0;
    acks->count = 0;
}

bool cr_acks_full(const struct cr_acks *acks)
{
    return acks->count == CR_ACKS_MAX;
}

void cr_acks_sent(struct cr_acks *acks, int64_t seq)
{
    CR_ASSERT(!cr_acks_full(acks) && seq > acks->sent);
    size_t index = (acks->first + acks->count++) % CR_ACKS_MAX;
    acks->ring[index].seq = seq;
    acks->ring[index].acked = false;
    acks->sent = seq;
}

void cr_acks_acked(struct cr_acks *acks, int64_t seq)
{
    size_t low = 0;
    size_t high = acks->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (acks->ring[(acks->first + middle) % CR_ACKS_MAX].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    size_t index = (acks->first + low) % CR_ACKS_MAX;
    if (low == acks->count || acks->ring[index].seq != seq)
        return;
    acks->ring[index].acked = true;
    while (acks->count > 0 && acks->ring[acks->first].acked) {
        acks->cursor = acks->ring[acks->first].seq;
        acks->first = (acks->first + 1) % CR_ACKS_MAX;
        acks->count--;
    }
}
