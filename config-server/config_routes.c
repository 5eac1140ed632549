/* config_routes: GET /{application}/{profiles}[/{label}], and the module around the service. */
#include "config_routes.h"

#include "accept.h"
#include "config_health.h"
#include "config_service.h"
#include "cr_app.h"
#include "cr_http_request.h"
#include "cr_http_router.h"
#include "cr_log.h"
#include "cr_module.h"
#include "cr_wire_environment.h"
#include "init_repo.h"

#define RETRY_AFTER_S "5"

/* A request that was refused: 400, or 404 for a path that is another kind's. */
static void answer_refused(struct cr_http_request *req, int code, const struct cr_err *err)
{
    cr_http_problem(req,
                    code == CR_ENOTFOUND ? 404
                    : code == CR_ENOMEM  ? 500
                                         : 400,
                    "%s", err->text);
}

/* The configuration that could not be had: an unknown label is 404, a remote repository that was
 * never fetched 503, what stands in the files 500. */
static void answer_failed(struct cr_http_request *req, const struct config_request *request,
                          bool origins, int code, const struct cr_err *err)
{
    if (code == CR_ENOTFOUND) {
        cr_http_problem(req, 404, "%s", err->text);
        return;
    }
    if (code == CR_EINVAL) {
        cr_http_problem(req, 400, "%s", err->text);
        return;
    }
    if (code == CR_EUNAVAILABLE) {
        cr_http_answer_header(req, "Retry-After", RETRY_AFTER_S);
        cr_http_problem(req, 503, "%s", err->text);
        return;
    }
    struct cr_slice label = request->label.ptr ? request->label : CR_SLICE("null");
    cr_http_problem(req, 500,
                    "Could not construct context for config=%.*s profile=%.*s label=%.*s "
                    "includeOrigin=%s: %s",
                    CR_SLICE_ARG(request->name), CR_SLICE_ARG(request->profiles),
                    CR_SLICE_ARG(label), origins ? "true" : "false", err->text);
}

/* A request that was understood, in its own arena. */
struct asked {
    struct config_wait wait;
    struct cr_http_request *req;
    struct config_service *service;
    struct config_request request;
    struct config_view_options view;
};

static void answer(struct config_wait *wait)
{
    struct asked *asked = CR_CONTAINER(wait, struct asked, wait);
    struct cr_err err = {0};
    CR_AUTO(cr_buf) body = {0};
    bool origins = asked->view.view == CONFIG_VIEW_V2;
    int rc = config_service_answer(asked->service, &asked->request, &asked->view, &body, &err);
    if (rc < 0)
        answer_failed(asked->req, &asked->request, origins, rc, &err);
    else
        cr_http_answer_buf(asked->req, 200, origins ? CR_WIRE_ENVIRONMENT_V2 : "application/json",
                           &body);
}

/* A walk: the three segments are checked, the form is chosen, the service answers: now, or when
 * what it has is fresh enough. */
static void get_environment(struct cr_http_request *req, void *ctx)
{
    struct cr_err err = {0};
    struct asked *asked = cr_arena_alloc(cr_http_arena(req), sizeof(*asked));
    if (!asked) {
        cr_http_problem(req, 500, "out of memory");
        return;
    }
    *asked = (struct asked){.req = req, .service = ctx};
    int rc = config_request_parse(cr_http_param(req, "name"), cr_http_param(req, "profiles"),
                                  cr_http_param(req, "label"), cr_http_arena(req), &asked->request,
                                  &err);
    if (rc < 0) {
        answer_refused(req, rc, &err);
        return;
    }
    enum accept_form form = accept_form(cr_http_header(req, "Accept"));
    if (form == ACCEPT_NONE) {
        cr_http_problem(req, 406, "this answer is application/json or %s", CR_WIRE_ENVIRONMENT_V2);
        return;
    }
    asked->view.view = form == ACCEPT_ORIGINS ? CONFIG_VIEW_V2 : CONFIG_VIEW_V1;
    config_wait_init(&asked->wait, answer);
    if (!config_service_wait(asked->service, &asked->request, &asked->wait))
        answer(&asked->wait);
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
    struct config_service *service = NULL;
    const struct cr_log *log = cr_log_get("config");
    int rc = init_repo_when_missing(cr_app_settings(app), log, err);
    if (rc == 0)
        rc = config_service_open(cr_app_settings(app), cr_app_home(app), log, &service, err);
    if (rc < 0)
        return rc;
    *out_state = service;
    return 0;
}

static void drain_module(struct cr_app *app, void *state)
{
    (void)app;
    config_service_drain(state);
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
    config_health(state, health);
}

const struct cr_module config_module = {
    .name = "configServer",
    .open = open_module,
    .drain = drain_module,
    .stop = stop_module,
    .health = module_health,
    .readiness = true, /* nobody should ask a server that has nothing to serve yet */
    .reload = reload_module,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
