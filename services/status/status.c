/* Statuses and order events to and from JSON. */
#include "status.h"

#include <stddef.h>

#include "cr_json.h"
#include "shop_body.h"
#include "shop_envelope.h"

int status_read(struct cr_slice body, bool with_id, struct cr_arena *arena,
                struct status *out_status, struct cr_err *err)
{
    const struct shop_field fields[] = {
        {"_id", offsetof(struct status, id), with_id},
        {"statusName", offsetof(struct status, status_name), false},
        {"orderId", offsetof(struct status, order_id), true},
        {"orderName", offsetof(struct status, order_name), false},
        {"userId", offsetof(struct status, user_id), false},
        {"userName", offsetof(struct status, user_name), false},
    };
    *out_status = (struct status){.id = {NULL, 0}};
    int rc = shop_body_read(body, fields, CR_COUNT(fields), arena, out_status, err);
    if (!rc && out_status->status_name.len == 0)
        out_status->status_name = CR_SLICE(STATUS_FIRST);
    return rc;
}

void status_write(const struct status *status, struct cr_json_writer *out)
{
    cr_json_begin_object(out);
    shop_pair(out, "_id", status->id);
    shop_pair(out, "statusName", status->status_name);
    shop_pair(out, "orderId", status->order_id);
    shop_pair(out, "orderName", status->order_name);
    shop_pair(out, "userId", status->user_id);
    shop_pair(out, "userName", status->user_name);
    cr_json_end_object(out);
}

/* The members of the message that the original sent: the book's order object, or the additional
 * edition's queue message. */
static void write_history(const struct cr_tree *order, struct cr_buf *out)
{
    static const char *const book[] = {"id", "orderNumber", "coffeeName", "coffeeCount",
                                       "customerName"};
    static const char *const additional[] = {"_id", "orderId", "orderName", "userId", "userName"};
    bool of_book = cr_tree_get(order, "orderNumber") != NULL;
    const char *const *names = of_book ? book : additional;
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_begin_object(&writer);
    for (size_t i = 0; i < CR_COUNT(book); i++)
        cr_json_pair_text(&writer, names[i], cr_tree_text(cr_tree_get(order, names[i]), NULL));
    cr_json_end_object(&writer);
}

static struct cr_slice text_of(const struct cr_tree *order, const char *name)
{
    return cr_slice_of(cr_tree_text(cr_tree_get(order, name), NULL));
}

int status_order_read(struct cr_slice data, struct cr_arena *arena, struct status_order *out_order,
                      struct cr_err *err)
{
    const struct cr_tree *order;
    int rc = cr_json_parse(data, arena, &order, err);
    if (rc)
        return rc;
    CR_AUTO(cr_buf) history = {0};
    write_history(order, &history);
    *out_order = (struct status_order){
        .id = text_of(order, "_id"),
        .name = text_of(order, "orderName"),
        .user_id = text_of(order, "userId"),
        .user_name = text_of(order, "userName"),
        .history = cr_slice_of(cr_arena_slice(arena, cr_buf_view(&history))),
    };
    if (!out_order->history.ptr || cr_buf_status(&history))
        return cr_err_set(err, CR_ENOMEM, "order event: out of memory");
    if (out_order->id.len == 0 || out_order->name.len == 0)
        return cr_err_set(err, CR_EPARSE, "an order's event without '_id' or 'orderName'");
    return 0;
}
