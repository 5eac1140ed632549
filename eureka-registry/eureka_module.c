/* Joins the registry to the spine. */
#include "eureka_module.h"

#include <stdlib.h>

#include "cr_app.h"
#include "cr_clock.h"
#include "cr_http_router.h"
#include "eureka_page.h"
#include "eureka_routes.h"
#include "eureka_settings.h"

struct eureka {
    struct cr_app *app;
    struct eureka_server *server;
    struct eureka_routes *routes;
    int64_t began_ms;
};

static void eureka_close(struct eureka *eureka)
{
    eureka_routes_free(eureka->routes);
    eureka_server_stop(eureka->server);
    free(eureka);
}

static int eureka_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    const struct eureka_settings *settings = cr_app_settings(app);
    const struct eureka_server_options options = {
        .instances_max = (size_t)settings->instances_max,
        .log = cr_log_get("registry"),
    };
    struct eureka *eureka = calloc(1, sizeof *eureka);
    if (!eureka)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    eureka->app = app;
    eureka->began_ms = cr_clock_ms();
    int rc = eureka_server_open(&options, &eureka->server, err);
    rc = rc ? rc : eureka_routes_new(eureka->server, &eureka->routes, err);
    /* Leases run from the first registration on, which may come before READY. */
    rc = rc ? rc : eureka_server_start(eureka->server, err);
    if (rc)
        eureka_close(eureka);
    else
        *out_state = eureka;
    return rc;
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
}

static void serve_protocol(struct cr_http_request *req, void *ctx)
{
    struct eureka *eureka = ctx;
    eureka_routes_serve(eureka->routes, req);
}

struct page_look {
    struct eureka_page page;
    struct cr_buf out;
};

static void write_page(const struct registry *registry, struct registry_now now, void *ctx)
{
    struct page_look *look = ctx;
    eureka_page_write(&look->page, registry, now, &look->out);
}

static void serve_page(struct cr_http_request *req, void *ctx)
{
    struct eureka *eureka = ctx;
    const struct eureka_settings *settings = cr_app_settings(eureka->app);
    if (!settings->dashboard) {
        cr_http_problem(req, 404, "the page is switched off (eureka.dashboard.enabled)");
        return;
    }
    struct page_look look = {.page = {.environment = settings->environment,
                                      .datacenter = settings->datacenter,
                                      .uptime_ms = cr_clock_ms() - eureka->began_ms}};
    eureka_look(eureka->server, write_page, &look);
    cr_http_answer_header(req, "Content-Security-Policy", EUREKA_PAGE_POLICY);
    cr_http_answer_header(req, "X-Content-Type-Options", "nosniff");
    cr_http_answer_header(req, "Cache-Control", "no-store");
    cr_http_answer_buf(req, 200, "text/html; charset=utf-8", &look.out);
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
    {"GET", EUREKA_PAGE_STYLE_PATH, serve_style, 0, "the page's style sheet"},
    {"GET", "/eureka/**", serve_protocol, 0, PROTOCOL},
    {"POST", "/eureka/**", serve_protocol, EUREKA_BODY_MAX, PROTOCOL},
    {"PUT", "/eureka/**", serve_protocol, 0, PROTOCOL},
    {"DELETE", "/eureka/**", serve_protocol, 0, PROTOCOL},
    {"OPTIONS", "/eureka/**", serve_protocol, 0, PROTOCOL},
};

const struct cr_module eureka_module = {
    .name = "registry",
    .open = eureka_open,
    .stop = eureka_stop,
    .health = eureka_health,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
