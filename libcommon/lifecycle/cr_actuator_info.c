/* What the daemon is and which routes it serves. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cr_actuator_private.h"
#include "cr_json_writer.h"
#include "cr_map.h"

/* --- info --- */

enum { INFO_DEPTH_MAX = 16 };

/* The keys info.*, the strongest source's spelling, in order. */
static const char **info_keys(const struct cr_environment *environment, struct cr_arena *arena,
                              size_t *out_count)
{
    CR_AUTO_MAP seen = cr_map_new(0, NULL);
    size_t total = 0;
    for (size_t s = 0; s < cr_environment_source_count(environment); s++)
        total += cr_environment_pair_count(environment, s);
    const char **keys = cr_arena_array(arena, total + 1, sizeof *keys);
    *out_count = 0;
    for (size_t s = 0; keys && seen && s < cr_environment_source_count(environment); s++)
        for (size_t i = 0; i < cr_environment_pair_count(environment, s); i++) {
            struct cr_environment_pair pair = cr_environment_pair(environment, s, i);
            struct cr_slice name = cr_slice_of(pair.name);
            /* Variables of the process's environment are not meant for the public. */
            if (strncmp(pair.key, "info.", 5) != 0 || cr_map_get(seen, name))
                continue;
            static char present;
            if (cr_map_put(seen, name, &present) == 0)
                keys[(*out_count)++] = pair.key;
        }
    return keys;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many leading elements of a and b are the same, in bytes up to behind the last dot. */
static size_t common_part(const char *a, const char *b)
{
    size_t dot = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '.')
            dot = i + 1;
    return dot;
}

static size_t dots(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += text[i] == '.';
    return count;
}

/* Writes sorted keys as nested objects: a.b=1, a.c=2 -> "a":{"b":1,"c":2}. */
static void write_nested(struct cr_json_writer *w, const struct cr_environment *environment,
                         const char *const *keys, size_t count, struct cr_arena *arena)
{
    const char *last = "";
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        const char *key = keys[i] + strlen("info.");
        const char *next = i + 1 < count ? keys[i + 1] + strlen("info.") : "";
        size_t len = strlen(key);
        /* A key that is also an object ("a" beside "a.b") has no place in JSON. */
        if (len == 0 || (strncmp(key, next, len) == 0 && next[len] == '.') ||
            dots(key, len) >= INFO_DEPTH_MAX)
            continue;
        size_t shared = common_part(last, key);
        for (; open > dots(key, shared); open--)
            cr_json_end_object(w);
        struct cr_slice rest = cr_slice_of(key + shared);
        for (ptrdiff_t dot = cr_slice_find(rest, '.'); dot >= 0; dot = cr_slice_find(rest, '.')) {
            cr_json_key_slice(w, cr_slice_sub(rest, 0, (size_t)dot));
            cr_json_begin_object(w);
            rest = cr_slice_from(rest, (size_t)dot + 1);
            open++;
        }
        cr_json_key_slice(w, rest);
        cr_json_text(w, cr_environment_text(environment, keys[i], "", arena));
        last = key;
    }
    for (; open > 0; open--)
        cr_json_end_object(w);
}

void cr_actuator_info(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    struct cr_arena *arena = cr_http_arena(req);
    const struct cr_environment *environment = cr_app_environment(app);
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    size_t count = 0;
    const char **keys = info_keys(environment, arena, &count);
    if (count > 0)
        qsort(keys, count, sizeof *keys, by_text);
    cr_json_init(&w, &body);
    cr_json_begin_object(&w);
    write_nested(&w, environment, keys, count, arena);
    cr_json_pair_object(&w, "build");
    cr_json_pair_text(&w, "artifact", app->daemon->name);
    cr_json_pair_text(&w, "name", cr_app_name(app));
    cr_json_pair_text(&w, "version", app->daemon->version);
    cr_json_end_object(&w);
    cr_json_pair_object(&w, "process");
    cr_json_pair_int(&w, "pid", getpid());
    cr_json_end_object(&w);
    cr_json_end_object(&w);
    cr_actuator_json(req, 200, &body);
}

/* --- mappings --- */

static void write_mapping(struct cr_json_writer *w, const struct cr_http_route *route)
{
    CR_AUTO(cr_buf) predicate = {0};
    cr_buf_printf(&predicate, "{%s [%s]}", route->method, route->pattern);
    cr_json_begin_object(w);
    cr_json_pair_text(w, "handler", route->doc ? route->doc : "");
    cr_json_pair_string(w, "predicate", cr_buf_view(&predicate));
    cr_json_pair_object(w, "details");
    cr_json_pair_object(w, "requestMappingConditions");
    cr_json_pair_array(w, "methods");
    cr_json_text(w, route->method);
    cr_json_end_array(w);
    cr_json_pair_array(w, "patterns");
    cr_json_text(w, route->pattern);
    cr_json_end_array(w);
    cr_json_end_object(w);
    cr_json_end_object(w);
    cr_json_end_object(w);
}

void cr_actuator_mappings(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &body);
    cr_json_begin_object(&w);
    cr_json_pair_object(&w, "contexts");
    cr_json_pair_object(&w, cr_app_name(app));
    cr_json_pair_object(&w, "mappings");
    cr_json_pair_object(&w, "dispatcherServlets");
    cr_json_pair_array(&w, "dispatcherServlet");
    for (size_t t = 0; t < app->route_tables; t++)
        for (size_t i = 0; i < app->routes[t].count; i++)
            write_mapping(&w, &app->routes[t].rows[i]);
    cr_json_end_array(&w);
    for (int level = 0; level < 5; level++)
        cr_json_end_object(&w);
    cr_actuator_json(req, 200, &body);
}

void cr_actuator_mappings_boot1(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &body);
    cr_json_begin_object(&w);
    for (size_t t = 0; t < app->route_tables; t++)
        for (size_t i = 0; i < app->routes[t].count; i++) {
            const struct cr_http_route *route = &app->routes[t].rows[i];
            CR_AUTO(cr_buf) key = {0};
            cr_buf_printf(&key, "{[%s],methods=[%s]}", route->pattern, route->method);
            cr_json_key_slice(&w, cr_buf_view(&key));
            cr_json_begin_object(&w);
            cr_json_pair_text(&w, "method", route->doc ? route->doc : "");
            cr_json_end_object(&w);
        }
    cr_json_end_object(&w);
    cr_actuator_json(req, 200, &body);
}
