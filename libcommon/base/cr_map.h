/* cr_map: a hash map from byte strings to pointers, in insertion order.
 *
 * Ownership: keys are copied; values are the caller's, freed by free_value where one was given.
 * Errors:    cr_map_put returns CR_ENOMEM, or CR_ELIMIT at max entries.
 * Threads:   one at a time; concurrent readers of an unchanging map are fine.
 * Source:    FNV-1a with a random seed per process against collision floods.
 */
#ifndef CR_MAP_H
#define CR_MAP_H

#include "cr_attr.h"
#include "cr_slice.h"

struct cr_map;

/* max = 0: no limit on entries. free_value may be NULL. */
struct cr_map *cr_map_new(size_t max, void (*free_value)(void *value));
void cr_map_free(struct cr_map *map); /* NULL is fine */
void cr_map_freep(struct cr_map **map);
void cr_map_clear(struct cr_map *map);

/* Replaces (and frees) an earlier value of the same key; the position is kept. */
CR_MUST_CHECK int cr_map_put(struct cr_map *map, struct cr_slice key, void *value);
void *cr_map_get(const struct cr_map *map, struct cr_slice key); /* NULL if absent */
bool cr_map_remove(struct cr_map *map, struct cr_slice key);     /* true if it was there */
size_t cr_map_count(const struct cr_map *map);

/* Walk in insertion order: start with *cursor = 0. False at the end. Removing the entry just
 * returned is allowed; adding is not. */
bool cr_map_next(const struct cr_map *map, size_t *cursor, struct cr_slice *out_key,
                 void **out_value);

#define CR_AUTO_MAP CR_CLEANUP(cr_map_freep) struct cr_map *

#endif
