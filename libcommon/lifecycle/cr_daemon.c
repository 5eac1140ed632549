/* The spine: the stages of every daemon's life, in their order. */
#include "cr_daemon.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_actuator.h"
#include "cr_app_private.h"
#include "cr_clock.h"
#include "cr_commands.h"
#include "cr_file.h"
#include "cr_http_client.h"
#include "cr_http_global.h"
#include "cr_hystrix_stream.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_memory_limit.h"
#include "cr_modes.h"
#include "cr_modules.h"
#include "cr_notify.h"
#include "cr_refresh.h"
#include "cr_run_file.h"

enum {
    STOP_GRACE_MS = 3000, /* for modules to stop after the requests were drained */
    REFRESH_WAIT_MS = 250,
    ARENAS_MAX = 2,
};

/* --- the stages of the start --- */

/* Whose is it, when we may not write there? A volume of another user is the usual reason. */
static int check_writable(const char *folder, struct cr_err *err)
{
    struct stat status;
    if (access(folder, W_OK | X_OK) == 0)
        return 0;
    int reason = errno;
    if (reason != EACCES || stat(folder, &status) != 0)
        return cr_err_errno(err, CR_EIO, reason, "'%s'", folder);
    return cr_err_set(err, CR_EIO,
                      "'%s' belongs to uid %ld, mode %04o; chown it, or choose another folder",
                      folder, (long)status.st_uid, (unsigned)status.st_mode & 07777);
}

static int make_home(struct cr_app *app, const struct cr_environment *local, struct cr_err *err)
{
    CR_AUTO(cr_buf) run = {0};
    char resolved[PATH_MAX];
    const char *home = cr_environment_text(local, "crema.home", ".crema/0", app->arena);
    cr_buf_printf(&run, "%s/run", home);
    int rc = cr_buf_status(&run) != 0 ? CR_ENOMEM : cr_file_make_dirs(run.data, 0700, err);
    if (rc == CR_EIO && access(home, F_OK) == 0 && access(run.data, F_OK) != 0)
        (void)check_writable(home, err);
    if (rc == 0 && !realpath(home, resolved))
        rc = cr_err_errno(err, CR_EIO, errno, "'%s'", home);
    if (rc == 0)
        rc = check_writable(run.data, err);
    if (rc != 0)
        return cr_err_prefix(err, "crema.home '%s' cannot be used by uid %ld: ", home,
                             (long)geteuid());
    app->home = cr_arena_text(app->arena, resolved);
    app->admin_socket = cr_run_socket_path(resolved, app->daemon->name, app->arena);
    return app->home && app->admin_socket ? 0 : cr_err_set(err, CR_ENOMEM, "no memory");
}

/* For --healthcheck, while nobody can be asked yet. */
static void note(void *ctx, const char *text)
{
    const struct cr_app *app = ctx;
    cr_run_note(app->home, app->daemon->name, text);
}

static int ask(struct cr_app *app, const struct cr_environment *local,
               struct cr_environment **out_all, struct cr_err *err)
{
    struct cr_config_answer answer;
    const struct cr_config_question question = {
        .local = local, .client = app->client, .log = app->log, .waiting = note, .ctx = app};
    cr_signals_end_at_once(true);
    int rc = cr_config_ask(&app->input, &question, &answer, out_all, err);
    cr_signals_end_at_once(false);
    if (rc == 0)
        cr_config_state_set(&app->config_state, &answer);
    return rc;
}

/* Two phases: what this machine says, then all of it once the config server has answered. */
static int read_settings(struct cr_app *app, struct cr_err *err)
{
    CR_AUTO_ENVIRONMENT local = NULL;
    CR_AUTO_ENVIRONMENT all = NULL;
    struct cr_config *config = NULL;
    atomic_store(&app->stage, CR_STAGE_SETTINGS);
    int rc = cr_config_environment(&app->input, NULL, &local, err);
    if (rc != 0)
        return rc == CR_ENOMEM ? rc : CR_EINVAL;
    cr_config_apply_logging(local);
    rc = make_home(app, local, err);
    if (rc == 0)
        rc = cr_http_client_new(NULL, &app->client, err);
    if (rc != 0)
        return rc == CR_EINVAL ? CR_EIO : rc;
    note(app, "asks for its settings");
    rc = ask(app, local, &all, err);
    if (rc != 0)
        return rc == CR_EPARSE ? CR_EINVAL : rc;
    rc = cr_config_new(&app->input, all, NULL, &config, err);
    if (rc != 0)
        return rc == CR_ENOMEM ? rc : CR_EINVAL;
    cr_config_apply_logging(all);
    app->boot_config = config;
    atomic_store(&app->config, config);
    return 0;
}

static void warn_of(void *ctx, enum cr_settings_severity severity, const char *text)
{
    struct cr_app *app = ctx;
    if (severity == CR_SETTINGS_WARNING)
        cr_log_warn(app->log, "setting.unknown", "%s", text);
}

static int check_settings(struct cr_app *app, struct cr_err *err)
{
    (void)err; /* errors were found while binding; here are the warnings */
    const struct cr_settings_check what = {
        .tables = app->tables.tables,
        .table_count = app->tables.count,
        .prefixes = app->tables.prefixes,
        .prefix_count = app->tables.prefix_count,
    };
    (void)cr_settings_check(&what, cr_app_environment(app), warn_of, app);
    cr_memory_limit_warn(app->log);
    if (!cr_config_state_partial(&app->config_state))
        cr_config_warn_of_profiles(cr_app_environment(app), app->log);
    return 0;
}

static void log_circuit(struct cr_command *command, enum cr_circuit_state from,
                        enum cr_circuit_state to, void *ctx)
{
    struct cr_app *app = ctx;
    const struct cr_log_field fields[] = {
        {"command", cr_slice_of(cr_command_key(command))},
        {"from", cr_slice_of(cr_circuit_state_name(from))},
        {"to", cr_slice_of(cr_circuit_state_name(to))},
    };
    cr_log_write_fields(app->log, to == CR_CIRCUIT_OPEN ? CR_LOG_WARN : CR_LOG_INFO,
                        "circuit.changed", fields, CR_COUNT(fields), NULL);
}

static int make_parts(struct cr_app *app, struct cr_err *err)
{
    if (app->daemon->commands_max > 0) {
        app->commands = cr_commands_new(app->daemon->commands_max, cr_clock_ms());
        if (!app->commands)
            return cr_err_set(err, CR_ENOMEM, "no memory");
        cr_commands_watch(app->commands, log_circuit, app);
        int rc = cr_commands_start(app->commands, err);
        if (rc != 0)
            return rc;
    }
    app->stream = cr_hystrix_stream_new(app->commands, app->client);
    app->refresh = cr_refresh_new(app);
    if (!app->stream || !app->refresh)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_actuator_register_metrics(app);
    return rc == 0 ? 0 : cr_err_set(err, rc, "too many metrics collectors");
}

static int open_modules(struct cr_app *app, struct cr_err *err)
{
    int64_t limit_ms = app->boot_config->spine.drain_ms + STOP_GRACE_MS;
    int rc =
        cr_watchdog_start(&app->watchdog, &app->signals, app->log, CR_WATCH_START, limit_ms, err);
    if (rc != 0)
        return rc;
    atomic_store(&app->stage, CR_STAGE_OPEN);
    return cr_modules_open(app, err);
}

/* What supervisors ask: they have no credentials, and the answer is a word. */
static const char *const open_patterns[] = {"/actuator/health/liveness",
                                            "/actuator/health/readiness"};

/* These and the daemon's own. */
static const char *const *list_open_patterns(struct cr_app *app)
{
    const char *const *own = app->daemon->open_patterns;
    size_t count = CR_COUNT(open_patterns);
    for (size_t i = 0; own && own[i]; i++)
        count++;
    const char **all = cr_arena_array(app->arena, count + 1, sizeof(*all));
    for (size_t i = 0; all && i < count; i++)
        all[i] = i < CR_COUNT(open_patterns) ? open_patterns[i] : own[i - CR_COUNT(open_patterns)];
    return all;
}

static int serve(struct cr_app *app, struct cr_err *err)
{
    const struct cr_spine_settings *spine = &app->boot_config->spine;
    const struct cr_http_server_options options = {
        .host = spine->address,
        .port = (int)spine->port,
        .unix_path = app->daemon->admin_socket ? app->admin_socket : NULL,
        .threads = (unsigned)spine->threads,
        .max_connections = (size_t)spine->connections_max,
        .max_streams = (size_t)spine->streams_max,
        .body_max = (size_t)spine->body_max_bytes,
        .head_ms = spine->head_ms,
        .body_ms = spine->body_ms,
        .idle_ms = spine->idle_ms,
        .answer_ms = spine->answer_ms,
        .user = spine->user,
        .password = spine->password,
        .open_patterns = list_open_patterns(app),
    };
    atomic_store(&app->stage, CR_STAGE_SERVE);
    int rc = options.open_patterns ? cr_actuator_routes(app, err)
                                   : cr_err_set(err, CR_ENOMEM, "no memory");
    if (rc == 0)
        rc = cr_http_server_start(&options, app->routes, app->route_tables, &app->server, err);
    if (rc == CR_EUNAVAILABLE)
        (void)cr_err_prefix(err, "server.port: ");
    if (rc == 0 && !app->daemon->admin_socket)
        cr_app_set_port(app, cr_http_server_port(app->server));
    return rc;
}

static int tell_ready(struct cr_app *app, struct cr_err *err)
{
    int rc = cr_modules_start(app, err);
    cr_watchdog_stop(&app->watchdog);
    if (rc != 0 || cr_app_end_wanted(app))
        return rc;
    /* Whoever finds the file must find a daemon that is ready. */
    atomic_store(&app->stage, CR_STAGE_READY);
    rc = cr_run_file_write(app->home, app->daemon->name, cr_app_port(app), err);
    if (rc != 0)
        return rc;
    app->run_file = true;
    cr_run_note(app->home, app->daemon->name, NULL);
    char port[CR_LOG_INT_SIZE];
    char pid[CR_LOG_INT_SIZE];
    char ms[CR_LOG_INT_SIZE];
    const struct cr_log_field fields[] = {
        {"port", cr_log_int(cr_app_port(app), port)},
        {"pid", cr_log_int(getpid(), pid)},
        {"ms", cr_log_int(cr_clock_ms() - app->started_ms, ms)},
        {"home", cr_slice_of(app->home)},
    };
    cr_log_write_fields(app->log, CR_LOG_INFO, "daemon.ready", fields, CR_COUNT(fields),
                        "%s %s is ready", cr_app_name(app), app->daemon->version);
    cr_notify("READY=1\nSTATUS=ready");
    return 0;
}

/* --- the stages of the end --- */

static void begin_drain(struct cr_app *app, int64_t limit_ms)
{
    struct cr_err err = {0};
    atomic_store(&app->stage, CR_STAGE_DRAIN);
    cr_notify("STOPPING=1");
    cr_log_info(app->log, "daemon.draining", "ending within %lld ms", (long long)limit_ms);
    if (app->server)
        cr_http_server_wind_down(app->server);
    cr_watchdog_stop(&app->watchdog); /* where the start was not finished */
    if (cr_watchdog_start(&app->watchdog, &app->signals, app->log, CR_WATCH_END,
                          limit_ms + STOP_GRACE_MS, &err) != 0)
        cr_log_warn(app->log, "watchdog.failed", "%s; ending without a time limit", err.text);
}

static void drain_server(struct cr_app *app, int64_t deadline_ms)
{
    if (!app->server)
        return;
    cr_watchdog_doing(&app->watchdog, "finishing requests");
    int64_t left_ms = cr_max_i64(deadline_ms - cr_clock_ms(), 0);
    size_t left = cr_http_server_drain(app->server, left_ms);
    if (left > 0)
        cr_log_warn(app->log, "drain.unfinished", "%zu requests were not finished in time", left);
}

/* Leaves the registry, lingers until those who have not heard of it yet have, and only then takes
 * no more; a registry that is slow to answer takes its time from the drain, not from the end. */
static void drain(struct cr_app *app)
{
    const struct cr_config *config = cr_app_config(app);
    int64_t drain_ms = config ? config->spine.drain_ms : 0;
    int64_t linger_ms = config && app->run_file ? config->spine.linger_ms : 0;
    int64_t deadline_ms = cr_clock_ms() + linger_ms + drain_ms;
    begin_drain(app, linger_ms + drain_ms);
    if (app->refresh)
        cr_refresh_drain(app->refresh);
    cr_modules_drain(app, linger_ms, deadline_ms);
    drain_server(app, deadline_ms);
    if (app->run_file)
        cr_run_file_remove(app->home, app->daemon->name);
}

static void free_parts(struct cr_app *app)
{
    cr_refresh_free(app->refresh);
    cr_actuator_unregister_metrics(app);
    cr_watchdog_doing(&app->watchdog, "ending the HTTP client");
    cr_http_client_free(app->client);
    cr_hystrix_stream_free(app->stream);
    cr_commands_free(app->commands);
    struct cr_config *config = cr_app_config(app);
    while (config) {
        struct cr_config *older = config->older;
        cr_config_free(config);
        config = older;
    }
}

static void finish(struct cr_app *app)
{
    int code = atomic_load(&app->exit_code);
    cr_log_info(app->log, "daemon.ended", "exit code %d", code);
}

static void stop(struct cr_app *app)
{
    atomic_store(&app->stage, CR_STAGE_STOP);
    cr_watchdog_doing(&app->watchdog, "stopping the HTTP server");
    cr_http_server_stop(app->server);
    cr_modules_stop(app);
    cr_watchdog_doing(&app->watchdog, "waiting for the config server");
    if (app->refresh && !cr_refresh_wait(app->refresh, REFRESH_WAIT_MS)) {
        /* Nothing depends on its answer any more, and only it still uses what would be freed. */
        finish(app);
        _exit(atomic_load(&app->exit_code));
    }
    free_parts(app);
    cr_watchdog_stop(&app->watchdog);
    finish(app);
}

/* --- a life --- */

static int start(struct cr_app *app, struct cr_err *err)
{
    static int (*const stages[])(struct cr_app *, struct cr_err *) = {
        read_settings, check_settings, make_parts, open_modules, serve, tell_ready,
    };
    for (size_t i = 0; i < CR_COUNT(stages) && !cr_app_end_wanted(app); i++) {
        int rc = stages[i](app, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static void wait_for_end(struct cr_app *app)
{
    while (!atomic_load(&app->stop_wanted)) {
        cr_refresh_turn(app->refresh);
        unsigned events = cr_signals_wait(&app->signals, cr_refresh_wait_ms(app->refresh));
        if (events & CR_SIGNALS_STOP)
            cr_app_stop(app, CR_EXIT_OK);
        if (events & CR_SIGNALS_REFRESH)
            atomic_store(&app->refresh_wanted, true);
    }
}

static int live(struct cr_app *app)
{
    struct cr_err err = {0};
    int rc = start(app, &err);
    if (rc != 0) {
        cr_log_error(app->log, "start.failed", "%s", err.text);
        if (app->home)
            note(app, err.text);
        atomic_store(&app->exit_code, rc == CR_EINVAL ? CR_EXIT_CONFIG : CR_EXIT_FAILURE);
    } else {
        wait_for_end(app);
    }
    drain(app);
    stop(app);
    return atomic_load(&app->exit_code);
}

static int run(const struct cr_config_input *input)
{
    struct cr_err err = {0};
    struct cr_app app = {.daemon = input->daemon,
                         .input = *input,
                         .tables = *input->tables,
                         .log = cr_log_get("lifecycle"),
                         .started_ms = cr_clock_ms()};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    cr_config_state_init(&app.config_state);
    app.arena = arena;
    app.states =
        arena ? cr_arena_array(arena, input->daemon->module_count + 1, sizeof(void *)) : NULL;
    int rc = app.states ? cr_signals_open(&app.signals, &err)
                        : cr_err_set(&err, CR_ENOMEM, "no memory to start with");
    if (rc != 0) {
        cr_log_error(app.log, "start.failed", "%s", err.text);
        return CR_EXIT_FAILURE;
    }
    int code = live(&app);
    cr_signals_close(&app.signals);
    return code;
}

/* Before the settings are read, and where they cannot be: what would be read for crema.log.format
 * is looked for at the two places where a container says it. */
static void choose_format(int argc, char **argv)
{
    const char *format = getenv("CREMA_LOG_FORMAT");
    static const char argument[] = "--crema.log.format=";
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], argument, sizeof argument - 1) == 0)
            format = argv[i] + sizeof argument - 1;
    if (format && strcmp(format, "json") == 0)
        cr_log_set_format(CR_LOG_JSON);
}

/* In the form of a log where somebody collects them, else for the person at the terminal. */
static int complain(const struct cr_daemon *daemon, const char *event, const char *text, int code)
{
    if (cr_log_format() == CR_LOG_JSON)
        cr_log_error(cr_log_get("lifecycle"), event, "%s", text);
    else
        fprintf(stderr, "%s: %s\n", daemon->name, text);
    return code;
}

int cr_daemon_main(const struct cr_daemon *daemon, int argc, char **argv)
{
    static int (*const modes[])(const struct cr_config_input *input) = {
        [CR_MODE_RUN] = run,
        [CR_MODE_HELP] = cr_mode_help,
        [CR_MODE_VERSION] = cr_mode_version,
        [CR_MODE_CHECK] = cr_mode_check,
        [CR_MODE_PRINT] = cr_mode_print,
        [CR_MODE_PROBE] = cr_mode_probe,
        [CR_MODE_MARKDOWN] = cr_mode_markdown,
    };
    struct cr_err err = {0};
    struct cr_args args;
    struct cr_tables tables;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    (void)mallopt(M_ARENA_MAX, ARENAS_MAX);
    cr_log_set_daemon(daemon->name);
    choose_format(argc, argv);
    if (cr_args_parse(argc, argv, &args, &err) != 0)
        return complain(daemon, "usage.wrong", err.text, CR_EXIT_USAGE);
    if (!arena || cr_tables_new(daemon, arena, &tables) != 0 || cr_http_global_init(&err) != 0)
        return complain(daemon, "start.failed", err.code ? err.text : "no memory to start with",
                        CR_EXIT_FAILURE);
    const struct cr_config_input input = {daemon, &args, &tables};
    return modes[args.mode](&input);
}
