/* status: how far an order is, in the words of both editions.
 *
 * Ownership: a value of borrowed texts; what the reader gives lives in the arena.
 * Errors:    CR_EINVAL with the field.
 * Threads:   any; pure.
 * Source:    the book's CoffeeOrderStatusDVO ({id, orderHistory}) and the additional edition's
 *            StatusVO ({_id, statusName, orderId, orderName, userId, userName}).
 */
#ifndef STATUS_H
#define STATUS_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_json_writer.h"
#include "cr_slice.h"

#define STATUS_SOURCE  "/coffee/status"
#define STATUS_WRITTEN "coffee.status.written.v1"
#define STATUS_REMOVED "coffee.status.removed.v1"
#define STATUS_FIRST   "DONE" /* what an order's status begins with, as in the original */

struct status {
    struct cr_slice id;
    struct cr_slice status_name;
    struct cr_slice order_id;
    struct cr_slice order_name;
    struct cr_slice user_id;
    struct cr_slice user_name;
};

/* A POST's or PUT's body; a PUT names its _id, which is then required. */
CR_MUST_CHECK int status_read(struct cr_slice body, bool with_id, struct cr_arena *arena,
                              struct status *out_status, struct cr_err *err);
void status_write(const struct status *status, struct cr_json_writer *out);

/* What an order's event says, and the text that the book keeps of it. */
struct status_order {
    struct cr_slice id;
    struct cr_slice name;
    struct cr_slice user_id;
    struct cr_slice user_name;
    struct cr_slice history; /* the JSON text that the original's message was */
};

/* From the data of an order's event. CR_EPARSE: it is none. */
CR_MUST_CHECK int status_order_read(struct cr_slice data, struct cr_arena *arena,
                                    struct status_order *out_order, struct cr_err *err);

#endif
