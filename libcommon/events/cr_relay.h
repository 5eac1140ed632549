/* cr_relay: the thread that publishes an outbox on a Kafka topic, at least once and in order.
 *
 * The cursor (last seq of which all before are acknowledged) is stored with the identity of the
 * cluster that acknowledged it: its cluster id and, on the embedded broker, the uuid in the name of
 * its topic `__crema-epoch-<uuid>`. Whatever goes wrong is answered by going on from the cursor
 * with a new producer; consumers drop repeats by version. A broker that is away stops nothing. One
 * relay per store: a second process waits for the lock on the file `<database>.relay`.
 *
 * Ownership: options are copied, but for store and log, which must outlive the relay.
 * Errors:    cr_relay_start fails on bad options or without memory only, never because the broker
 * is away. State changes are logged through options.log. Threads:   one of its own; the functions
 * here may be called from any. Metrics:   outbox_pending, outbox_oldest_age_seconds,
 * relay_published_total, relay_fatal_total, relay_rewinds_total, labelled with the topic.
 */
#ifndef CR_RELAY_H
#define CR_RELAY_H

#include "cr_log.h"
#include "cr_store.h"

struct cr_relay;

/* What to do on a cluster that is not the one of the cursor. */
enum cr_new_cluster {
    CR_NEW_CLUSTER_STOP,   /* say so and publish nothing: usually it is a wrong address */
    CR_NEW_CLUSTER_REWIND, /* publish again: everything, or the last 1,000 on the embedded broker */
};

struct cr_relay_options {
    struct cr_store *store;        /* with cr_outbox_schema */
    const struct cr_log *log;      /* NULL: silent */
    const char *bootstrap_servers; /* "host:port,host:port" */
    const char *client_id;
    const char *topic;
    const char *source; /* of the events: "/coffee/order" */
    int partitions;     /* of the topic, if it must be made; 0 = 6 */
    int replication;    /* of the topic, if it must be made; 0 = the broker's default */
    enum cr_new_cluster on_new_cluster;
    int request_timeout_ms; /* after which an unanswered request is sent again; 0 = 10,000 */
    /* Called at named points; tests end the process there. */
    void (*step)(void *ctx, const char *name);
    void *step_ctx;
};

CR_MUST_CHECK int cr_relay_start(const struct cr_relay_options *options,
                                 struct cr_relay **out_relay, struct cr_err *err);

/* Publishes what is left until deadline_ms (cr_clock_ms), saves the cursor, ends and frees. The
 * rest is on disk and goes out after the next start. NULL is fine. */
void cr_relay_stop(struct cr_relay *relay, int64_t deadline_ms);

enum cr_relay_state {
    CR_RELAY_CONNECTING, /* no broker yet, or again */
    CR_RELAY_LOCKED,     /* another process relays this store */
    CR_RELAY_RUNNING,
    CR_RELAY_STOPPED, /* needs a person: a new cluster, or an event that the broker refuses */
};

struct cr_relay_status {
    enum cr_relay_state state;
    bool embedded; /* the broker is volatile, on this machine only */
    int64_t cursor;
    int64_t head;
    int64_t oldest_age_ms; /* of the oldest event that is not acknowledged; 0: none */
    uint64_t published;    /* acknowledged, repeats included */
    uint64_t fatal;        /* producers replaced after an error */
    uint64_t rewinds;
    char cluster[128]; /* identity; "" = not known yet */
    char reason[256];  /* of CONNECTING and STOPPED */
};
void cr_relay_status(struct cr_relay *relay, struct cr_relay_status *out_status);
const char *cr_relay_state_name(enum cr_relay_state state); /* "connecting", ... */

#endif
