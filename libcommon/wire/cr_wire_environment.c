/* cr_wire_environment: the Environment document as JSON, out and in. */
#include "cr_wire_environment.h"

#include <stdio.h>

#include "cr_json.h"
#include "cr_json_writer.h"

/* --- writing --- */

static void write_text(struct cr_json_writer *w, const char *key, struct cr_slice text)
{
    if (text.ptr)
        cr_json_pair_string(w, key, text);
    else
        cr_json_pair_null(w, key);
}

static void write_value(struct cr_json_writer *w, const struct cr_wire_property *property)
{
    switch (property->kind) {
    case CR_WIRE_NULL:
        cr_json_null(w);
        break;
    case CR_WIRE_BOOL:
    case CR_WIRE_NUMBER:
        cr_json_raw(w, property->text);
        break;
    case CR_WIRE_STRING:
        cr_json_string(w, property->text);
        break;
    }
}

static void write_property(struct cr_json_writer *w, const struct cr_wire_property *property,
                           bool origins)
{
    cr_json_key_slice(w, property->key);
    if (!origins || (property->line == 0 && property->origin.len == 0)) {
        write_value(w, property);
        return;
    }
    cr_json_begin_object(w);
    cr_json_key(w, "value");
    write_value(w, property);
    if (property->origin.len > 0) {
        cr_json_pair_string(w, "origin", property->origin);
    } else {
        char place[32];
        (void)snprintf(place, sizeof(place), "%u:%u", property->line, property->column);
        cr_json_pair_text(w, "origin", place);
    }
    cr_json_end_object(w);
}

void cr_wire_environment_write(const struct cr_wire_environment *environment, bool origins,
                               struct cr_buf *out)
{
    struct cr_json_writer w;
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    write_text(&w, "name", environment->name);
    cr_json_pair_array(&w, "profiles");
    for (size_t i = 0; i < environment->profile_count; i++)
        cr_json_string(&w, environment->profiles[i]);
    cr_json_end_array(&w);
    write_text(&w, "label", environment->label);
    write_text(&w, "version", environment->version);
    write_text(&w, "state", environment->state);
    cr_json_pair_array(&w, "propertySources");
    for (size_t i = 0; i < environment->source_count; i++) {
        const struct cr_wire_source *source = &environment->sources[i];
        cr_json_begin_object(&w);
        cr_json_pair_string(&w, "name", source->name);
        cr_json_pair_object(&w, "source");
        for (size_t k = 0; k < source->count; k++)
            write_property(&w, &source->properties[k], origins);
        cr_json_end_object(&w);
        cr_json_end_object(&w);
    }
    cr_json_end_array(&w);
    cr_json_end_object(&w);
}

/* --- reading --- */

enum { KEY_MAX = 4096 }; /* bytes of a flat key */

struct reader {
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_wire_property *properties;
    size_t count, capacity;
    size_t total; /* in all sources */
};

static int out_of_memory(struct reader *reader)
{
    return cr_err_set(reader->err, CR_ENOMEM, "environment: out of memory");
}

/* Scalars below a value: how many properties flattening makes of it. JSON bounds the depth. */
static size_t count_scalars(const struct cr_tree *tree)
{
    enum cr_tree_kind kind = cr_tree_kind(tree);
    if (kind != CR_TREE_ARRAY && kind != CR_TREE_OBJECT)
        return 1;
    size_t count = 0;
    for (const struct cr_tree *n = cr_tree_first(tree); n; n = cr_tree_next(n))
        count += count_scalars(n);
    return count;
}

static enum cr_wire_kind kind_of(const struct cr_tree *tree)
{
    switch (cr_tree_kind(tree)) {
    case CR_TREE_BOOL:
        return CR_WIRE_BOOL;
    case CR_TREE_NUMBER:
        return CR_WIRE_NUMBER;
    case CR_TREE_STRING:
        return CR_WIRE_STRING;
    case CR_TREE_NULL:
    case CR_TREE_ARRAY:
    case CR_TREE_OBJECT:
    default:
        return CR_WIRE_NULL;
    }
}

/* The inner value of the second form, which has exactly these two keys. */
static const struct cr_tree *unwrap(const struct cr_tree *value, struct cr_slice *out_origin)
{
    const struct cr_tree *inner = cr_tree_get(value, "value");
    const struct cr_tree *origin = cr_tree_get(value, "origin");
    if (cr_tree_count(value) != 2 || !inner || !origin)
        return value;
    *out_origin = cr_tree_slice(origin);
    return inner;
}

static int read_value(struct reader *reader, struct cr_slice key, const struct cr_tree *value,
                      struct cr_slice origin);

static int read_children(struct reader *reader, struct cr_slice key, const struct cr_tree *value,
                         struct cr_slice origin)
{
    bool is_array = cr_tree_kind(value) == CR_TREE_ARRAY;
    size_t index = 0;
    for (const struct cr_tree *n = cr_tree_first(value); n; n = cr_tree_next(n), index++) {
        struct cr_slice name = cr_tree_key(n);
        if (key.len + name.len > KEY_MAX)
            return cr_err_set(reader->err, CR_ELIMIT, "environment: a key of more than %d bytes",
                              KEY_MAX);
        const char *child =
            is_array ? cr_arena_printf(reader->arena, "%.*s[%zu]", CR_SLICE_ARG(key), index)
                     : cr_arena_printf(reader->arena, "%.*s%s%.*s", CR_SLICE_ARG(key),
                                       key.len > 0 ? "." : "", CR_SLICE_ARG(name));
        if (!child)
            return out_of_memory(reader);
        int rc = read_value(reader, cr_slice_of(child), n, origin);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int read_value(struct reader *reader, struct cr_slice key, const struct cr_tree *value,
                      struct cr_slice origin)
{
    enum cr_tree_kind kind = cr_tree_kind(value);
    if (kind == CR_TREE_ARRAY || kind == CR_TREE_OBJECT)
        return read_children(reader, key, value, origin);
    if (reader->count == reader->capacity)
        return cr_err_set(reader->err, CR_EINTERNAL, "environment: counted wrongly");
    reader->properties[reader->count++] = (struct cr_wire_property){
        .key = key, .text = cr_tree_slice(value), .kind = kind_of(value), .origin = origin};
    return 0;
}

static int read_source(struct reader *reader, const struct cr_tree *tree, size_t index,
                       struct cr_wire_source *out_source)
{
    const struct cr_tree *source = cr_tree_get(tree, "source");
    if (cr_tree_kind(tree) != CR_TREE_OBJECT ||
        (source && cr_tree_kind(source) != CR_TREE_OBJECT && cr_tree_kind(source) != CR_TREE_NULL))
        return cr_err_set(reader->err, CR_EPARSE,
                          "environment: propertySources[%zu] is not an object with a source object",
                          index);
    size_t count = source ? count_scalars(source) : 0;
    reader->total += count;
    if (reader->total > CR_WIRE_ENVIRONMENT_PROPERTIES_MAX)
        return cr_err_set(reader->err, CR_ELIMIT, "environment: more than %d properties",
                          CR_WIRE_ENVIRONMENT_PROPERTIES_MAX);
    reader->properties =
        cr_arena_array(reader->arena, count ? count : 1, sizeof(*reader->properties));
    reader->capacity = count;
    reader->count = 0;
    if (!reader->properties)
        return out_of_memory(reader);
    for (const struct cr_tree *n = cr_tree_first(source); n; n = cr_tree_next(n)) {
        struct cr_slice origin = {0};
        const struct cr_tree *value = unwrap(n, &origin);
        int rc = read_value(reader, cr_tree_key(n), value, origin);
        if (rc < 0)
            return rc;
    }
    *out_source = (struct cr_wire_source){.name = cr_tree_slice(cr_tree_get(tree, "name")),
                                          .properties = reader->properties,
                                          .count = reader->count};
    return 0;
}

static int read_sources(struct reader *reader, const struct cr_tree *list,
                        struct cr_wire_environment *environment)
{
    size_t count = cr_tree_count(list);
    if (list && cr_tree_kind(list) != CR_TREE_ARRAY && cr_tree_kind(list) != CR_TREE_NULL)
        return cr_err_set(reader->err, CR_EPARSE,
                          "environment: propertySources is %s, not an array",
                          cr_tree_kind_name(cr_tree_kind(list)));
    if (count > CR_WIRE_ENVIRONMENT_SOURCES_MAX)
        return cr_err_set(reader->err, CR_ELIMIT, "environment: more than %d property sources",
                          CR_WIRE_ENVIRONMENT_SOURCES_MAX);
    struct cr_wire_source *sources =
        cr_arena_array(reader->arena, count ? count : 1, sizeof(*sources));
    if (!sources)
        return out_of_memory(reader);
    size_t index = 0;
    for (const struct cr_tree *n = cr_tree_first(list); n; n = cr_tree_next(n), index++) {
        int rc = read_source(reader, n, index, &sources[index]);
        if (rc < 0)
            return rc;
    }
    environment->sources = sources;
    environment->source_count = count;
    return 0;
}

static int read_profiles(struct reader *reader, const struct cr_tree *list,
                         struct cr_wire_environment *environment)
{
    size_t count = cr_tree_kind(list) == CR_TREE_ARRAY ? cr_tree_count(list) : 0;
    struct cr_slice *profiles = cr_arena_array(reader->arena, count ? count : 1, sizeof(*profiles));
    if (!profiles)
        return out_of_memory(reader);
    size_t index = 0;
    for (const struct cr_tree *n = count ? cr_tree_first(list) : NULL; n; n = cr_tree_next(n))
        profiles[index++] = cr_tree_slice(n);
    environment->profiles = profiles;
    environment->profile_count = count;
    return 0;
}

int cr_wire_environment_read(struct cr_slice json, struct cr_arena *arena,
                             struct cr_wire_environment *out_environment, struct cr_err *err)
{
    const struct cr_tree *tree;
    int rc = cr_json_parse(json, arena, &tree, err);
    if (rc < 0)
        return rc;
    if (cr_tree_kind(tree) != CR_TREE_OBJECT)
        return cr_err_set(err, CR_EPARSE, "environment: %s, not an object",
                          cr_tree_kind_name(cr_tree_kind(tree)));
    struct reader reader = {.arena = arena, .err = err};
    struct cr_wire_environment environment = {
        .name = cr_tree_slice(cr_tree_get(tree, "name")),
        .label = cr_tree_slice(cr_tree_get(tree, "label")),
        .version = cr_tree_slice(cr_tree_get(tree, "version")),
        .state = cr_tree_slice(cr_tree_get(tree, "state")),
    };
    rc = read_profiles(&reader, cr_tree_get(tree, "profiles"), &environment);
    if (rc == 0)
        rc = read_sources(&reader, cr_tree_get(tree, "propertySources"), &environment);
    if (rc == 0)
        *out_environment = environment;
    return rc;
}
