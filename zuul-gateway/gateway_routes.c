/* Routes out of zuul.*. */
#include "gateway_routes.h"

#include <string.h>

#include "cr_arena.h"
#include "cr_environment.h"
#include "cr_map.h"
#include "cr_settings.h"
#include "gateway_settings.h"
#include "octet.h"
#include "route_table.h"

struct build {
    struct gateway_routes *routes;
    const struct gateway_settings *settings;
    const struct cr_environment *environment;
    struct cr_map *ids;
    struct cr_err *err;
};

static int no_memory(struct cr_err *err)
{
    return cr_err_set(err, CR_ENOMEM, "no memory for routes");
}

static bool has_text(const char *text)
{
    return text && *text;
}

static bool is_address(struct cr_slice location)
{
    return cr_slice_starts(location, CR_SLICE("http:")) ||
           cr_slice_starts(location, CR_SLICE("https:")) ||
           cr_slice_starts(location, CR_SLICE("forward:"));
}

/* --- routes in one word --- */

/* Zuul's own rule: without the slash in front and without stars, "/foo/" + "**" is "foo". */
static char *id_of_path(struct cr_slice path, struct cr_arena *arena)
{
    char *id = cr_arena_alloc(arena, path.len + 1);
    size_t len = 0;
    if (!id)
        return NULL;
    for (size_t i = cr_slice_starts(path, CR_SLICE("/")) ? 1 : 0; i < path.len; i++) {
        bool star_follows = i + 1 < path.len && path.ptr[i + 1] == '*';
        if (path.ptr[i] != '*' && !(path.ptr[i] == '/' && star_follows))
            id[len++] = path.ptr[i];
    }
    return id;
}

/* "PATH", "PATH=SERVICE", "PATH=URL" */
static int read_text(const struct build *build, const char *text, struct route_spec *spec)
{
    struct cr_arena *arena = build->routes->arena;
    struct cr_slice path = cr_slice_of(text);
    ptrdiff_t equals = cr_slice_find(path, '=');
    if (equals >= 0) {
        struct cr_slice location = cr_slice_trim(cr_slice_from(path, (size_t)equals + 1));
        const char *copy = cr_arena_slice(arena, location);
        path = cr_slice_sub(path, 0, (size_t)equals);
        if (is_address(location))
            spec->url = copy;
        else if (location.len > 0)
            spec->service_id = copy;
    }
    path = cr_slice_trim(path);
    spec->path = cr_arena_slice(arena, path);
    spec->id = id_of_path(path, arena);
    return cr_arena_failed(arena) ? no_memory(build->err) : 0;
}

/* --- one member of the family --- */

/* A list of the route's own was given, be it empty. */
static bool has_own_sensitive(const struct build *build, const char *member)
{
    struct cr_arena *arena = build->routes->arena;
    const char *key = cr_arena_printf(arena, "zuul.routes.%s.sensitive-headers", member);
    const char *const *items;
    size_t count;
    return key && cr_environment_list(build->environment, key, arena, &items, &count, NULL) == 0;
}

static int read_member(const struct build *build, const char *member, struct route_spec *out_spec)
{
    struct gateway_route_settings settings;
    int rc = cr_settings_bind_member(&gateway_route_table, build->environment, member, &settings,
                                     build->routes->arena, build->err);
    if (rc)
        return rc;
    struct route_spec spec = {
        .strip_prefix = settings.strip_prefix,
        .retryable = settings.retryable,
        .custom_sensitive = has_own_sensitive(build, member),
        .sensitive = settings.sensitive.items,
        .sensitive_count = settings.sensitive.count,
    };
    if (has_text(settings.text)) {
        rc = read_text(build, settings.text, &spec);
        if (rc)
            return rc;
    }
    if (has_text(settings.path))
        spec.path = settings.path;
    if (has_text(settings.url))
        spec.url = settings.url;
    if (has_text(settings.service_id))
        spec.service_id = settings.service_id;
    if (has_text(settings.id))
        spec.id = settings.id;
    if (!has_text(spec.id))
        spec.id = member;
    if (!spec.url && !spec.service_id)
        spec.service_id = member;
    if (!spec.path)
        spec.path = cr_arena_printf(build->routes->arena, "/%s/**", member);
    if (!spec.path)
        return no_memory(build->err);
    *out_spec = spec;
    return 0;
}

/* --- checking, so that an error names the line --- */

static const char *origin_of(const struct build *build, const char *member)
{
    static const char *const words[] = {"", ".path", ".url", ".service-id", ".id"};
    struct cr_arena *arena = build->routes->arena;
    for (size_t i = 0; i < CR_COUNT(words); i++) {
        struct cr_property property;
        const char *key = cr_arena_printf(arena, "zuul.routes.%s%s", member, words[i]);
        if (key && cr_environment_get(build->environment, key, arena, &property, NULL) == 0)
            return property.origin;
    }
    return "";
}

static int check_spec(const struct build *build, const struct route_spec *spec)
{
    struct route *route = NULL;
    int rc = route_new(spec, &build->routes->options, false, &route, build->err);
    route_free(route);
    if (rc)
        return rc;
    if (cr_map_get(build->ids, cr_slice_of(spec->id)))
        return cr_err_set(build->err, CR_EINVAL, "another route has the id '%s' already", spec->id);
    rc = cr_map_put(build->ids, cr_slice_of(spec->id), build->routes);
    return rc ? no_memory(build->err) : 0;
}

/* --- all of them --- */

static int add_members(const struct build *build, const struct cr_setting_list *members)
{
    struct gateway_routes *routes = build->routes;
    for (size_t i = 0; i < members->count; i++) {
        struct route_spec *spec = &routes->specs[routes->count];
        int rc = read_member(build, members->items[i], spec);
        if (rc)
            return rc;
        rc = check_spec(build, spec);
        if (rc)
            return cr_err_prefix(build->err, "'zuul.routes.%s' (%s): ", members->items[i],
                                 origin_of(build, members->items[i]));
        routes->count++;
    }
    return 0;
}

static int add_texts(const struct build *build, const struct cr_setting_list *texts)
{
    struct gateway_routes *routes = build->routes;
    for (size_t i = 0; i < texts->count; i++) {
        struct route_spec *spec = &routes->specs[routes->count];
        *spec = (struct route_spec){.strip_prefix = true, .retryable = build->settings->retryable};
        int rc = read_text(build, texts->items[i], spec);
        if (rc == 0 && !*spec->id)
            rc = cr_err_set(build->err, CR_EINVAL,
                            "a route for everything needs a name, write zuul.routes.NAME.path");
        if (rc == 0)
            rc = check_spec(build, spec);
        if (rc)
            return cr_err_prefix(build->err, "zuul.routes: '%s': ", texts->items[i]);
        routes->count++;
    }
    return 0;
}

static void fill_options(const struct build *build, const char *own_service)
{
    const struct gateway_settings *settings = build->settings;
    build->routes->options = (struct route_options){
        .prefix = settings->prefix,
        .strip_prefix = settings->strip_prefix,
        .add_host = settings->add_host,
        .add_proxy = settings->add_proxy,
        .sensitive = settings->sensitive.items,
        .sensitive_count = settings->sensitive.count,
        .ignored_headers = settings->ignored_headers.items,
        .ignored_header_count = settings->ignored_headers.count,
        .ignored_services = settings->ignored_services.items,
        .ignored_service_count = settings->ignored_services.count,
        .ignored_patterns = settings->ignored_patterns.items,
        .ignored_pattern_count = settings->ignored_patterns.count,
        .servlet_path = settings->servlet_path,
        .own_service = settings->ignore_local ? own_service : "",
        .via = settings->via,
    };
}

static void drop_route(struct route *route, void *ctx CR_UNUSED)
{
    route_free(route);
}

/* The table as a whole: patterns that are ignored, and bounds. */
static int check_table(const struct build *build)
{
    const struct gateway_routes *routes = build->routes;
    struct route_table *table = NULL;
    const struct route_table_input input = {
        .options = &routes->options, .specs = routes->specs, .spec_count = routes->count};
    int rc = route_table_new(&input, &table, build->err);
    if (rc == 0)
        route_table_free(table, drop_route, NULL);
    return rc;
}

static int fill(const struct build *build)
{
    struct cr_setting_list members = {NULL, 0};
    struct gateway_routes *routes = build->routes;
    if (cr_settings_members(&gateway_route_table, build->environment, routes->arena, &members))
        return no_memory(build->err);
    size_t room = members.count + build->settings->route_texts.count + 1;
    routes->specs = cr_arena_array(routes->arena, room, sizeof *routes->specs);
    if (!routes->specs)
        return no_memory(build->err);
    int rc = add_members(build, &members);
    if (rc == 0)
        rc = add_texts(build, &build->settings->route_texts);
    if (rc == 0)
        rc = check_table(build);
    return rc;
}

int gateway_routes_new(const struct gateway_settings *settings,
                       const struct cr_environment *environment, const char *own_service,
                       struct gateway_routes **out_routes, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO_MAP ids = cr_map_new(0, NULL);
    struct gateway_routes *made = arena ? cr_arena_alloc(arena, sizeof *made) : NULL;
    char *own = arena ? cr_arena_text(arena, own_service) : NULL;
    if (!ids || !made || !own)
        return no_memory(err);
    for (char *c = own; *c; c++)
        *c = octet_lower(*c);
    made->arena = arena;
    const struct build build = {
        .routes = made,
        .settings = settings,
        .environment = environment,
        .ids = ids,
        .err = err,
    };
    fill_options(&build, own);
    int rc = fill(&build);
    if (rc)
        return rc;
    *out_routes = made;
    (void)cr_steal(&arena);
    return 0;
}

void gateway_routes_free(struct gateway_routes *routes)
{
    if (routes)
        cr_arena_free(routes->arena);
}

const char *gateway_routes_service(const struct route_spec *spec, struct cr_arena *arena)
{
    const char *location = spec->url ? spec->url : spec->service_id ? spec->service_id : spec->id;
    if (spec->url || is_address(cr_slice_of(location)))
        return NULL;
    char *id = cr_arena_text(arena, location);
    for (char *c = id; c && *c; c++)
        *c = octet_lower(*c);
    return id;
}
