/* fuzz_flat: what flat documents promise, for the fuzz targets of their two parsers. */
#ifndef FUZZ_FLAT_H
#define FUZZ_FLAT_H

#include <string.h>

#include "cr_flat.h"
#include "cr_json.h"
#include "cr_utf8.h"
#include "fuzz.h"

typedef int (*fuzz_flat_parser)(struct cr_slice text, struct cr_arena *arena,
                                struct cr_flat *out_flat, struct cr_err *err);

static inline void fuzz_flat_pair(const struct cr_flat_doc *doc, const struct cr_flat_pair *pair)
{
    FUZZ_HOLDS(pair->key.ptr[pair->key.len] == '\0' && pair->text.ptr[pair->text.len] == '\0');
    FUZZ_HOLDS(pair->key.len <= CR_FLAT_KEY_MAX);
    FUZZ_HOLDS(cr_utf8_valid(pair->key) && cr_utf8_valid(pair->text));
    if (doc->count < 100 && !memchr(pair->key.ptr, '\0', pair->key.len))
        FUZZ_HOLDS(cr_flat_get(doc, pair->key.ptr) == pair);
    if (pair->kind == CR_FLAT_BOOL)
        FUZZ_HOLDS(cr_slice_is(pair->text, "true") || cr_slice_is(pair->text, "false"));
    if (pair->kind == CR_FLAT_INT || pair->kind == CR_FLAT_DOUBLE) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        const struct cr_tree *number = NULL;
        FUZZ_HOLDS(cr_json_parse(pair->text, arena, &number, NULL) == 0);
        FUZZ_HOLDS(cr_tree_kind(number) == CR_TREE_NUMBER);
    }
}

static inline void fuzz_flat(fuzz_flat_parser parse, const uint8_t *data, size_t size)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    int rc = parse(fuzz_slice(data, size), arena, &flat, &err);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0] && !flat.docs));
    size_t pairs = 0;
    for (size_t i = 0; i < flat.count; i++) {
        pairs += flat.docs[i].count;
        for (size_t j = 0; j < flat.docs[i].count; j++)
            fuzz_flat_pair(&flat.docs[i], &flat.docs[i].pairs[j]);
    }
    FUZZ_HOLDS(pairs <= CR_FLAT_PAIRS_MAX && flat.count <= CR_FLAT_DOCS_MAX);
}

#endif
