/* cr_registry_memory: the instances that a registry forgot, until they register again.
 *
 * A registry that was restarted without a memory answers truthfully that it knows nobody, while all
 * instances run on and register again with their next renewal. Whoever believed it would have
 * nowhere to send a request meanwhile. So what was known before stays, each instance for the length
 * of its lease at most: as long as a registry with a memory would have believed in it.
 *
 * Ownership: takes copies of all it is given.
 * Errors:    CR_ENOMEM: nothing more is remembered.
 * Threads:   one at a time.
 * Units:     milliseconds of cr_clock_ms.
 */
#ifndef CR_REGISTRY_MEMORY_PRIVATE_H
#define CR_REGISTRY_MEMORY_PRIVATE_H

#include "cr_err.h"
#include "cr_registry_copy_private.h"
#include "cr_wire_instance.h"

struct cr_registry_memory;

struct cr_registry_memory *cr_registry_memory_new(void);         /* NULL: no memory */
void cr_registry_memory_free(struct cr_registry_memory *memory); /* NULL is fine */

/* The registry forgot: keeps who was known to be UP. Who is kept already is not kept for longer. */
CR_MUST_CHECK int cr_registry_memory_keep(struct cr_registry_memory *memory,
                                          const struct cr_wire_instances *known, int64_t now_ms);

/* Drops who is listed again or whose time is over. */
void cr_registry_memory_review(struct cr_registry_memory *memory,
                               const struct cr_registry_copy *listed, int64_t now_ms);
void cr_registry_memory_clear(struct cr_registry_memory *memory);

size_t cr_registry_memory_count(const struct cr_registry_memory *memory);
/* When the next one's time is over; INT64_MAX: nobody is kept. */
int64_t cr_registry_memory_next_ms(const struct cr_registry_memory *memory);
/* Puts all that are kept at to, which has the room; they live until the next call. */
void cr_registry_memory_list(const struct cr_registry_memory *memory, struct cr_wire_instance *to);

#endif
