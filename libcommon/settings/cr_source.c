/* Sources: pairs that are found by their relaxed names, and the environment's list of them. */
#include <string.h>

#include "cr_assert.h"
#include "cr_environment_private.h"
#include "cr_relaxed_private.h"

int cr_environment_no_memory(struct cr_err *err)
{
    return cr_err_set(err, CR_ENOMEM, "settings: out of memory");
}

static void free_map(void *map)
{
    cr_map_free(map);
}

struct cr_source *cr_environment_add_source(struct cr_environment *environment,
                                            enum cr_source_kind kind, const char *name,
                                            size_t capacity)
{
    if (environment->source_count == environment->source_capacity) {
        size_t wanted = environment->source_capacity ? environment->source_capacity * 2 : 16;
        struct cr_source *sources = cr_arena_array(environment->arena, wanted, sizeof *sources);
        if (!sources || wanted > CR_SOURCES_MAX)
            return NULL;
        if (environment->source_count > 0)
            memcpy(sources, environment->sources, environment->source_count * sizeof *sources);
        environment->sources = sources;
        environment->source_capacity = wanted;
    }
    struct cr_source *source = &environment->sources[environment->source_count];
    *source = (struct cr_source){.kind = kind, .name = name, .capacity = capacity};
    source->pairs = cr_arena_array(environment->arena, capacity + 1, sizeof *source->pairs);
    source->index = cr_map_new(0, NULL);
    if (!source->pairs || !source->index ||
        cr_arena_on_free(environment->arena, free_map, source->index)) {
        cr_map_free(source->index);
        return NULL;
    }
    environment->source_count++;
    return source;
}

int cr_source_put(struct cr_environment *environment, struct cr_source *source, const char *key,
                  const char *text, const char *origin)
{
    char relaxed[CR_RELAXED_MAX];
    char index[CR_RELAXED_MAX];
    struct cr_slice written = cr_slice_of(key);
    bool variable = source->kind == CR_SOURCE_VARIABLES;
    struct cr_slice name =
        variable ? cr_relaxed_from_variable(written, relaxed) : cr_relaxed(written, relaxed);
    struct cr_slice indexed = variable ? cr_relaxed_variable(written, index) : name;
    const char *copy = cr_arena_slice(environment->arena, name);
    CR_ASSERT(source->count < source->capacity);
    struct cr_environment_pair *pair = &source->pairs[source->count];
    if (!copy || !key || !text || !origin)
        return CR_ENOMEM;
    int rc = cr_map_put(source->index, indexed, pair);
    if (rc)
        return rc;
    *pair = (struct cr_environment_pair){key, copy, text, origin};
    source->count++;
    return 0;
}

int cr_environment_add_doc(struct cr_environment *environment, enum cr_source_kind kind,
                           const char *name, const char *place, const struct cr_flat_doc *doc,
                           struct cr_err *err)
{
    struct cr_arena *arena = environment->arena;
    struct cr_source *source =
        cr_environment_add_source(environment, kind, cr_arena_text(arena, name), doc->count);
    if (!source)
        return cr_environment_no_memory(err);
    for (size_t i = 0; i < doc->count; i++) {
        const struct cr_flat_pair *pair = &doc->pairs[i];
        const char *origin =
            pair->line > 0 ? cr_arena_printf(arena, "%s:%d:%d", place, pair->line, pair->column)
                           : cr_arena_text(arena, place);
        if (cr_source_put(environment, source, cr_arena_slice(arena, pair->key),
                          cr_arena_slice(arena, pair->text), origin))
            return cr_environment_no_memory(err);
    }
    return 0;
}

const struct cr_environment_pair *cr_source_get(const struct cr_source *source, struct cr_slice key)
{
    char name[CR_RELAXED_MAX];
    struct cr_slice wanted = source->kind == CR_SOURCE_VARIABLES ? cr_relaxed_variable(key, name)
                                                                 : cr_relaxed(key, name);
    return cr_map_get(source->index, wanted);
}

const struct cr_environment_pair *cr_environment_find(const struct cr_environment *environment,
                                                      struct cr_slice key,
                                                      const struct cr_source **out_source)
{
    for (size_t i = 0; i < environment->source_count; i++) {
        const struct cr_environment_pair *pair = cr_source_get(&environment->sources[i], key);
        if (!pair)
            continue;
        if (out_source)
            *out_source = &environment->sources[i];
        return pair;
    }
    return NULL;
}
