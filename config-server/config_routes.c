/* config_routes: GET /{application}/{profiles}[/{label}], and the module around the service. */
#include "config_routes.h"

#include "accept.h"
#include "config_service.h"
#include "cr_app.h"
#include "cr_clock.h"
#include "cr_http_request.h"
#include "cr_http_router.h"
#include "cr_log.h"
#include "cr_module.h"
#include "cr_wire_environment.h"

/* A request that was refused: 400, or 404 for a path that is another kind's. */
static void answer_refused(struct cr_http_request *req, int code, const struct cr_err *err)
{
    cr_http_problem(req,
                    code == CR_ENOTFOUND ? 404
                    : code == CR_ENOMEM  ? 500
                                         : 400,
                    "%s", err->text);
}

/* The configuration that could not be had: an unknown label is 404, what stands in the files 500.
 */
static void answer_failed(struct cr_http_request *req, const struct config_request *request,
                          bool origins, int code, const struct cr_err *err)
{
    if (code == CR_ENOTFOUND) {
        cr_http_problem(req, 404, "%s", err->text);
        return;
    }
    struct cr_slice label = request->label.ptr ? request->label : CR_SLICE("null");
    cr_http_problem(req, 500,
                    "Could not construct context for config=%.*s profile=%.*s label=%.*s "
                    "includeOrigin=%s: %s",
                    CR_SLICE_ARG(request->name), CR_SLICE_ARG(request->profiles),
                    CR_SLICE_ARG(label), origins ? "true" : "false", err->text);
}

/* A walk: the three segments are checked, the form is chosen, the service answers. */
static void get_environment(struct cr_http_request *req, void *ctx)
{
    struct config_service *service = ctx;
    struct config_request request;
    struct cr_err err = {0};
    int rc = config_request_parse(cr_http_param(req, "name"), cr_http_param(req, "profiles"),
                                  cr_http_param(req, "label"), cr_http_arena(req), &request, &err);
    if (rc < 0) {
        answer_refused(req, rc, &err);
        return;
    }
    enum accept_form form = accept_form(cr_http_header(req, "Accept"));
    if (form == ACCEPT_NONE) {
        cr_http_problem(req, 406, "this answer is application/json or %s", CR_WIRE_ENVIRONMENT_V2);
        return;
    }
    bool origins = form == ACCEPT_ORIGINS;
    CR_AUTO(cr_buf) body = {0};
    rc = config_service_answer(service, &request, origins, &body, &err);
    if (rc < 0)
        answer_failed(req, &request, origins, rc, &err);
    else
        cr_http_answer_buf(req, 200, origins ? CR_WIRE_ENVIRONMENT_V2 : "application/json", &body);
}

static const struct cr_http_route routes[] = {
    {"GET", "/{name}/{profiles}", get_environment, 0,
     "The configuration of applications under profiles, at the default label."},
    {"GET", "/{name}/{profiles}/{label}", get_environment, 0,
     "The same at a branch, tag or commit; (_) stands for a slash."},
};

/* --- the module --- */

static int open_module(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct config_service *service;
    int rc = config_service_open(cr_app_settings(app), cr_log_get("config"), &service, err);
    if (rc < 0)
        return rc;
    *out_state = service;
    return 0;
}

static void stop_module(struct cr_app *app, void *state)
{
    (void)app;
    config_service_close(state);
}

static void reload_module(struct cr_app *app, void *state, const struct cr_changes *changes)
{
    (void)app;
    (void)changes;
    config_service_refresh(state);
}

static void module_health(void *state, struct cr_health *health)
{
    struct config_service_state known;
    char since[CR_RFC3339_SIZE];
    config_service_state(state, &known);
    cr_clock_rfc3339(known.since_wall_ms, since);
    cr_health_detail(health, "repository", "%s", config_service_uri(state));
    cr_health_detail(health, "label", "%s", config_service_default_label(state));
    if (known.version[0])
        cr_health_detail(health, "version", "%s", known.version);
    if (known.problem[0]) {
        cr_health_set(health, CR_HEALTH_DOWN);
        cr_health_detail(health, "error", "%s", known.problem);
    }
    cr_health_detail(health, "since", "%s", since);
    cr_health_detail(health, "cachedAnswers", "%zu", known.cached_answers);
    cr_health_detail(health, "cachedBytes", "%zu", known.cached_bytes);
}

const struct cr_module config_module = {
    .name = "configServer",
    .open = open_module,
    .stop = stop_module,
    .health = module_health,
    .reload = reload_module,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
