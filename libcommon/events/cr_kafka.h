/* cr_kafka: one client of a Kafka cluster, producing or consuming: what the room needs of
 * librdkafka.
 *
 * Ownership: a handle is its maker's. A record must be freed before its handle.
 * Errors:    CR_EUNAVAILABLE the cluster is away or not ready; try again.
 * Threads:   one at a time per handle; callbacks come from cr_kafka_poll and cr_kafka_next.
 * Source:    librdkafka's CONFIGURATION.md; KIP-98 for what is fatal to an idempotent producer.
 */
#ifndef CR_KAFKA_H
#define CR_KAFKA_H

#include "cr_event.h"

struct cr_kafka;

enum { CR_KAFKA_PARTITIONS_MAX = 256 };

/* Towards the embedded broker: no compression, and short waits at the end of the log (its empty
 * answers wait in full). */
struct cr_kafka_options {
    bool consumer;
    bool embedded;
    const char *bootstrap_servers;
    const char *client_id;
    const char *group;      /* consumer only */
    int request_timeout_ms; /* 0 = 10,000 */
    /* Producer only: rc 0: on the topic, the broker named its offset; CR_EUNAVAILABLE: perhaps not,
     * replace the producer and go on from the cursor; CR_EINVAL: the broker will never take this
     * event. */
    void (*delivered)(void *ctx, int64_t seq, int rc, const char *reason);
    void *ctx;
};

CR_MUST_CHECK int cr_kafka_new(const struct cr_kafka_options *options, struct cr_kafka **out_kafka,
                               struct cr_err *err);
/* At once: what is in flight is given up. NULL is fine. */
void cr_kafka_free(struct cr_kafka *kafka);

/* A fatal error came; only a new handle helps. */
bool cr_kafka_failed(const struct cr_kafka *kafka, char out_reason[256]);

/* Which cluster is at the other end, and the topic's partitions (0: it does not exist).
 * CR_ETIMEOUT: it did not answer in time, which a busy one may do now and then. */
enum { CR_KAFKA_SLOW_MAX = 5 }; /* such answers in a row before it counts as away */
struct cr_kafka_identity {
    char cluster[128]; /* "<cluster id>" or "<cluster id>/<epoch>" */
    bool embedded;
    int partitions;
};
CR_MUST_CHECK int cr_kafka_identify(struct cr_kafka *kafka, const char *topic, int timeout_ms,
                                    struct cr_kafka_identity *out_identity, struct cr_err *err);

/* By the admin interface; a broker without one (librdkafka's mock) makes it when asked for it.
 * CR_EEXISTS: it exists; metadata may not tell yet. */
CR_MUST_CHECK int cr_kafka_create_topic(struct cr_kafka *kafka, const char *topic, int partitions,
                                        int replication, struct cr_err *err);

/* --- producer --- */

/* Copies the message. CR_ELIMIT: the queue is full, poll first. CR_EINVAL: will never be taken. */
CR_MUST_CHECK int cr_kafka_produce(struct cr_kafka *kafka, const char *topic,
                                   const struct cr_event_message *message, int64_t seq,
                                   struct cr_err *err);
void cr_kafka_poll(struct cr_kafka *kafka, int timeout_ms);

/* --- consumer --- */

struct cr_kafka_start {
    int partition;
    int64_t offset; /* negative: the beginning */
};
/* Reads these partitions from now on, and no others. */
CR_MUST_CHECK int cr_kafka_assign(struct cr_kafka *kafka, const char *topic,
                                  const struct cr_kafka_start *starts, size_t count,
                                  struct cr_err *err);

/* Asks the cluster for the partition's first offset and the one behind its last. */
CR_MUST_CHECK int cr_kafka_watermarks(struct cr_kafka *kafka, const char *topic, int partition,
                                      int64_t *out_low, int64_t *out_high, struct cr_err *err);
/* The end of the partition as the last fetch told it; -1: not known. Asks nobody. */
int64_t cr_kafka_end(struct cr_kafka *kafka, const char *topic, int partition);

struct cr_kafka_record; /* as the library holds it */

/* The next record, or NULL when none came in that time. Errors are kept for cr_kafka_failed. */
struct cr_kafka_record *cr_kafka_next(struct cr_kafka *kafka, int timeout_ms);
void cr_kafka_record_free(struct cr_kafka_record *record); /* NULL is fine */

/* A look into a record; refers to it. */
struct cr_kafka_view {
    int partition;
    int64_t offset;
    struct cr_event_message message; /* its headers are the ones below */
    struct cr_event_header headers[CR_EVENT_HEADERS_MAX];
};
void cr_kafka_record_view(const struct cr_kafka_record *record, struct cr_kafka_view *out_view);

/* Tells the cluster how far the group is; for tools that watch lag. Does not wait. */
void cr_kafka_commit(struct cr_kafka *kafka, const char *topic, const struct cr_kafka_start *next,
                     size_t count);

#endif
