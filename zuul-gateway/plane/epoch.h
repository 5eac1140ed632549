/* epoch: when nobody can still be looking at what was replaced (quiescent-state reclamation).
 *
 * A reader enters when it begins a turn of its loop and leaves before it waits; what it found in
 * between it does not keep. A publisher swaps a pointer, advances, and frees the old thing once
 * epoch_passed says that every reader has entered anew or is waiting.
 *
 * Ownership: the caller owns the struct; readers are numbered from 0.
 * Errors:    none.
 * Threads:   one per reader; one publisher at a time. Sequentially consistent: a reader that was
 *            seen waiting will see the new pointer.
 * Source:    decision G5; McKenney and Slingwine's quiescent states.
 */
#ifndef GATEWAY_EPOCH_H
#define GATEWAY_EPOCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EPOCH_READERS_MAX = 256 };

struct epoch_reader {
    _Alignas(64) _Atomic uint64_t seen; /* UINT64_MAX while it waits */
};

struct epoch {
    _Atomic uint64_t now;
    size_t count;
    struct epoch_reader readers[EPOCH_READERS_MAX];
};

void epoch_init(struct epoch *epoch, size_t readers);
void epoch_enter(struct epoch *epoch, size_t reader);
void epoch_leave(struct epoch *epoch, size_t reader);

/* After the swap: the number to ask epoch_passed for. */
uint64_t epoch_advance(struct epoch *epoch);
bool epoch_passed(struct epoch *epoch, uint64_t number);

#endif
