/* flat_map: an environment's sources merged into one ordered list of keys. Pure.
 *
 * Ownership: the list lives in the arena; its properties are the environment's.
 * Errors:    CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config EnvironmentController.convertToProperties; config-server reference
 *            2.8.
 *
 * From the weakest source to the strongest: a key without '[' keeps the position of its first
 * appearance and takes the strongest value. Keys with '[' are one collection by the text before the
 * first '[': the strongest source that has any of them replaces all. The collections stand behind
 * the plain keys. The key "spring.profiles" is left out.
 */
#ifndef FLAT_MAP_H
#define FLAT_MAP_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_wire_environment.h"

struct flat_map {
    const struct cr_wire_environment *environment; /* of which the items are a part */
    const struct cr_wire_property **items;
    size_t count;
};

CR_MUST_CHECK int flat_map_merge(const struct cr_wire_environment *environment,
                                 struct cr_arena *arena, struct flat_map *out_map,
                                 struct cr_err *err);

#endif
