/* cr_registry_memory: the instances that a registry forgot, until they register again.
 *
 * A registry that was restarted without a memory answers truthfully that it knows nobody, while all
 * instances run on and register again with their next renewal. Whoever believed it would have
 * nowhere to send a request meanwhile. So what the answer before said stays, each instance for the
 * length of its lease at most: as long as a registry with a memory would have believed in it.
 *
 * Ownership: takes copies of all it is given.
 * Errors:    CR_ENOMEM: nothing more is remembered.
 * Threads:   one at a time.
 * Units:     milliseconds of cr_clock_ms.
 */
#ifndef CR_REGISTRY_MEMORY_PRIVATE_H
#define CR_REGISTRY_MEMORY_PRIVATE_H

#include "cr_buf.h"
#include "cr_err.h"
#include "cr_wire_instance.h"

struct cr_registry_memory {
    struct cr_wire_instance **kept; /* forgotten by the registry */
    int64_t *until_ms;              /* of each */
    size_t count;
    struct cr_buf last; /* the text of the newest answer that was believed */
};

void cr_registry_memory_free(struct cr_registry_memory *memory);

/* Is there one of this application and id? */
bool cr_registry_lists(const struct cr_wire_instances *list, const struct cr_wire_instance *one);

/* The registry forgot: keeps whom the newest answer knew to be UP. */
CR_MUST_CHECK int cr_registry_memory_keep(struct cr_registry_memory *memory, int64_t now_ms);

/* A new answer came, body, which says list. Drops who is in it or whose time is over, and puts the
 * rest behind it, in the arena. */
CR_MUST_CHECK int cr_registry_memory_add(struct cr_registry_memory *memory, struct cr_slice body,
                                         int64_t now_ms, struct cr_arena *arena,
                                         struct cr_wire_instances *list);

#endif
