/* flat_map: two ordered maps, of plain keys and of collections, filled from the weakest source on.
 */
#include "flat_map.h"

#include "cr_map.h"

/* The keys of one collection as one source has them. */
struct member {
    const struct cr_wire_property *property;
    struct member *next;
};
struct collection {
    const struct cr_wire_source *source;
    struct member *first, *last;
    size_t count;
};

struct merge {
    struct cr_arena *arena;
    struct cr_map *plain;       /* key: const struct cr_wire_property * */
    struct cr_map *collections; /* text before the first '[': struct collection * */
};

static struct collection *collection_of(struct merge *merge, struct cr_slice prefix)
{
    struct collection *collection = cr_map_get(merge->collections, prefix);
    if (collection)
        return collection;
    collection = cr_arena_alloc(merge->arena, sizeof(*collection));
    if (!collection || cr_map_put(merge->collections, prefix, collection) < 0)
        return NULL;
    return collection;
}

static bool add_member(struct merge *merge, const struct cr_wire_source *source,
                       struct cr_slice prefix, const struct cr_wire_property *property)
{
    struct collection *collection = collection_of(merge, prefix);
    struct member *member = cr_arena_alloc(merge->arena, sizeof(*member));
    if (!collection || !member)
        return false;
    if (collection->source != source)
        *collection = (struct collection){.source = source};
    member->property = property;
    if (collection->last)
        collection->last->next = member;
    else
        collection->first = member;
    collection->last = member;
    collection->count++;
    return true;
}

static bool add_source(struct merge *merge, const struct cr_wire_source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        const struct cr_wire_property *property = &source->properties[i];
        ptrdiff_t bracket = cr_slice_find(property->key, '[');
        if (bracket >= 0) {
            struct cr_slice prefix = cr_slice_sub(property->key, 0, (size_t)bracket);
            if (!add_member(merge, source, prefix, property))
                return false;
        } else if (!cr_slice_is(property->key, "spring.profiles") &&
                   cr_map_put(merge->plain, property->key, (void *)(uintptr_t)property) < 0) {
            return false;
        }
    }
    return true;
}

static bool list(struct merge *merge, struct flat_map *out_map)
{
    size_t cursor = 0, count = cr_map_count(merge->plain);
    struct cr_slice key;
    void *value;
    while (cr_map_next(merge->collections, &cursor, &key, &value))
        count += ((const struct collection *)value)->count;
    struct flat_map map = {.items = cr_arena_array(merge->arena, count ? count : 1,
                                                   sizeof(const struct cr_wire_property *))};
    if (!map.items)
        return false;
    cursor = 0;
    while (cr_map_next(merge->plain, &cursor, &key, &value))
        map.items[map.count++] = value;
    cursor = 0;
    while (cr_map_next(merge->collections, &cursor, &key, &value)) {
        const struct collection *collection = value;
        for (const struct member *m = collection->first; m; m = m->next)
            map.items[map.count++] = m->property;
    }
    *out_map = map;
    return true;
}

int flat_map_merge(const struct cr_wire_environment *environment, struct cr_arena *arena,
                   struct flat_map *out_map, struct cr_err *err)
{
    CR_AUTO_MAP plain = cr_map_new(0, NULL);
    CR_AUTO_MAP collections = cr_map_new(0, NULL);
    struct merge merge = {arena, plain, collections};
    bool fits = plain && collections;
    for (size_t i = environment->source_count; fits && i > 0; i--)
        fits = add_source(&merge, &environment->sources[i - 1]);
    if (!fits || !list(&merge, out_map))
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    out_map->environment = environment;
    return 0;
}
