/* push_routes: a hook is read, proven, answered with the applications it concerns, and makes us
 * look. */
#include "push_routes.h"

#include <stdlib.h>

#include "asked.h"
#include "changed_services.h"
#include "config_routes.h"
#include "config_settings.h"
#include "config_watch.h"
#include "cr_app.h"
#include "cr_arena.h"
#include "cr_clock.h"
#include "cr_environment.h"
#include "cr_http_basic.h"
#include "cr_http_router.h"
#include "cr_json_writer.h"
#include "cr_log.h"
#include "cr_metrics.h"
#include "hook.h"
#include "hook_proof.h"

enum {
    HOOK_BYTES_MAX = 4 * 1024 * 1024,
    HOOK_MEMORY_MAX = 64 * 1024 * 1024, /* of its tree */
};

struct push {
    const struct config_settings *settings;
    struct config_service *service;
    struct config_watch *watch;
    const struct config_site *site;
    const struct cr_log *log;
    struct cr_counter *heard, *refused;
};

/* --- POST /monitor --- */

static struct cr_slice header_of(void *ctx, const char *name)
{
    return cr_http_header(ctx, name);
}

static unsigned unheard(const struct config_settings *settings)
{
    const struct {
        bool heard;
        enum hook_host host;
    } kinds[] = {
        {settings->hears_github, HOOK_GITHUB}, {settings->hears_gitlab, HOOK_GITLAB},
        {settings->hears_gitee, HOOK_GITEE},   {settings->hears_gogs, HOOK_GOGS},
        {settings->hears_gitea, HOOK_GITEA},   {settings->hears_bitbucket, HOOK_BITBUCKET},
        {settings->hears_azure, HOOK_AZURE},
    };
    unsigned bits = 0;
    for (size_t i = 0; i < CR_COUNT(kinds); i++)
        bits |= kinds[i].heard ? 0 : 1U << kinds[i].host;
    return bits;
}

/* The route is an open one: the secret stands for the server's user and password, which hosts that
 * sign have no place for. Without a secret these are wanted. */
static bool is_proven(const struct push *push, struct cr_http_request *req,
                      const struct hook_request *request)
{
    struct cr_slice secret = cr_slice_of(push->settings->monitor_secret);
    if (secret.len == 0)
        return cr_http_standing(req) != CR_HTTP_STRANGER;
    return hook_is_proven(request, secret, cr_clock_wall_ms());
}

static void answer_refused(struct cr_http_request *req, int code, const struct cr_err *err)
{
    int status = code == CR_EINVAL ? 415 : code == CR_ENOMEM ? 500 : 400;
    cr_http_problem(req, status, "%s", err->text);
}

/* As Spring answers: the names in the order in which they were found. */
static int answer_names(struct cr_http_request *req, const struct hook *hook,
                        struct cr_arena *arena, struct cr_err *err)
{
    const struct cr_slice *names = NULL;
    size_t count = 0;
    int rc = changed_services(hook->paths, hook->path_count, arena, &names, &count, err);
    if (rc < 0)
        return rc;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &body);
    cr_json_begin_array(&w);
    for (size_t i = 0; i < count; i++)
        cr_json_string(&w, names[i]);
    cr_json_end_array(&w);
    cr_http_answer_buf(req, 200, "application/json", &body);
    return 0;
}

static void post_monitor(struct cr_http_request *req, void *ctx)
{
    const struct push *push = ctx;
    const struct hook_request request = {header_of, req, cr_http_body(req)};
    CR_AUTO_ARENA arena = cr_arena_new(HOOK_MEMORY_MAX);
    struct cr_err err = {0};
    struct hook hook = {0};
    if (!is_proven(push, req, &request)) {
        cr_counter_add(push->refused, 1);
        cr_log_warn(push->log, "config.hook", "a hook from %s does not know %s", cr_http_peer(req),
                    *push->settings->monitor_secret ? "crema.config.monitor.secret"
                                                    : "the server's user and password");
        cr_http_answer_header(req, "WWW-Authenticate", CR_HTTP_BASIC_CHALLENGE);
        cr_http_problem(req, 401,
                        "no signature, token or password shows that the sender knows the "
                        "secret of the hooks");
        return;
    }
    int rc = arena ? hook_read(&request, unheard(push->settings), arena, &hook, &err)
                   : cr_err_set(&err, CR_ENOMEM, "out of memory");
    if (rc == 0)
        rc = answer_names(req, &hook, arena, &err);
    if (rc < 0) {
        cr_counter_add(push->refused, 1);
        answer_refused(req, rc, &err);
        return;
    }
    cr_counter_add(push->heard, 1);
    if (hook.host == HOOK_NONE)
        return;
    cr_log_info(push->log, "config.hook", "%s: %zu files changed, says %s",
                hook_host_name(hook.host), hook.path_count, cr_http_peer(req));
    config_service_refresh(push->service);
}

/* --- GET /config/watch --- */

static void get_watch(struct cr_http_request *req, void *ctx)
{
    const struct push *push = ctx;
    const struct config_site *site = push->site;
    if (!asked_enters(req, site))
        return;
    bool sees_all = site->access.count == 0 || cr_http_standing(req) == CR_HTTP_KNOWN;
    config_watch_serve(push->watch, req, sees_all ? NULL : &(size_t){asked_reader(req, site)});
}

static const struct cr_http_route routes[] = {
    {"POST", "/monitor", post_monitor, HOOK_BYTES_MAX,
     "A git host tells that something was pushed; answers with the applications it concerns."},
    {"GET", "/config/watch", get_watch, 0,
     "Which applications changed, at once, as server-sent events."},
};

/* --- the module --- */

static int open_module(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct push *push = calloc(1, sizeof(*push));
    const struct config_site *site = cr_app_module_state(app, config_module.name);
    if (!push)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    push->settings = cr_app_settings(app);
    push->service = site->service;
    push->site = site;
    push->log = cr_log_get("config");
    push->heard =
        cr_metrics_counter("config.hooks", "Push notifications of git hosts", "outcome=\"heard\"");
    push->refused = cr_metrics_counter("config.hooks", "Push notifications of git hosts",
                                       "outcome=\"refused\"");
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *password =
        cr_environment_text(cr_app_environment(app), "spring.security.user.password", "", arena);
    const struct config_watch_options options = {
        .service = push->service,
        .access = &site->access,
        .open = !*password,
        .watchers_max = (size_t)push->settings->watchers_max,
    };
    int rc = config_watch_new(&options, &push->watch, err);
    if (rc < 0) {
        config_watch_free(push->watch);
        free(push);
        return rc;
    }
    *out_state = push;
    return 0;
}

static void drain_module(struct cr_app *app, void *state)
{
    struct push *push = state;
    (void)app;
    config_watch_stop(push->watch);
}

static void stop_module(struct cr_app *app, void *state)
{
    struct push *push = state;
    (void)app;
    config_watch_free(push->watch);
    free(push);
}

const struct cr_module push_module = {
    .name = "configPush",
    .open = open_module,
    .drain = drain_module,
    .stop = stop_module,
    .routes = routes,
    .route_count = CR_COUNT(routes),
};
