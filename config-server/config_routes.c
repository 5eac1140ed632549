/* config_routes: which path is whose, and the module around the service. */
#include "config_routes.h"

#include <stdlib.h>

#include "config_health.h"
#include "cr_app.h"
#include "cr_http_router.h"
#include "cr_log.h"
#include "cr_module.h"
#include "environment_routes.h"
#include "flat_path.h"
#include "init_repo.h"
#include "resource_routes.h"

/* A walk: the raw path is split and decoded; the number of its segments, the last one's ending and
 * the Accept header tell whose it is. */
static void get_three(struct cr_http_request *req, const struct config_site *site,
                      const struct config_path *path)
{
    enum accept_form form = accept_form(cr_http_header(req, "Accept"));
    bool default_label = cr_http_query(req, "useDefaultLabel").ptr != NULL;
    if (default_label || form == ACCEPT_NONE)
        resource_get(req, site, path, default_label);
    else
        environment_get(req, site, path, form);
}

static void get_two(struct cr_http_request *req, const struct config_site *site,
                    const struct config_path *path)
{
    enum accept_form form = accept_form(cr_http_header(req, "Accept"));
    if (flat_path_has_ending(path->segments[1]))
        flat_get(req, site, path);
    else if (form == ACCEPT_NONE)
        cr_http_problem(req, 406, "this answer is application/json or %s", CR_WIRE_ENVIRONMENT_V2);
    else
        environment_get(req, site, path, form);
}

static void get(struct cr_http_request *req, void *ctx)
{
    const struct config_site *site = ctx;
    struct cr_err err = {0};
    struct config_path path;
    struct cr_slice prefix = cr_slice_of(site->settings->prefix);
    if (!asked_enters(req, site))
        return;
    int rc = config_path_parse(cr_http_path(req), prefix, cr_http_arena(req), &path, &err);
    if (rc == 0 && prefix.len == 0 && cr_slice_is(path.segments[0], "actuator"))
        rc = cr_err_set(&err, CR_ENOTFOUND, "no such actuator endpoint");
    if (rc < 0)
        asked_refused(req, rc, &err);
    else if (path.count == 1)
        flat_get(req, site, &path);
    else if (path.count == 2)
        get_two(req, site, &path);
    else if (path.count == 3)
        get_three(req, site, &path);
    else
        resource_get(req, site, &path, false);
}

static const struct cr_http_route routes[] = {
    {"GET", "/{file}", get, 0,
     "{name}-{profiles}.yml, .yaml, .properties or .json: all sources as one text."},
    {"GET", "/{name}/{profiles}", get, 0,
     "The configuration of applications under profiles, at the default label; or a flat text at a "
     "label: /{label}/{name}-{profiles}.yml."},
    {"GET", "/{name}/{profiles}/{label}", get, 0,
     "The same at a branch, tag or commit; (_) stands for a slash. With ?useDefaultLabel: a file "
     "at "
     "the default label."},
    {"GET", "/{name}/{profiles}/{label}/**", get, 0,
     "A file of the repository, as text with its placeholders resolved, or as bytes."},
};

/* --- the module --- */

static void warn_of_shared_folders(const struct config_site *site)
{
    const char *path = config_service_shared_path(site->service);
    if (site->access.count > 0 && path)
        cr_log_warn(site->log, "config.access",
                    "the search path '%s' may give the 'application' files in the folder of an "
                    "application that has a token to others: use {application} by itself",
                    path);
}

static int open_module(struct cr_app *app, void **out_state, struct cr_err *err)
{
    const struct cr_log *log = cr_log_get("config");
    struct config_site *site = calloc(1, sizeof(*site));
    if (!site)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    site->settings = cr_app_settings(app);
    site->log = log;
    site->arena = cr_arena_new(0);
    const struct config_service_options options = {
        .settings = site->settings,
        .environment = cr_app_environment(app),
        .home = cr_app_home(app),
        .log = log,
    };
    int rc = site->arena ? access_read(options.environment, site->arena, &site->access, err)
                         : cr_err_set(err, CR_ENOMEM, "out of memory");
    if (rc == 0)
        rc = init_repo_when_missing(options.settings, options.environment, log, err);
    if (rc == 0)
        rc = config_service_open(&options, &site->service, err);
    if (rc < 0) {
        cr_arena_free(site->arena);
        free(site);
        return rc;
    }
    warn_of_shared_folders(site);
    *out_state = site;
    return 0;
}

static bool end_wanted(void *ctx)
{
    return cr_app_end_wanted(ctx);
}

/* Here rather than in open: who asks whether the process lives is answered meanwhile. */
static int start_module(struct cr_app *app, void *state, struct cr_err *err)
{
    struct config_site *site = state;
    return config_service_await_clones(site->service, end_wanted, app, err);
}

static void drain_module(struct cr_app *app, void *state)
{
    (void)app;
    struct config_site *site = state;
    config_service_drain(site->service);
}

static void stop_module(struct cr_app *app, void *state)
{
    (void)app;
    struct config_site *site = state;
    config_service_close(site->service);
    cr_arena_free(site->arena);
    free(site);
}

static void reload_module(struct cr_app *app, void *state, const struct cr_changes *changes)
{
    (void)app;
    (void)changes;
    struct config_site *site = state;
    config_service_refresh(site->service);
}

static void module_health(void *state, struct cr_health *health)
{
    struct config_site *site = state;
    config_health(site->service, health);
}

const struct cr_module config_module = {
    .name = "configServer",
    .open = open_module,
    .start = start_module,
    .drain = drain_module,
    .stop = stop_module,
    .health = module_health,
    .readiness = true, /* nobody should ask a server that has nothing to serve yet */
    .reload = reload_module,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
