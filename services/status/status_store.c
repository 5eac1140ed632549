/* The queries of statuses. */
#include "status_store.h"

#include "cr_outbox.h"

int status_order_put(struct cr_tx *tx, const struct status_order *order, struct cr_err *err)
{
    return cr_tx_exec(
        tx,
        "INSERT INTO status (order_id, order_name, user_id, user_name, order_history) "
        "VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (order_id) DO UPDATE SET order_name = excluded.order_name, "
        "user_id = excluded.user_id, user_name = excluded.user_name, "
        "order_history = excluded.order_history",
        CR_VALUES(cr_value_slice(order->id), cr_value_slice(order->name),
                  cr_value_slice(order->user_id), cr_value_slice(order->user_name),
                  cr_value_slice(order->history)),
        err);
}

static int append_event(struct cr_tx *tx, const char *type, const struct status *status,
                        struct cr_slice traceparent, struct cr_err *err)
{
    CR_AUTO(cr_buf) data = {0};
    struct cr_json_writer writer;
    cr_json_init(&writer, &data);
    status_write(status, &writer);
    if (cr_buf_status(&data))
        return cr_err_set(err, CR_ENOMEM, "status event: out of memory");
    struct cr_event event = {.source = CR_SLICE(STATUS_SOURCE),
                             .type = cr_slice_of(type),
                             .aggregate = status->id,
                             .traceparent = traceparent,
                             .data = cr_buf_view(&data)};
    struct cr_outbox_texts texts;
    return cr_outbox_append(tx, &event, &texts, err);
}

int status_put(struct cr_tx *tx, const struct status *status, struct cr_slice traceparent,
               struct cr_err *err)
{
    int rc = cr_tx_exec(
        tx,
        "INSERT INTO status_edits (id, status_name, order_id, order_name, user_id, user_name) "
        "VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (id) DO UPDATE SET status_name = excluded.status_name, "
        "order_id = excluded.order_id, order_name = excluded.order_name, "
        "user_id = excluded.user_id, user_name = excluded.user_name, removed = 0",
        CR_VALUES(cr_value_slice(status->id), cr_value_slice(status->status_name),
                  cr_value_slice(status->order_id), cr_value_slice(status->order_name),
                  cr_value_slice(status->user_id), cr_value_slice(status->user_name)),
        err);
    return rc ? rc : append_event(tx, STATUS_WRITTEN, status, traceparent, err);
}

/* Is there a status of that id, in the projection or beside it? */
static int exists(struct cr_tx *tx, struct cr_slice id, int64_t *out_found, struct cr_err *err)
{
    return cr_tx_query_int(
        tx,
        "SELECT EXISTS (SELECT 1 FROM status_edits WHERE id = $1 AND removed = 0) OR "
        "(EXISTS (SELECT 1 FROM status WHERE order_id = $1) AND "
        "NOT EXISTS (SELECT 1 FROM status_edits WHERE id = $1))",
        CR_VALUES(cr_value_slice(id)), out_found, err);
}

int status_remove(struct cr_tx *tx, struct cr_slice id, struct cr_slice traceparent,
                  struct cr_err *err)
{
    int64_t found;
    int rc = exists(tx, id, &found, err);
    if (rc || !found)
        return rc;
    rc = cr_tx_exec(tx,
                    "INSERT INTO status_edits (id, status_name, removed) VALUES ($1, '', 1) "
                    "ON CONFLICT (id) DO UPDATE SET removed = 1",
                    CR_VALUES(cr_value_slice(id)), err);
    return rc ? rc : append_event(tx, STATUS_REMOVED, &(struct status){.id = id}, traceparent, err);
}

int status_count(struct cr_tx *tx, int64_t *out_count, struct cr_err *err)
{
    return cr_tx_query_int(tx,
                           "SELECT (SELECT count(*) FROM status) "
                           "+ (SELECT count(*) FROM status_edits WHERE removed = 0) "
                           "- (SELECT count(*) FROM status_edits e WHERE EXISTS "
                           "(SELECT 1 FROM status s WHERE s.order_id = e.id))",
                           CR_NO_VALUES, out_count, err);
}

int status_list(struct cr_tx *tx, int64_t size, int64_t offset, struct cr_json_writer *out,
                struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(
        tx,
        "SELECT order_id AS id, '" STATUS_FIRST "', order_id, order_name, user_id, user_name "
        "FROM status s WHERE NOT EXISTS (SELECT 1 FROM status_edits e WHERE e.id = s.order_id) "
        "UNION ALL "
        "SELECT id, status_name, order_id, order_name, user_id, user_name "
        "FROM status_edits WHERE removed = 0 "
        "ORDER BY 1 DESC LIMIT $1 OFFSET $2",
        CR_VALUES(cr_value_int(size), cr_value_int(offset)), &stmt, err);
    if (rc)
        return rc;
    while ((rc = cr_stmt_step(stmt, err)) > 0)
        status_write(&(struct status){.id = cr_stmt_text(stmt, 0),
                                      .status_name = cr_stmt_text(stmt, 1),
                                      .order_id = cr_stmt_text(stmt, 2),
                                      .order_name = cr_stmt_text(stmt, 3),
                                      .user_id = cr_stmt_text(stmt, 4),
                                      .user_name = cr_stmt_text(stmt, 5)},
                     out);
    return rc;
}

int status_history(struct cr_tx *tx, int64_t size, int64_t offset, struct cr_json_writer *out,
                   size_t *out_count, struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(
        tx, "SELECT order_id, order_history FROM status ORDER BY order_id DESC LIMIT $1 OFFSET $2",
        CR_VALUES(cr_value_int(size), cr_value_int(offset)), &stmt, err);
    if (rc)
        return rc;
    size_t count = 0;
    while ((rc = cr_stmt_step(stmt, err)) > 0) {
        cr_json_begin_object(out);
        cr_json_pair_string(out, "id", cr_stmt_text(stmt, 0));
        cr_json_pair_string(out, "orderHistory", cr_stmt_text(stmt, 1));
        cr_json_end_object(out);
        count++;
    }
    if (!rc && out_count)
        *out_count = count;
    return rc;
}
