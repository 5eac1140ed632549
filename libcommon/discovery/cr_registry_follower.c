/* Which server is followed, and how: by its stream, or by looking. */
#include "cr_registry_follower_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_map.h"
#include "cr_random.h"
#include "cr_registry_poll_private.h"
#include "cr_registry_servers_private.h"
#include "cr_registry_watch_private.h"
#include "cr_thread.h"

enum {
    STEADY_MS = 5000,   /* a stream that lived so long is no flapping one */
    DISAGREE_MS = 2000, /* a hash code may differ for so long: changes that a state has already
                           come with the codes of their time */
};
static const size_t parsed_max_bytes = (size_t)512 * 1024 * 1024;

struct cr_registry_follower {
    struct cr_registry_follower_options options;
    struct cr_registry_link *link;
    struct cr_registry_book *book;
    struct cr_registry_poll *poll;
    struct cr_registry_watch *watch;
    struct cr_thread thread;

    struct cr_mutex mutex; /* of all below; not held while book, poll or watch work */
    struct cr_cond cond;
    struct cr_map *wanted; /* names in lower case; the values mean nothing */
    bool stopping;
    bool woken; /* the stream has news */
    bool poked;
    struct cr_registry_follower_state state;

    /* The thread's own. */
    struct cr_registry_servers servers;
    size_t watched; /* the server of the stream */
    int64_t opened_ms;
    int64_t distrust_ms; /* when its hash code will have differed for too long */
    bool opened;         /* a stream runs, or its end was not seen to yet */
    bool following;      /* it has said what there is */
    char last_id[CR_REGISTRY_EVENT_ID_MAX];
    bool lost;   /* as logged last */
    bool looked; /* at least once with success */
    int64_t look_ms;
};

/* ---- making and freeing ---- */

/* On the HTTP client's thread. */
static void wake(void *ctx)
{
    struct cr_registry_follower *follower = ctx;
    CR_LOCKED(&follower->mutex);
    follower->woken = true;
    cr_cond_signal(&follower->cond);
}

static int make_parts(struct cr_registry_follower *follower, struct cr_err *err)
{
    const struct cr_registry_follower_options *options = &follower->options;
    const struct cr_registry_watch_options watch = {
        .http = options->link.http,
        .connect_ms = options->link.connect_timeout_ms,
        .head_ms = options->link.timeout_ms,
        .idle_ms = options->silence_ms,
        .event_max = options->link.body_max_bytes,
        .wake = wake,
        .ctx = follower,
    };
    int rc = cr_registry_link_new(&options->link, &follower->link, err);
    if (rc)
        return rc;
    follower->wanted = cr_map_new(CR_REGISTRY_WANTED_MAX, NULL);
    follower->book = cr_registry_book_new(&options->book);
    follower->watch = cr_registry_watch_new(&watch);
    const struct cr_registry_poll_options poll = {
        .link = follower->link,
        .log = options->log,
        .book = follower->book,
        .pace_ms = options->fetch_ms,
    };
    follower->poll = cr_registry_poll_new(&poll);
    return follower->wanted && follower->book && follower->watch && follower->poll
               ? 0
               : cr_err_set(err, CR_ENOMEM, "registry: no memory");
}

int cr_registry_follower_new(const struct cr_registry_follower_options *options,
                             struct cr_registry_follower **out_follower, struct cr_err *err)
{
    struct cr_registry_follower *follower = calloc(1, sizeof *follower);
    if (!follower)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    follower->options = *options;
    follower->poked = true;
    cr_mutex_init(&follower->mutex);
    cr_cond_init(&follower->cond);
    int rc = make_parts(follower, err);
    follower->servers.count = rc ? 0 : cr_registry_link_count(follower->link);
    for (size_t i = 0; !options->watches && i < follower->servers.count; i++)
        follower->servers.at[i] =
            (struct cr_registry_server){.answers = true, .watch_ms = INT64_MAX};
    follower->options.link.urls = NULL;
    follower->options.book.cache_path = NULL;
    if (rc)
        cr_registry_follower_free(follower);
    else
        *out_follower = follower;
    return rc;
}

void cr_registry_follower_free(struct cr_registry_follower *follower)
{
    if (!follower)
        return;
    cr_mutex_lock(&follower->mutex);
    follower->stopping = true;
    cr_cond_broadcast(&follower->cond);
    cr_mutex_unlock(&follower->mutex);
    if (follower->link)
        cr_registry_link_interrupt(follower->link);
    cr_thread_join(&follower->thread);
    cr_registry_watch_free(follower->watch);
    cr_registry_poll_free(follower->poll);
    cr_registry_book_free(follower->book);
    cr_registry_link_free(follower->link);
    cr_map_free(follower->wanted);
    cr_cond_fini(&follower->cond);
    cr_mutex_fini(&follower->mutex);
    free(follower);
}

/* ---- state and its log lines ---- */

static bool is_stopping(struct cr_registry_follower *follower)
{
    CR_LOCKED(&follower->mutex);
    return follower->stopping;
}

/* How things stand in the book, for others. */
static void note_book(struct cr_registry_follower *follower)
{
    struct cr_registry_book_state book = cr_registry_book_state(follower->book);
    CR_LOCKED(&follower->mutex);
    follower->state.kept = book.kept;
    follower->state.confirmed_ms = book.confirmed_ms;
}

static void worked(struct cr_registry_follower *follower, enum cr_registry_source source)
{
    char url[256];
    cr_registry_book_work(follower->book, cr_clock_ms()); /* whoever is told may look */
    cr_registry_link_url(follower->link, url, sizeof url);
    cr_mutex_lock(&follower->mutex);
    bool news = follower->state.source != source || follower->lost;
    follower->state.source = source;
    follower->state.fetched = true;
    follower->state.problem[0] = '\0';
    cr_mutex_unlock(&follower->mutex);
    follower->lost = false;
    if (news && source == CR_REGISTRY_BY_WATCH)
        cr_log_info(follower->options.log, "registry.fetched",
                    "the instances are known; %s tells each change as it happens", url);
    else if (news)
        cr_log_info(follower->options.log, "registry.fetched",
                    "the instances are known; %s is asked for changes every %" PRId64 " ms", url,
                    follower->options.fetch_ms);
}

static void lost(struct cr_registry_follower *follower, const char *problem)
{
    if (is_stopping(follower))
        return;
    if (!follower->lost)
        cr_log_warn(follower->options.log, "registry.fetch-failed",
                    "going on with what is known, for at most %" PRId64 " s, and trying again: %s",
                    follower->options.book.trust_ms / 1000, problem);
    follower->lost = true;
    cr_registry_book_doubt(follower->book, cr_clock_ms());
    struct cr_registry_book_state book = cr_registry_book_state(follower->book);
    CR_LOCKED(&follower->mutex);
    follower->state.source = book.from_disk   ? CR_REGISTRY_BY_DISK
                             : book.confirmed ? CR_REGISTRY_BY_MEMORY
                                              : CR_REGISTRY_BY_NOTHING;
    snprintf(follower->state.problem, sizeof follower->state.problem, "%s", problem);
}

static void note_forgotten(const struct cr_registry_follower *follower, bool forgotten)
{
    if (forgotten)
        cr_registry_lease_renew(follower->options.lease);
}

/* ---- the stream ---- */

static struct cr_registry_self self_of(const struct cr_registry_follower *follower)
{
    return cr_registry_lease_self(follower->options.lease);
}

static int take_document(struct cr_registry_follower *follower,
                         const struct cr_registry_event *event, bool *out_agrees,
                         struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(parsed_max_bytes);
    struct cr_wire_document document = {0};
    bool forgotten = false;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_wire_document_read(cr_buf_view(&event->data), arena, &document, err);
    if (rc)
        return rc;
    if (event->type == CR_REGISTRY_STATE)
        rc = cr_registry_book_replace(follower->book, &document.instances, self_of(follower),
                                      cr_clock_ms(), &forgotten);
    else
        rc = cr_registry_book_change(follower->book, &document, self_of(follower), cr_clock_ms(),
                                     out_agrees, &forgotten);
    note_forgotten(follower, forgotten);
    return rc ? cr_err_set(err, rc, "%zu instances: %s", document.instances.count, cr_code_name(rc))
              : 0;
}

static void end_stream(struct cr_registry_follower *follower)
{
    cr_registry_watch_close(follower->watch);
    follower->opened = false;
    follower->following = false;
}

/* The server is asked for another one after pause_ms, and looked at meanwhile. */
static void give_up_stream(struct cr_registry_follower *follower, int64_t pause_ms, bool answers)
{
    end_stream(follower);
    cr_registry_servers_rest(&follower->servers, follower->watched, cr_clock_ms(), pause_ms,
                             answers);
}

/* What it sends makes no sense, or does not add up: it begins anew with everything, later if it has
 * only just begun. */
static void distrust_stream(struct cr_registry_follower *follower, const char *problem)
{
    cr_log_warn(follower->options.log, "registry.watch-distrusted", "%s: %s",
                cr_registry_link_shown(follower->link, follower->watched), problem);
    bool steady = cr_clock_ms() - follower->opened_ms >= STEADY_MS;
    follower->last_id[0] = '\0';
    give_up_stream(follower, steady ? 0 : CR_REGISTRY_WATCH_AGAIN_MS, !steady);
}

static void take_event(struct cr_registry_follower *follower, const struct cr_registry_event *event)
{
    struct cr_err err = {0};
    bool agrees = true;
    if (event->type == CR_REGISTRY_RESET) {
        follower->last_id[0] = '\0'; /* a state follows */
        return;
    }
    if (take_document(follower, event, &agrees, &err)) {
        distrust_stream(follower, err.text);
        return;
    }
    if (agrees)
        follower->distrust_ms = INT64_MAX;
    else
        follower->distrust_ms = cr_min_i64(follower->distrust_ms, cr_clock_ms() + DISAGREE_MS);
    memcpy(follower->last_id, event->id, sizeof follower->last_id);
    if (follower->following)
        return;
    follower->following = true;
    cr_registry_link_prefer(follower->link, follower->watched);
    cr_registry_poll_restart(follower->poll);
}

/* The stream broke, or never came. All are away only when no other server is left to try. */
static void lose_stream(struct cr_registry_follower *follower, const char *problem)
{
    bool steady = follower->following && cr_clock_ms() - follower->opened_ms >= STEADY_MS;
    int64_t wake_ms = INT64_MAX;
    end_stream(follower);
    if (steady)
        cr_registry_servers_steady(&follower->servers, follower->watched);
    cr_registry_servers_away(&follower->servers, follower->watched, cr_clock_ms(),
                             cr_random_seed());
    bool left = cr_registry_servers_answer(&follower->servers) ||
                cr_registry_servers_due(&follower->servers, 0, cr_clock_ms(), &wake_ms) <
                    follower->servers.count;
    if (!steady && !left)
        lost(follower, problem);
}

static void see_to_end(struct cr_registry_follower *follower,
                       const struct cr_registry_watch_state *ended)
{
    char problem[512];
    snprintf(problem, sizeof problem, "%s: %s",
             cr_registry_link_shown(follower->link, follower->watched), ended->problem);
    cr_log_debug(follower->options.log, "registry.watch-ended", "%s", problem);
    if (ended->end == CR_REGISTRY_WATCH_NONE)
        give_up_stream(follower, CR_REGISTRY_WATCH_AGAIN_MS, true);
    else if (ended->end == CR_REGISTRY_WATCH_BUSY)
        give_up_stream(follower, cr_max_i64(ended->retry_after_ms, CR_REGISTRY_BUSY_AGAIN_MS),
                       true);
    else if (ended->end == CR_REGISTRY_WATCH_BAD)
        distrust_stream(follower, ended->problem);
    else
        lose_stream(follower, problem);
}

static void tend_stream(struct cr_registry_follower *follower)
{
    if (!follower->opened)
        return;
    struct cr_registry_watch_state state;
    cr_registry_watch_state(follower->watch, &state); /* first: no event may come behind an end */
    while (follower->opened) {
        CR_AUTO(cr_registry_event) *event = cr_registry_watch_next(follower->watch);
        if (!event)
            break;
        take_event(follower, event);
    }
    if (follower->opened && follower->distrust_ms <= cr_clock_ms())
        distrust_stream(follower, "its hash code is not that of what it told");
    if (!follower->opened)
        return;
    if (follower->following) {
        cr_registry_book_confirm(follower->book, state.heard_ms);
        worked(follower, CR_REGISTRY_BY_WATCH);
    }
    if (state.end != CR_REGISTRY_WATCH_RUNS)
        see_to_end(follower, &state);
}

/* Opens the stream of the first server whose turn it is; else *wake_ms is when one's comes. */
static void open_stream(struct cr_registry_follower *follower, int64_t now_ms, int64_t *wake_ms)
{
    size_t index = cr_registry_servers_due(
        &follower->servers, cr_registry_link_current(follower->link), now_ms, wake_ms);
    if (index == follower->servers.count)
        return;
    follower->watched = index;
    follower->opened_ms = now_ms;
    follower->distrust_ms = INT64_MAX;
    follower->opened = true;
    int rc = cr_registry_watch_open(follower->watch, cr_registry_link_server(follower->link, index),
                                    follower->last_id);
    if (rc)
        lose_stream(follower, cr_code_name(rc));
}

/* ---- looking ---- */

static bool something_missing(struct cr_registry_follower *follower)
{
    CR_LOCKED(&follower->mutex);
    struct cr_instances_pin pin = cr_instances_pin(follower->options.book.instances);
    bool missing = false;
    size_t cursor = 0;
    struct cr_slice name;
    void *value = NULL;
    while (!missing && cr_map_next(follower->wanted, &cursor, &name, &value)) {
        const struct cr_service *service = cr_snapshot_service(pin.snapshot, name);
        missing = !service || service->up_count == 0;
    }
    cr_instances_unpin(follower->options.book.instances, &pin);
    return missing;
}

static void look(struct cr_registry_follower *follower)
{
    struct cr_err err = {0};
    bool forgotten = false;
    int rc = cr_registry_poll_look(follower->poll, self_of(follower), &forgotten, &err);
    note_forgotten(follower, forgotten);
    if (rc) {
        lost(follower, err.text);
        return;
    }
    follower->last_id[0] = '\0'; /* what is known is not the stream's any more */
    follower->looked = true;
    worked(follower, CR_REGISTRY_BY_POLL);
}

/* Looks, if that is due and there is no stream; *wake_ms: else when it is. */
static void look_if_due(struct cr_registry_follower *follower, bool poked, int64_t *wake_ms)
{
    if (follower->following || !cr_registry_servers_answer(&follower->servers))
        return;
    if (poked || follower->look_ms <= cr_clock_ms()) {
        int64_t began_ms = cr_clock_ms();
        look(follower);
        bool eager = !follower->looked || something_missing(follower);
        follower->look_ms =
            began_ms + (eager ? follower->options.eager_ms : follower->options.fetch_ms);
    }
    *wake_ms = cr_min_i64(*wake_ms, follower->look_ms);
}

/* ---- the thread ---- */

/* Waits; false at the end. */
static bool rest(struct cr_registry_follower *follower, int64_t wake_ms, bool *out_poked)
{
    CR_LOCKED(&follower->mutex);
    while (!follower->stopping && !follower->woken && !follower->poked && cr_clock_ms() < wake_ms) {
        if (wake_ms == INT64_MAX)
            cr_cond_wait(&follower->cond, &follower->mutex);
        else
            cr_cond_wait_until(&follower->cond, &follower->mutex, wake_ms);
    }
    *out_poked = follower->poked;
    follower->poked = false;
    follower->woken = false;
    return !follower->stopping;
}

static void run(void *ctx)
{
    struct cr_registry_follower *follower = ctx;
    int64_t wake_ms = 0;
    bool poked = false;
    while (rest(follower, wake_ms, &poked)) {
        wake_ms = INT64_MAX;
        tend_stream(follower);
        if (!follower->opened)
            open_stream(follower, cr_clock_ms(), &wake_ms);
        look_if_due(follower, poked, &wake_ms);
        wake_ms = cr_min_i64(wake_ms, cr_registry_book_work(follower->book, cr_clock_ms()));
        if (follower->opened)
            wake_ms = cr_min_i64(wake_ms, follower->distrust_ms);
        note_book(follower);
    }
}

int cr_registry_follower_start(struct cr_registry_follower *follower, struct cr_err *err)
{
    return cr_thread_start(&follower->thread, "discovery", run, follower, err);
}

/* ---- for the other threads ---- */

int cr_registry_follower_want(struct cr_registry_follower *follower, struct cr_slice service_id)
{
    if (service_id.len == 0)
        return CR_EINVAL;
    CR_LOCKED(&follower->mutex);
    if (cr_map_get(follower->wanted, service_id))
        return 0;
    int rc = cr_map_put(follower->wanted, service_id, follower);
    follower->poked = true;
    cr_cond_signal(&follower->cond);
    return rc;
}

void cr_registry_follower_poke(struct cr_registry_follower *follower)
{
    CR_LOCKED(&follower->mutex);
    follower->poked = true;
    cr_cond_signal(&follower->cond);
}

void cr_registry_follower_state(struct cr_registry_follower *follower,
                                struct cr_registry_follower_state *out_state)
{
    cr_mutex_lock(&follower->mutex);
    *out_state = follower->state;
    cr_mutex_unlock(&follower->mutex);
    cr_registry_link_url(follower->link, out_state->url, sizeof out_state->url);
}
