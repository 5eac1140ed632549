/* The resolved view of all sources: look-ups, lists, changes. */
#include "cr_environment.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_environment_private.h"
#include "cr_relaxed_private.h"

struct cr_environment *cr_environment_ref(struct cr_environment *environment)
{
    atomic_fetch_add_explicit(&environment->references, 1, memory_order_relaxed);
    return environment;
}

void cr_environment_unref(struct cr_environment *environment)
{
    if (!environment)
        return;
    size_t before = atomic_fetch_sub_explicit(&environment->references, 1, memory_order_acq_rel);
    CR_ASSERT(before > 0);
    if (before > 1)
        return;
    cr_arena_free(environment->arena);
    free(environment);
}

void cr_environment_unrefp(struct cr_environment **environment)
{
    cr_environment_unref(*environment);
    *environment = NULL;
}

int cr_environment_expand(const struct cr_environment *environment, struct cr_slice text,
                          struct cr_arena *arena, const char **out_text, struct cr_err *err)
{
    CR_AUTO(cr_buf) expanded = {0};
    int rc = cr_placeholder_expand(environment, text, &expanded, err);
    if (rc)
        return rc;
    char *copy = cr_arena_slice(arena, cr_buf_view(&expanded));
    if (!copy)
        return cr_environment_no_memory(err);
    *out_text = copy;
    return 0;
}

int cr_environment_get(const struct cr_environment *environment, const char *key,
                       struct cr_arena *arena, struct cr_property *out_property, struct cr_err *err)
{
    const struct cr_source *source = NULL;
    const struct cr_environment_pair *pair =
        cr_environment_find(environment, cr_slice_of(key), &source);
    if (!pair)
        return CR_ENOTFOUND;
    struct cr_property property = {.source = source->name, .origin = pair->origin};
    int rc =
        cr_environment_expand(environment, cr_slice_of(pair->text), arena, &property.text, err);
    if (rc) {
        cr_err_prefix(err, "'%s' (%s): ", key, pair->origin);
        return rc;
    }
    *out_property = property;
    return 0;
}

const char *cr_environment_text(const struct cr_environment *environment, const char *key,
                                const char *fallback, struct cr_arena *arena)
{
    struct cr_property property;
    return cr_environment_get(environment, key, arena, &property, NULL) == 0 ? property.text
                                                                             : fallback;
}

/* One look-up of a list. */
struct list {
    const struct cr_environment *environment;
    const char *key;
    struct cr_arena *arena;
    struct cr_err *err;
    const char **items;
    size_t count;
};

static int list_alloc(struct list *list, size_t capacity)
{
    if (capacity > CR_LIST_MAX)
        return cr_err_set(list->err, CR_ELIMIT, "a list of more than %d items", CR_LIST_MAX);
    list->count = 0;
    list->items = cr_arena_array(list->arena, capacity, sizeof *list->items);
    return list->items ? 0 : cr_environment_no_memory(list->err);
}

/* The items of one value: "a, b,," are a and b. */
static int split_items(struct list *list, struct cr_slice text)
{
    size_t capacity = 1;
    for (size_t i = 0; i < text.len; i++)
        capacity += text.ptr[i] == ',';
    int rc = list_alloc(list, capacity);
    struct cr_slice item;
    while (rc == 0 && cr_slice_split(&text, ',', &item)) {
        item = cr_slice_trim(item);
        if (item.len == 0)
            continue;
        list->items[list->count] = cr_arena_slice(list->arena, item);
        if (!list->items[list->count++])
            rc = cr_environment_no_memory(list->err);
    }
    return rc;
}

static const struct cr_environment_pair *indexed_pair(const struct list *list,
                                                      const struct cr_source *source, size_t index)
{
    CR_AUTO(cr_buf) name = {0};
    cr_buf_printf(&name, "%s[%zu]", list->key, index);
    return cr_buf_status(&name) ? NULL : cr_source_get(source, cr_buf_view(&name));
}

static int indexed_items(struct list *list, const struct cr_source *source)
{
    size_t count = 0;
    while (count <= CR_LIST_MAX && indexed_pair(list, source, count))
        count++;
    int rc = list_alloc(list, count);
    for (size_t i = 0; i < count && !rc; i++) {
        struct cr_slice text = cr_slice_of(indexed_pair(list, source, i)->text);
        rc =
            cr_environment_expand(list->environment, text, list->arena, &list->items[i], list->err);
        list->count++;
    }
    return rc;
}

static int list_of_source(struct list *list, const struct cr_source *source)
{
    const struct cr_environment_pair *pair = cr_source_get(source, cr_slice_of(list->key));
    if (!pair)
        return indexed_pair(list, source, 0) ? indexed_items(list, source) : CR_ENOTFOUND;
    const char *text = NULL;
    int rc = cr_environment_expand(list->environment, cr_slice_of(pair->text), list->arena, &text,
                                   list->err);
    return rc ? rc : split_items(list, cr_slice_of(text));
}

int cr_environment_list(const struct cr_environment *environment, const char *key,
                        struct cr_arena *arena, const char *const **out_items, size_t *out_count,
                        struct cr_err *err)
{
    struct list list = {.environment = environment, .key = key, .arena = arena, .err = err};
    int rc = CR_ENOTFOUND;
    for (size_t i = 0; i < environment->source_count && rc == CR_ENOTFOUND; i++)
        rc = list_of_source(&list, &environment->sources[i]);
    if (rc) {
        if (rc != CR_ENOTFOUND)
            cr_err_prefix(err, "'%s': ", key);
        return rc;
    }
    *out_items = list.items;
    *out_count = list.count;
    return 0;
}

size_t cr_environment_profile_count(const struct cr_environment *environment)
{
    return environment->profile_count;
}

const char *cr_environment_profile(const struct cr_environment *environment, size_t index)
{
    CR_ASSERT(index < environment->profile_count);
    return environment->profiles[index];
}

size_t cr_environment_source_count(const struct cr_environment *environment)
{
    return environment->source_count;
}

const char *cr_environment_source_name(const struct cr_environment *environment, size_t source)
{
    CR_ASSERT(source < environment->source_count);
    return environment->sources[source].name;
}

size_t cr_environment_pair_count(const struct cr_environment *environment, size_t source)
{
    CR_ASSERT(source < environment->source_count);
    return environment->sources[source].count;
}

struct cr_environment_pair cr_environment_pair(const struct cr_environment *environment,
                                               size_t source, size_t index)
{
    CR_ASSERT(index < cr_environment_pair_count(environment, source));
    return environment->sources[source].pairs[index];
}

/* Name -> winning pair, variables left out: they cannot change under a running process. */
static struct cr_map *winners(const struct cr_environment *environment)
{
    struct cr_map *map = cr_map_new(0, NULL);
    for (size_t i = 0; map && i < environment->source_count; i++) {
        struct cr_source *source = &environment->sources[i];
        for (size_t j = 0; j < source->count && source->kind != CR_SOURCE_VARIABLES; j++) {
            struct cr_slice name = cr_slice_of(source->pairs[j].name);
            struct cr_environment_pair *pair = cr_map_get(source->index, name);
            if (cr_map_get(map, name) || cr_map_put(map, name, pair) == 0)
                continue;
            cr_map_free(map);
            return NULL;
        }
    }
    return map;
}

static void add_differing(const struct cr_map *from, const struct cr_map *to, bool only_missing,
                          const char **keys, size_t *count)
{
    size_t cursor = 0;
    struct cr_slice name;
    void *value;
    while (cr_map_next(from, &cursor, &name, &value)) {
        const struct cr_environment_pair *pair = value;
        const struct cr_environment_pair *other = cr_map_get(to, name);
        if (other && (only_missing || strcmp(other->text, pair->text) == 0))
            continue;
        keys[(*count)++] = pair->key;
    }
}

int cr_environment_changes(const struct cr_environment *before, const struct cr_environment *after,
                           struct cr_arena *arena, const char *const **out_keys, size_t *out_count)
{
    CR_AUTO_MAP old = winners(before);
    CR_AUTO_MAP new = winners(after);
    if (!old || !new)
        return CR_ENOMEM;
    const char **keys =
        cr_arena_array(arena, cr_map_count(old) + cr_map_count(new) + 1, sizeof *keys);
    if (!keys)
        return CR_ENOMEM;
    size_t count = 0;
    add_differing(new, old, false, keys, &count);
    add_differing(old, new, true, keys, &count);
    for (size_t i = 0; i < count; i++) {
        keys[i] = cr_arena_text(arena, keys[i]); /* must outlive both environments */
        if (!keys[i])
            return CR_ENOMEM;
    }
    *out_keys = keys;
    *out_count = count;
    return 0;
}

char *cr_relaxed_name(struct cr_arena *arena, struct cr_slice key)
{
    char name[CR_RELAXED_MAX];
    return cr_arena_slice(arena, cr_relaxed(key, name));
}
