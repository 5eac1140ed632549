/* The relay thread: reads the outbox behind its cursor, publishes, moves the cursor.
 *
 * A round: take the lock, have a producer, know the cluster (asked once a second); then read what
 * is behind the newest event sent, hand it to the producer, serve its delivery reports, and save
 * the cursor at most ten times a second. Any failure of the producer replaces it and goes on from
 * the cursor; only a cluster that is not ours or an event that the broker refuses stops the relay.
 */
#include "cr_relay.h"

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
    PARTITIONS_DEFAULT = 6,
    EMBEDDED_REWIND = 1000,
    READ_MAX = 500,
    READ_ARENA_MAX = 64 << 20,
    SAVE_INTERVAL_MS = 100,
    IDENTIFY_INTERVAL_MS = 1000,
    IDENTIFY_TIMEOUT_MS = 500,
    IDLE_WAIT_MS = 50,
    RETRY_MS = 200,
    ACK_POLL_MS = 2,
    PATIENCE_MS = 3000, /* at the start, before the log says that no broker is there */
};

struct cr_relay {
    struct cr_arena *texts;
    struct cr_relay_options options;
    struct cr_counter *published;
    struct cr_counter *fatal;
    struct cr_counter *rewinds;
    struct cr_gauge *pending;
    struct cr_gauge *oldest;
    struct cr_thread thread;

    /* The thread's own. */
    int lock_fd;
    bool loaded; /* cursor and cluster are read from the store */
    struct cr_kafka *kafka;
    bool embedded;
    struct cr_kafka_identity identity; /* cluster "": not known yet */
    int64_t identify_due_ms;
    int slow;     /* answers to that in a row which did not come in time */
    bool strayed; /* a stranger's cluster was met: it may have numbered the producer */
    bool lost;    /* the producer must be replaced */
    bool refused; /* the broker will not take an event: for good */
    char trouble[256];
    char stored_cluster[128];
    int64_t saved_cursor;
    int64_t save_due_ms;
    int64_t look_due_ms; /* at the outbox, even if nobody woke us */
    int64_t head;
    int64_t oldest_wall_ms; /* of the first event behind the cursor; 0: none */
    struct cr_arena *arena;
    struct cr_acks acks;

    struct cr_mutex mutex;
    struct cr_cond wake;
    bool work; /* something was committed */
    bool told; /* the log has a line about the state */
    int64_t started_ms;
    bool stopping;
    int64_t deadline_ms;
    struct cr_relay_status status;
};

static const char *const state_names[] = {"connecting", "locked", "running", "stopped"};

const char *cr_relay_state_name(enum cr_relay_state state)
{
    return state_names[state];
}

static void step(const struct cr_relay *relay, const char *name)
{
    if (relay->options.step)
        relay->options.step(relay->options.step_ctx, name);
}

/* --- state for others --- */

static void set_state(struct cr_relay *relay, enum cr_relay_state state, const char *reason)
{
    cr_mutex_lock(&relay->mutex);
    bool late = !relay->told && cr_clock_ms() - relay->started_ms >= PATIENCE_MS;
    bool changed = late || relay->status.state != state;
    relay->told = relay->told || changed;
    relay->status.state = state;
    snprintf(relay->status.reason, sizeof relay->status.reason, "%s", reason);
    cr_mutex_unlock(&relay->mutex);
    const struct cr_log *log = relay->options.log;
    if (!changed || !log)
        return;
    enum cr_log_level level = CR_LOG_WARN;
    if (state == CR_RELAY_RUNNING || state == CR_RELAY_LOCKED)
        level = CR_LOG_INFO; /* one of several processes of a store relays, the others stand by */
    else if (state == CR_RELAY_STOPPED)
        level = CR_LOG_ERROR;
    const char *more = state == CR_RELAY_RUNNING ? relay->identity.cluster : reason;
    cr_log_at(log, level, "relay.state", "topic %s at %s: %s%s%s", relay->options.topic,
              relay->options.bootstrap_servers, state_names[state],
              state == CR_RELAY_RUNNING ? ", cluster " : ": ", more);
}

static void tell(struct cr_relay *relay)
{
    int64_t pending = cr_max_i64(relay->head - relay->acks.cursor, 0);
    int64_t age_ms = 0;
    if (pending > 0 && relay->oldest_wall_ms > 0)
        age_ms = cr_max_i64(cr_clock_wall_ms() - relay->oldest_wall_ms, 0);
    cr_gauge_set(relay->pending, (double)pending);
    cr_gauge_set(relay->oldest, (double)age_ms / 1000);
    CR_LOCKED(&relay->mutex);
    relay->status.cursor = relay->acks.cursor;
    relay->status.head = relay->head;
    relay->status.oldest_age_ms = age_ms;
    relay->status.embedded = relay->identity.embedded;
    memcpy(relay->status.cluster, relay->identity.cluster, sizeof relay->status.cluster);
}

/* --- the store --- */

static int load_cursor(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct cr_relay *relay = ctx;
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx, "SELECT cursor, cluster FROM relay", CR_NO_VALUES, &stmt, err);
    if (rc < 0)
        return rc;
    rc = cr_stmt_step(stmt, err);
    if (rc < 0)
        return rc;
    relay->saved_cursor = cr_stmt_int(stmt, 0);
    snprintf(relay->stored_cluster, sizeof relay->stored_cluster, "%.*s",
             CR_SLICE_ARG(cr_stmt_text(stmt, 1)));
    cr_acks_reset(&relay->acks, relay->saved_cursor);
    return 0;
}

static int save_cursor(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    const struct cr_relay *relay = ctx;
    return cr_tx_exec(
        tx, "UPDATE relay SET cursor = $1, cluster = $2",
        CR_VALUES(cr_value_int(relay->acks.cursor), cr_value_text(relay->stored_cluster)), err);
}

/* A failure is harmless: what is published twice is dropped by its readers. */
static int save(struct cr_relay *relay, struct cr_err *err)
{
    step(relay, "relay.acked");
    relay->save_due_ms = cr_clock_ms() + SAVE_INTERVAL_MS;
    int rc = cr_store_write(relay->options.store, save_cursor, relay, err);
    if (rc == 0)
        relay->saved_cursor = relay->acks.cursor;
    return rc;
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
        set_state(relay, fd < 0 ? CR_RELAY_CONNECTING : CR_RELAY_LOCKED, reason);
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
static void drop_producer(struct cr_relay *relay)
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
    set_state(relay, CR_RELAY_CONNECTING, err.text);
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
    drop_producer(relay);
    return true;
}

/* --- the cluster --- */

static bool adopt(struct cr_relay *relay, const struct cr_kafka_identity *identity)
{
    struct cr_err err;
    snprintf(relay->stored_cluster, sizeof relay->stored_cluster, "%s", identity->cluster);
    if (save(relay, &err) < 0) {
        set_state(relay, CR_RELAY_CONNECTING, err.text);
        relay->loaded = false;
        return false;
    }
    relay->identity = *identity;
    return true;
}

/* The cursor belongs to another cluster, which may be gone with what it had acknowledged. */
static bool rewind_to(struct cr_relay *relay, const struct cr_kafka_identity *identity)
{
    int64_t back = identity->embedded ? EMBEDDED_REWIND : relay->acks.cursor;
    int64_t cursor = cr_max_i64(relay->acks.cursor - back, 0);
    if (relay->options.log)
        cr_log_warn(relay->options.log, "relay.rewound",
                    "topic %s: cluster %s in place of %s: publishing again behind event %lld",
                    relay->options.topic, identity->cluster, relay->stored_cluster,
                    (long long)cursor);
    drop_producer(relay);
    cr_acks_reset(&relay->acks, cursor);
    cr_counter_add(relay->rewinds, 1);
    cr_mutex_lock(&relay->mutex);
    relay->status.rewinds++;
    cr_mutex_unlock(&relay->mutex);
    (void)adopt(relay, identity);
    relay->identity = (struct cr_kafka_identity){0}; /* of the producer to come */
    return false;
}

/* Is this the cluster that the cursor belongs to? */
static bool accept_cluster(struct cr_relay *relay, const struct cr_kafka_identity *identity)
{
    if (strcmp(identity->cluster, relay->stored_cluster) == 0) {
        relay->identity = *identity;
        return true;
    }
    if (relay->stored_cluster[0] == '\0')
        return adopt(relay, identity);
    if (relay->options.on_new_cluster == CR_NEW_CLUSTER_REWIND)
        return rewind_to(relay, identity);
    char reason[256];
    snprintf(reason, sizeof reason,
             "the broker is of cluster %.48s, the events so far went to %.48s: give the address of "
             "that one, or set crema.events.on-new-cluster=rewind if the new one is meant",
             identity->cluster, relay->stored_cluster);
    drop_producer(relay);
    relay->strayed = true;
    set_state(relay, CR_RELAY_STOPPED, reason);
    return false;
}

/* A producer takes its id, by which the broker knows repeats, from whom it meets first. An id of
 * another cluster, or of a volume that is gone, may be somebody else's here: new events would pass
 * for repeats. */
static bool needs_new_id(struct cr_relay *relay)
{
    if (!relay->strayed)
        return false;
    relay->strayed = false;
    drop_producer(relay);
    return true;
}

/* What the cursor left behind it is on a topic that is gone: in the feed, and nowhere else. */
static void tell_topic(const struct cr_relay *relay)
{
    if (!relay->options.log)
        return;
    if (relay->acks.cursor == 0)
        cr_log_info(relay->options.log, "relay.topic.created", "topic %s", relay->options.topic);
    else
        cr_log_warn(relay->options.log, "relay.topic.created",
                    "topic %s was not there any more: going on behind event %lld; who needs the "
                    "earlier ones finds them in the feed",
                    relay->options.topic, (long long)relay->acks.cursor);
}

static bool make_topic(struct cr_relay *relay)
{
    struct cr_err err;
    int partitions = relay->options.partitions ? relay->options.partitions : PARTITIONS_DEFAULT;
    int rc = cr_kafka_create_topic(relay->kafka, relay->options.topic, partitions,
                                   relay->options.replication, &err);
    if (rc == 0) {
        tell_topic(relay);
        relay->strayed = relay->acks.cursor > 0;
    } else if (rc != CR_EEXISTS)
        set_state(relay, CR_RELAY_CONNECTING, err.text);
    relay->identity = (struct cr_kafka_identity){0};
    return false; /* identify again */
}

static bool is_stopping(struct cr_relay *relay)
{
    CR_LOCKED(&relay->mutex);
    return relay->stopping;
}

/* At the end nothing is asked any more: an answer may take longer than there is time. */
static bool know_cluster(struct cr_relay *relay)
{
    if (cr_clock_ms() < relay->identify_due_ms || is_stopping(relay))
        return relay->identity.cluster[0] != '\0';
    struct cr_kafka_identity identity;
    struct cr_err err;
    int rc =
        cr_kafka_identify(relay->kafka, relay->options.topic, IDENTIFY_TIMEOUT_MS, &identity, &err);
    bool was_known = relay->identity.cluster[0] != '\0';
    if (rc == CR_ETIMEOUT && was_known && ++relay->slow < CR_KAFKA_SLOW_MAX) {
        relay->identify_due_ms = cr_clock_ms() + RETRY_MS;
        return true;
    }
    if (rc < 0) {
        set_state(relay, CR_RELAY_CONNECTING, err.text);
        return false;
    }
    relay->slow = 0;
    if (identity.embedded != relay->embedded) {
        relay->embedded = identity.embedded;
        drop_producer(relay);
        return false;
    }
    if (!accept_cluster(relay, &identity) || needs_new_id(relay))
        return false; /* nothing is made on a cluster that may be a stranger's */
    if (identity.partitions == 0)
        return make_topic(relay);
    relay->identify_due_ms = cr_clock_ms() + IDENTIFY_INTERVAL_MS;
    set_state(relay, CR_RELAY_RUNNING, "");
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
            cr_log_warn(relay->options.log, "relay.read.failed", "retrying in %d ms: %s", RETRY_MS,
                        err.text);
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
    if (cr_store_read(relay->options.store, load_cursor, relay, &err) < 0) {
        set_state(relay, CR_RELAY_CONNECTING, err.text);
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
            drop_producer(relay);
        set_state(relay, CR_RELAY_STOPPED, relay->trouble);
        return false;
    }
    if (!have_lock(relay) || !have_cursor(relay) || replace_lost(relay))
        return false;
    return have_producer(relay) && know_cluster(relay);
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
        relay->look_due_ms = now_ms + IDENTIFY_INTERVAL_MS;
    }
    if (relay->acks.cursor != relay->saved_cursor && now_ms >= relay->save_due_ms) {
        struct cr_err err;
        if (save(relay, &err) == 0)
            step(relay, "relay.saved");
    }
    tell(relay);
    if (!more)
        rest(relay, running ? IDLE_WAIT_MS : RETRY_MS);
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
        (void)save(relay, &err);
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

void cr_relay_status(struct cr_relay *relay, struct cr_relay_status *out_status)
{
    CR_LOCKED(&relay->mutex);
    *out_status = relay->status;
}
