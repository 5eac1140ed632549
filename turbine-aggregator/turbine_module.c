/* The aggregator's place in the spine: settings in, routes out, health. */
#include "turbine_module.h"

#include <stdlib.h>

#include "cr_app.h"
#include "cr_cloud.h"
#include "cr_environment.h"
#include "cr_http_request.h"
#include "cr_http_router.h"
#include "cr_log.h"
#include "cr_metrics.h"
#include "turbine.h"
#include "turbine_settings.h"

struct state {
    const struct cr_environment *environment;
    const struct turbine_settings *settings;
    struct turbine *turbine;
};

/* --- settings per cluster --- */

static const char *suffix_of(void *ctx, const char *cluster, struct cr_arena *arena)
{
    const struct state *state = ctx;
    const char *key = cr_arena_printf(arena, "turbine.instance-url-suffix.%s", cluster);
    return key ? cr_environment_text(state->environment, key, state->settings->instance_url_suffix,
                                     arena)
               : NULL;
}

static bool insert_port_of(void *ctx, const char *cluster)
{
    const struct state *state = ctx;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *key =
        arena ? cr_arena_printf(arena, "turbine.instance-insert-port.%s", cluster) : NULL;
    const char *text = key ? cr_environment_text(state->environment, key, NULL, arena) : NULL;
    return text ? cr_slice_equal_nocase(cr_slice_of(text), CR_SLICE("true"))
                : state->settings->instance_insert_port;
}

/* --- metrics --- */

static void collect(struct cr_metrics_view *view, void *ctx)
{
    const struct state *state = ctx;
    struct turbine_figures figures;
    turbine_figures(state->turbine, &figures);
    const struct cr_metric gauges[] = {
        {CR_METRIC_GAUGE, .name = "turbine.hosts", .help = "Instances known", .labels = "",
         .value = (double)figures.hosts},
        {CR_METRIC_GAUGE, .name = "turbine.hosts.live", .help = "Instances whose stream is read",
         .labels = "", .value = (double)figures.hosts_live},
        {CR_METRIC_GAUGE, .name = "turbine.circuits", .help = "Circuits of all clusters",
         .labels = "", .value = (double)figures.circuits},
        {CR_METRIC_GAUGE, .name = "turbine.viewers", .help = "Readers of turbine.stream",
         .labels = "", .value = (double)figures.viewers},
    };
    for (size_t i = 0; i < CR_COUNT(gauges); i++)
        cr_metrics_show(view, &gauges[i]);
}

/* --- life --- */

static int module_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return cr_err_set(err, CR_ENOMEM, "turbine: out of memory");
    state->environment = cr_app_environment(app);
    state->settings = cr_app_settings(app);
    const struct turbine_options options = {
        .settings = state->settings,
        .suffix = suffix_of,
        .insert_port = insert_port_of,
        .ctx = state,
        .log = cr_log_get("turbine"),
    };
    int rc = turbine_new(&options, &state->turbine, err);
    if (rc == 0)
        rc = cr_metrics_add_collector(collect, state);
    if (rc) {
        turbine_free(state->turbine);
        free(state);
        return rc;
    }
    *out_state = state;
    return 0;
}

static int module_start(struct cr_app *app, void *state, struct cr_err *err)
{
    return turbine_start(((struct state *)state)->turbine, cr_cloud_instances(app), err);
}

static void module_drain(struct cr_app *app CR_UNUSED, void *state)
{
    turbine_drain(((struct state *)state)->turbine);
}

static void module_stop(struct cr_app *app CR_UNUSED, void *state)
{
    cr_metrics_remove_collector(collect, state);
    turbine_free(((struct state *)state)->turbine);
    free(state);
}

/* An instance that cannot be read makes sums smaller, not the aggregator unwell. */
static void module_health(void *state, struct cr_health *health)
{
    struct turbine_figures figures;
    turbine_figures(((struct state *)state)->turbine, &figures);
    cr_health_set(health, CR_HEALTH_UP);
    cr_health_detail(health, "clusters", "%zu", figures.clusters);
    cr_health_detail(health, "circuits", "%zu", figures.circuits);
    cr_health_detail(health, "hosts", "%zu", figures.hosts);
    cr_health_detail(health, "hostsLive", "%zu", figures.hosts_live);
    if (figures.hosts_failing > 0)
        cr_health_detail(health, "problem", "%s", figures.problem);
}

/* --- routes --- */

static void get_stream(struct cr_http_request *req, void *ctx)
{
    struct cr_slice cluster = cr_http_query(req, "cluster");
    turbine_view(((struct state *)ctx)->turbine, req,
                 cluster.len > 0 ? cluster : CR_SLICE("default"));
}

/* Links lead to where the client came: what stands in Host, or in X-Forwarded-*. */
static const char *base_of(struct cr_http_request *req)
{
    struct cr_slice host = cr_http_header(req, "X-Forwarded-Host");
    struct cr_slice scheme = cr_http_header(req, "X-Forwarded-Proto");
    if (host.len == 0)
        host = cr_http_header(req, "Host");
    if (!cr_slice_is(scheme, "https"))
        scheme = CR_SLICE("http");
    return cr_arena_printf(cr_http_arena(req), "%.*s://%.*s", CR_SLICE_ARG(scheme),
                           CR_SLICE_ARG(host));
}

static void get_clusters(struct cr_http_request *req, void *ctx)
{
    const struct state *state = ctx;
    const char *base = base_of(req);
    if (!state->settings->clusters_enabled) {
        cr_http_problem(req, 404, "switched off by turbine.endpoints.clusters.enabled=false");
        return;
    }
    struct cr_buf json = {0};
    turbine_clusters_json(state->turbine, base ? base : "", &json);
    cr_http_answer_buf(req, 200, "application/json", &json);
    cr_buf_free(&json);
}

static void get_hosts(struct cr_http_request *req, void *ctx)
{
    struct cr_buf json = {0};
    turbine_hosts_json(((struct state *)ctx)->turbine, cr_http_query(req, "cluster"), &json);
    cr_http_answer_buf(req, 200, "application/json", &json);
    cr_buf_free(&json);
}

static const struct cr_http_route routes[] = {
    {"GET", "/turbine.stream", get_stream, 0,
     "The sums of a cluster, live: ?cluster=NAME&delay=MS&filterCriteria=name:X"},
    {"POST", "/turbine.stream", get_stream, 0, "The same"},
    {"GET", "/clusters", get_clusters, 0, "The clusters and the links of their streams"},
    {"GET", "/hosts", get_hosts, 0, "Each instance that is read: its URL, state and problem"},
};

const struct cr_module turbine_module = {
    .name = "turbine",
    .open = module_open,
    .start = module_start,
    .drain = module_drain,
    .stop = module_stop,
    .health = module_health,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
