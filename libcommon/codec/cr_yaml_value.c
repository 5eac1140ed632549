/* What a scalar is once its type is known. */
#include "cr_yaml_scalar_private.h"

int cr_yaml_scalar_set(struct cr_yaml_scalar *out, enum cr_yaml_type type, struct cr_slice text,
                       struct cr_arena *arena, struct cr_err *err)
{
    static const enum cr_flat_kind kinds[] = {
        [CR_YAML_STRING] = CR_FLAT_STRING, [CR_YAML_BOOL] = CR_FLAT_BOOL,
        [CR_YAML_INT] = CR_FLAT_INT,       [CR_YAML_DOUBLE] = CR_FLAT_DOUBLE,
        [CR_YAML_NULL] = CR_FLAT_STRING,   [CR_YAML_MERGE] = CR_FLAT_STRING,
        [CR_YAML_BINARY] = CR_FLAT_STRING, [CR_YAML_TIMESTAMP] = CR_FLAT_STRING,
    };
    char *copy = cr_arena_slice(arena, text);
    if (!copy)
        return cr_err_set(err, CR_ELIMIT, "the document needs more memory than allowed");
    *out = (struct cr_yaml_scalar){{copy, text.len}, kinds[type], type};
    return 0;
}
