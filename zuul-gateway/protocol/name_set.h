/* name_set: a set of field names, for "sensitive" and "ignored" headers.
 *
 * Ownership: names are slices into memory of whoever builds the set.
 * Errors:    CR_ELIMIT beyond NAME_SET_MAX names without an id.
 * Threads:   immutable once built.
 */
#ifndef GATEWAY_NAME_SET_H
#define GATEWAY_NAME_SET_H

#include "head.h"

enum { NAME_SET_MAX = 32 };

struct name_set {
    uint64_t known; /* field_bit of each */
    size_t count;
    struct cr_slice names[NAME_SET_MAX];
};

CR_MUST_CHECK int name_set_add(struct name_set *set, struct cr_slice name);
bool name_set_has(const struct name_set *set, const struct field *field);

#endif
