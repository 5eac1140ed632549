/* The queries of orders. */
#include "order_store.h"

#include "cr_outbox.h"

enum { ANSWERED_KEPT_MS = 24 * 60 * 60 * 1000 };

static int append_event(struct cr_tx *tx, const char *type, const struct order *order,
                        struct cr_slice traceparent, struct cr_err *err)
{
    CR_AUTO(cr_buf) data = {0};
    struct cr_json_writer writer;
    cr_json_init(&writer, &data);
    order_write_event(order, &writer);
    if (cr_buf_status(&data))
        return cr_err_set(err, CR_ENOMEM, "order event: out of memory");
    struct cr_event event = {.source = CR_SLICE(ORDER_SOURCE),
                             .type = cr_slice_of(type),
                             .aggregate = order->id,
                             .traceparent = traceparent,
                             .data = cr_buf_view(&data)};
    struct cr_outbox_texts texts;
    return cr_outbox_append(tx, &event, &texts, err);
}

static struct cr_values values_of(const struct order *order, struct cr_value items[6])
{
    items[0] = cr_value_slice(order->id);
    items[1] = cr_value_slice(order->coffee);
    items[2] = cr_value_slice(order->customer);
    items[3] = cr_value_slice(order->user_id);
    items[4] = cr_value_slice(order->order_number);
    items[5] = cr_value_slice(order->coffee_count);
    return (struct cr_values){items, 6};
}

int order_insert(struct cr_tx *tx, const struct order *order, struct cr_slice traceparent,
                 struct cr_err *err)
{
    struct cr_value items[6];
    int rc = cr_tx_exec(tx,
                        "INSERT INTO orders (id, coffee, customer, user_id, order_number, "
                        "coffee_count) VALUES ($1, $2, $3, $4, $5, $6)",
                        values_of(order, items), err);
    return rc ? rc : append_event(tx, ORDER_PLACED, order, traceparent, err);
}

int order_upsert(struct cr_tx *tx, const struct order *order, struct cr_slice traceparent,
                 struct cr_err *err)
{
    /* An order that was removed and comes back under its id goes on with its versions. */
    int64_t version;
    int rc = cr_outbox_version(tx, order->id, &version, err);
    if (rc)
        return rc;
    rc = cr_tx_exec(tx,
                    "INSERT INTO orders (id, coffee, customer, user_id) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (id) DO UPDATE SET coffee = excluded.coffee, "
                    "customer = excluded.customer, user_id = excluded.user_id",
                    CR_VALUES(cr_value_slice(order->id), cr_value_slice(order->coffee),
                              cr_value_slice(order->customer), cr_value_slice(order->user_id)),
                    err);
    if (rc)
        return rc;
    return append_event(tx, version == 0 ? ORDER_PLACED : ORDER_CHANGED, order, traceparent, err);
}

int order_remove(struct cr_tx *tx, struct cr_slice id, struct cr_slice traceparent,
                 struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "order: out of memory");
    struct order order;
    int rc = order_find(tx, id, arena, &order, err);
    if (rc == CR_ENOTFOUND)
        return 0;
    if (!rc)
        rc = cr_tx_exec(tx, "DELETE FROM orders WHERE id = $1", CR_VALUES(cr_value_slice(id)), err);
    return rc ? rc : append_event(tx, ORDER_REMOVED, &order, traceparent, err);
}

static struct order row_order(struct cr_stmt *stmt)
{
    return (struct order){.id = cr_stmt_text(stmt, 0),
                          .coffee = cr_stmt_text(stmt, 1),
                          .customer = cr_stmt_text(stmt, 2),
                          .user_id = cr_stmt_text(stmt, 3),
                          .order_number = cr_stmt_text(stmt, 4),
                          .coffee_count = cr_stmt_text(stmt, 5)};
}

static struct cr_slice keep(struct cr_arena *arena, struct cr_slice text)
{
    return text.ptr ? (struct cr_slice){cr_arena_slice(arena, text), text.len} : text;
}

int order_find(struct cr_tx *tx, struct cr_slice id, struct cr_arena *arena,
               struct order *out_order, struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx,
                         "SELECT id, coffee, customer, user_id, order_number, coffee_count "
                         "FROM orders WHERE id = $1",
                         CR_VALUES(cr_value_slice(id)), &stmt, err);
    if (rc)
        return rc;
    rc = cr_stmt_step(stmt, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return cr_err_set(err, CR_ENOTFOUND, "there is no order '%.*s'", CR_SLICE_ARG(id));
    struct order order = row_order(stmt);
    *out_order = (struct order){.id = keep(arena, order.id),
                                .coffee = keep(arena, order.coffee),
                                .customer = keep(arena, order.customer),
                                .user_id = keep(arena, order.user_id),
                                .order_number = keep(arena, order.order_number),
                                .coffee_count = keep(arena, order.coffee_count)};
    return cr_arena_failed(arena) ? cr_err_set(err, CR_ENOMEM, "order: out of memory") : 0;
}

int order_count(struct cr_tx *tx, int64_t *out_count, struct cr_err *err)
{
    return cr_tx_query_int(tx, "SELECT count(*) FROM orders", CR_NO_VALUES, out_count, err);
}

int order_list(struct cr_tx *tx, int64_t size, int64_t offset, struct cr_json_writer *out,
               struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx,
                         "SELECT id, coffee, customer, user_id, order_number, coffee_count "
                         "FROM orders ORDER BY id DESC LIMIT $1 OFFSET $2",
                         CR_VALUES(cr_value_int(size), cr_value_int(offset)), &stmt, err);
    if (rc)
        return rc;
    while ((rc = cr_stmt_step(stmt, err)) > 0) {
        struct order order = row_order(stmt);
        order_write(&order, out);
    }
    return rc;
}

int order_answered_find(struct cr_tx *tx, struct order_answered *answered, struct cr_arena *arena,
                        struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx, "SELECT fingerprint, answer, order_id FROM idempotency WHERE key = $1",
                         CR_VALUES(cr_value_slice(answered->key)), &stmt, err);
    if (rc)
        return rc;
    rc = cr_stmt_step(stmt, err);
    if (rc <= 0)
        return rc ? rc : CR_ENOTFOUND;
    if (!cr_slice_equal(cr_stmt_text(stmt, 0), answered->fingerprint))
        return cr_err_set(err, CR_EINVAL,
                          "Idempotency-Key '%.*s' was used for another request: take a new one",
                          CR_SLICE_ARG(answered->key));
    answered->answer = keep(arena, cr_stmt_text(stmt, 1));
    answered->order_id = keep(arena, cr_stmt_text(stmt, 2));
    return cr_arena_failed(arena) ? cr_err_set(err, CR_ENOMEM, "order: out of memory") : 0;
}

int order_answered_keep(struct cr_tx *tx, const struct order_answered *answered, int64_t wall_ms,
                        struct cr_err *err)
{
    int rc = cr_tx_exec(tx, "DELETE FROM idempotency WHERE created_ms < $1",
                        CR_VALUES(cr_value_int(wall_ms - ANSWERED_KEPT_MS)), err);
    if (rc)
        return rc;
    return cr_tx_exec(tx,
                      "INSERT INTO idempotency (key, fingerprint, answer, order_id, created_ms) "
                      "VALUES ($1, $2, $3, $4, $5)",
                      CR_VALUES(cr_value_slice(answered->key),
                                cr_value_slice(answered->fingerprint),
                                cr_value_slice(answered->answer),
                                cr_value_slice(answered->order_id), cr_value_int(wall_ms)),
                      err);
}
