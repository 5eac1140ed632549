/* cr_tree: a parsed JSON document, as a tree of values that never change.
 *
 * Ownership: values live in the arena that the parser was given; texts are NUL-terminated copies.
 * Errors:    none; every accessor accepts NULL and the wrong kind, so that look-ups chain:
 *            cr_tree_text(cr_tree_get(cr_tree_get(t, "app"), "name"), "unknown").
 * Threads:   immutable; any number of readers.
 * Source:    RFC 8259. Numbers keep the text they were written with; objects keep their order.
 */
#ifndef CR_TREE_H
#define CR_TREE_H

#include "cr_attr.h"
#include "cr_slice.h"

enum cr_tree_kind {
    CR_TREE_NULL, /* also what a NULL pointer is */
    CR_TREE_BOOL,
    CR_TREE_NUMBER,
    CR_TREE_STRING,
    CR_TREE_ARRAY,
    CR_TREE_OBJECT,
};

struct cr_tree;

enum cr_tree_kind cr_tree_kind(const struct cr_tree *tree);
const char *cr_tree_kind_name(enum cr_tree_kind kind); /* "a string", for messages */

/* Member of an object (of equal names the last, as Jackson has it), element of an array; or NULL.
 */
const struct cr_tree *cr_tree_get(const struct cr_tree *tree, const char *key);
const struct cr_tree *cr_tree_at(const struct cr_tree *tree, size_t index);
/* Members or elements; 0 for scalars. */
size_t cr_tree_count(const struct cr_tree *tree);

/* Walk: for (n = cr_tree_first(t); n; n = cr_tree_next(n)). */
const struct cr_tree *cr_tree_first(const struct cr_tree *tree);
const struct cr_tree *cr_tree_next(const struct cr_tree *tree);
/* The name under which a value stands in its object; empty elsewhere. */
struct cr_slice cr_tree_key(const struct cr_tree *tree);

/* A string's text; fallback (may be NULL) for every other kind. cr_tree_slice keeps inner NULs and
 * gives the text of numbers and booleans too; empty for the rest. */
const char *cr_tree_text(const struct cr_tree *tree, const char *fallback);
struct cr_slice cr_tree_slice(const struct cr_tree *tree);

/* A boolean, or the string "true" or "false" in any case. */
bool cr_tree_bool(const struct cr_tree *tree, bool fallback);

/* A whole number in min..max, also written as a string ("8080") or with an exponent-free fraction
 * of zeros (1.0). CR_EINVAL otherwise, CR_ELIMIT out of range, CR_ENOTFOUND for NULL. */
CR_MUST_CHECK int cr_tree_int(const struct cr_tree *tree, int64_t min, int64_t max,
                              int64_t *out_value);
/* The same with a fallback for every failure. */
int64_t cr_tree_int_or(const struct cr_tree *tree, int64_t fallback);
double cr_tree_double(const struct cr_tree *tree, double fallback); /* a number or its string */

#endif
