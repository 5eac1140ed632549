/* cr_ring: a bounded queue of pointers for many producers and many consumers.
 *
 * Ownership: the ring owns its slots, never what they point to; empty it before freeing.
 * Errors:    cr_ring_push returns CR_ELIMIT when full: the caller decides what is lost, and counts.
 * Threads:   any number on both sides; no lock.
 * Source:    D. Vyukov's bounded MPMC queue: a sequence number per slot.
 */
#ifndef CR_RING_H
#define CR_RING_H

#include <stddef.h>

#include "cr_attr.h"

struct cr_ring;

struct cr_ring *cr_ring_new(size_t capacity); /* rounded up to a power of two; NULL: no memory */
void cr_ring_free(struct cr_ring *ring);      /* NULL is fine */

CR_MUST_CHECK int cr_ring_push(struct cr_ring *ring, void *item);
void *cr_ring_pop(struct cr_ring *ring); /* NULL when empty */

#endif
