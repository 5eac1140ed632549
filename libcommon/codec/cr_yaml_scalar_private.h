/* cr_yaml_scalar_private: a YAML 1.1 scalar's type and text, as SnakeYAML resolves and constructs
 * it.
 *
 * Errors:  CR_EPARSE with a reason that has no place in it; CR_ELIMIT for the arena's bound.
 * Threads: any.
 * Source:  SnakeYAML 2.5 Resolver (its patterns are quoted in the .c) and SafeConstructor; without
 *          implicit timestamps, as Spring Boot sets it up. Its oddities are kept where they give a
 *          value: numbers of base 60 overflow as Java's int does, "!!bool maybe" is null.
 */
#ifndef CR_YAML_SCALAR_PRIVATE_H
#define CR_YAML_SCALAR_PRIVATE_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_flat.h"

/* Values of different types are different keys, whatever their text. */
enum cr_yaml_type {
    CR_YAML_STRING,
    CR_YAML_BOOL,
    CR_YAML_INT,
    CR_YAML_DOUBLE,
    CR_YAML_NULL,      /* the text is empty */
    CR_YAML_MERGE,     /* "<<", a key only */
    CR_YAML_BINARY,    /* base64 text */
    CR_YAML_TIMESTAMP, /* "2001-12-14T21:59:43.100Z" */
};

struct cr_yaml_scalar {
    struct cr_slice text; /* canonical, NUL-terminated, in the arena */
    enum cr_flat_kind kind;
    enum cr_yaml_type type;
};

/* tag: as libyaml gives it, NULL for none; plain: neither quoted nor a block. */
CR_MUST_CHECK int cr_yaml_scalar_resolve(struct cr_slice text, const char *tag, bool plain,
                                         struct cr_arena *arena, struct cr_yaml_scalar *out_scalar,
                                         struct cr_err *err);

/* Of cr_yaml_number.c: the implicit patterns, and what a tag makes of a text. */
bool cr_yaml_is_int(struct cr_slice text);
bool cr_yaml_is_float(struct cr_slice text);
CR_MUST_CHECK int cr_yaml_construct_int(struct cr_slice text, struct cr_arena *arena,
                                        struct cr_yaml_scalar *out, struct cr_err *err);
CR_MUST_CHECK int cr_yaml_construct_float(struct cr_slice text, struct cr_arena *arena,
                                          struct cr_yaml_scalar *out, struct cr_err *err);

/* Of cr_yaml_timestamp.c. */
CR_MUST_CHECK int cr_yaml_construct_timestamp(struct cr_slice text, struct cr_arena *arena,
                                              struct cr_yaml_scalar *out, struct cr_err *err);

/* Of cr_yaml_value.c: sets type, kind and a copy of the text. */
CR_MUST_CHECK int cr_yaml_scalar_set(struct cr_yaml_scalar *out, enum cr_yaml_type type,
                                     struct cr_slice text, struct cr_arena *arena,
                                     struct cr_err *err);

#endif
