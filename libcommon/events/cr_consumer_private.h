/* cr_consumer_private: what the consumer's two threads share.
 *
 * The reader (cr_reader.c) follows the topic, the sweeper (cr_sweep.c) the owner's feed; both write
 * through the store, which runs one after the other.
 *
 * Threads: fields above the mutex never change after the start; those below it are guarded.
 */
#ifndef CR_CONSUMER_PRIVATE_H
#define CR_CONSUMER_PRIVATE_H

#include "cr_arena.h"
#include "cr_consumer.h"
#include "cr_inbox.h"
#include "cr_metrics.h"
#include "cr_thread.h"

struct cr_consumer {
    struct cr_arena *texts;
    struct cr_consumer_options options;
    struct cr_inbox inbox;
    struct cr_counter *applied;
    struct cr_counter *dropped;
    struct cr_counter *repaired;
    struct cr_counter *parked;
    struct cr_counter *foreign;
    struct cr_gauge *lag;
    struct cr_thread reader;
    struct cr_thread sweeper;

    struct cr_mutex mutex;
    struct cr_cond wake;
    bool stopping;
    bool sweep_wanted;
    bool told; /* the log has a line about the connection */
    int64_t started_ms;
    int64_t failing_since_ms; /* 0: not failing */
    struct cr_consumer_status status;
};

/* What a transaction did, counted once it is committed. */
struct cr_consumer_tally {
    size_t applied;
    size_t dropped;
    size_t parked;
    size_t foreign;
    size_t repaired;
    size_t gaps;
};

void cr_consumer_count(struct cr_consumer *consumer, const struct cr_consumer_tally *tally);
/* Adds one result to a tally. */
void cr_consumer_tally_add(struct cr_consumer_tally *tally, enum cr_inbox_result result);

bool cr_consumer_stopping(struct cr_consumer *consumer);
/* Sleeps, unless it is stopping. */
void cr_consumer_pause(struct cr_consumer *consumer, int64_t ms);
void cr_consumer_want_sweep(struct cr_consumer *consumer, const char *why);
bool cr_consumer_sweeps(const struct cr_consumer *consumer);

/* err NULL: the last write succeeded. */
void cr_consumer_failing(struct cr_consumer *consumer, const struct cr_err *err);
/* what: the cluster, or why there is none. */
void cr_consumer_connected(struct cr_consumer *consumer, bool connected, const char *what);

void cr_consumer_step(const struct cr_consumer *consumer, const char *name);

/* The threads. */
void cr_reader_run(void *consumer);
void cr_sweep_run(void *consumer);

#endif
