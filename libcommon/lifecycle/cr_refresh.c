/* Refreshes the settings of a running daemon. */
#include "cr_refresh.h"

#include <stdlib.h>

#include "cr_app_private.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_json_writer.h"
#include "cr_log.h"
#include "cr_modules.h"
#include "cr_notify.h"

enum { WAITING_MAX = 64, KEEP_REPLACED_MS = 10 * 60 * 1000, AGAIN_MS = 2000 };

struct waiters {
    struct cr_http_request *requests[WAITING_MAX];
    size_t count;
};

struct cr_refresh {
    struct cr_app *app;
    struct cr_mutex lock;
    struct waiters next;    /* under the lock: for the next run */
    bool wanted;            /* under the lock */
    bool draining;          /* under the lock */
    struct waiters current; /* main's: for the run under way */
    struct cr_thread thread;
    bool again;           /* main's: nobody asked for the run under way */
    int64_t again_due_ms; /* main's */

    /* Written by the thread before it says so. */
    struct cr_environment *loaded;
    struct cr_config_answer answer;
    struct cr_err err;
    int rc;
    atomic_bool done;
};

struct cr_refresh *cr_refresh_new(struct cr_app *app)
{
    struct cr_refresh *refresh = calloc(1, sizeof *refresh);
    if (!refresh)
        return NULL;
    refresh->app = app;
    refresh->again_due_ms = cr_clock_ms() + AGAIN_MS;
    cr_mutex_init(&refresh->lock);
    return refresh;
}

void cr_refresh_request(struct cr_refresh *refresh, struct cr_http_request *req)
{
    bool taken = false;
    {
        CR_LOCKED(&refresh->lock);
        if (!refresh->draining && refresh->next.count < WAITING_MAX) {
            refresh->next.requests[refresh->next.count++] = req;
            refresh->wanted = true;
            taken = true;
        }
    }
    if (taken)
        cr_signals_wake(&refresh->app->signals);
    else
        cr_http_problem(req, 503,
                        "no refresh now: the daemon is ending, or %d requests wait for one",
                        (int)WAITING_MAX);
}

/* --- answers --- */

static void answer_failure(struct waiters *waiters, int status, const char *text)
{
    for (size_t i = 0; i < waiters->count; i++)
        cr_http_problem(waiters->requests[i], status, "%s", text);
    waiters->count = 0;
}

static void answer_keys(struct waiters *waiters, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < waiters->count; i++) {
        CR_AUTO(cr_buf) body = {0};
        struct cr_json_writer w;
        cr_json_init(&w, &body);
        cr_json_begin_array(&w);
        for (size_t k = 0; k < count; k++)
            cr_json_text(&w, keys[k]);
        cr_json_end_array(&w);
        cr_http_answer_buf(waiters->requests[i], 200, "application/json", &body);
    }
    waiters->count = 0;
}

/* --- the thread --- */

static void load(void *ctx)
{
    struct cr_refresh *refresh = ctx;
    struct cr_app *app = refresh->app;
    CR_AUTO_ENVIRONMENT local = NULL;
    refresh->rc = cr_config_environment(&app->input, NULL, &local, &refresh->err);
    const struct cr_config_question question = {
        .local = local, .client = app->client, .log = app->log, .again = refresh->again};
    if (refresh->rc == 0)
        refresh->rc = cr_config_ask(&app->input, &question, &refresh->answer, &refresh->loaded,
                                    &refresh->err);
    atomic_store(&refresh->done, true);
    cr_signals_wake(&app->signals);
}

/* --- main's part --- */

/* Frees what was replaced long ago; that of the start stays, fixed texts point into it. */
static void free_old(const struct cr_app *app, struct cr_config *newest, int64_t now_ms)
{
    struct cr_config *younger = newest;
    for (struct cr_config *config = newest->older; config; config = younger->older) {
        if (config != app->boot_config && config->replaced_ms + KEEP_REPLACED_MS < now_ms) {
            younger->older = config->older;
            cr_config_free(config);
        } else {
            younger = config;
        }
    }
}

static void publish(struct cr_app *app, struct cr_config *fresh)
{
    struct cr_config *before = cr_app_config(app);
    int64_t now_ms = cr_clock_ms();
    before->replaced_ms = now_ms;
    fresh->older = before;
    atomic_store(&app->config, fresh);
    free_old(app, fresh, now_ms);
}

/* What is known of the settings' origin, and which of them wait for a restart. */
static void tell(struct cr_refresh *refresh, struct cr_arena *arena, size_t changed)
{
    struct cr_app *app = refresh->app;
    CR_AUTO(cr_buf) keys = {0};
    size_t restart = cr_config_restart_keys(&app->tables, app->boot_config->environment,
                                            cr_app_environment(app), arena, &keys);
    const char *listed = cr_buf_status(&keys) == 0 && restart > 0 ? keys.data : "";
    bool came = cr_config_state_partial(&app->config_state) && !refresh->answer.partial;
    cr_config_state_set(&app->config_state, &refresh->answer);
    cr_config_state_restart(&app->config_state, listed);
    if (came) {
        cr_log_info(app->log, "config.arrived", "%s", refresh->answer.origin);
        cr_config_warn_of_profiles(cr_app_environment(app), app->log);
    }
    cr_log_info(app->log, "refresh.done", "%zu keys changed, %zu values wait for a restart%s%s",
                changed, restart, restart > 0 ? ": " : "", listed);
}

/* Binds and publishes what was loaded; *out_keys are all changed keys, in arena. */
static int apply(struct cr_refresh *refresh, struct cr_arena *arena, const char *const **out_keys,
                 size_t *out_count, struct cr_err *err)
{
    struct cr_app *app = refresh->app;
    struct cr_config *before = cr_app_config(app);
    struct cr_config *fresh = NULL;
    struct cr_changes changes = {0};
    int rc =
        cr_environment_changes(before->environment, refresh->loaded, arena, out_keys, out_count);
    if (rc == 0)
        rc = cr_config_live_changes(&app->tables, *out_keys, *out_count, arena, &changes);
    if (rc != 0)
        return cr_err_set(err, rc, "no memory");
    rc = cr_config_new(&app->input, refresh->loaded, before, &fresh, err);
    if (rc != 0)
        return rc;
    publish(app, fresh);
    cr_config_refresh_logging(fresh->environment, &changes);
    cr_modules_reload(app, &changes);
    tell(refresh, arena, *out_count);
    return 0;
}

/* Once for each reason when nobody asked, and once a time when somebody did. */
static void fail(struct cr_refresh *refresh)
{
    struct cr_app *app = refresh->app;
    bool fresh = cr_config_state_problem(&app->config_state, refresh->err.text);
    if (fresh || !refresh->again)
        cr_log_warn(app->log, "refresh.failed", "%s; the settings stay as they were",
                    refresh->err.text);
    answer_failure(&refresh->current, 500, refresh->err.text);
}

static void finish(struct cr_refresh *refresh)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *const *keys = NULL;
    size_t count = 0;
    cr_thread_join(&refresh->thread);
    refresh->again_due_ms = cr_clock_ms() + AGAIN_MS;
    if (!arena)
        refresh->rc = cr_err_set(&refresh->err, CR_ENOMEM, "no memory");
    if (refresh->rc == 0 && refresh->again && refresh->answer.partial)
        (void)cr_config_state_problem(&refresh->app->config_state, refresh->answer.problem);
    else if (refresh->rc == 0)
        refresh->rc = apply(refresh, arena, &keys, &count, &refresh->err);
    if (refresh->rc == 0)
        answer_keys(&refresh->current, keys, count);
    else
        fail(refresh);
    cr_environment_unref(refresh->loaded);
    refresh->loaded = NULL;
    if (!refresh->again)
        cr_notify("READY=1");
}

static bool is_again_due(const struct cr_refresh *refresh)
{
    return cr_config_state_partial(&refresh->app->config_state) &&
           cr_clock_ms() >= refresh->again_due_ms;
}

static void start(struct cr_refresh *refresh)
{
    {
        CR_LOCKED(&refresh->lock);
        bool signalled = atomic_exchange(&refresh->app->refresh_wanted, false);
        refresh->again = !refresh->wanted && !signalled;
        if ((refresh->again && !is_again_due(refresh)) || refresh->draining)
            return;
        refresh->wanted = false;
        refresh->current = refresh->next;
        refresh->next.count = 0;
    }
    atomic_store(&refresh->done, false);
    if (!refresh->again)
        cr_notify("RELOADING=1");
    int rc = cr_thread_start(&refresh->thread, "refresh", load, refresh, &refresh->err);
    if (rc != 0)
        answer_failure(&refresh->current, 503, refresh->err.text);
}

int cr_refresh_wait_ms(struct cr_refresh *refresh)
{
    if (refresh->thread.started || !cr_config_state_partial(&refresh->app->config_state))
        return -1;
    return (int)cr_max_i64(refresh->again_due_ms - cr_clock_ms(), 0);
}

void cr_refresh_turn(struct cr_refresh *refresh)
{
    if (refresh->thread.started && atomic_load(&refresh->done))
        finish(refresh);
    if (!refresh->thread.started)
        start(refresh);
}

void cr_refresh_drain(struct cr_refresh *refresh)
{
    {
        CR_LOCKED(&refresh->lock);
        refresh->draining = true;
    }
    answer_failure(&refresh->current, 503, "the daemon is ending");
    answer_failure(&refresh->next, 503, "the daemon is ending"); /* nobody adds any more */
}

bool cr_refresh_wait(struct cr_refresh *refresh, int64_t wait_ms)
{
    int64_t deadline_ms = cr_clock_ms() + wait_ms;
    struct cr_signals only_wakes = {-1, refresh->app->signals.wake_fd};
    while (refresh->thread.started && !atomic_load(&refresh->done)) {
        int64_t left_ms = deadline_ms - cr_clock_ms();
        if (left_ms <= 0)
            return false;
        (void)cr_signals_wait(&only_wakes, (int)left_ms);
    }
    return true;
}

void cr_refresh_free(struct cr_refresh *refresh)
{
    if (!refresh)
        return;
    cr_thread_join(&refresh->thread);
    cr_environment_unref(refresh->loaded);
    cr_mutex_fini(&refresh->lock);
    free(refresh);
}
