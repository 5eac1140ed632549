/* cr_inbox: a consumer's bookkeeping in the database: versions, offsets, position, dead letters.
 *
 * Everything runs within the transaction that also holds the projection's change.
 *
 * Ownership: texts in the struct are the consumer's.
 * Errors:    as cr_tx; a transient error of apply.
 * Threads:   as cr_tx.
 */
#ifndef CR_INBOX_H
#define CR_INBOX_H

#include "cr_consumer.h"
#include "cr_event.h"

struct cr_inbox {
    const char *topic;
    const char *source;
    cr_consumer_apply apply;
    void *ctx;
};

/* Where a record was read; NULL in its place: in the feed. */
struct cr_inbox_origin {
    const char *cluster;
    int partition;
    int64_t offset;
    const struct cr_event_message *message;
};

enum cr_inbox_result {
    CR_INBOX_APPLIED, /* or passed over: its version counts */
    CR_INBOX_REPEAT,
    CR_INBOX_GAP, /* an earlier version is missing: nothing was done */
    CR_INBOX_PARKED,
};

CR_MUST_CHECK int cr_inbox_take(const struct cr_inbox *inbox, struct cr_tx *tx,
                                const struct cr_event *event, const struct cr_inbox_origin *origin,
                                enum cr_inbox_result *out_result, struct cr_err *err);

/* Into dead_letter, once; event is NULL for a record that is none. At most one of event and origin
 * is NULL. CR_EUNAVAILABLE when too much is parked already: a person must look. */
CR_MUST_CHECK int cr_inbox_park(const struct cr_inbox *inbox, struct cr_tx *tx,
                                const struct cr_event *event, const struct cr_inbox_origin *origin,
                                const char *reason, struct cr_err *err);

/* Where to read on in a partition of that cluster; -1: never read. */
CR_MUST_CHECK int cr_inbox_offset(const struct cr_inbox *inbox, struct cr_tx *tx,
                                  const char *cluster, int partition, int64_t *out_next,
                                  struct cr_err *err);
CR_MUST_CHECK int cr_inbox_set_offset(const struct cr_inbox *inbox, struct cr_tx *tx,
                                      const char *cluster, int partition, int64_t next,
                                      struct cr_err *err);
/* Whether another cluster's log was read so far. */
CR_MUST_CHECK int cr_inbox_knows_other(const struct cr_inbox *inbox, struct cr_tx *tx,
                                       const char *cluster, bool *out_other, struct cr_err *err);
/* Drops the offsets of every other cluster. */
CR_MUST_CHECK int cr_inbox_keep_cluster(const struct cr_inbox *inbox, struct cr_tx *tx,
                                        const char *cluster, struct cr_err *err);

/* Up to where the feed is in the projection. */
CR_MUST_CHECK int cr_inbox_position(const struct cr_inbox *inbox, struct cr_tx *tx,
                                    int64_t *out_seq, struct cr_err *err);
CR_MUST_CHECK int cr_inbox_set_position(const struct cr_inbox *inbox, struct cr_tx *tx, int64_t seq,
                                        struct cr_err *err);

#endif
