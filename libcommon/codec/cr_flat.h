/* cr_flat: configuration documents as ordered flat keys: "a.b[0].c" -> scalar.
 *
 * Ownership: everything lives in the arena that the parser was given; texts are NUL-terminated.
 * Threads:   immutable once parsed.
 * Source:    Spring Boot OriginTrackedYamlLoader and OriginTrackedPropertiesLoader.
 * A key that occurs twice keeps its first position and its last value.
 */
#ifndef CR_FLAT_H
#define CR_FLAT_H

#include "cr_arena.h"
#include "cr_err.h"

enum cr_flat_kind {
    CR_FLAT_STRING,
    CR_FLAT_BOOL,   /* "true" or "false" */
    CR_FLAT_INT,    /* decimal text of any length: valid JSON */
    CR_FLAT_DOUBLE, /* as Java prints it: valid JSON */
};

struct cr_flat_pair {
    struct cr_slice key;
    struct cr_slice text;
    enum cr_flat_kind kind;
    int line; /* of the value, from 1; 0 when unknown */
    int column;
};

struct cr_flat_doc {
    const struct cr_flat_pair *pairs;
    size_t count;
};

/* The documents of one file in file order; empty ones are left out. */
struct cr_flat {
    const struct cr_flat_doc *docs;
    size_t count;
};

/* Bounds of every parser that makes flat documents; beyond them it says CR_ELIMIT. */
enum {
    CR_FLAT_BYTES_MAX = 8 * 1024 * 1024, /* of the text, and of all keys together */
    CR_FLAT_PAIRS_MAX = 65536,           /* of all documents together */
    CR_FLAT_DOCS_MAX = 1024,
    CR_FLAT_DEPTH_MAX = 64,
    CR_FLAT_KEY_MAX = 4096, /* bytes of one flat key */
};

/* The pair with exactly that key, or NULL. */
const struct cr_flat_pair *cr_flat_get(const struct cr_flat_doc *doc, const char *key);

#endif
