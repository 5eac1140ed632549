/* The consumer's sweep thread: reads the owner's feed and applies what the topic did not bring.
 *
 * It goes through the same inbox as the topic's records, so a sweep that finds nothing missing
 * changes nothing but the position. The youngest events are left to the topic while that works.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_consumer_private.h"
#include "cr_int.h"

enum {
    PAGE_ARENA_MAX = 256 << 20,
    YOUNG_MS = 2000,
    ALONE_INTERVAL_MS = 1000, /* while no broker brings events */
    SPACING_MS = 200,
    RETRY_FIRST_MS = 250,
    RETRY_LAST_MS = 5000,
};

struct sweep {
    struct cr_consumer *consumer;
    struct cr_arena *arena;
    struct cr_feed page;
    int64_t position;
    int64_t young_from_wall_ms; /* events at or after it are left to the topic; INT64_MAX: none */
    int64_t old_before_wall_ms; /* older ones should have come by the topic */
    bool count_repairs;
    bool restarted; /* from the feed's beginning, once a sweep */
    bool finished;
    struct cr_consumer_tally tally;
};

static int load_position(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct sweep *sweep = ctx;
    return cr_inbox_position(&sweep->consumer->inbox, tx, &sweep->position, err);
}

static int fetch_page(struct sweep *sweep, struct cr_err *err)
{
    const struct cr_consumer_options *options = &sweep->consumer->options;
    struct cr_feed_query query = {sweep->position, CR_FEED_LIMIT_DEFAULT, {NULL, 0}};
    CR_AUTO(cr_buf) body = {.max = CR_FEED_BODY_MAX};
    int rc = options->fetch(options->ctx, &query, &body, err);
    if (rc < 0)
        return rc;
    rc = cr_buf_status(&body);
    if (rc < 0)
        return cr_err_set(err, rc, "feed of %s: the answer is too large", options->source);
    cr_arena_reset(sweep->arena);
    rc = cr_feed_parse(cr_buf_view(&body), sweep->arena, &sweep->page, err);
    if (rc < 0)
        cr_err_prefix(err, "feed of %s: ", options->source);
    return rc;
}

/* The next event's version does not follow: read everything again once, then it cannot be helped.
 */
static int resolve_gap(struct sweep *sweep, struct cr_tx *tx, const struct cr_event *event,
                       struct cr_err *err)
{
    if (sweep->restarted)
        return cr_inbox_park(&sweep->consumer->inbox, tx, event, NULL,
                             "an earlier version is not in the owner's feed", err);
    sweep->restarted = true;
    sweep->position = 0;
    return CR_ECONFLICT;
}

static int take_event(struct sweep *sweep, struct cr_tx *tx, const struct cr_event *event,
                      struct cr_err *err)
{
    enum cr_inbox_result result;
    int rc = cr_inbox_take(&sweep->consumer->inbox, tx, event, NULL, &result, err);
    if (rc < 0)
        return rc;
    if (result == CR_INBOX_GAP) {
        rc = resolve_gap(sweep, tx, event, err);
        result = CR_INBOX_PARKED;
    }
    if (rc < 0)
        return rc;
    cr_consumer_tally_add(&sweep->tally, result);
    sweep->tally.dropped = 0; /* that an event is here already is the normal case of a sweep */
    if (result == CR_INBOX_APPLIED && sweep->count_repairs &&
        cr_event_wall_ms(event->time) < sweep->old_before_wall_ms)
        sweep->tally.repaired++;
    return 0;
}

static int apply_page(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct sweep *sweep = ctx;
    sweep->tally = (struct cr_consumer_tally){0};
    int64_t position = sweep->page.next;
    sweep->finished = position >= sweep->page.head;
    for (size_t i = 0; i < sweep->page.count; i++) {
        const struct cr_event *event = &sweep->page.events[i];
        if (cr_event_wall_ms(event->time) >= sweep->young_from_wall_ms) {
            position = event->seq - 1;
            sweep->finished = true;
            break;
        }
        int rc = take_event(sweep, tx, event, err);
        if (rc < 0)
            return rc;
    }
    sweep->position = position;
    return cr_inbox_set_position(&sweep->consumer->inbox, tx, position, err);
}

/* The owner's store is another one: what was swept means nothing to it. */
static bool begins_anew(struct sweep *sweep)
{
    if (sweep->page.head >= sweep->position || sweep->restarted)
        return false;
    const struct cr_consumer_options *options = &sweep->consumer->options;
    if (options->log)
        cr_log_warn(options->log, "consumer.feed.shrank",
                    "feed of %s ends at %lld, %lld was read: from the beginning", options->source,
                    (long long)sweep->page.head, (long long)sweep->position);
    sweep->restarted = true;
    sweep->position = 0;
    return true;
}

static int sweep_page(struct sweep *sweep, struct cr_err *err)
{
    struct cr_consumer *consumer = sweep->consumer;
    int rc = fetch_page(sweep, err);
    if (rc < 0 || begins_anew(sweep))
        return rc;
    bool restarted = sweep->restarted;
    rc = cr_store_write(consumer->options.store, apply_page, sweep, err);
    if (rc == CR_ECONFLICT && !restarted && sweep->restarted)
        return 0;
    if (rc < 0)
        return rc;
    cr_consumer_count(consumer, &sweep->tally);
    CR_LOCKED(&consumer->mutex);
    consumer->status.feed_position = sweep->position;
    return 0;
}

/* One sweep, to the head or to the young events. */
static int sweep_all(struct sweep *sweep, struct cr_err *err)
{
    sweep->restarted = false;
    sweep->finished = false;
    int rc = cr_store_read(sweep->consumer->options.store, load_position, sweep, err);
    while (rc == 0 && !sweep->finished && !cr_consumer_stopping(sweep->consumer))
        rc = sweep_page(sweep, err);
    return rc;
}

/* --- when --- */

/* Until due, or until somebody wants a sweep, or the connection changes what is due. */
static bool wait_turn(struct cr_consumer *consumer, int64_t last_ms, bool *out_wanted)
{
    CR_LOCKED(&consumer->mutex);
    for (;;) {
        int64_t interval_ms = consumer->options.sweep_interval_ms;
        if (!consumer->status.connected)
            interval_ms = cr_min_i64(interval_ms, ALONE_INTERVAL_MS);
        if (consumer->sweep_wanted)
            interval_ms = SPACING_MS;
        if (consumer->stopping)
            return false;
        if (cr_clock_ms() >= last_ms + interval_ms)
            break;
        cr_cond_wait_until(&consumer->wake, &consumer->mutex, last_ms + interval_ms);
    }
    *out_wanted = consumer->sweep_wanted;
    consumer->sweep_wanted = false;
    return true;
}

static void plan(struct sweep *sweep, bool wanted)
{
    struct cr_consumer *consumer = sweep->consumer;
    int64_t now_ms = cr_clock_wall_ms();
    CR_LOCKED(&consumer->mutex);
    bool to_head = wanted || !consumer->status.connected || !consumer->status.swept;
    sweep->young_from_wall_ms = to_head ? INT64_MAX : now_ms - YOUNG_MS;
    sweep->old_before_wall_ms = now_ms - YOUNG_MS;
    sweep->count_repairs = consumer->status.connected && consumer->status.swept;
}

static void tell_failure(struct cr_consumer *consumer, const struct cr_err *err, bool first)
{
    if (!first || !consumer->options.log)
        return;
    cr_log_warn(consumer->options.log, "consumer.sweep.failed", "feed of %s: retrying: %s",
                consumer->options.source, err->text);
}

static void tell_success(struct cr_consumer *consumer)
{
    CR_LOCKED(&consumer->mutex);
    consumer->status.swept = true;
    consumer->status.sweeps++;
}

/* Retries until the sweep is through; false when stopping. */
static bool sweep_until_done(struct sweep *sweep, bool wanted)
{
    struct cr_consumer *consumer = sweep->consumer;
    int64_t wait_ms = RETRY_FIRST_MS;
    struct cr_err err;
    for (bool first = true;; first = false) {
        plan(sweep, wanted);
        if (sweep_all(sweep, &err) == 0)
            break;
        tell_failure(consumer, &err, first);
        cr_consumer_pause(consumer, wait_ms);
        if (cr_consumer_stopping(consumer))
            return false;
        wait_ms = cr_min_i64(wait_ms * 2, RETRY_LAST_MS);
    }
    if (sweep->finished)
        tell_success(consumer);
    return true;
}

void cr_sweep_run(void *ctx)
{
    struct cr_consumer *consumer = ctx;
    struct sweep *sweep = calloc(1, sizeof *sweep);
    CR_ASSERT(sweep);
    sweep->consumer = consumer;
    sweep->arena = cr_arena_new(PAGE_ARENA_MAX);
    CR_ASSERT(sweep->arena);
    bool wanted = true;
    do {
        if (!sweep_until_done(sweep, wanted))
            break;
    } while (wait_turn(consumer, cr_clock_ms(), &wanted));
    cr_arena_free(sweep->arena);
    free(sweep);
}
