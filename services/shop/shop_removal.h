/* shop_removal: DELETE with a list of ids in its body, in one transaction.
 *
 * Ownership: what it needs lives in the request's arena.
 * Errors:    answered as by shop_job; an id that nothing has is none.
 * Threads:   the thread that has the request; `one` runs on the store's.
 */
#ifndef SHOP_REMOVAL_H
#define SHOP_REMOVAL_H

#include "cr_http_request.h"
#include "cr_store.h"

/* Removes what has the id, if anything has, with the event of it. */
typedef int (*shop_remove_one)(struct cr_tx *tx, struct cr_slice id, struct cr_slice traceparent,
                               struct cr_err *err);

/* ["id",...] in, their number out. */
void shop_remove(struct cr_http_request *req, struct cr_store *store, shop_remove_one one);

#endif
