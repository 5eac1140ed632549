/* status_store: the projection of orders, and what clients wrote beside it; a read merges both.
 *
 * Ownership: nothing is kept.
 * Errors:    as cr_tx.
 * Threads:   within a closure of the store; writing ones on its thread only.
 */
#ifndef STATUS_STORE_H
#define STATUS_STORE_H

#include "cr_store.h"
#include "status.h"

extern const struct cr_schema status_schema;

/* The projection: an order was placed or changed. */
CR_MUST_CHECK int status_order_put(struct cr_tx *tx, const struct status_order *order,
                                   struct cr_err *err);

/* A client's write, with the event of it, which carries the request's traceparent, if it has one.
 */
CR_MUST_CHECK int status_put(struct cr_tx *tx, const struct status *status,
                             struct cr_slice traceparent, struct cr_err *err);
CR_MUST_CHECK int status_remove(struct cr_tx *tx, struct cr_slice id, struct cr_slice traceparent,
                                struct cr_err *err);

CR_MUST_CHECK int status_count(struct cr_tx *tx, int64_t *out_count, struct cr_err *err);
/* Appends the page's statuses, newest first, as JSON values. */
CR_MUST_CHECK int status_list(struct cr_tx *tx, int64_t size, int64_t offset,
                              struct cr_json_writer *out, struct cr_err *err);
/* Appends {"id","orderHistory"} of the newest orders; out_count (may be NULL) says how many. */
CR_MUST_CHECK int status_history(struct cr_tx *tx, int64_t size, int64_t offset,
                                 struct cr_json_writer *out, size_t *out_count, struct cr_err *err);

#endif
