/* cr_array: room for one more item in an array on the heap, which grows by doubling.
 *
 *     struct leaf *leaves;    // all zero at first
 *     size_t count, capacity;
 *     if (!CR_ARRAY_ROOM(tree->leaves, tree->count, tree->capacity))
 *         return CR_ENOMEM;
 *     tree->leaves[tree->count++] = leaf;
 *
 * Ownership: the caller's three members; free() ends the array.
 * Errors:    false when there is no memory; the array is as it was then.
 * Units:     items.
 * Threads:   one at a time.
 */
#ifndef CR_ARRAY_H
#define CR_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

#include "cr_attr.h"

/* items: a pointer to the first; count: of those in use; capacity: of those there is room for. */
#define CR_ARRAY_ROOM(items, count, capacity)                                                      \
    ((count) < (capacity) || cr_array_grow(&(items), &(capacity), sizeof(__typeof__(*(items)))))

/* The macro's other half. items: the address of the pointer. */
CR_MUST_CHECK bool cr_array_grow(void *items, size_t *capacity, size_t size);

#endif
