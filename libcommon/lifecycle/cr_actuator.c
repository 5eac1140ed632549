/* The routes of the actuator and its aliases, and the endpoints that are one call. */
#include "cr_actuator.h"

#include <string.h>

#include "cr_actuator_private.h"
#include "cr_health.h"
#include "cr_hystrix_stream.h"
#include "cr_json_writer.h"
#include "cr_refresh.h"

enum { LOGGER_BODY_MAX = 4096, REFRESH_BODY_MAX = 65536 };

#define BOOT2_TYPE "application/vnd.spring-boot.actuator.v2+json"
#define BOOT3_TYPE "application/vnd.spring-boot.actuator.v3+json"

static bool accepts(const struct cr_http_request *req, const char *type)
{
    return cr_slice_search(cr_http_header(req, "Accept"), cr_slice_of(type)) >= 0;
}

void cr_actuator_json(struct cr_http_request *req, int status, struct cr_buf *body)
{
    bool plain = cr_slice_search(cr_http_path(req), CR_SLICE("/actuator")) != 0;
    const char *type = BOOT3_TYPE;
    if (accepts(req, BOOT2_TYPE) && !accepts(req, BOOT3_TYPE))
        type = BOOT2_TYPE;
    else if (plain || (accepts(req, "application/json") && !accepts(req, BOOT3_TYPE)))
        type = "application/json";
    cr_http_answer_buf(req, status, type, body);
}

/* --- health --- */

static void serve_health(struct cr_http_request *req, void *ctx, enum cr_health_view view)
{
    CR_AUTO(cr_buf) body = {0};
    int status = cr_health_json(ctx, view, &body);
    cr_actuator_json(req, status, &body);
}

static void health(struct cr_http_request *req, void *ctx)
{
    serve_health(req, ctx, CR_HEALTH_ALL);
}

static void liveness(struct cr_http_request *req, void *ctx)
{
    serve_health(req, ctx, CR_HEALTH_LIVENESS);
}

static void readiness(struct cr_http_request *req, void *ctx)
{
    serve_health(req, ctx, CR_HEALTH_READINESS);
}

static void health_component(struct cr_http_request *req, void *ctx)
{
    CR_AUTO(cr_buf) body = {0};
    struct cr_slice name = cr_http_param(req, "component");
    int status = cr_health_component_json(ctx, name, &body);
    if (status == 404)
        cr_http_problem(req, 404, "no health component '%.*s'; /actuator/health lists them",
                        CR_SLICE_ARG(name));
    else
        cr_actuator_json(req, status, &body);
}

static void health_boot1(struct cr_http_request *req, void *ctx)
{
    CR_AUTO(cr_buf) body = {0};
    int status = cr_health_boot1_json(ctx, &body);
    cr_actuator_json(req, status, &body);
}

/* --- env --- */

static void env(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &body);
    cr_settings_env_json(app->tables.tables, app->tables.count, cr_app_environment(app), &w);
    cr_actuator_json(req, 200, &body);
}

static void env_key(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    struct cr_slice key = cr_http_param(req, "key");
    cr_json_init(&w, &body);
    if (cr_settings_env_key_json(app->tables.tables, app->tables.count, cr_app_environment(app),
                                 key.ptr, &w))
        cr_actuator_json(req, 200, &body);
    else
        cr_http_problem(req, 404, "no source has the key '%.*s'; /actuator/env lists all",
                        CR_SLICE_ARG(key));
}

static void env_boot1(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &body);
    cr_settings_env_boot1_json(app->tables.tables, app->tables.count, cr_app_environment(app), &w);
    cr_actuator_json(req, 200, &body);
}

/* --- refresh and the stream --- */

static void refresh(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    cr_refresh_request(app->refresh, req);
}

static void hystrix_stream(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    cr_hystrix_stream_serve(app->stream, req, cr_app_config(app)->spine.stream_connections_max);
}

/* --- the tables --- */

static void index_page(struct cr_http_request *req, void *ctx);

static const struct cr_http_route actuator[] = {
    {"GET", "/actuator", index_page, 0, "The endpoints of the actuator"},
    {"GET", "/actuator/health", health, 0, "Health of all components; 503 when one is down"},
    {"GET", "/actuator/health/liveness", liveness, 0, "Does the process work?"},
    {"GET", "/actuator/health/readiness", readiness, 0, "Does it take requests?"},
    {"GET", "/actuator/health/{component}", health_component, 0, "Health of one component"},
    {"GET", "/actuator/info", cr_actuator_info, 0, "Name, version, and the settings info.*"},
    {"GET", "/actuator/env", env, 0, "All property sources, secrets masked"},
    {"GET", "/actuator/env/{key}", env_key, 0, "One property in all sources"},
    {"GET", "/actuator/metrics", cr_actuator_metrics, 0, "Names of all metrics"},
    {"GET", "/actuator/metrics/{name}", cr_actuator_metric, 0,
     "One metric; ?tag=key:value narrows"},
    {"GET", "/actuator/prometheus", cr_actuator_prometheus, 0, "All metrics for Prometheus"},
    {"GET", "/actuator/loggers", cr_actuator_loggers, 0, "All loggers and their levels"},
    {"GET", "/actuator/loggers/{name}", cr_actuator_logger, 0, "One logger's levels"},
    {"POST", "/actuator/loggers/{name}", cr_actuator_set_logger, LOGGER_BODY_MAX,
     "Sets a level: {\"configuredLevel\":\"DEBUG\"}, null inherits again"},
    {"GET", "/actuator/mappings", cr_actuator_mappings, 0, "All routes"},
    {"POST", "/actuator/refresh", refresh, REFRESH_BODY_MAX,
     "Reads all settings again; answers the changed keys"},
    {"GET", "/actuator/hystrix.stream", hystrix_stream, 0, "Figures of the Hystrix commands, live"},
};

static const struct cr_http_route aliases[] = {
    {"GET", "/health", health_boot1, 0, "Boot 1: health"},
    {"GET", "/info", cr_actuator_info, 0, "Boot 1: info"},
    {"GET", "/env", env_boot1, 0, "Boot 1: env"},
    {"GET", "/env/{key}", env_key, 0, "Boot 1: one property"},
    {"GET", "/metrics", cr_actuator_metrics_boot1, 0, "Boot 1: metrics, flat"},
    {"GET", "/metrics/{name}", cr_actuator_metric, 0, "Boot 1: one metric"},
    {"GET", "/prometheus", cr_actuator_prometheus, 0, "Boot 1: metrics for Prometheus"},
    {"GET", "/loggers", cr_actuator_loggers, 0, "Boot 1: loggers"},
    {"GET", "/loggers/{name}", cr_actuator_logger, 0, "Boot 1: one logger"},
    {"POST", "/loggers/{name}", cr_actuator_set_logger, LOGGER_BODY_MAX, "Boot 1: sets a level"},
    {"GET", "/mappings", cr_actuator_mappings_boot1, 0, "Boot 1: routes"},
    {"POST", "/refresh", refresh, REFRESH_BODY_MAX, "Boot 1: refresh"},
    {"GET", "/hystrix.stream", hystrix_stream, 0, "Boot 1: the stream of Hystrix' figures"},
};

/* HAL links, as Boot has them: "health-path" for the templated one. */
static void index_page(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    struct cr_slice host = cr_http_header(req, "Host");
    struct cr_arena *arena = cr_http_arena(req);
    cr_json_init(&w, &body);
    cr_json_begin_object(&w);
    cr_json_pair_object(&w, "_links");
    for (size_t i = 0; i < CR_COUNT(actuator); i++) {
        const char *pattern = actuator[i].pattern;
        const char *name = pattern + strlen("/actuator");
        const char *brace = strchr(pattern, '{');
        if (strcmp(actuator[i].method, "GET") != 0 && brace)
            continue;
        char *key = cr_arena_text(arena, name[0] ? name + 1 : "self");
        if (!key)
            break;
        char *cut = brace ? strchr(key, '/') : NULL;
        if (cut)
            *cut = '\0';
        for (char *slash = strchr(key, '/'); slash; slash = strchr(slash, '/'))
            *slash = '-';
        cr_json_pair_object(&w, cut ? cr_arena_printf(arena, "%s-path", key) : key);
        cr_json_pair_text(&w, "href",
                          cr_arena_printf(arena, "http://%.*s%s", CR_SLICE_ARG(host), pattern));
        cr_json_pair_bool(&w, "templated", brace != NULL);
        cr_json_end_object(&w);
    }
    cr_json_end_object(&w);
    cr_json_end_object(&w);
    cr_actuator_json(req, 200, &body);
}

/* --- putting the tables together --- */

/* A path that the pattern matches: "/env/{key}" -> "/env/x". */
static char *sample_path(struct cr_arena *arena, const char *pattern)
{
    char *path = cr_arena_text(arena, pattern);
    char *brace = path ? strchr(path, '{') : NULL;
    if (brace) {
        brace[0] = 'x';
        brace[1] = '\0';
    }
    return path;
}

/* Copies the aliases whose path the daemon's own routes do not serve. */
static int choose_aliases(struct cr_app *app, size_t own_count, struct cr_http_routes *out,
                          struct cr_err *err)
{
    struct cr_http_route *kept = cr_arena_array(app->arena, CR_COUNT(aliases), sizeof *kept);
    struct cr_http_router *own = NULL;
    if (!kept)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_http_router_new(app->routes + 1, own_count, &own, err);
    if (rc != 0)
        return rc;
    size_t count = 0;
    for (size_t i = 0; i < CR_COUNT(aliases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        CR_AUTO(cr_buf) allow = {0};
        struct cr_http_match match;
        char *path = arena ? sample_path(arena, aliases[i].pattern) : NULL;
        if (path && cr_http_router_match(own, aliases[i].method, cr_slice_of(path), arena, &match,
                                         &allow) != 0)
            kept[count++] = aliases[i];
    }
    cr_http_router_free(own);
    *out = (struct cr_http_routes){kept, count, app};
    return 0;
}

int cr_actuator_routes(struct cr_app *app, struct cr_err *err)
{
    const struct cr_daemon *daemon = app->daemon;
    struct cr_http_routes *tables =
        cr_arena_array(app->arena, daemon->module_count + 3, sizeof *tables);
    if (!tables)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    size_t count = 0;
    app->routes = tables;
    tables[count++] = (struct cr_http_routes){actuator, CR_COUNT(actuator), app};
    tables[count++] = (struct cr_http_routes){daemon->routes, daemon->route_count, app};
    for (size_t i = 0; i < daemon->module_count; i++)
        if (daemon->modules[i].route_count > 0)
            tables[count++] = (struct cr_http_routes){
                daemon->modules[i].routes, daemon->modules[i].route_count, app->states[i]};
    int rc = choose_aliases(app, count - 1, &tables[count], err);
    app->route_tables = rc == 0 ? count + 1 : 0;
    return rc;
}
