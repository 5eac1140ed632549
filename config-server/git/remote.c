/* remote: the thread that fetches, and its state. */
#include "remote.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_metrics.h"
#include "cr_thread.h"
#include "fetch_child.h"

enum {
    TIDYINGS_BROKEN_OFF_MAX = 60,   /* in a row: of a hundred pushes at most one waits */
    TIDY_RETRY_MS = 10 * 60 * 1000, /* after one that failed */
    TIDY_SILENCE_MS = 60 * 1000,    /* a busy machine leaves it little */
};

struct remote {
    struct remote_options options;
    struct cr_thread thread;
    int wake_fd;
    struct cr_counter *fetched, *failed;

    struct cr_mutex lock; /* of all that follows but what is the thread's own */
    bool stopping, draining, wanted, anew;
    bool fetching;
    int64_t due_ms;
    struct remote_wait *waiting; /* for a fetch that begins */
    struct remote_wait *joined;  /* for the one under way */
    struct remote_state state;

    /* The thread's own. */
    struct fetch_child child;
    int last_code;
    bool untidy, tidying; /* tidying: the child does no more than that */
    int tidyings_broken_off;
    int64_t tidy_ms; /* not before */
};

static void wake(struct remote *remote)
{
    const uint64_t one = 1;
    ssize_t written = write(remote->wake_fd, &one, sizeof(one));
    (void)written; /* full means that it is awake */
}

/* --- those who wait --- */

static void release(struct remote_wait *waits)
{
    while (waits) {
        struct remote_wait *next = waits->next; /* done may end the wait's memory */
        waits->done(waits);
        waits = next;
    }
}

static struct remote_wait *take_overdue(struct remote_wait **list, int64_t now_ms)
{
    struct remote_wait *overdue = NULL;
    while (*list) {
        struct remote_wait *wait = *list;
        if (wait->deadline_ms > now_ms) {
            list = &wait->next;
            continue;
        }
        *list = wait->next;
        wait->next = overdue;
        overdue = wait;
    }
    return overdue;
}

static struct remote_wait *take_all(struct remote_wait **list)
{
    struct remote_wait *all = *list;
    *list = NULL;
    return all;
}

static void release_overdue(struct remote *remote, int64_t now_ms)
{
    cr_mutex_lock(&remote->lock);
    int64_t limit_ms = remote->draining || remote->stopping ? INT64_MAX : now_ms;
    struct remote_wait *waiting = take_overdue(&remote->waiting, limit_ms);
    struct remote_wait *joined = take_overdue(&remote->joined, limit_ms);
    cr_mutex_unlock(&remote->lock);
    release(joined);
    release(waiting);
}

static int64_t first_deadline_ms(const struct remote_wait *list, int64_t deadline_ms)
{
    for (; list; list = list->next)
        deadline_ms = cr_min_i64(deadline_ms, list->deadline_ms);
    return deadline_ms;
}

bool remote_wait(struct remote *remote, struct remote_wait *wait)
{
    CR_LOCKED(&remote->lock);
    bool on_demand = remote->options.refresh_ms == 0;
    bool first = !remote->state.tried && !remote->state.mirrored;
    if (remote->draining || remote->stopping || !(on_demand || first))
        return false;
    /* On demand, a fetch that began before is not enough. */
    struct remote_wait **list = remote->fetching && !on_demand ? &remote->joined : &remote->waiting;
    wait->deadline_ms = cr_clock_ms() + remote->options.timeout_ms;
    wait->next = *list;
    *list = wait;
    wake(remote);
    return true;
}

/* --- a fetch --- */

static int64_t retry_ms(const struct remote_options *options)
{
    return options->refresh_ms > 0 ? cr_min_i64(options->refresh_ms, REMOTE_RETRY_MS)
                                   : REMOTE_RETRY_MS;
}

static void note_failure(struct remote *remote, const struct fetch_result *result)
{
    const struct remote_options *options = &remote->options;
    struct remote_state *state = &remote->state;
    cr_counter_add(remote->failed, 1);
    cr_mutex_lock(&remote->lock);
    if (!state->problem[0])
        state->problem_since_wall_ms = cr_clock_wall_ms();
    (void)snprintf(state->problem, sizeof(state->problem), "%s", result->text);
    bool mirrored = state->mirrored;
    cr_mutex_unlock(&remote->lock);
    if (result->code == remote->last_code)
        return;
    cr_log_warn(options->log, "config.remote",
                "%s cannot be fetched: %s; %s, trying again every %lld s", options->url,
                result->text, mirrored ? "serving what is known" : "there is nothing to serve yet",
                (long long)(retry_ms(options) / 1000));
}

/* The log before the state: who waits for the clone at the start is to find its line. */
static void note_success(struct remote *remote, const struct fetch_result *result)
{
    const struct remote_options *options = &remote->options;
    struct remote_state *state = &remote->state;
    cr_counter_add(remote->fetched, 1);
    if (result->put_aside)
        cr_log_warn(options->log, "config.mirror",
                    "the mirror was damaged and is cloned anew; the old one is %s.damaged%s%s",
                    options->mirror, *result->text ? ": " : "", result->text);
    if (!state->mirrored) /* written by this thread alone */
        cr_log_info(options->log, "config.remote", "%s is mirrored in %s", options->url,
                    options->mirror);
    else if (remote->last_code < 0)
        cr_log_info(options->log, "config.remote", "%s can be fetched again", options->url);
    cr_mutex_lock(&remote->lock);
    state->mirrored = true;
    state->problem[0] = '\0';
    state->fetched_wall_ms = cr_clock_wall_ms();
    cr_mutex_unlock(&remote->lock);
}

/* When the next one begins by itself: while they fail, soon; else at the rate. */
static int64_t next_due_ms(const struct remote *remote, int code, int64_t now_ms)
{
    int64_t refresh_ms = remote->options.refresh_ms;
    if (code < 0)
        return now_ms + retry_ms(&remote->options);
    return refresh_ms > 0 ? now_ms + refresh_ms : INT64_MAX;
}

/* The owner hears of the change before those who waited for it go on. */
static void end_fetch(struct remote *remote, const struct fetch_result *result)
{
    if (result->code < 0)
        note_failure(remote, result);
    else
        note_success(remote, result);
    /* One that failed or was killed may have moved some refs before, and said so or not. */
    bool changed = result->moved || (result->code == 0 && remote->last_code < 0);
    remote->last_code = result->code;
    remote->untidy = result->untidy;
    cr_log_debug(remote->options.log, "config.fetch", "ended with %d%s", result->code,
                 result->moved ? ", refs moved" : "");
    if (changed)
        remote->options.changed(remote->options.ctx);
    cr_mutex_lock(&remote->lock);
    remote->fetching = false;
    remote->state.tried = true;
    if (result->put_aside && result->code == 0) /* damage seen meanwhile was in the old one */
        remote->anew = false;
    remote->due_ms = next_due_ms(remote, result->code, cr_clock_ms());
    struct remote_wait *joined = take_all(&remote->joined);
    cr_mutex_unlock(&remote->lock);
    release(joined);
}

static int start_child(struct remote *remote, const struct fetch_request *request,
                       struct cr_err *err)
{
    const struct remote_options *options = &remote->options;
    int64_t silence_ms = request->tidy ? TIDY_SILENCE_MS : options->timeout_ms;
    const struct fetch_limits limits = {silence_ms, options->fetch_max_ms};
    int rc = fetch_child_start(&remote->child, request, &limits, err);
    if (rc == 0)
        cr_log_debug(options->log, "config.fetch", "%s in process %lld",
                     request->tidy ? "tidies" : "begins", (long long)remote->child.pid);
    return rc;
}

static void begin_fetch(struct remote *remote)
{
    const struct remote_options *options = &remote->options;
    struct fetch_request request = {
        .url = options->url,
        .mirror = options->mirror,
        .username = options->username,
        .password = options->password,
        .ssh = options->ssh,
        .proxies = options->proxies,
        .skip_ssl_validation = options->skip_ssl_validation,
    };
    cr_mutex_lock(&remote->lock);
    request.anew = remote->anew;
    remote->anew = remote->wanted = false;
    remote->fetching = true;
    remote->joined = take_all(&remote->waiting);
    cr_mutex_unlock(&remote->lock);
    struct cr_err err = {0};
    int rc = start_child(remote, &request, &err);
    if (rc == 0)
        return;
    struct fetch_result result = {.code = rc};
    memcpy(result.text, err.text, sizeof(result.text));
    end_fetch(remote, &result);
}

/* --- tidying: while no fetch is due, and given up for one --- */

static void begin_tidying(struct remote *remote)
{
    struct cr_err err = {0};
    const struct fetch_request request = {
        .url = remote->options.url, .mirror = remote->options.mirror, .tidy = true};
    remote->untidy = false;
    remote->tidying = start_child(remote, &request, &err) == 0;
}

static void end_tidying(struct remote *remote, const struct fetch_result *result)
{
    cr_log_debug(remote->options.log, "config.tidied", "ended with %d %s", result->code,
                 result->text);
    remote->tidying = false;
    remote->tidyings_broken_off = 0;
    if (result->code < 0)
        remote->tidy_ms = cr_clock_ms() + TIDY_RETRY_MS;
    if (result->moved)
        remote->options.changed(remote->options.ctx);
}

/* The fetch that comes then says again that it is untidy. */
static void break_off_tidying(struct remote *remote)
{
    fetch_child_kill(&remote->child);
    remote->tidying = false;
    remote->tidyings_broken_off++;
    cr_log_debug(remote->options.log, "config.tidied", "broken off for a fetch");
}

/* --- the thread --- */

/* Where fetches leave no time to tidy between them, one waits for it after all. */
static bool is_held_up(const struct remote *remote)
{
    return remote->tidying && remote->tidyings_broken_off >= TIDYINGS_BROKEN_OFF_MAX;
}

static bool is_due(const struct remote *remote, int64_t now_ms)
{
    return !remote->fetching && !remote->draining && !is_held_up(remote) &&
           (remote->wanted || remote->waiting || now_ms >= remote->due_ms);
}

static bool may_tidy(const struct remote *remote, int64_t now_ms)
{
    return remote->untidy && !remote->fetching && !remote->tidying && !remote->draining &&
           now_ms >= remote->tidy_ms;
}

/* How long to wait for news, as poll(2) takes it. */
static int pause_ms(struct remote *remote, int64_t now_ms)
{
    CR_LOCKED(&remote->lock);
    int64_t next_ms = remote->fetching || is_held_up(remote) ? INT64_MAX : remote->due_ms;
    if (remote->fetching || remote->tidying)
        next_ms = cr_min_i64(next_ms, fetch_child_deadline_ms(&remote->child));
    next_ms = first_deadline_ms(remote->waiting, next_ms);
    next_ms = first_deadline_ms(remote->joined, next_ms);
    if (remote->stopping || is_due(remote, now_ms))
        return 0;
    if (remote->draining && !remote->fetching)
        return -1;
    if (next_ms == INT64_MAX)
        return -1;
    return (int)cr_min_i64(cr_max_i64(next_ms - now_ms, 0), INT_MAX);
}

static void await_news(struct remote *remote)
{
    struct pollfd files[] = {
        {.fd = remote->wake_fd, .events = POLLIN},
        {.fd = remote->fetching || remote->tidying ? remote->child.out_fd : -1, .events = POLLIN},
    };
    (void)poll(files, CR_COUNT(files), pause_ms(remote, cr_clock_ms()));
    uint64_t count;
    if (files[0].revents) {
        ssize_t got = read(remote->wake_fd, &count, sizeof(count));
        (void)got;
    }
}

static void run(void *ctx)
{
    struct remote *remote = ctx;
    for (;;) {
        struct fetch_result result;
        int64_t now_ms = cr_clock_ms();
        if (remote->fetching && fetch_child_take(&remote->child, now_ms, &result))
            end_fetch(remote, &result);
        else if (remote->tidying && fetch_child_take(&remote->child, now_ms, &result))
            end_tidying(remote, &result);
        release_overdue(remote, now_ms);
        cr_mutex_lock(&remote->lock);
        bool stopping = remote->stopping;
        bool due = is_due(remote, now_ms);
        bool tidy = may_tidy(remote, now_ms);
        cr_mutex_unlock(&remote->lock);
        if (stopping)
            break;
        if (due && remote->tidying)
            break_off_tidying(remote);
        if (due)
            begin_fetch(remote);
        else if (tidy)
            begin_tidying(remote);
        await_news(remote);
    }
    if (remote->fetching || remote->tidying)
        fetch_child_kill(&remote->child);
    release_overdue(remote, INT64_MAX);
}

/* --- from outside --- */

void remote_state(struct remote *remote, struct remote_state *out_state)
{
    CR_LOCKED(&remote->lock);
    *out_state = remote->state;
    out_state->next_ms = remote->fetching ? 0
                         : remote->due_ms == INT64_MAX
                             ? -1
                             : cr_max_i64(remote->due_ms - cr_clock_ms(), 1);
}

bool remote_is_mirrored(struct remote *remote)
{
    CR_LOCKED(&remote->lock);
    return remote->state.mirrored;
}

int64_t remote_fetched_wall_ms(struct remote *remote)
{
    CR_LOCKED(&remote->lock);
    return remote->state.fetched_wall_ms;
}

static void set(struct remote *remote, bool *flag)
{
    cr_mutex_lock(&remote->lock);
    *flag = true;
    cr_mutex_unlock(&remote->lock);
    wake(remote);
}

void remote_refresh(struct remote *remote)
{
    set(remote, &remote->wanted);
}

/* Not at once: what is damaged at the remote too would be cloned without end. */
void remote_damaged(struct remote *remote)
{
    cr_mutex_lock(&remote->lock);
    remote->due_ms = cr_min_i64(remote->due_ms, cr_clock_ms() + REMOTE_RETRY_MS);
    cr_mutex_unlock(&remote->lock);
    set(remote, &remote->anew);
}

void remote_drain(struct remote *remote)
{
    set(remote, &remote->draining);
}

static void read_last_time(struct remote *remote)
{
    struct stat info;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s.lock", remote->options.mirror);
    if (remote->options.mirrored && stat(path, &info) == 0)
        remote->state.fetched_wall_ms = (int64_t)info.st_mtim.tv_sec * 1000;
}

static void free_remote(struct remote *remote)
{
    cr_closep(&remote->wake_fd);
    cr_mutex_fini(&remote->lock);
    free(remote);
}

int remote_start(const struct remote_options *options, struct remote **out_remote,
                 struct cr_err *err)
{
    static const char name[] = "config.fetches", help[] = "Fetches of the remote repository";
    struct remote *remote = calloc(1, sizeof(*remote));
    if (!remote)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    cr_mutex_init(&remote->lock);
    remote->options = *options;
    remote->state.mirrored = options->mirrored;
    remote->due_ms = options->mirrored && options->refresh_ms < 0 ? INT64_MAX : 0;
    remote->fetched = cr_metrics_counter(name, help, "outcome=\"done\"");
    remote->failed = cr_metrics_counter(name, help, "outcome=\"failed\"");
    read_last_time(remote);
    remote->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int rc = remote->wake_fd < 0 ? cr_err_errno(err, CR_EIO, errno, "git remote: eventfd")
                                 : cr_thread_start(&remote->thread, "git-remote", run, remote, err);
    if (rc < 0)
        free_remote(remote);
    else
        *out_remote = remote;
    return rc;
}

void remote_stop(struct remote *remote)
{
    if (!remote)
        return;
    set(remote, &remote->stopping);
    cr_thread_join(&remote->thread);
    free_remote(remote);
}
