/* order_store: orders in the database, each change with its event in one transaction.
 *
 * The event carries the traceparent of the request that made it, if that has one.
 *
 * Ownership: texts read live in the arena.
 * Errors:    as cr_tx; CR_ENOTFOUND for an unknown id.
 * Threads:   within a closure of the store; writing ones on its thread only.
 */
#ifndef ORDER_STORE_H
#define ORDER_STORE_H

#include "cr_store.h"
#include "order.h"

extern const struct cr_schema order_schema;

/* A new order; its id must be set. */
CR_MUST_CHECK int order_insert(struct cr_tx *tx, const struct order *order,
                               struct cr_slice traceparent, struct cr_err *err);
/* Changes an order, or makes it under the id given. */
CR_MUST_CHECK int order_upsert(struct cr_tx *tx, const struct order *order,
                               struct cr_slice traceparent, struct cr_err *err);
/* Unknown ids are passed over. */
CR_MUST_CHECK int order_remove(struct cr_tx *tx, struct cr_slice id, struct cr_slice traceparent,
                               struct cr_err *err);

CR_MUST_CHECK int order_find(struct cr_tx *tx, struct cr_slice id, struct cr_arena *arena,
                             struct order *out_order, struct cr_err *err);
CR_MUST_CHECK int order_count(struct cr_tx *tx, int64_t *out_count, struct cr_err *err);
/* Appends the page's orders, newest first, as JSON values. */
CR_MUST_CHECK int order_list(struct cr_tx *tx, int64_t size, int64_t offset,
                             struct cr_json_writer *out, struct cr_err *err);

/* What was answered under an Idempotency-Key. fingerprint tells whether it was the same request:
 * CR_EINVAL when it was another. CR_ENOTFOUND: nothing yet. */
struct order_answered {
    struct cr_slice key;
    struct cr_slice fingerprint;
    struct cr_slice answer;
    struct cr_slice order_id;
};
CR_MUST_CHECK int order_answered_find(struct cr_tx *tx, struct order_answered *answered,
                                      struct cr_arena *arena, struct cr_err *err);
/* Keeps it, and forgets those older than a day. */
CR_MUST_CHECK int order_answered_keep(struct cr_tx *tx, const struct order_answered *answered,
                                      int64_t wall_ms, struct cr_err *err);

#endif
