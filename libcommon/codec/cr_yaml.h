/* cr_yaml: YAML 1.1 to flat documents, as SnakeYAML and Spring Boot read it.
 *
 * Ownership: the result lives in the arena.
 * Errors:    CR_EPARSE with line, column and reason, also for a duplicate key, a recursive alias
 * and an unknown tag; CR_ELIMIT beyond the bounds of cr_flat.h; CR_ENOMEM. Threads:   any, one
 * arena each. Source:    Spring YamlProcessor, SnakeYAML 1.33 Resolver and SafeConstructor
 * (YAML 1.1 types, no implicit timestamps), libyaml for the syntax.
 *
 * Nested keys are joined by dots; list elements are key[0]; null and an empty list are ""; an empty
 * map gives no key; a key that is not a string is [1] or [true]; a document that is not a map has
 * the key "document". Aliases are expanded within bounds; "<<" merges, explicit keys win.
 */
#ifndef CR_YAML_H
#define CR_YAML_H

#include "cr_flat.h"

CR_MUST_CHECK int cr_yaml_parse(struct cr_slice text, struct cr_arena *arena,
                                struct cr_flat *out_flat, struct cr_err *err);

#endif
