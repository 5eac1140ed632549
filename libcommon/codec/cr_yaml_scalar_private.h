/* cr_yaml_scalar_private: the type of a YAML 1.1 scalar, as SnakeYAML resolves and constructs it.
 *
 * Source: SnakeYAML 1.33 Resolver (the patterns are quoted in the .c) and SafeConstructor; without
 *         implicit timestamps, as Spring Boot sets it up.
 */
#ifndef CR_YAML_SCALAR_PRIVATE_H
#define CR_YAML_SCALAR_PRIVATE_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_flat.h"

struct cr_yaml_scalar {
    struct cr_slice text; /* canonical, NUL-terminated, in the arena */
    enum cr_flat_kind kind;
    bool null;  /* text is empty, kind STRING */
    bool merge; /* a plain "<<" */
};

/* tag: as libyaml gives it, NULL for none; plain: neither quoted nor a block. CR_EPARSE with a
 * reason that has no place in it. */
CR_MUST_CHECK int cr_yaml_scalar_resolve(struct cr_slice text, const char *tag, bool plain,
                                         struct cr_arena *arena, struct cr_yaml_scalar *out_scalar,
                                         struct cr_err *err);

#endif
