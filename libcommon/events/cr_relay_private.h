/* cr_relay_private: the relay as its files share it: the thread (cr_relay.c), the cluster and the
 * cursor (cr_relay_cluster.c), the state for others (cr_relay_state.c).
 *
 * Threads: fields above the mutex are the thread's own once it runs; those below it are guarded.
 */
#ifndef CR_RELAY_PRIVATE_H
#define CR_RELAY_PRIVATE_H

#include "cr_acks.h"
#include "cr_kafka.h"
#include "cr_metrics.h"
#include "cr_outbox.h"
#include "cr_relay.h"
#include "cr_thread.h"

enum { CR_RELAY_RETRY_MS = 200 };

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

/* --- the state --- */

void cr_relay_set_state(struct cr_relay *relay, enum cr_relay_state state, const char *reason);
void cr_relay_tell(struct cr_relay *relay); /* how far it is */
bool cr_relay_is_stopping(struct cr_relay *relay);

/* --- the cursor and its cluster --- */

CR_MUST_CHECK int cr_relay_load_cursor(struct cr_tx *tx, void *ctx, struct cr_err *err);
/* A failure is harmless: what is published twice is dropped by its readers. */
int cr_relay_save_cursor(struct cr_relay *relay, struct cr_err *err);
/* Is the broker of the cluster that the cursor belongs to, and is the topic there? Asked once a
 * second. */
bool cr_relay_know_cluster(struct cr_relay *relay);

/* The next one goes on behind the cursor. */
void cr_relay_drop_producer(struct cr_relay *relay);

#endif
