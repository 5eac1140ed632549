/* The gateway's place in the spine. */
#include "gateway_module.h"

#include <stdlib.h>

#include "cr_app.h"
#include "cr_cloud.h"
#include "cr_http_request.h"
#include "cr_http_router.h"
#include "cr_log.h"
#include "cr_settings.h"
#include "gateway_admin.h"
#include "gateway_commands.h"
#include "gateway_feed.h"
#include "gateway_log.h"
#include "gateway_metrics.h"
#include "gateway_options.h"

struct gateway {
    struct cr_app *app;
    struct cr_arena *arena; /* of the plane's options */
    struct plane_options options;
    struct gateway_commands *commands;
    struct gateway_feed *feed;
    struct gateway_log *log; /* NULL: no access log */
    _Atomic(struct plane *) plane;
    bool collecting;
};

/* --- settings of the spine that the data plane obeys --- */

struct spine_keys {
    int64_t port;
    int64_t drain_ms;
};

static const struct cr_setting spine_rows[] = {
    {"server.port", CR_SETTING_INT, offsetof(struct spine_keys, port), "9090", 0, 65535, 0, ""},
    {"crema.shutdown.drain-ms", CR_SETTING_DURATION, offsetof(struct spine_keys, drain_ms), "5000",
     0, 3600000, 0, ""},
};
static const struct cr_setting_table spine_table = {spine_rows, CR_COUNT(spine_rows)};

static int fill_options(struct gateway *gateway, struct cr_err *err)
{
    struct spine_keys keys;
    struct cr_app *app = gateway->app;
    int rc = cr_settings_bind(&spine_table, cr_app_environment(app), &keys, gateway->arena, err);
    if (rc == 0)
        rc = gateway_options_fill(&gateway->options, cr_app_settings(app), gateway->arena, err);
    if (rc)
        return rc;
    gateway->options.host = cr_app_host(app);
    gateway->options.port = (int)keys.port;
    gateway->options.drain_ms = keys.drain_ms;
    gateway->options.admin_socket = cr_app_admin_socket(app);
    return 0;
}

/* --- life --- */

static void gateway_free(struct gateway *gateway)
{
    gateway_feed_free(gateway->feed);
    gateway_commands_free(gateway->commands);
    cr_arena_free(gateway->arena);
    free(gateway);
}

static int module_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct gateway *gateway = calloc(1, sizeof *gateway);
    if (!gateway)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    gateway->app = app;
    gateway->arena = cr_arena_new(0);
    gateway->commands = gateway_commands_new(app);
    gateway->feed = gateway_feed_new(app);
    int rc = gateway->arena && gateway->commands && gateway->feed
                 ? fill_options(gateway, err)
                 : cr_err_set(err, CR_ENOMEM, "no memory");
    if (rc == 0)
        rc = gateway_feed_update(gateway->feed, err);
    if (rc) {
        gateway_free(gateway);
        return rc;
    }
    *out_state = gateway;
    return 0;
}

static int module_start(struct cr_app *app, void *state, struct cr_err *err)
{
    struct gateway *gateway = state;
    struct plane *plane = NULL;
    const struct directory_hooks hooks = gateway_commands_hooks(gateway->commands);
    int rc = gateway_feed_start(gateway->feed, &gateway->options, &hooks, &plane, err);
    atomic_store(&gateway->plane, plane);
    if (rc == 0 && gateway->options.log_every > 0)
        rc = gateway_log_start(plane, &gateway->log, err);
    if (rc == 0)
        rc = cr_metrics_add_collector(gateway_metrics_collect, plane);
    if (rc)
        return rc;
    gateway->collecting = true;
    cr_app_set_port(app, plane_port(plane));
    return 0;
}

/* The registry's instances go away before our stop, so the feed ends here. The rest returns at
 * once: the spine ends the admin side's streams next, so that their readers leave. */
static void module_drain(struct cr_app *app CR_UNUSED, void *state)
{
    struct gateway *gateway = state;
    struct plane *plane = atomic_load(&gateway->plane);
    gateway_feed_stop(gateway->feed);
    if (plane)
        plane_drain(plane);
}

static void stop_plane(struct gateway *gateway, struct plane *plane)
{
    if (!plane_wait_drained(plane)) {
        struct plane_counts counts;
        plane_counts(plane, &counts);
        cr_log_warn(cr_log_get("gateway"), "drain.unfinished",
                    "%llu connections with %llu requests in work are cut",
                    (unsigned long long)counts.clients, (unsigned long long)counts.exchanges);
    }
    if (gateway->collecting)
        cr_metrics_remove_collector(gateway_metrics_collect, plane);
    gateway_log_free(gateway->log);
    plane_stop(plane);
}

static void module_stop(struct cr_app *app CR_UNUSED, void *state)
{
    struct gateway *gateway = state;
    struct plane *plane = atomic_load(&gateway->plane);
    if (plane)
        stop_plane(gateway, plane);
    gateway_free(gateway);
}

static void module_reload(struct cr_app *app CR_UNUSED, void *state,
                          const struct cr_changes *changes CR_UNUSED)
{
    struct gateway *gateway = state;
    struct cr_err err = {0};
    gateway_commands_reload(gateway->commands);
    if (gateway_feed_update(gateway->feed, &err) != 0)
        cr_log_warn(cr_log_get("gateway"), "reload.failed", "%s; the routes stay as they were",
                    err.text);
}

/* --- health --- */

static void count_routes(const struct snapshot *snapshot, void *ctx)
{
    *(size_t *)ctx = route_table_count(snapshot->routes);
}

/* A service that is away makes its routes 503, not the gateway unwell. */
static void module_health(void *state, struct cr_health *health)
{
    struct gateway *gateway = state;
    struct plane *plane = atomic_load(&gateway->plane);
    struct gateway_feed_figures figures;
    struct plane_counts counts;
    size_t routes = 0;
    if (!plane) {
        cr_health_set(health, CR_HEALTH_OUT_OF_SERVICE);
        return;
    }
    cr_health_set(health, CR_HEALTH_UP);
    gateway_feed_figures(gateway->feed, &figures);
    plane_counts(plane, &counts);
    directory_visit(plane_directory(plane), count_routes, &routes);
    cr_health_detail(health, "routes", "%zu", routes);
    cr_health_detail(health, "services", "%zu", figures.services);
    cr_health_detail(health, "instances", "%zu", figures.instances);
    cr_health_detail(health, "workers", "%zu", gateway->options.workers);
    cr_health_detail(health, "sending", "%s", plane_has_ring(plane) ? "io_uring" : "send");
    cr_health_detail(health, "connections", "%llu", (unsigned long long)counts.clients);
    if (figures.without > 0)
        cr_health_detail(health, "withoutInstance", "%zu services of routes, among them '%s'",
                         figures.without, figures.without_id);
    if (figures.problem[0])
        cr_health_detail(health, "problem", "%s", figures.problem);
}

/* --- routes of the admin side --- */

static void answer_routes(struct cr_http_request *req, const struct gateway *gateway, bool details)
{
    CR_AUTO(cr_buf) json = {0};
    struct plane *plane = atomic_load(&gateway->plane);
    if (!plane) {
        cr_http_problem(req, 503, "the gateway is starting");
        return;
    }
    gateway_admin_routes(plane_directory(plane), details, &json);
    cr_http_answer_buf(req, 200, "application/json", &json);
}

static void get_routes(struct cr_http_request *req, void *ctx)
{
    answer_routes(req, ctx, cr_slice_is(cr_http_query(req, "format"), "details"));
}

static void get_routes_as(struct cr_http_request *req, void *ctx)
{
    answer_routes(req, ctx, cr_slice_is(cr_http_param(req, "format"), "details"));
}

/* Zuul makes its table anew here; ours follows every change by itself, so this only looks again. */
static void post_routes(struct cr_http_request *req, void *ctx)
{
    gateway_feed_poke(((struct gateway *)ctx)->feed);
    answer_routes(req, ctx, false);
}

static void get_filters(struct cr_http_request *req, void *ctx CR_UNUSED)
{
    CR_AUTO(cr_buf) json = {0};
    gateway_admin_filters(&json);
    cr_http_answer_buf(req, 200, "application/json", &json);
}

static const struct cr_http_route routes[] = {
    {"GET", "/actuator/routes", get_routes, 0, "The routes in effect; ?format=details"},
    {"GET", "/actuator/routes/{format}", get_routes_as, 0, "The routes, details: all about each"},
    {"POST", "/actuator/routes", post_routes, 0, "Looks at registry and names again"},
    {"GET", "/actuator/filters", get_filters, 0, "The stages of a request, by Zuul's names"},
    {"GET", "/routes", get_routes, 0, "Boot 1: the routes in effect"},
    {"GET", "/routes/{format}", get_routes_as, 0, "Boot 1: the routes with details"},
    {"POST", "/routes", post_routes, 0, "Boot 1: looks again"},
    {"GET", "/filters", get_filters, 0, "Boot 1: the stages of a request"},
};

const struct cr_module gateway_module = {
    .name = "gateway",
    .open = module_open,
    .start = module_start,
    .drain = module_drain,
    .stop = module_stop,
    .health = module_health,
    .reload = module_reload,
    .readiness = true,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
