/* Joins the registry to the spine. */
#include "eureka_module.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cr_app.h"
#include "cr_clock.h"
#include "cr_cloud_address.h"
#include "cr_http_router.h"
#include "eureka_page.h"
#include "eureka_routes.h"
#include "eureka_settings.h"

struct eureka {
    struct cr_app *app;
    struct eureka_server *server;
    struct eureka_watch *watch;
    struct eureka_routes *routes;
    int64_t began_ms;
};

static void eureka_close(struct eureka *eureka)
{
    eureka_routes_free(eureka->routes);
    if (eureka->watch)
        eureka_watch_stop(eureka->watch);
    eureka_server_stop(eureka->server);
    eureka_watch_free(eureka->watch);
    free(eureka);
}

static struct self_preservation_options preservation_of(const struct eureka_settings *settings)
{
    return (struct self_preservation_options){
        .enabled = settings->preservation,
        .min_instances = (size_t)settings->preservation_min,
        .percent = settings->renewal_percent,
        .renewal_interval_s = settings->renewal_interval_s,
    };
}

static int open_server(struct eureka *eureka, const struct eureka_settings *settings,
                       struct cr_err *err)
{
    char file[PATH_MAX];
    int len = settings->snapshot_file[0]
                  ? snprintf(file, sizeof file, "%s", settings->snapshot_file)
                  : snprintf(file, sizeof file, "%s/data/eureka-registry.snapshot",
                             cr_app_home(eureka->app));
    if (len < 0 || (size_t)len >= sizeof file)
        return cr_err_set(err, CR_EINVAL, "crema.eureka.snapshot.file: the path is too long");
    const struct eureka_server_options options = {
        .instances_max = (size_t)settings->instances_max,
        .delta_retention_ms = settings->delta_retention_ms,
        .self_preservation = preservation_of(settings),
        .snapshot_path = settings->snapshot ? file : NULL,
        .waits_when_empty = settings->open_count == 0,
        .empty_wait_ms = settings->empty_wait_ms,
        .log = cr_log_get("registry"),
    };
    return eureka_server_open(&options, &eureka->server, err);
}

static int eureka_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    const struct eureka_settings *settings = cr_app_settings(app);
    struct eureka *eureka = calloc(1, sizeof *eureka);
    if (!eureka)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    eureka->app = app;
    eureka->began_ms = cr_clock_ms();
    int rc = open_server(eureka, settings, err);
    rc = rc ? rc
            : eureka_watch_new(eureka->server, (size_t)settings->watchers_max, &eureka->watch, err);
    rc = rc ? rc : eureka_routes_new(&eureka->routes, err);
    /* Leases run from the first registration on, which may come before READY. */
    rc = rc ? rc : eureka_server_start(eureka->server, err);
    if (rc)
        eureka_close(eureka);
    else
        *out_state = eureka;
    return rc;
}

static void eureka_reload(struct cr_app *app, void *state, const struct cr_changes *changes)
{
    struct eureka *eureka = state;
    const struct self_preservation_options options = preservation_of(cr_app_settings(app));
    if (cr_changes_has(changes, "eureka.server") || cr_changes_has(changes, "crema.eureka"))
        eureka_set_preservation(eureka->server, &options);
}

static void eureka_stop(struct cr_app *app, void *state)
{
    (void)app;
    eureka_close(state);
}

static void eureka_health(void *state, struct cr_health *health)
{
    struct eureka *eureka = state;
    struct eureka_counts counts = eureka_counts(eureka->server);
    cr_health_detail(health, "instances", "%zu", counts.instances);
    cr_health_detail(health, "up", "%zu", counts.up);
    cr_health_detail(health, "selfPreservation", "%s",
                     !counts.preservation.on       ? "off"
                     : counts.preservation.expires ? "on"
                                                   : "holding");
    cr_health_detail(health, "held", "%zu", counts.preservation.held);
}

/* Who answers, for /status. */
static struct cr_wire_instance describe_self(void *ctx, struct cr_arena *arena)
{
    const struct eureka *eureka = ctx;
    struct cr_wire_instance self = cr_wire_instance_default(cr_clock_wall_ms());
    const struct cr_cloud_address_options options = {.bound = cr_app_host(eureka->app)};
    struct cr_cloud_address address;
    const char *name = cr_app_name(eureka->app);
    int port = cr_app_port(eureka->app);
    if (cr_cloud_address_find(&options, &address, NULL)) /* without expressions it cannot fail */
        address = (struct cr_cloud_address){"localhost", "127.0.0.1"};
    char *app = cr_arena_text(arena, name);
    for (char *c = app; c && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    self.instance_id = cr_slice_of(cr_arena_printf(arena, "%s:%s:%d", address.host, name, port));
    self.host_name = cr_slice_of(cr_arena_text(arena, address.host));
    self.ip_addr = cr_slice_of(cr_arena_text(arena, address.ip));
    self.app = cr_slice_of(app);
    self.vip_address = cr_slice_of(name);
    self.port = (struct cr_wire_port){port, true};
    self.data_center = CR_WIRE_MY_OWN;
    self.coordinating_discovery_server = true;
    return self;
}

static void serve_protocol(struct cr_http_request *req, void *ctx)
{
    struct eureka *eureka = ctx;
    struct eureka_call call = {
        .server = eureka->server,
        .watch = eureka->watch,
        .settings = cr_app_settings(eureka->app),
        .describe_self = describe_self,
        .describe_ctx = eureka,
        .began_ms = eureka->began_ms,
    };
    eureka_routes_serve(eureka->routes, req, &call);
}

struct page_look {
    struct eureka_page page;
    struct cr_buf out;
};

static void write_page(struct registry *registry, struct registry_now now, void *ctx)
{
    struct page_look *look = ctx;
    eureka_page_write(&look->page, registry, now, &look->out);
}

static void write_events(struct registry *registry, struct registry_now now, void *ctx)
{
    struct page_look *look = ctx;
    eureka_page_write_events(&look->page, registry, now, &look->out);
}

static void answer_page(struct cr_http_request *req, struct eureka *eureka,
                        void (*write)(struct registry *, struct registry_now, void *))
{
    const struct eureka_settings *settings = cr_app_settings(eureka->app);
    if (!settings->dashboard) {
        cr_http_problem(req, 404, "the page is switched off (eureka.dashboard.enabled)");
        return;
    }
    struct page_look look = {.page = {.environment = settings->environment,
                                      .datacenter = settings->datacenter,
                                      .uptime_ms = cr_clock_ms() - eureka->began_ms}};
    eureka_look(eureka->server, write, &look);
    cr_http_answer_header(req, "Content-Security-Policy", EUREKA_PAGE_POLICY);
    cr_http_answer_header(req, "X-Content-Type-Options", "nosniff");
    cr_http_answer_header(req, "Cache-Control", "no-store");
    cr_http_answer_buf(req, 200, "text/html; charset=utf-8", &look.out);
}

static void serve_page(struct cr_http_request *req, void *ctx)
{
    answer_page(req, ctx, write_page);
}

static void serve_events(struct cr_http_request *req, void *ctx)
{
    answer_page(req, ctx, write_events);
}

static void serve_style(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer_header(req, "Cache-Control", "max-age=3600");
    cr_http_answer(req, 200, "text/css; charset=utf-8", cr_slice_of(eureka_page_style));
}

#define PROTOCOL "Netflix' registry protocol, also below /eureka/v2"

static const struct cr_http_route routes[] = {
    {"GET", "/", serve_page, 0, "the instances, for people"},
    {"GET", EUREKA_PAGE_EVENTS_PATH, serve_events, 0, "the last thousand events, for people"},
    {"GET", EUREKA_PAGE_STYLE_PATH, serve_style, 0, "the page's style sheet"},
    {"GET", "/eureka/**", serve_protocol, 0, PROTOCOL},
    {"POST", "/eureka/**", serve_protocol, EUREKA_BODY_MAX, PROTOCOL},
    {"POST", "/eureka/peerreplication/batch[/]", serve_protocol, EUREKA_BATCH_MAX, PROTOCOL},
    {"POST", "/eureka/v2/peerreplication/batch[/]", serve_protocol, EUREKA_BATCH_MAX, PROTOCOL},
    {"PUT", "/eureka/**", serve_protocol, 0, PROTOCOL},
    {"DELETE", "/eureka/**", serve_protocol, 0, PROTOCOL},
    {"OPTIONS", "/eureka/**", serve_protocol, 0, PROTOCOL},
    {"PATCH", "/eureka/**", serve_protocol, 0, PROTOCOL}, /* none: 405 with what the path allows */
};

const struct cr_module eureka_module = {
    .name = "registry",
    .open = eureka_open,
    .stop = eureka_stop,
    .health = eureka_health,
    .reload = eureka_reload,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
