/* Flat documents: look-up, and the bounded builder that the parsers share. */
#include "cr_flat.h"

#include <stdio.h>
#include <string.h>

#include "cr_flat_private.h"

const struct cr_flat_pair *cr_flat_get(const struct cr_flat_doc *doc, const char *key)
{
    struct cr_slice wanted = cr_slice_of(key);
    for (size_t i = 0; i < doc->count; i++)
        if (cr_slice_equal(doc->pairs[i].key, wanted))
            return &doc->pairs[i];
    return NULL;
}

int cr_flat_no_memory(struct cr_err *err)
{
    return cr_err_set(err, CR_ELIMIT, "the document needs more memory than allowed");
}

int cr_flat_builder_init(struct cr_flat_builder *builder, struct cr_arena *arena,
                         struct cr_err *err)
{
    *builder = (struct cr_flat_builder){.arena = arena, .err = err};
    builder->index = cr_map_new(CR_FLAT_PAIRS_MAX, NULL);
    return builder->index ? 0 : cr_flat_no_memory(err);
}

void cr_flat_builder_fini(struct cr_flat_builder *builder)
{
    cr_map_freep(&builder->index);
    cr_buf_free(&builder->pairs);
    cr_buf_free(&builder->docs);
}

void cr_flat_builder_finip(struct cr_flat_builder *builder)
{
    cr_flat_builder_fini(builder);
}

static struct cr_flat_pair *pair_at(struct cr_flat_builder *builder, size_t index)
{
    return (struct cr_flat_pair *)(void *)builder->pairs.data + index;
}

/* "line 7: ", or nothing for what has no place. */
struct place {
    char text[24];
};

static struct place place_of(int line)
{
    struct place place = {""};
    if (line > 0)
        snprintf(place.text, sizeof place.text, "line %d: ", line);
    return place;
}

static int check_bounds(struct cr_flat_builder *builder, const struct cr_flat_pair *pair)
{
    struct place place = place_of(pair->line);
    if (pair->key.len > CR_FLAT_KEY_MAX)
        return cr_err_set(builder->err, CR_ELIMIT, "%skey '%.60s...' is longer than %d bytes",
                          place.text, pair->key.ptr, CR_FLAT_KEY_MAX);
    if (builder->pair_count >= CR_FLAT_PAIRS_MAX)
        return cr_err_set(builder->err, CR_ELIMIT, "%smore than %d values", place.text,
                          CR_FLAT_PAIRS_MAX);
    if (builder->key_bytes + pair->key.len > CR_FLAT_BYTES_MAX)
        return cr_err_set(builder->err, CR_ELIMIT, "%skeys of more than %d bytes together",
                          place.text, CR_FLAT_BYTES_MAX);
    return 0;
}

int cr_flat_builder_put(struct cr_flat_builder *builder, const struct cr_flat_pair *pair)
{
    size_t position = (size_t)(uintptr_t)cr_map_get(builder->index, pair->key);
    if (position > 0) {
        struct cr_flat_pair *seen = pair_at(builder, position - 1);
        struct cr_slice key = seen->key;
        *seen = *pair;
        seen->key = key;
        return 0;
    }
    int rc = check_bounds(builder, pair);
    if (rc)
        return rc;
    struct cr_flat_pair copy = *pair;
    copy.key.ptr = cr_arena_slice(builder->arena, pair->key);
    cr_buf_append(&builder->pairs, &copy, sizeof copy);
    position = builder->pairs.len / sizeof copy;
    if (!copy.key.ptr || cr_buf_status(&builder->pairs) ||
        cr_map_put(builder->index, copy.key, (void *)(uintptr_t)position))
        return cr_flat_no_memory(builder->err);
    builder->pair_count++;
    builder->key_bytes += copy.key.len;
    return 0;
}

bool cr_flat_builder_empty(const struct cr_flat_builder *builder)
{
    return builder->pairs.len == 0;
}

int cr_flat_builder_end_doc(struct cr_flat_builder *builder)
{
    if (builder->docs.len / sizeof(struct cr_flat_doc) >= CR_FLAT_DOCS_MAX)
        return cr_err_set(builder->err, CR_ELIMIT, "%smore than %d documents",
                          place_of(builder->pairs.len > 0 ? pair_at(builder, 0)->line : 0).text,
                          CR_FLAT_DOCS_MAX);
    struct cr_flat_pair *pairs = cr_arena_alloc(builder->arena, builder->pairs.len + 1);
    if (!pairs)
        return cr_flat_no_memory(builder->err);
    if (builder->pairs.len > 0)
        memcpy(pairs, builder->pairs.data, builder->pairs.len);
    struct cr_flat_doc doc = {pairs, builder->pairs.len / sizeof *pairs};
    cr_buf_append(&builder->docs, &doc, sizeof doc);
    cr_buf_reset(&builder->pairs);
    cr_map_clear(builder->index);
    return cr_buf_status(&builder->docs) ? cr_flat_no_memory(builder->err) : 0;
}

int cr_flat_builder_finish(struct cr_flat_builder *builder, struct cr_flat *out_flat)
{
    struct cr_flat_doc *docs = cr_arena_alloc(builder->arena, builder->docs.len + 1);
    if (!docs)
        return cr_flat_no_memory(builder->err);
    if (builder->docs.len > 0)
        memcpy(docs, builder->docs.data, builder->docs.len);
    *out_flat = (struct cr_flat){docs, builder->docs.len / sizeof *docs};
    return 0;
}
