/* The relay thread: reads the outbox behind its cursor, publishes, moves the cursor.
 *
 * A round: take the lock, have a producer, know the cluster (asked once a second); then read what
 * is behind the newest event sent, hand it to the producer, serve its delivery reports, and save
 * the cursor at most ten times a second. Any failure of the producer replaces it and goes on from
 * the cursor; only a cluster that is not ours or an event that the broker refuses stops the relay.
 */
#include "cr_relay_private.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cr_acks.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_kafka.h"
#include "cr_metrics.h"
#include "cr_outbox.h"
#include "cr_thread.h"

enum {
    READ_MAX = 500,
    READ_ARENA_MAX = 64 << 20,
    IDLE_WAIT_MS = 50,
    LOOK_INTERVAL_MS = 1000, /* at the outbox, even if nobody woke us */
    ACK_POLL_MS = 2,
};

static void step(const struct cr_relay *relay, const char *name)
{
    if (relay->options.step)
        relay->options.step(relay->options.step_ctx, name);
}

/* --- the lock --- */

static bool have_lock(struct cr_relay *relay)
{
    if (relay->lock_fd >= 0)
        return true;
    CR_AUTO(cr_buf) path = {0};
    cr_buf_printf(&path, "%s.relay", cr_store_path(relay->options.store));
    if (cr_buf_status(&path) < 0)
        return false;
    int fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
        char reason[200];
        snprintf(reason, sizeof reason, "%s: %s", path.data,
                 fd < 0 ? "cannot be opened" : "another process relays this store");
        cr_relay_set_state(relay, fd < 0 ? CR_RELAY_CONNECTING : CR_RELAY_LOCKED, reason);
        cr_closep(&fd);
        return false;
    }
    relay->lock_fd = fd;
    return true;
}

/* --- the producer --- */

static void on_delivered(void *ctx, int64_t seq, int rc, const char *reason)
{
    struct cr_relay *relay = ctx;
    if (rc == 0) {
        cr_acks_acked(&relay->acks, seq);
        cr_counter_add(relay->published, 1);
        CR_LOCKED(&relay->mutex);
        relay->status.published++;
        return;
    }
    if (relay->lost || relay->refused)
        return;
    relay->lost = rc != CR_EINVAL;
    relay->refused = rc == CR_EINVAL;
    snprintf(relay->trouble, sizeof relay->trouble, "event %lld: %s", (long long)seq, reason);
}

/* Everything that is not acknowledged will be sent again. */
void cr_relay_drop_producer(struct cr_relay *relay)
{
    cr_kafka_free(relay->kafka);
    relay->kafka = NULL;
    relay->lost = false;
    relay->identity = (struct cr_kafka_identity){0};
    relay->identify_due_ms = 0;
    cr_acks_reset(&relay->acks, relay->acks.cursor);
}

static bool have_producer(struct cr_relay *relay)
{
    if (relay->kafka)
        return true;
    struct cr_kafka_options options = {
        .embedded = relay->embedded,
        .bootstrap_servers = relay->options.bootstrap_servers,
        .client_id = relay->options.client_id,
        .request_timeout_ms = relay->options.request_timeout_ms,
        .delivered = on_delivered,
        .ctx = relay,
    };
    struct cr_err err;
    if (cr_kafka_new(&options, &relay->kafka, &err) == 0)
        return true;
    cr_relay_set_state(relay, CR_RELAY_CONNECTING, err.text);
    return false;
}

/* Replaces a producer that failed. True when it did. */
static bool replace_lost(struct cr_relay *relay)
{
    char reason[256];
    if (relay->kafka && cr_kafka_failed(relay->kafka, reason) && !relay->lost) {
        relay->lost = true;
        snprintf(relay->trouble, sizeof relay->trouble, "%s", reason);
    }
    if (!relay->lost)
        return false;
    cr_counter_add(relay->fatal, 1);
    cr_mutex_lock(&relay->mutex);
    relay->status.fatal++;
    cr_mutex_unlock(&relay->mutex);
    if (relay->options.log)
        cr_log_warn(relay->options.log, "relay.producer.replaced",
                    "topic %s: going on behind event %lld: %s", relay->options.topic,
                    (long long)relay->acks.cursor, relay->trouble);
    cr_relay_drop_producer(relay);
    return true;
}

/* --- publishing --- */

struct look {
    struct cr_relay *relay;
    bool read; /* events too, not only the figures */
    struct cr_event *events;
    size_t count;
};

static int look_at_outbox(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct look *look = ctx;
    struct cr_relay *relay = look->relay;
    int rc = cr_outbox_head(tx, &relay->head, err);
    if (rc < 0)
        return rc;
    struct cr_outbox_query first = {relay->acks.cursor, 1, {NULL, 0}, relay->options.source};
    struct cr_event *oldest = NULL;
    size_t count = 0;
    rc = cr_outbox_read(tx, &first, relay->arena, &oldest, &count, err);
    if (rc < 0)
        return rc;
    relay->oldest_wall_ms = count > 0 ? cr_event_wall_ms(oldest->time) : 0;
    if (!look->read || relay->head <= relay->acks.sent)
        return 0;
    size_t room = CR_ACKS_MAX - relay->acks.count;
    struct cr_outbox_query next = {
        relay->acks.sent, room < READ_MAX ? room : READ_MAX, {NULL, 0}, relay->options.source};
    return room == 0 ? 0
                     : cr_outbox_read(tx, &next, relay->arena, &look->events, &look->count, err);
}

/* False when no more can be handed over now. */
static bool send_event(struct cr_relay *relay, const struct cr_event *event)
{
    struct cr_event_header headers[CR_EVENT_HEADERS_MAX];
    struct cr_event_message message;
    struct cr_err err;
    if (cr_event_to_message(event, relay->arena, headers, &message, &err) < 0)
        return false;
    int rc = cr_kafka_produce(relay->kafka, relay->options.topic, &message, event->seq, &err);
    if (rc == CR_EINVAL) {
        relay->refused = true;
        snprintf(relay->trouble, sizeof relay->trouble, "event %lld: %.200s", (long long)event->seq,
                 err.text);
    }
    if (rc < 0)
        return false;
    cr_acks_sent(&relay->acks, event->seq);
    return true;
}

/* Reads and sends what is new. True when there may be more at once. */
static bool publish(struct cr_relay *relay, bool may_send)
{
    struct look look = {.relay = relay, .read = may_send};
    struct cr_err err;
    cr_arena_reset(relay->arena);
    if (cr_store_read(relay->options.store, look_at_outbox, &look, &err) < 0) {
        if (relay->options.log)
            cr_log_warn(relay->options.log, "relay.read.failed", "retrying in %d ms: %s",
                        CR_RELAY_RETRY_MS, err.text);
        return false;
    }
    step(relay, "relay.read");
    size_t sent = 0;
    while (sent < look.count && send_event(relay, &look.events[sent]))
        sent++;
    if (sent > 0)
        step(relay, "relay.produced");
    return sent > 0 && relay->acks.sent < relay->head;
}

/* --- the thread --- */

/* Waits for a commit, an acknowledgement or a tick. */
static void rest(struct cr_relay *relay, int wait_ms)
{
    if (relay->kafka && relay->acks.count > 0) {
        cr_kafka_poll(relay->kafka, ACK_POLL_MS);
        return;
    }
    if (relay->kafka)
        cr_kafka_poll(relay->kafka, 0);
    int64_t deadline_ms = cr_clock_ms() + wait_ms;
    CR_LOCKED(&relay->mutex);
    while (!relay->work && !relay->stopping)
        if (!cr_cond_wait_until(&relay->wake, &relay->mutex, deadline_ms))
            break;
}

static bool take_work(struct cr_relay *relay)
{
    CR_LOCKED(&relay->mutex);
    bool work = relay->work;
    relay->work = false;
    return work;
}

static bool have_cursor(struct cr_relay *relay)
{
    struct cr_err err;
    if (relay->loaded)
        return true;
    if (cr_store_read(relay->options.store, cr_relay_load_cursor, relay, &err) < 0) {
        cr_relay_set_state(relay, CR_RELAY_CONNECTING, err.text);
        return false;
    }
    relay->loaded = true;
    return true;
}

/* All that must be so before anything is published. */
static bool ready(struct cr_relay *relay)
{
    if (relay->refused) {
        if (relay->kafka)
            cr_relay_drop_producer(relay);
        cr_relay_set_state(relay, CR_RELAY_STOPPED, relay->trouble);
        return false;
    }
    if (!have_lock(relay) || !have_cursor(relay) || replace_lost(relay))
        return false;
    return have_producer(relay) && cr_relay_know_cluster(relay);
}

/* One round; true when the next should follow at once. */
static bool turn(struct cr_relay *relay)
{
    bool running = ready(relay);
    int64_t now_ms = cr_clock_ms();
    bool more = false;
    if (relay->loaded && (take_work(relay) || now_ms >= relay->look_due_ms ||
                          (running && relay->acks.sent < relay->head))) {
        more = publish(relay, running);
        relay->look_due_ms = now_ms + LOOK_INTERVAL_MS;
    }
    if (relay->acks.cursor != relay->saved_cursor && now_ms >= relay->save_due_ms) {
        struct cr_err err;
        if (cr_relay_save_cursor(relay, &err) == 0)
            step(relay, "relay.saved");
    }
    cr_relay_tell(relay);
    if (!more)
        rest(relay, running ? IDLE_WAIT_MS : CR_RELAY_RETRY_MS);
    return running;
}

static bool finished(struct cr_relay *relay, bool running)
{
    CR_LOCKED(&relay->mutex);
    if (!relay->stopping)
        return false;
    if (cr_clock_ms() >= relay->deadline_ms)
        return true;
    return running ? relay->acks.cursor >= relay->head && !relay->work : true;
}

static void relay_run(void *ctx)
{
    struct cr_relay *relay = ctx;
    bool running = false;
    while (!finished(relay, running))
        running = turn(relay);
    struct cr_err err;
    if (relay->loaded && relay->acks.cursor != relay->saved_cursor)
        (void)cr_relay_save_cursor(relay, &err);
    cr_kafka_free(relay->kafka);
    cr_closep(&relay->lock_fd);
}

static void on_commit(void *ctx)
{
    struct cr_relay *relay = ctx;
    CR_LOCKED(&relay->mutex);
    relay->work = true;
    cr_cond_signal(&relay->wake);
}

/* --- start and stop --- */

static void relay_free(struct cr_relay *relay)
{
    cr_cond_fini(&relay->wake);
    cr_mutex_fini(&relay->mutex);
    cr_arena_free(relay->arena);
    cr_arena_free(relay->texts);
    free(relay);
}

static void register_metrics(struct cr_relay *relay)
{
    CR_AUTO(cr_buf) labels = {0};
    cr_metrics_label(&labels, "topic", cr_slice_of(relay->options.topic));
    const char *text = labels.data;
    relay->published = cr_metrics_counter("relay.published", "Events acknowledged", text);
    relay->fatal = cr_metrics_counter("relay.fatal", "Producers replaced after an error", text);
    relay->rewinds = cr_metrics_counter("relay.rewinds", "Cursors stepped back", text);
    relay->pending = cr_metrics_gauge("outbox.pending", "Events not acknowledged yet", text);
    relay->oldest = cr_metrics_gauge("outbox.oldest.age", "Age of the oldest of them", text);
    cr_metrics_unit("outbox.oldest.age", "seconds");
}

static struct cr_relay *relay_new(const struct cr_relay_options *options)
{
    struct cr_relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return NULL;
    cr_mutex_init(&relay->mutex);
    cr_cond_init(&relay->wake);
    relay->started_ms = cr_clock_ms();
    relay->lock_fd = -1;
    relay->embedded = true; /* the careful settings, until the cluster is known */
    relay->arena = cr_arena_new(READ_ARENA_MAX);
    relay->texts = cr_arena_new(0);
    relay->options = *options;
    if (!relay->arena || !relay->texts) {
        relay_free(relay);
        return NULL;
    }
    relay->options.bootstrap_servers = cr_arena_text(relay->texts, options->bootstrap_servers);
    relay->options.client_id = cr_arena_text(relay->texts, options->client_id);
    relay->options.topic = cr_arena_text(relay->texts, options->topic);
    relay->options.source = cr_arena_text(relay->texts, options->source);
    if (!cr_arena_failed(relay->texts))
        return relay;
    relay_free(relay);
    return NULL;
}

int cr_relay_start(const struct cr_relay_options *options, struct cr_relay **out_relay,
                   struct cr_err *err)
{
    if (!options->store || !options->bootstrap_servers || !options->client_id || !options->topic ||
        !options->source)
        return cr_err_set(err, CR_EINVAL, "relay: an option is missing");
    struct cr_relay *relay = relay_new(options);
    if (!relay)
        return cr_err_set(err, CR_ENOMEM, "relay: out of memory");
    register_metrics(relay);
    int rc = cr_store_watch(options->store, on_commit, relay);
    if (rc < 0) {
        relay_free(relay);
        return cr_err_set(err, rc, "relay: the store has too many watches");
    }
    rc = cr_thread_start(&relay->thread, "evt-relay", relay_run, relay, err);
    if (rc < 0) {
        cr_store_unwatch(options->store, on_commit, relay);
        relay_free(relay);
        return rc;
    }
    *out_relay = relay;
    return 0;
}

void cr_relay_stop(struct cr_relay *relay, int64_t deadline_ms)
{
    if (!relay)
        return;
    cr_mutex_lock(&relay->mutex);
    relay->stopping = true;
    relay->deadline_ms = deadline_ms;
    cr_cond_signal(&relay->wake);
    cr_mutex_unlock(&relay->mutex);
    cr_thread_join(&relay->thread);
    cr_store_unwatch(relay->options.store, on_commit, relay);
    relay_free(relay);
}
