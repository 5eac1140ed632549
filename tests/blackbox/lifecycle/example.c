/* A daemon with one of everything that the spine offers, for the lifecycle tests. */
#include "example.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_commands.h"
#include "cr_http_client.h"
#include "cr_http_router.h"
#include "cr_int.h"
#include "cr_json_writer.h"
#include "cr_log.h"
#include "cr_settings.h"

struct example_settings {
    const char *greeting;
    const char *fixed;
    const char *password;
    int64_t count;
    int64_t open_ms;
    const char *fails;
};

#define FIELD(name) offsetof(struct example_settings, name)

static const struct cr_setting rows[] = {
    {"example.greeting", CR_SETTING_TEXT, FIELD(greeting), "hello", 0, 0, CR_SETTING_LIVE,
     "What GET /hello answers."},
    {"example.fixed", CR_SETTING_TEXT, FIELD(fixed), "as started", 0, 0, CR_SETTING_RESTART,
     "A text that only a restart changes."},
    {"example.password", CR_SETTING_TEXT, FIELD(password), NULL, 0, 0, CR_SETTING_SECRET,
     "A secret."},
    {"example.count", CR_SETTING_INT, FIELD(count), "3", 1, 10, CR_SETTING_LIVE, "A small number."},
    {"example.open-ms", CR_SETTING_DURATION, FIELD(open_ms), "0", 0, 60000, CR_SETTING_RESTART,
     "How long the first module takes to open."},
    {"example.fails", CR_SETTING_TEXT, FIELD(fails), "", 0, 0, CR_SETTING_RESTART,
     "Where the start fails: open or start."},
};

/* --- modules --- */

struct part {
    struct cr_app *app;
    atomic_int status;
};

static void pause_ms(int64_t ms)
{
    usleep((useconds_t)ms * 1000);
}

static int part_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    const struct example_settings *settings = cr_app_settings(app);
    cr_log_info(cr_log_get("example.part"), "part.opening", "for %lld ms",
                (long long)settings->open_ms);
    pause_ms(settings->open_ms);
    if (strcmp(settings->fails, "open") == 0)
        return cr_err_set(err, CR_EINVAL, "example.fails: 'open' makes it fail; choose another");
    struct part *part = calloc(1, sizeof *part);
    if (!part)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    part->app = app;
    atomic_store(&part->status, CR_HEALTH_UP);
    *out_state = part;
    return 0;
}

static int part_start(struct cr_app *app, void *state, struct cr_err *err)
{
    (void)state;
    const struct example_settings *settings = cr_app_settings(app);
    if (strcmp(settings->fails, "start") == 0)
        return cr_err_set(err, CR_EUNAVAILABLE, "nobody is there; start somebody");
    cr_log_info(cr_log_get("example.part"), "part.started", "port %d", cr_app_port(app));
    return 0;
}

static void part_drain(struct cr_app *app, void *state)
{
    (void)app;
    (void)state;
    cr_log_info(cr_log_get("example.part"), "part.drained", NULL);
}

static void part_stop(struct cr_app *app, void *state)
{
    (void)app;
    cr_log_info(cr_log_get("example.part"), "part.stopped", NULL);
    free(state);
}

static void part_health(void *state, struct cr_health *health)
{
    struct part *part = state;
    cr_health_set(health, (enum cr_health_status)atomic_load(&part->status));
    cr_health_detail(health, "answer", "%d \"quoted\"", 42);
}

static void part_reload(struct cr_app *app, void *state, const struct cr_changes *changes)
{
    (void)state;
    const struct example_settings *settings = cr_app_settings(app);
    cr_log_info(cr_log_get("example.part"), "part.reloaded", "%zu keys, greeting %s, %s",
                changes->count, cr_changes_has(changes, "example.greeting") ? "changed" : "kept",
                settings->greeting);
}

/* Sets the health of the part: POST /part/DOWN. */
static void part_set(struct cr_http_request *req, void *ctx)
{
    static const char *const words[] = {"UNKNOWN", "UP", "OUT_OF_SERVICE", "DOWN"};
    struct part *part = ctx;
    for (int i = 0; i < (int)CR_COUNT(words); i++)
        if (cr_slice_is(cr_http_param(req, "status"), words[i]))
            atomic_store(&part->status, i);
    cr_http_answer(req, 204, NULL, (struct cr_slice){NULL, 0});
}

static const struct cr_http_route part_routes[] = {
    {"POST", "/part/{status}", part_set, 0, "Sets the health of the part"},
};

static int circuits_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    (void)out_state;
    struct cr_command *command = NULL;
    struct cr_command_properties properties = cr_command_defaults;
    properties.circuit_force_open = true;
    return cr_commands_get(cr_app_commands(app), CR_SLICE("Ask"), CR_SLICE("Example"), &properties,
                           &command, err);
}

static const struct cr_module modules[] = {
    {.name = "part",
     .open = part_open,
     .start = part_start,
     .drain = part_drain,
     .stop = part_stop,
     .health = part_health,
     .reload = part_reload,
     .readiness = true,
     .routes = part_routes,
     .route_count = CR_COUNT(part_routes)},
    {.name = "circuits", .open = circuits_open},
};

/* --- routes of the daemon --- */

static void answer_text(struct cr_http_request *req, const char *text)
{
    cr_http_answer(req, 200, "text/plain", cr_slice_of(text));
}

static void hello(struct cr_http_request *req, void *ctx)
{
    const struct example_settings *settings = cr_app_settings(ctx);
    CR_AUTO(cr_buf) body = {0};
    cr_buf_printf(&body, "%s|%s", settings->greeting, settings->fixed);
    cr_http_answer_buf(req, 200, "text/plain", &body);
}

static void answer_late(void *ctx)
{
    answer_text(ctx, "late");
}

/* Answers after ?ms= on the client's thread. */
static void slow(struct cr_http_request *req, void *ctx)
{
    int64_t ms = 0;
    uint64_t id = 0;
    if (cr_int_parse(cr_http_query(req, "ms"), 0, 60000, &ms) != 0)
        cr_http_problem(req, 400, "ms: not a number");
    else if (cr_http_client_after(cr_app_http_client(ctx), ms, answer_late, req, &id) != 0)
        cr_http_problem(req, 503, "ending");
}

static void own_info(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    answer_text(req, "mine");
}

static void fail(struct cr_http_request *req, void *ctx)
{
    answer_text(req, "failing");
    cr_app_stop(ctx, CR_EXIT_FAILURE);
}

static void log_something(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_log_debug(cr_log_get("example.chatty"), "chat.debug", "a word");
    answer_text(req, "logged");
}

static const struct cr_http_route routes[] = {
    {"GET", "/hello", hello, 0, "Greets"},
    {"GET", "/slow", slow, 0, "Answers after ?ms="},
    {"GET", "/info", own_info, 0, "Hides the alias"},
    {"POST", "/fail", fail, 0, "Ends the daemon with an error"},
    {"POST", "/log", log_something, 0, "Writes a debug line"},
};

/* --- the config source --- */

/* Serves example.remote ("text of example.greeting") after example.remote-wait-ms. */
static int ask_remote(const struct cr_config_question *question, struct cr_arena *arena,
                      struct cr_config_answer *out_answer, struct cr_err *err)
{
    const struct cr_environment *local = question->local;
    const char *greeting = cr_environment_text(local, "example.remote", NULL, arena);
    const char *wait = cr_environment_text(local, "example.remote-wait-ms", "0", arena);
    int64_t ms = 0;
    if (cr_int_parse(cr_slice_of(wait), 0, 60000, &ms) == 0 && ms > 0) {
        cr_log_info(question->log, "remote.waiting", "%lld ms", (long long)ms);
        if (question->waiting)
            question->waiting(question->ctx, "waits for nobody");
        pause_ms(ms);
    }
    if (!greeting)
        return 0;
    if (strcmp(greeting, "away") == 0)
        return cr_err_set(err, CR_EUNAVAILABLE, "the config server is away; start it first");
    struct cr_environment_remote *remote = cr_arena_alloc(arena, sizeof *remote);
    struct cr_flat_pair *pair = cr_arena_alloc(arena, sizeof *pair);
    if (!remote || !pair)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    pair->key = CR_SLICE("example.greeting");
    pair->text = cr_slice_of(greeting);
    remote->name = "remote";
    remote->doc = (struct cr_flat_doc){pair, 1};
    out_answer->remotes = (struct cr_environment_remotes){remote, 1};
    return 0;
}

static int check(const void *settings, const struct cr_environment *environment, struct cr_err *err)
{
    (void)environment;
    const struct example_settings *example = settings;
    if (strcmp(example->greeting, example->fixed) == 0)
        return cr_err_set(err, CR_EINVAL, "example.greeting: must differ from example.fixed");
    return 0;
}

static const char *const prefixes[] = {"example"};

const struct cr_daemon example_daemon = {
    .name = "example-daemon",
    .summary = "shows each door of the spine to the tests",
    .version = "1.2.3",
    .application = "example",
    .port = 8080,
    .settings = rows,
    .setting_count = CR_COUNT(rows),
    .settings_size = sizeof(struct example_settings),
    .prefixes = prefixes,
    .prefix_count = CR_COUNT(prefixes),
    .check = check,
    .modules = modules,
    .module_count = CR_COUNT(modules),
    .routes = routes,
    .route_count = CR_COUNT(routes),
    .config_source = ask_remote,
    .commands_max = 4,
    .examples = "  example-daemon --server.port=0 --example.greeting=hi\n",
};
