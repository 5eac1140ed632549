/* The consumer's topic thread: connects, resumes where this cluster's log was left, applies
 * batches.
 *
 * A round: the identity of the cluster is asked once a second. For a new one the partitions are
 * assigned from the offsets that are stored for it, else from the beginning. Records are read until
 * none is waiting, then handed to the store as one closure: events, versions, offsets, one commit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_consumer_private.h"
#include "cr_int.h"
#include "cr_kafka.h"

enum {
    BATCH_MAX = 500,
    BATCH_BYTES_MAX = 4 << 20,
    BATCH_GATHER_MS = 5,
    BATCH_ARENA_MAX = 64 << 20,
    IDLE_POLL_MS = 50,
    IDENTIFY_INTERVAL_MS = 1000,
    IDENTIFY_TIMEOUT_MS = 500,
    RECONNECT_MS = 200,
    RETRY_FIRST_MS = 100,
    RETRY_LAST_MS = 30000,
};

struct item {
    struct cr_kafka_record *record;
    int partition;
    int64_t offset;
    int rc; /* of reading the event; CR_ENOTFOUND: not ours */
    struct cr_event event;
};

struct reader {
    struct cr_consumer *consumer;
    struct cr_kafka *kafka;
    bool embedded;
    struct cr_kafka_identity assigned; /* cluster "": nothing is */
    bool recheck; /* the broker was away: its log may have become another one */
    bool topic_missing;
    int slow; /* answers in a row that did not come in time */
    struct cr_kafka_start next[CR_KAFKA_PARTITIONS_MAX]; /* offset -1: not known */
    int64_t identify_due_ms;
    struct cr_arena *arena; /* of the batch */
    struct item items[BATCH_MAX];
    size_t count;
    struct cr_consumer_tally tally;
};

/* --- connecting --- */

static void disconnect(struct reader *reader, const char *reason)
{
    cr_kafka_free(reader->kafka);
    reader->kafka = NULL;
    reader->assigned = (struct cr_kafka_identity){0};
    reader->identify_due_ms = 0;
    cr_consumer_connected(reader->consumer, false, reason);
}

static bool make_client(struct reader *reader)
{
    const struct cr_consumer_options *options = &reader->consumer->options;
    struct cr_kafka_options kafka = {
        .consumer = true,
        .embedded = reader->embedded,
        .bootstrap_servers = options->bootstrap_servers,
        .client_id = options->client_id,
        .group = options->group,
    };
    struct cr_err err;
    if (cr_kafka_new(&kafka, &reader->kafka, &err) == 0)
        return true;
    cr_consumer_connected(reader->consumer, false, err.text);
    return false;
}

struct load {
    struct reader *reader;
    const struct cr_kafka_identity *identity;
    bool other; /* another cluster's log was read so far */
};

static int load_offsets(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct load *load = ctx;
    for (int i = 0; i < load->identity->partitions; i++) {
        struct cr_kafka_start *next = &load->reader->next[i];
        next->partition = i;
        int rc = cr_inbox_offset(&load->reader->consumer->inbox, tx, load->identity->cluster, i,
                                 &next->offset, err);
        if (rc < 0)
            return rc;
    }
    return cr_inbox_knows_other(&load->reader->consumer->inbox, tx, load->identity->cluster,
                                &load->other, err);
}

/* A log that was never read: all of it is, and what it lacks comes from the feed. */
static void begin_cluster(struct cr_consumer *consumer, const struct load *load)
{
    const struct cr_consumer_options *options = &consumer->options;
    if (load->other && options->log)
        cr_log_warn(options->log, "consumer.cluster.changed",
                    "topic %s at %s: cluster %s in place of the known one: reading from the "
                    "beginning, and sweeping",
                    options->topic, options->bootstrap_servers, load->identity->cluster);
    cr_consumer_want_sweep(consumer, "a new cluster");
}

/* A stored offset beyond the end of the log: this is another log under the same name. */
static int check_end(struct reader *reader, struct cr_kafka_start *next, struct cr_err *err)
{
    const struct cr_consumer_options *options = &reader->consumer->options;
    int64_t low;
    int64_t high;
    if (next->offset < 0)
        return 0;
    int rc = cr_kafka_watermarks(reader->kafka, options->topic, next->partition, &low, &high, err);
    if (rc < 0 || next->offset <= high)
        return rc;
    if (options->log)
        cr_log_warn(options->log, "consumer.log.shrank",
                    "topic %s partition %d ends at %lld, %lld was read: from the beginning, and "
                    "sweeping",
                    options->topic, next->partition, (long long)high, (long long)next->offset);
    next->offset = -1;
    cr_consumer_want_sweep(reader->consumer, "the log shrank");
    return 0;
}

static int assign(struct reader *reader, const struct cr_kafka_identity *identity,
                  struct cr_err *err)
{
    struct cr_consumer *consumer = reader->consumer;
    struct load load = {.reader = reader, .identity = identity};
    if (identity->partitions > CR_KAFKA_PARTITIONS_MAX)
        return cr_err_set(err, CR_ELIMIT, "topic '%s' has %d partitions, %d are the most",
                          consumer->options.topic, identity->partitions, CR_KAFKA_PARTITIONS_MAX);
    int rc = cr_store_read(consumer->options.store, load_offsets, &load, err);
    bool known = false;
    for (int i = 0; rc == 0 && i < identity->partitions; i++) {
        known = known || reader->next[i].offset >= 0;
        rc = check_end(reader, &reader->next[i], err);
    }
    if (rc == 0)
        rc = cr_kafka_assign(reader->kafka, consumer->options.topic, reader->next,
                             (size_t)identity->partitions, err);
    if (rc < 0)
        return rc;
    if (!known)
        begin_cluster(consumer, &load);
    reader->assigned = *identity;
    CR_LOCKED(&consumer->mutex);
    consumer->status.embedded = identity->embedded;
    memcpy(consumer->status.cluster, identity->cluster, sizeof identity->cluster);
    return 0;
}

/* On a new broker its owner has yet to make it; else it may be a stranger's broker. */
static void lack_topic(struct reader *reader, const struct cr_kafka_identity *identity)
{
    const struct cr_consumer_options *options = &reader->consumer->options;
    char reason[256];
    snprintf(reason, sizeof reason, "cluster %.128s has no topic %.80s", identity->cluster,
             options->topic);
    if (!reader->topic_missing && options->log)
        cr_log_info(options->log, "consumer.topic.missing",
                    "broker at %s: %s yet: retrying, and reading the feed meanwhile",
                    options->bootstrap_servers, reason);
    reader->topic_missing = true;
    cr_consumer_connected(reader->consumer, false, reason);
}

/* A busy broker is borne for a while; one that is away may come back with another log. */
static void be_unanswered(struct reader *reader, int rc, const struct cr_err *err)
{
    bool assigned = reader->assigned.cluster[0] != '\0';
    if (rc == CR_ETIMEOUT && assigned && !reader->recheck && ++reader->slow < CR_KAFKA_SLOW_MAX) {
        reader->identify_due_ms = cr_clock_ms() + IDENTIFY_INTERVAL_MS;
        return;
    }
    if (!assigned) /* no record can come, but the reason why nobody answers */
        cr_kafka_record_free(cr_kafka_next(reader->kafka, 0));
    reader->recheck = true;
    cr_consumer_connected(reader->consumer, false, err->text);
}

/* Asks the cluster who it is, and reads on from the right place if that changed. */
static void identify(struct reader *reader)
{
    struct cr_consumer *consumer = reader->consumer;
    struct cr_kafka_identity identity;
    struct cr_err err;
    int rc = cr_kafka_identify(reader->kafka, consumer->options.topic, IDENTIFY_TIMEOUT_MS,
                               &identity, &err);
    if (rc < 0) {
        be_unanswered(reader, rc, &err);
        return;
    }
    reader->slow = 0;
    reader->identify_due_ms = cr_clock_ms() + IDENTIFY_INTERVAL_MS;
    if (identity.embedded != reader->embedded) {
        reader->embedded = identity.embedded;
        disconnect(reader, "other settings for this kind of broker");
        return;
    }
    if (identity.partitions == 0) {
        lack_topic(reader, &identity);
        return;
    }
    reader->topic_missing = false;
    bool same = !reader->recheck && strcmp(identity.cluster, reader->assigned.cluster) == 0 &&
                identity.partitions == reader->assigned.partitions;
    if (!same && assign(reader, &identity, &err) < 0) {
        reader->assigned = (struct cr_kafka_identity){0};
        reader->identify_due_ms = 0;
        cr_consumer_connected(consumer, false, err.text);
        return;
    }
    reader->recheck = false;
    cr_consumer_connected(consumer, true, identity.cluster);
}

static bool ready(struct reader *reader)
{
    char reason[256];
    if (!reader->kafka && !make_client(reader))
        return false;
    if (cr_kafka_failed(reader->kafka, reason)) {
        disconnect(reader, reason);
        return false;
    }
    if (cr_clock_ms() >= reader->identify_due_ms)
        identify(reader);
    return reader->kafka && reader->assigned.cluster[0] != '\0';
}

/* --- reading --- */

static int read_event(struct reader *reader, struct item *item, struct cr_err *err)
{
    struct cr_kafka_view view = {0};
    cr_kafka_record_view(item->record, &view);
    int rc = cr_event_from_message(&view.message, reader->arena, &item->event, err);
    if (rc < 0)
        return rc;
    if (!cr_slice_is(item->event.source, reader->consumer->options.source))
        return CR_ENOTFOUND;
    if (item->event.version == 0)
        return cr_err_set(err, CR_EPARSE, "event: 'aggregateversion' is missing");
    return 0;
}

/* The library began the partition anew, as what was read is beyond its end. */
static void tell_anew(const struct cr_consumer *consumer, const struct item *item, int64_t expected)
{
    if (consumer->options.log)
        cr_log_warn(consumer->options.log, "consumer.log.shrank",
                    "topic %s partition %d goes on at %lld, %lld was read: sweeping",
                    consumer->options.topic, item->partition, (long long)item->offset,
                    (long long)expected);
}

/* Offsets that jump mean that the log lost something, or is another one. */
static void check_order(struct reader *reader, const struct item *item)
{
    int64_t *expected = &reader->next[item->partition].offset;
    if (*expected >= 0 && item->offset < *expected) {
        tell_anew(reader->consumer, item, *expected);
        cr_consumer_want_sweep(reader->consumer, "the log began anew");
    } else if (*expected >= 0 && item->offset > *expected)
        cr_consumer_want_sweep(reader->consumer, "the log has a hole");
    else if (*expected < 0 && item->offset > 0)
        cr_consumer_want_sweep(reader->consumer, "the log's beginning is gone");
    *expected = item->offset + 1;
}

static size_t add(struct reader *reader, struct cr_kafka_record *record)
{
    struct cr_kafka_view view = {0};
    struct cr_err err;
    cr_kafka_record_view(record, &view);
    if (view.partition >= reader->assigned.partitions) {
        cr_kafka_record_free(record);
        return 0;
    }
    struct item *item = &reader->items[reader->count++];
    *item = (struct item){.record = record, .partition = view.partition, .offset = view.offset};
    item->rc = read_event(reader, item, &err);
    check_order(reader, item);
    return view.message.key.len + view.message.value.len;
}

/* Whatever waits, up to the batch's bounds; waits a little when nothing does. */
static void gather(struct reader *reader)
{
    size_t bytes = 0;
    int timeout_ms = IDLE_POLL_MS;
    int64_t until_ms = 0;
    while (reader->count < BATCH_MAX && bytes < BATCH_BYTES_MAX) {
        struct cr_kafka_record *record = cr_kafka_next(reader->kafka, timeout_ms);
        if (!record)
            return;
        if (until_ms == 0)
            until_ms = cr_clock_ms() + BATCH_GATHER_MS;
        bytes += add(reader, record);
        timeout_ms = 0;
        if (cr_clock_ms() > until_ms)
            return;
    }
}

/* --- applying --- */

static int take_item(struct reader *reader, struct cr_tx *tx, struct item *item, struct cr_err *err)
{
    const struct cr_inbox *inbox = &reader->consumer->inbox;
    if (item->rc == CR_ENOTFOUND) {
        reader->tally.foreign++;
        return 0;
    }
    struct cr_kafka_view view = {0};
    cr_kafka_record_view(item->record, &view);
    struct cr_inbox_origin origin = {reader->assigned.cluster, item->partition, item->offset,
                                     &view.message};
    enum cr_inbox_result result = CR_INBOX_PARKED;
    int rc;
    if (item->rc < 0) {
        struct cr_err reason = {0};
        struct item copy = *item;
        (void)read_event(reader, &copy, &reason); /* for its words */
        rc = cr_inbox_park(inbox, tx, NULL, &origin, reason.text, err);
    } else {
        rc = cr_inbox_take(inbox, tx, &item->event, &origin, &result, err);
    }
    if (rc == 0)
        cr_consumer_tally_add(&reader->tally, result);
    return rc;
}

static int apply_batch(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct reader *reader = ctx;
    reader->tally = (struct cr_consumer_tally){0};
    for (size_t i = 0; i < reader->count; i++) {
        int rc = take_item(reader, tx, &reader->items[i], err);
        if (rc < 0)
            return rc;
    }
    for (int i = 0; i < reader->assigned.partitions; i++) {
        const struct cr_kafka_start *next = &reader->next[i];
        int rc = next->offset < 0
                     ? 0
                     : cr_inbox_set_offset(&reader->consumer->inbox, tx, reader->assigned.cluster,
                                           next->partition, next->offset, err);
        if (rc < 0)
            return rc;
    }
    int rc = cr_inbox_keep_cluster(&reader->consumer->inbox, tx, reader->assigned.cluster, err);
    if (rc == 0)
        cr_consumer_step(reader->consumer, "consumer.applied");
    return rc;
}

static void drop_batch(struct reader *reader)
{
    for (size_t i = 0; i < reader->count; i++)
        cr_kafka_record_free(reader->items[i].record);
    reader->count = 0;
    cr_arena_reset(reader->arena);
}

/* Writes the batch, again and again while the reason passes; given up only when stopping. */
static bool write_batch(struct reader *reader)
{
    struct cr_consumer *consumer = reader->consumer;
    int64_t wait_ms = RETRY_FIRST_MS;
    struct cr_err err;
    while (cr_store_write(consumer->options.store, apply_batch, reader, &err) < 0) {
        cr_consumer_failing(consumer, &err);
        cr_consumer_pause(consumer, wait_ms);
        if (cr_consumer_stopping(consumer))
            return false;
        wait_ms = cr_min_i64(wait_ms * 2, RETRY_LAST_MS);
    }
    cr_consumer_failing(consumer, NULL);
    cr_consumer_step(consumer, "consumer.committed");
    return true;
}

/* Known once every partition was fetched from. */
static void tell_lag(struct reader *reader)
{
    struct cr_consumer *consumer = reader->consumer;
    int64_t lag = 0;
    for (int i = 0; i < reader->assigned.partitions; i++) {
        int64_t end = cr_kafka_end(reader->kafka, consumer->options.topic, i);
        if (end < 0)
            return;
        lag += cr_max_i64(end - cr_max_i64(reader->next[i].offset, 0), 0);
    }
    cr_gauge_set(consumer->lag, (double)lag);
    CR_LOCKED(&consumer->mutex);
    consumer->status.lag = lag;
}

/* False when stopping before the batch could be written. */
static bool turn(struct reader *reader)
{
    struct cr_consumer *consumer = reader->consumer;
    gather(reader);
    if (reader->count == 0)
        return true;
    bool written = write_batch(reader);
    drop_batch(reader);
    if (!written)
        return false;
    cr_consumer_count(consumer, &reader->tally);
    if (reader->tally.gaps > 0)
        cr_consumer_want_sweep(consumer, "an event is missing");
    cr_kafka_commit(reader->kafka, consumer->options.topic, reader->next,
                    (size_t)reader->assigned.partitions);
    return true;
}

void cr_reader_run(void *ctx)
{
    struct cr_consumer *consumer = ctx;
    struct reader *reader = calloc(1, sizeof *reader);
    CR_ASSERT(reader);
    reader->consumer = consumer;
    reader->embedded = true;
    reader->arena = cr_arena_new(BATCH_ARENA_MAX);
    CR_ASSERT(reader->arena);
    int64_t lag_due_ms = 0;
    while (!cr_consumer_stopping(consumer)) {
        if (!ready(reader)) {
            cr_consumer_pause(consumer, RECONNECT_MS);
            continue;
        }
        if (!turn(reader))
            break;
        if (cr_clock_ms() >= lag_due_ms) {
            tell_lag(reader);
            lag_due_ms = cr_clock_ms() + IDENTIFY_INTERVAL_MS;
        }
    }
    drop_batch(reader);
    cr_kafka_free(reader->kafka);
    cr_arena_free(reader->arena);
    free(reader);
}
