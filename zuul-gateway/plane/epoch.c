/* Quiescent-state reclamation. */
#include "epoch.h"

#include "cr_assert.h"

void epoch_init(struct epoch *epoch, size_t readers)
{
    CR_ASSERT(readers <= EPOCH_READERS_MAX);
    atomic_store(&epoch->now, 1);
    epoch->count = readers;
    for (size_t i = 0; i < readers; i++)
        atomic_store(&epoch->readers[i].seen, UINT64_MAX);
}

void epoch_enter(struct epoch *epoch, size_t reader)
{
    atomic_store(&epoch->readers[reader].seen, atomic_load(&epoch->now));
}

void epoch_leave(struct epoch *epoch, size_t reader)
{
    atomic_store(&epoch->readers[reader].seen, UINT64_MAX);
}

uint64_t epoch_advance(struct epoch *epoch)
{
    return atomic_fetch_add(&epoch->now, 1) + 1;
}

bool epoch_passed(struct epoch *epoch, uint64_t number)
{
    for (size_t i = 0; i < epoch->count; i++)
        if (atomic_load(&epoch->readers[i].seen) < number)
            return false;
    return true;
}
