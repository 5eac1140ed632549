/* order: a coffee order, in the words of both editions.
 *
 * Ownership: a value of borrowed texts; what the readers give lives in the arena.
 * Errors:    readers return CR_EINVAL and name the field.
 * Threads:   any; pure.
 * Source:    the book's OrderEntity (all texts, `id` stays null) and the additional edition's
 *            OrderVO ({_id, orderName, userId, userName}).
 */
#ifndef ORDER_H
#define ORDER_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_json_writer.h"
#include "cr_slice.h"

#define ORDER_SOURCE  "/coffee/order"
#define ORDER_TOPIC   "coffee.order"
#define ORDER_PLACED  "coffee.order.placed.v1"
#define ORDER_CHANGED "coffee.order.changed.v1"
#define ORDER_REMOVED "coffee.order.removed.v1"
enum { ORDER_PARTITIONS = 6 };

struct order {
    struct cr_slice id;           /* UUIDv7: newest first is highest first */
    struct cr_slice coffee;       /* coffeeName, orderName */
    struct cr_slice customer;     /* customerName, userName */
    struct cr_slice user_id;      /* of the additional edition; NULL ptr in the book's */
    struct cr_slice order_number; /* of the book; NULL ptr in the additional edition's */
    struct cr_slice coffee_count; /* likewise */
    struct cr_slice given_id;     /* the id that the book's client sent, echoed; NULL ptr: null */
};

/* {"id":null,"orderNumber":"1","coffeeName":"espresso","coffeeCount":"3","customerName":"kevin"} */
CR_MUST_CHECK int order_read_book(struct cr_slice body, struct cr_arena *arena,
                                  struct order *out_order, struct cr_err *err);
void order_write_book(const struct order *order, struct cr_json_writer *out);

/* {"orderName":"latte","userId":"..."}; a PUT names its _id too, which is then required. */
CR_MUST_CHECK int order_read(struct cr_slice body, bool with_id, struct cr_arena *arena,
                             struct order *out_order, struct cr_err *err);
void order_write(const struct order *order, struct cr_json_writer *out);

/* The event's data: the members of both editions' messages. */
void order_write_event(const struct order *order, struct cr_json_writer *out);

#endif
