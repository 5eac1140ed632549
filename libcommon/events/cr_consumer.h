/* cr_consumer: keeps a projection up to date from a topic, and from its owner's feed.
 *
 * Each event's effect is applied exactly once and in order per aggregate: the projection's rows,
 * the aggregate's version, the offsets (kept per identity of the cluster, see cr_relay) and what
 * could not be applied are written in one transaction. A repeat is dropped by version. Whatever the
 * broker lost is found by sweeping the feed: at start, on a new cluster, on a gap, on a log that
 * shrank, and every sweep_interval_ms; while no broker is there, every second.
 *
 * Poison (an event that cannot be understood) is parked in the table dead_letter within the same
 * transaction, and so are the later events of its aggregate, so that order holds.
 *
 * Ownership: options are copied, but for store and log, which must outlive the consumer.
 * Errors:    cr_consumer_start fails on bad options or without memory only. State changes are
 *            logged through options.log.
 * Threads:   two of its own (topic, sweep); apply runs on the store thread, fetch on the sweep's.
 * Metrics:   consumer_lag_events, events_applied_total, dedup_dropped_total, sweep_repaired_total,
 *            dead_letter_parked_total, events_foreign_total, labelled with the topic.
 */
#ifndef CR_CONSUMER_H
#define CR_CONSUMER_H

#include "cr_feed.h"
#include "cr_log.h"
#include "cr_store.h"

struct cr_consumer;

/* offsets, versions, feed position and dead letters; give it to cr_store_open. */
extern const struct cr_schema cr_consumer_schema;

/* Writes an event's effect; must be pure (event in, rows out). 0: applied.
 * CR_ENOTFOUND: a type that this consumer does not use: passed over, its version counts.
 * CR_EPARSE, CR_EINVAL: poison: what was written is undone, the event is parked.
 * Any other error: transient: all is undone and tried again later. */
typedef int (*cr_consumer_apply)(struct cr_tx *tx, const struct cr_event *event, void *ctx,
                                 struct cr_err *err);

struct cr_consumer_options {
    struct cr_store *store;        /* with cr_consumer_schema */
    const struct cr_log *log;      /* NULL: silent */
    const char *bootstrap_servers; /* "host:port,host:port" */
    const char *client_id;
    const char *group; /* offsets are also told to Kafka under this name, for lag tools only */
    const char *topic;
    const char *source; /* of the owner's events; others on the topic are passed over, counted */
    cr_consumer_apply apply;
    cr_feed_fetch fetch;       /* NULL: no sweep at all */
    void *ctx;                 /* of apply and fetch */
    int64_t sweep_interval_ms; /* 0 = 30,000; negative = no sweep at all (shows what it is for) */
    /* Called on the store thread after a commit that applied events; may be NULL; must not block.
     */
    void (*applied)(void *ctx, size_t count);
    /* Called at named points; tests end the process there. */
    void (*step)(void *ctx, const char *name);
    void *step_ctx;
};

CR_MUST_CHECK int cr_consumer_start(const struct cr_consumer_options *options,
                                    struct cr_consumer **out_consumer, struct cr_err *err);

/* Commits the batch in hand, ends both threads, frees. Waits for a fetch under way. NULL is fine.
 */
void cr_consumer_stop(struct cr_consumer *consumer, int64_t deadline_ms);

/* Sweeps now. */
void cr_consumer_sweep(struct cr_consumer *consumer);

struct cr_consumer_status {
    bool connected; /* reads from a broker */
    bool embedded;  /* that broker is volatile, on this machine only */
    bool swept;     /* the feed was read to its head since the start */
    int64_t lag;    /* events on the topic that are not applied yet; -1: not known */
    int64_t feed_position;
    int64_t failing_ms; /* for how long nothing could be applied; 0: all well */
    uint64_t applied;   /* by either way */
    uint64_t dropped;   /* repeats */
    uint64_t repaired;  /* applied from the feed, the topic had not brought them */
    uint64_t parked;    /* since the start */
    uint64_t sweeps;
    char cluster[128];
    char reason[256]; /* why not connected, or why failing */
};
void cr_consumer_status(struct cr_consumer *consumer, struct cr_consumer_status *out_status);

#endif
