/* Building the table, and looking into it. */
#include "route_table.h"

#include <stdlib.h>
#include <string.h>

#include "cr_map.h"
#include "route_tree.h"

struct route_table {
    struct cr_arena *arena;
    struct route **routes;
    size_t count;
    struct route_tree *tree;
    struct ant_pattern *ignored;
    size_t ignored_count;
    struct cr_slice servlet_path;
};

static int index_routes(struct route_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (route_tree_add(table->tree, &table->routes[i]->pattern, (uint32_t)i))
            return CR_ENOMEM;
    return 0;
}

/* What is being put together: the table, and where each pattern stands. */
struct build {
    struct route_table *table;
    struct cr_map *by_pattern;   /* struct route, of this table */
    struct cr_map *by_signature; /* struct route, of the previous one */
};

/* Takes the route over if the previous table had the very same, else keeps the new one. */
static struct route *unify(const struct build *build, struct route *made)
{
    struct route *known = cr_map_get(build->by_signature, cr_slice_of(made->signature));
    if (!known)
        return made;
    route_free(made);
    return known;
}

static size_t position_of(const struct route_table *table, const struct route *route)
{
    size_t i = 0;
    while (table->routes[i] != route)
        i++;
    return i;
}

/* A later route with an earlier one's pattern takes its place. */
static int place(const struct build *build, struct route *route)
{
    struct route_table *table = build->table;
    struct route *same = cr_map_get(build->by_pattern, route->pattern.text);
    size_t at = same ? position_of(table, same) : table->count;
    if (cr_map_put(build->by_pattern, route->pattern.text, route)) {
        if (!route->lists)
            route_free(route);
        return CR_ENOMEM;
    }
    if (!same)
        table->count++;
    else if (--same->lists == 0)
        route_free(same);
    table->routes[at] = route;
    route->lists++;
    return 0;
}

static int add(const struct build *build, const struct route_spec *spec,
               const struct route_options *options, bool discovered, struct cr_err *err)
{
    struct route *made;
    int status = route_new(spec, options, discovered, &made, err);
    if (status)
        return status;
    if (discovered && cr_map_get(build->by_pattern, made->pattern.text)) {
        route_free(made);
        return 0;
    }
    if (place(build, unify(build, made)))
        return cr_err_set(err, CR_ENOMEM, "no memory for routes");
    return 0;
}

static bool is_ignored(const struct route_options *options, struct cr_slice service)
{
    if (cr_slice_equal_nocase(service, cr_slice_of(options->own_service)))
        return true;
    for (size_t i = 0; i < options->ignored_service_count; i++)
        if (ant_simple_matches(cr_slice_of(options->ignored_services[i]), service))
            return true;
    return false;
}

static int add_all(const struct build *build, const struct route_table_input *input,
                   struct cr_err *err)
{
    for (size_t i = 0; i < input->spec_count; i++) {
        int status = add(build, &input->specs[i], input->options, false, err);
        if (status)
            return status;
    }
    for (size_t i = 0; i < input->service_count; i++) {
        if (is_ignored(input->options, cr_slice_of(input->services[i])))
            continue;
        struct route_spec spec = {
            .id = input->services[i], .service_id = input->services[i], .strip_prefix = true};
        int status = add(build, &spec, input->options, true, err);
        if (status)
            return status;
    }
    return 0;
}

/* The route for everything is asked last. */
static void move_catch_all(struct route_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        struct route *route = table->routes[i];
        if (!cr_slice_is(route->pattern.text, "/**"))
            continue;
        memmove(&table->routes[i], &table->routes[i + 1],
                (table->count - i - 1) * sizeof(struct route *));
        table->routes[table->count - 1] = route;
        return;
    }
}

static int compile_ignored(struct route_table *table, const struct route_options *options,
                           struct cr_err *err)
{
    size_t count = options->ignored_pattern_count;
    table->ignored = cr_arena_array(table->arena, count, sizeof(*table->ignored));
    if (count && !table->ignored)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    for (size_t i = 0; i < count; i++)
        if (ant_compile(cr_slice_of(options->ignored_patterns[i]), table->arena, &table->ignored[i],
                        err))
            return cr_err_prefix(err, "zuul.ignored-patterns: ");
    table->ignored_count = count;
    struct cr_slice servlet = cr_slice_of(options->servlet_path);
    while (servlet.len && servlet.ptr[servlet.len - 1] == '/')
        servlet.len--;
    table->servlet_path = cr_slice_of(cr_arena_slice(table->arena, servlet));
    return 0;
}

static int remember_previous(const struct build *build, const struct route_table *previous)
{
    for (size_t i = 0; previous && i < previous->count; i++) {
        struct route *route = previous->routes[i];
        if (cr_map_put(build->by_signature, cr_slice_of(route->signature), route))
            return CR_ENOMEM;
    }
    return 0;
}

static struct route_table *table_alloc(size_t routes_max)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct route_table *table = arena ? cr_arena_alloc(arena, sizeof(*table)) : NULL;
    if (!table)
        return NULL;
    table->routes = cr_arena_array(arena, routes_max + 1, sizeof(struct route *));
    table->tree = route_tree_new();
    table->arena = arena;
    if (!table->routes || !table->tree) {
        route_tree_free(table->tree);
        return NULL;
    }
    (void)cr_steal(&arena);
    return table;
}

static void drop_here(struct route *route, void *ctx)
{
    (void)ctx;
    route_free(route);
}

static int fill(struct route_table *table, const struct route_table_input *input,
                struct cr_err *err)
{
    CR_AUTO_MAP by_pattern = cr_map_new(0, NULL);
    CR_AUTO_MAP by_signature = cr_map_new(0, NULL);
    struct build build = {table, by_pattern, by_signature};
    if (!by_pattern || !by_signature || remember_previous(&build, input->previous))
        return cr_err_set(err, CR_ENOMEM, "no memory for routes");
    int status = compile_ignored(table, input->options, err);
    if (!status)
        status = add_all(&build, input, err);
    if (status)
        return status;
    move_catch_all(table);
    return index_routes(table) ? cr_err_set(err, CR_ENOMEM, "no memory for routes") : 0;
}

int route_table_new(const struct route_table_input *input, struct route_table **out_table,
                    struct cr_err *err)
{
    size_t routes_max = input->spec_count + input->service_count;
    if (routes_max > ROUTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "more than %d routes", ROUTES_MAX);
    struct route_table *table = table_alloc(routes_max);
    if (!table)
        return cr_err_set(err, CR_ENOMEM, "no memory for routes");
    int status = fill(table, input, err);
    if (status) {
        route_table_free(table, drop_here, NULL);
        return status;
    }
    *out_table = table;
    return 0;
}

void route_table_free(struct route_table *table, void (*drop)(struct route *route, void *ctx),
                      void *ctx)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->count; i++)
        if (--table->routes[i]->lists == 0)
            drop(table->routes[i], ctx);
    route_tree_free(table->tree);
    cr_arena_free(table->arena);
}

size_t route_table_count(const struct route_table *table)
{
    return table->count;
}

struct route *route_table_at(const struct route_table *table, size_t index)
{
    return table->routes[index];
}

static bool is_pattern_ignored(const struct route_table *table, struct cr_slice path)
{
    for (size_t i = 0; i < table->ignored_count; i++)
        if (ant_matches(&table->ignored[i], path))
            return true;
    return false;
}

/* "/zuul/users/1" is "/users/1" by its second entrance. */
static struct cr_slice cut_servlet_path(const struct route_table *table, struct cr_slice path)
{
    size_t len = table->servlet_path.len;
    if (len && path.len > len && path.ptr[len] == '/' && cr_slice_starts(path, table->servlet_path))
        return cr_slice_from(path, len);
    return path;
}

ptrdiff_t route_table_find(const struct route_table *table, struct cr_slice path,
                           struct cr_slice *out_path)
{
    path = cut_servlet_path(table, path);
    *out_path = path;
    return is_pattern_ignored(table, path) ? -1 : route_tree_find(table->tree, path);
}
