/* shop_body: a request's JSON body read into a struct of texts.
 *
 * Ownership: texts live in the arena; the struct's fields are struct cr_slice, with a NULL ptr
 * where the body has null or nothing. Errors:    CR_EINVAL for malformed JSON, a missing field, a
 * wrong type, an over-long text; the text names the field and what would be right. Threads:   any.
 * Source:    Jackson's coercion of scalars: a number or boolean is taken as its text; unknown
 * members are passed over.
 */
#ifndef SHOP_BODY_H
#define SHOP_BODY_H

#include "cr_arena.h"
#include "cr_attr.h"
#include "cr_err.h"
#include "cr_slice.h"

enum { SHOP_TEXT_MAX = 200, SHOP_BODY_MAX = 64 * 1024, SHOP_IDS_MAX = 1000 };

struct shop_field {
    const char *name;
    size_t offset; /* of a struct cr_slice in the struct that is filled */
    bool required;
};

CR_MUST_CHECK int shop_body_read(struct cr_slice body, const struct shop_field *fields,
                                 size_t count, struct cr_arena *arena, void *out_struct,
                                 struct cr_err *err);

/* ["id","id",...], at most SHOP_IDS_MAX. */
CR_MUST_CHECK int shop_body_ids(struct cr_slice body, struct cr_arena *arena,
                                const struct cr_slice **out_ids, size_t *out_count,
                                struct cr_err *err);

#endif
