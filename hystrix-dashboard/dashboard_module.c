/* The dashboard's place in the spine: pages, streams, lists. */
#include "dashboard_module.h"

#include <stdlib.h>

#include "asset.h"
#include "cr_app.h"
#include "cr_cloud.h"
#include "cr_http_client.h"
#include "cr_http_request.h"
#include "cr_http_router.h"
#include "cr_log.h"
#include "dashboard_settings.h"
#include "default_stream.h"
#include "origin.h"
#include "stream_list.h"
#include "stream_proxy.h"

enum { EXTRA_MAX = 32 };

struct state {
    struct cr_app *app;
    const struct cr_log *log;
    struct stream_proxies proxies;
};

static const struct dashboard_settings *settings_of(const struct state *state)
{
    return cr_app_settings(state->app);
}

/* --- pages --- */

static void get_page(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    asset_answer(req, asset_find(CR_SLICE("/index.html")));
}

static void get_asset(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    const struct asset *asset = asset_find(cr_http_path(req));
    if (asset)
        asset_answer(req, asset);
    else
        cr_http_problem(req, 404, "no such file");
}

/* --- the default stream --- */

static void get_live(struct cr_http_request *req, void *ctx)
{
    struct state *state = ctx;
    const char *url = NULL;
    struct cr_err err = {0};
    const struct default_stream_part part = {"turbine.stream", cr_http_query(req, "cluster")};
    if (default_stream_url(settings_of(state), cr_cloud_instances(state->app), &part,
                           cr_http_arena(req), &url, &err)) {
        cr_http_problem(req, 503, "%s", err.text);
        return;
    }
    const struct stream_proxy_target target = {
        .url = url,
        .advice = "See whether turbine-aggregator runs: its /actuator/health, its log.",
    };
    stream_proxy(&state->proxies, req, &target);
}

/* Passes the aggregator's own JSON on. */
static void hosts_done(const struct cr_http_response *response, void *ctx)
{
    struct cr_http_request *req = ctx;
    if (response->code == 0 && response->status == 200)
        cr_http_answer(req, 200, "application/json", response->body);
    else if (response->code == 0)
        cr_http_problem(req, 502, "the aggregator answers %d", response->status);
    else
        cr_http_problem(req, 502, "%s", response->err.text);
}

static void get_hosts(struct cr_http_request *req, void *ctx)
{
    struct state *state = ctx;
    const char *url = NULL;
    struct cr_err err = {0};
    const struct default_stream_part part = {"hosts", cr_http_query(req, "cluster")};
    if (default_stream_url(settings_of(state), cr_cloud_instances(state->app), &part,
                           cr_http_arena(req), &url, &err)) {
        cr_http_problem(req, 503, "%s", err.text);
        return;
    }
    const struct cr_http_call call = {.url = url, .total_ms = 3000};
    if (cr_http_client_send(state->proxies.http, &call, hosts_done, req, NULL))
        cr_http_problem(req, 503, "too many calls at once, or out of memory");
}

/* --- any other stream --- */

static bool is_listed(const struct dashboard_settings *settings, struct cr_slice host, int port)
{
    for (size_t i = 0; i < settings->allow_list.count; i++) {
        if (origin_fits(settings->allow_list.items[i], host, port))
            return true;
    }
    return false;
}

static bool is_registered(struct state *state, const struct origin *origin)
{
    struct cr_instances *instances = cr_cloud_instances(state->app);
    if (!instances)
        return false;
    struct cr_instances_pin pin = cr_instances_pin(instances);
    bool registered = origin_is_registered(pin.snapshot, origin->host, origin->port);
    cr_instances_unpin(instances, &pin);
    return registered;
}

/* Named in the list as it is, with or without a port. */
static bool is_literal(const struct dashboard_settings *settings, const char *address)
{
    struct cr_slice text = cr_slice_of(address);
    for (size_t i = 0; i < settings->allow_list.count; i++) {
        struct cr_slice item = cr_slice_trim(cr_slice_of(settings->allow_list.items[i]));
        bool port_follows =
            item.len > text.len && item.ptr[text.len] == ':' && cr_slice_find(text, ':') < 0;
        if ((item.len == text.len || port_follows) &&
            cr_slice_equal_nocase(cr_slice_sub(item, 0, text.len), text))
            return true;
    }
    return false;
}

/* Where a registered name leads: anybody may register, so the list decides here too. */
static bool may_connect_registered(const char *address, void *ctx)
{
    return origin_address(address) != ORIGIN_ADDRESS_BLOCKED ||
           is_literal(settings_of(ctx), address);
}

/* Where a listed name leads. This machine, only if the list says localhost or so. */
static bool may_connect_listed(const char *address, void *ctx)
{
    const struct dashboard_settings *settings = settings_of(ctx);
    switch (origin_address(address)) {
    case ORIGIN_ADDRESS_FREE:
        return true;
    case ORIGIN_ADDRESS_LOOPBACK:
        return is_literal(settings, address) || is_literal(settings, "localhost");
    case ORIGIN_ADDRESS_BLOCKED:
    default:
        return is_literal(settings, address);
    }
}

static size_t extra_of(struct cr_http_request *req, struct origin_pair extra[EXTRA_MAX])
{
    size_t count = 0;
    struct origin_pair pair;
    for (size_t cursor = 0;
         count < EXTRA_MAX && cr_http_query_next(req, &cursor, &pair.name, &pair.value);) {
        if (!cr_slice_is(pair.name, "origin"))
            extra[count++] = pair;
    }
    return count;
}

static void get_proxy(struct cr_http_request *req, void *ctx)
{
    struct state *state = ctx;
    struct cr_slice text = cr_http_query(req, "origin");
    if (cr_slice_trim(text).len == 0) {
        cr_http_problem(req, 400,
                        "Required parameter 'origin' missing. Example: 107.20.175.135:7001");
        return;
    }
    struct origin_pair extra[EXTRA_MAX];
    size_t count = extra_of(req, extra);
    struct origin origin;
    struct cr_err err = {0};
    if (origin_of(text, extra, count, cr_http_arena(req), &origin, &err)) {
        cr_http_problem(req, 400, "%s", err.text);
        return;
    }
    bool registered = is_registered(state, &origin);
    if (!registered && !is_listed(settings_of(state), origin.host, origin.port)) {
        cr_log_warn(state->log, "proxy.refused",
                    "%s for %s: not in the registry and not in "
                    "hystrix.dashboard.proxy-stream-allow-list",
                    origin.url, cr_http_peer(req));
        cr_http_problem(req, 403,
                        "%.*s:%d is no instance of the registry and is not in "
                        "hystrix.dashboard.proxy-stream-allow-list. Register it, or add its host "
                        "to that list.",
                        CR_SLICE_ARG(origin.host), origin.port);
        return;
    }
    const struct stream_proxy_target target = {
        .url = origin.url,
        .advice = "Check the URL, and whether that process runs.",
        .may_connect = registered ? may_connect_registered : may_connect_listed,
        .ctx = state,
    };
    stream_proxy(&state->proxies, req, &target);
}

static void get_streams(struct cr_http_request *req, void *ctx)
{
    struct state *state = ctx;
    struct cr_instances *instances = cr_cloud_instances(state->app);
    struct cr_buf json = {0};
    if (instances) {
        struct cr_instances_pin pin = cr_instances_pin(instances);
        stream_list_json(pin.snapshot, settings_of(state)->turbine_service, &json);
        cr_instances_unpin(instances, &pin);
    } else {
        cr_buf_text(&json, "[]");
    }
    cr_http_answer_buf(req, 200, "application/json", &json);
    cr_buf_free(&json);
}

/* --- life --- */

static int module_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return cr_err_set(err, CR_ENOMEM, "dashboard: out of memory");
    state->app = app;
    state->log = cr_log_get("dashboard");
    state->proxies.streams_max = (int)settings_of(state)->streams_max;
    /* As many connections as streams, so that they take none from the registry's client. */
    const struct cr_http_client_options options = {.max_connections =
                                                       (size_t)state->proxies.streams_max + 16};
    int rc = cr_http_client_new(&options, &state->proxies.http, err);
    if (rc) {
        free(state);
        return rc;
    }
    *out_state = state;
    return 0;
}

/* The aggregator is looked for ten times a second until it is there. */
static int module_start(struct cr_app *app, void *state, struct cr_err *err)
{
    (void)err;
    const struct dashboard_settings *settings = settings_of(state);
    if (!*settings->stream)
        cr_cloud_want(app, settings->turbine_service);
    return 0;
}

static void module_stop(struct cr_app *app, void *state)
{
    (void)app;
    cr_http_client_free(((struct state *)state)->proxies.http);
    free(state);
}

static const struct cr_http_route routes[] = {
    {"GET", "/", get_page, 0, "The live circuits of the default cluster"},
    {"GET", "/hystrix", get_page, 0, "Chooses a stream"},
    {"GET", "/hystrix/monitor", get_page, 0, "The circuits of ?stream=URL&title=&delay="},
    {"GET", "/css/**", get_asset, 0, "The pages' files"},
    {"GET", "/js/**", get_asset, 0, "The pages' files"},
    {"GET", "/favicon.svg", get_asset, 0, "The pages' sign"},
    {"GET", "/live.stream", get_live, 0, "The aggregator's stream: ?cluster=NAME"},
    {"GET", "/hosts.json", get_hosts, 0, "The aggregator's hosts: ?cluster=NAME"},
    {"GET", "/streams.json", get_streams, 0, "The streams of the registry's instances"},
    {"GET", "/proxy.stream", get_proxy, 0,
     "Any stream of the registry's instances, or of the allow list: ?origin=URL"},
};

const struct cr_module dashboard_module = {
    .name = "dashboard",
    .open = module_open,
    .start = module_start,
    .stop = module_stop,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
