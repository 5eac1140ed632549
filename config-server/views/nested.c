/* nested: walks each flat key through the tree, making what is missing on the way. */
#include "nested.h"

#include <limits.h>
#include <string.h>

#include "cr_buf.h"
#include "cr_int.h"
#include "cr_map.h"
#include "property_place.h"

/* What follows a piece of the key. */
enum follows { LEAF, MAP, LIST };

struct builder {
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_map *names; /* id of a map and a name: its node */
    struct cr_buf name;   /* to ask for one */
    unsigned maps;        /* ids given */
    size_t places;
};

/* One key's way: at is where the next piece begins. */
struct way {
    struct cr_slice key;
    size_t at;
    enum follows follows;
    struct cr_slice prefix; /* of the name that stands beside a value; Spring never resets it */
    unsigned depth;
};

static int out_of_memory(struct builder *builder)
{
    return cr_err_set(builder->err, CR_ENOMEM, "out of memory");
}

static int refuse(struct builder *builder, const struct way *way, const char *why)
{
    return cr_err_set(builder->err, CR_EINVAL, "key '%.*s': %s",
                      CR_SLICE_ARG(cr_slice_sub(way->key, 0, 100)), why);
}

/* What Java's Integer.parseInt takes, in ASCII. */
static bool is_int(struct cr_slice text)
{
    int64_t value;
    if (text.len > 0 && text.ptr[0] == '+')
        text = cr_slice_from(text, 1);
    if (text.len == 0 || (text.ptr[0] != '-' && (text.ptr[0] < '0' || text.ptr[0] > '9')))
        return false;
    return cr_int_parse(text, INT_MIN, INT_MAX, &value) == 0;
}

/* The name up to the next dot or index. */
static int next_name(struct builder *builder, struct way *way, struct cr_slice *out_name)
{
    size_t end = way->key.len, open = SIZE_MAX;
    enum follows follows = LEAF;
    for (size_t i = way->at; i < way->key.len && follows == LEAF; i++) {
        char c = way->key.ptr[i];
        if (c == '.') {
            follows = MAP;
            end = i;
        } else if (c == '[') {
            open = i;
        } else if (c == ']' && open != SIZE_MAX && is_int(cr_slice_sub(way->key, open + 1, i))) {
            follows = LIST;
            end = open;
        }
    }
    if (follows != LEAF && end == way->at)
        return refuse(builder, way, "an empty name in it cannot be nested");
    *out_name = cr_slice_sub(way->key, way->at, end);
    way->at = end + 1;
    way->follows = follows;
    return 0;
}

/* The number up to ']', and what comes behind it. */
static int next_index(struct builder *builder, struct way *way, size_t *out_index)
{
    struct cr_slice rest = cr_slice_from(way->key, way->at);
    ptrdiff_t close = cr_slice_find(rest, ']');
    int64_t index;
    if (close <= 0)
        return refuse(builder, way, "an index in it is empty or has no end");
    struct cr_slice digits = cr_slice_sub(rest, 0, (size_t)close);
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return refuse(builder, way, "an index in it is no number");
    }
    if (cr_int_parse(digits, 0, NESTED_INDEX_MAX, &index) < 0)
        return refuse(builder, way, "an index in it is larger than 65535");
    size_t behind = way->at + (size_t)close + 1;
    char c = behind < way->key.len ? way->key.ptr[behind] : '\0';
    if (behind < way->key.len && c != '.' && c != '[')
        return refuse(builder, way, "behind an index only '.' or '[' may stand");
    way->follows = behind == way->key.len ? LEAF : c == '.' ? MAP : LIST;
    way->at = behind + 1;
    *out_index = (size_t)index;
    return 0;
}

/* --- the tree --- */

static void become(struct builder *builder, struct nested *node, enum follows follows)
{
    *node = (struct nested){.key = node->key, .next = node->next};
    node->kind = follows == MAP ? NESTED_MAP : NESTED_LIST;
    if (follows == MAP)
        node->id = builder->maps++;
}

static void set_value(struct nested *node, const struct cr_wire_property *property)
{
    *node = (struct nested){.kind = NESTED_VALUE,
                            .key = node->key,
                            .next = node->next,
                            .value = property->kind,
                            .text = property->text};
}

static void append(struct nested *parent, struct nested *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

static struct cr_slice indexed_name(struct builder *builder, const struct nested *map,
                                    struct cr_slice prefix, struct cr_slice name)
{
    cr_buf_reset(&builder->name);
    cr_buf_append(&builder->name, &map->id, sizeof(map->id));
    cr_buf_slice(&builder->name, prefix);
    cr_buf_slice(&builder->name, name);
    return cr_buf_view(&builder->name);
}

static struct nested *find(struct builder *builder, const struct nested *map, struct cr_slice name)
{
    return cr_map_get(builder->names, indexed_name(builder, map, (struct cr_slice){0}, name));
}

/* The node of that name, made where it is missing; NULL: no memory. */
static struct nested *name_in(struct builder *builder, struct nested *map, struct cr_slice prefix,
                              struct cr_slice name)
{
    struct cr_slice indexed = indexed_name(builder, map, prefix, name);
    if (cr_buf_status(&builder->name) < 0)
        return NULL;
    struct nested *node = cr_map_get(builder->names, indexed);
    if (node)
        return node;
    struct cr_slice full = cr_slice_from(indexed, sizeof(map->id));
    node = cr_arena_alloc(builder->arena, sizeof(*node));
    const char *key = prefix.len > 0 ? cr_arena_slice(builder->arena, full)
                      : name.ptr     ? name.ptr
                                     : "";
    if (!node || !key || cr_map_put(builder->names, indexed, node) < 0)
        return NULL;
    node->key = (struct cr_slice){key, full.len};
    append(map, node);
    return node;
}

static int grow(struct builder *builder, struct nested *list, size_t count)
{
    if (count <= list->capacity)
        return 0;
    size_t capacity = list->capacity ? list->capacity : 4;
    while (capacity < count)
        capacity *= 2;
    struct nested **places = cr_arena_array(builder->arena, capacity, sizeof(struct nested *));
    if (!places)
        return out_of_memory(builder);
    if (list->count > 0)
        memcpy(places, list->places, list->count * sizeof(struct nested *));
    list->places = places;
    list->capacity = capacity;
    return 0;
}

/* The element at that index, with empty places before it. */
static int place_in(struct builder *builder, struct nested *list, const struct way *way,
                    size_t index, struct nested **out_node)
{
    size_t missing = index < list->count ? 0 : index + 1 - list->count;
    if (missing > NESTED_PLACES_MAX - builder->places)
        return refuse(builder, way, "the lists of this configuration have too many empty places");
    builder->places += missing;
    int rc = grow(builder, list, index + 1);
    while (rc == 0 && list->count <= index) {
        struct nested *node = cr_arena_alloc(builder->arena, sizeof(*node));
        if (!node)
            return out_of_memory(builder);
        list->places[list->count] = node;
        append(list, node);
    }
    if (rc == 0)
        *out_node = list->places[index];
    return rc;
}

/* --- one key --- */

static bool is_absent(const struct nested *node)
{
    return !node || node->kind == NESTED_EMPTY ||
           (node->kind == NESTED_VALUE && node->value == CR_WIRE_NULL);
}

/* One step out of a map: to the node of the next name, or beside a value that stands there. */
static int step_in_map(struct builder *builder, struct way *way, struct nested *map,
                       struct nested **out_node)
{
    struct cr_slice name = {0};
    int rc = next_name(builder, way, &name);
    if (rc < 0)
        return rc;
    struct nested *there = find(builder, map, name);
    if (way->follows == MAP && !is_absent(there) && there->kind != NESTED_MAP) {
        const char *prefix = cr_arena_printf(builder->arena, "%.*s.", CR_SLICE_ARG(name));
        if (!prefix)
            return out_of_memory(builder);
        way->prefix = cr_slice_of(prefix);
        *out_node = map;
        return 0;
    }
    struct cr_slice prefix = way->follows == LEAF ? way->prefix : (struct cr_slice){0};
    *out_node = name_in(builder, map, prefix, name);
    return *out_node ? 0 : out_of_memory(builder);
}

static int step_in_list(struct builder *builder, struct way *way, struct nested *list,
                        struct nested **out_node)
{
    size_t index = 0;
    int rc = next_index(builder, way, &index);
    return rc < 0 ? rc : place_in(builder, list, way, index, out_node);
}

static int put(struct builder *builder, struct nested *root,
               const struct cr_wire_property *property)
{
    struct way way = {.key = property->key, .follows = MAP};
    struct nested *node = root;
    for (;;) {
        if (++way.depth > NESTED_DEPTH_MAX)
            return refuse(builder, &way, "it is nested too deeply");
        int rc = node->kind == NESTED_LIST ? step_in_list(builder, &way, node, &node)
                                           : step_in_map(builder, &way, node, &node);
        if (rc < 0)
            return rc;
        if (way.follows == LEAF) {
            set_value(node, property);
            return 0;
        }
        enum nested_kind wanted = way.follows == MAP ? NESTED_MAP : NESTED_LIST;
        if (is_absent(node))
            become(builder, node, way.follows);
        else if (node->kind != wanted)
            return refuse(builder, &way, "something else stands where it needs a map or a list");
    }
}

int nested_build(const struct flat_map *map, struct cr_arena *arena, struct nested **out_root,
                 struct cr_err *err)
{
    CR_AUTO_MAP names = cr_map_new(0, NULL);
    struct nested *root = cr_arena_alloc(arena, sizeof(*root));
    if (!names || !root)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    struct builder builder = {.arena = arena, .err = err, .names = names};
    become(&builder, root, MAP);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < map->count; i++) {
        rc = put(&builder, root, map->items[i]);
        if (rc == CR_EINVAL)
            property_place_prefix(map->environment, map->items[i], err);
    }
    cr_buf_free(&builder.name);
    *out_root = root;
    return rc;
}
