/* status_orders: order's feed, as the consumer wants to fetch it.
 *
 * Ownership: the caller's buffer.
 * Errors:    CR_EUNAVAILABLE nobody there, or no answer within three seconds; CR_EIO a bad status.
 * Threads:   blocks: the consumer's sweep only.
 */
#ifndef STATUS_ORDERS_H
#define STATUS_ORDERS_H

#include "cr_app.h"
#include "cr_feed.h"

#define STATUS_ORDER_SERVICE "msa-service-coffee-order"

/* A cr_feed_fetch; ctx is the cr_app. */
int status_orders_fetch(void *ctx, const struct cr_feed_query *query, struct cr_buf *out_body,
                        struct cr_err *err);

#endif
