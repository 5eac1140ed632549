/* Orders to and from JSON. */
#include "order.h"

#include <stddef.h>

#include "shop_body.h"
#include "shop_envelope.h"

int order_read_book(struct cr_slice body, struct cr_arena *arena, struct order *out_order,
                    struct cr_err *err)
{
    static const struct shop_field fields[] = {
        {"id", offsetof(struct order, given_id), false},
        {"orderNumber", offsetof(struct order, order_number), true},
        {"coffeeName", offsetof(struct order, coffee), true},
        {"coffeeCount", offsetof(struct order, coffee_count), true},
        {"customerName", offsetof(struct order, customer), true},
    };
    *out_order = (struct order){.id = {NULL, 0}};
    return shop_body_read(body, fields, CR_COUNT(fields), arena, out_order, err);
}

static void write_book_members(const struct order *order, struct cr_json_writer *out)
{
    shop_pair(out, "orderNumber", order->order_number);
    shop_pair(out, "coffeeName", order->coffee);
    shop_pair(out, "coffeeCount", order->coffee_count);
    shop_pair(out, "customerName", order->customer);
}

void order_write_book(const struct order *order, struct cr_json_writer *out)
{
    cr_json_begin_object(out);
    shop_pair(out, "id", order->given_id);
    write_book_members(order, out);
    cr_json_end_object(out);
}

int order_read(struct cr_slice body, bool with_id, struct cr_arena *arena, struct order *out_order,
               struct cr_err *err)
{
    const struct shop_field fields[] = {
        {"orderName", offsetof(struct order, coffee), true},
        {"userId", offsetof(struct order, user_id), true},
        {"_id", offsetof(struct order, id), true},
    };
    *out_order = (struct order){.id = {NULL, 0}};
    return shop_body_read(body, fields, with_id ? 3 : 2, arena, out_order, err);
}

static void write_members(const struct order *order, struct cr_json_writer *out)
{
    shop_pair(out, "orderName", order->coffee);
    shop_pair(out, "userId", order->user_id);
    shop_pair(out, "userName", order->customer);
}

void order_write(const struct order *order, struct cr_json_writer *out)
{
    cr_json_begin_object(out);
    shop_pair(out, "_id", order->id);
    write_members(order, out);
    cr_json_end_object(out);
}

void order_write_event(const struct order *order, struct cr_json_writer *out)
{
    cr_json_begin_object(out);
    shop_pair(out, "_id", order->id);
    shop_pair(out, "orderId", order->id);
    write_members(order, out);
    if (order->order_number.ptr) {
        shop_pair(out, "id", order->given_id);
        write_book_members(order, out);
    }
    cr_json_end_object(out);
}
