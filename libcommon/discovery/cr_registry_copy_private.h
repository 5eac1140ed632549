/* cr_registry_copy: what a registry lists, kept here and brought up to date by its changes.
 *
 * Ownership: takes copies of all it is given.
 * Errors:    CR_ENOMEM; CR_ELIMIT beyond CR_WIRE_INSTANCES_MAX. A replace that fails changes
 *            nothing; an apply that fails may have been done in part: ask for the whole then.
 * Threads:   one at a time.
 * Source:    Netflix/eureka DiscoveryClient.updateDelta, Applications.getReconcileHashCode: counts
 *            by status, by name. Equal hash codes prove little, different ones that something is
 *            missing here.
 */
#ifndef CR_REGISTRY_COPY_PRIVATE_H
#define CR_REGISTRY_COPY_PRIVATE_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_wire_instance.h"

struct cr_registry_copy;

struct cr_registry_copy *cr_registry_copy_new(void); /* NULL: no memory */
void cr_registry_copy_free(struct cr_registry_copy *copy);
void cr_registry_copy_freep(struct cr_registry_copy **copy);

/* Puts all of the list in; a later one of the same identity replaces an earlier one. */
CR_MUST_CHECK int cr_registry_copy_add(struct cr_registry_copy *copy,
                                       const struct cr_wire_instances *list);

/* By their actions: DELETED takes an instance out, all else puts it in. */
CR_MUST_CHECK int cr_registry_copy_apply(struct cr_registry_copy *copy,
                                         const struct cr_wire_instances *changes);

bool cr_registry_copy_has(const struct cr_registry_copy *copy, const struct cr_wire_instance *one);
size_t cr_registry_copy_count(const struct cr_registry_copy *copy);

/* Is this the hash code of what is here? A NULL ptr, from who tells none, is. */
bool cr_registry_copy_agrees(const struct cr_registry_copy *copy, struct cr_slice hash_code);
/* "DOWN_1_UP_2_" */
void cr_registry_copy_hash(const struct cr_registry_copy *copy, struct cr_buf *out);

/* All records, in an array of the arena with room for more behind them; they live until the next
 * change of the copy. */
CR_MUST_CHECK int cr_registry_copy_list(const struct cr_registry_copy *copy, size_t more,
                                        struct cr_arena *arena, struct cr_wire_instance **out_items,
                                        size_t *out_count);

/* What identifies an instance: its application, whatever the case, and its id. */
void cr_registry_key(const struct cr_wire_instance *one, struct cr_buf *out);

#endif
