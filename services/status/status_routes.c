/* The paths of both editions. */
#include "status_routes.h"

#include <stddef.h>

#include "cr_app.h"
#include "cr_clock.h"
#include "shop_body.h"
#include "shop_envelope.h"
#include "shop_id.h"
#include "shop_job.h"
#include "shop_page.h"
#include "shop_removal.h"
#include "shop_store.h"
#include "status_store.h"

/* The newest row; nothing at all when there is none, as in the original. */
static int newest(struct cr_tx *tx, void *ctx CR_UNUSED, struct cr_buf *out, struct cr_err *err)
{
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    return status_history(tx, 1, 0, &writer, NULL, err);
}

/* POST /coffeeOrderStatus: the book reads by POST. */
static void post_book(struct cr_http_request *req, void *ctx)
{
    shop_read(req, shop_store(ctx), newest, NULL);
}

static int list_history(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct shop_page *page = ctx;
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_begin_array(&writer);
    int rc = status_history(tx, page->size, page->offset, &writer, NULL, err);
    if (rc)
        return rc;
    cr_json_end_array(&writer);
    return 0;
}

static int list_statuses(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct shop_page *page = ctx;
    int64_t count;
    int rc = status_count(tx, &count, err);
    if (rc)
        return rc;
    struct cr_json_writer writer;
    shop_envelope_begin_list(&writer, out, count);
    rc = status_list(tx, page->size, page->offset, &writer, err);
    if (rc)
        return rc;
    shop_envelope_end_list(&writer);
    return 0;
}

static void answer_page(struct cr_http_request *req, struct cr_app *app, shop_work work)
{
    struct shop_page page;
    struct cr_err err = {0};
    int rc = shop_page_read(req, &page, &err);
    if (rc)
        shop_fail(req, rc, &err);
    else
        shop_read(req, shop_store(app), work, &page);
}

/* GET /coffeeOrderStatus?page=0&size=10 */
static void get_book(struct cr_http_request *req, void *ctx)
{
    answer_page(req, ctx, list_history);
}

/* GET /api/v1/status?page=0&size=10 */
static void get_statuses(struct cr_http_request *req, void *ctx)
{
    answer_page(req, ctx, list_statuses);
}

/* PUT /createStatusTable: the table makes itself. */
static void put_nothing(struct cr_http_request *req, void *ctx CR_UNUSED)
{
    cr_http_answer(req, 200, NULL, CR_SLICE(""));
}

struct writing {
    struct status status;
    struct cr_slice traceparent;
};

static int write_status(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct writing *writing = ctx;
    int rc = status_put(tx, &writing->status, writing->traceparent, err);
    if (rc)
        return rc;
    struct cr_json_writer writer;
    shop_envelope_begin(&writer, out, 1);
    status_write(&writing->status, &writer);
    shop_envelope_end(&writer);
    return 0;
}

static void post_or_put(struct cr_http_request *req, struct cr_app *app, bool with_id)
{
    struct cr_err err = {0};
    struct writing *writing = cr_arena_alloc(cr_http_arena(req), sizeof *writing);
    if (!writing) {
        cr_http_problem(req, 500, "out of memory");
        return;
    }
    int rc = status_read(cr_http_body(req), with_id, cr_http_arena(req), &writing->status, &err);
    if (!rc && !with_id)
        rc = shop_id_new(cr_http_arena(req), &writing->status.id, &err);
    if (rc) {
        shop_fail(req, rc, &err);
        return;
    }
    writing->traceparent = cr_http_header(req, "traceparent");
    shop_write(req, shop_store(app), write_status, writing);
}

static void post_status(struct cr_http_request *req, void *ctx)
{
    post_or_put(req, ctx, false);
}

static void put_status(struct cr_http_request *req, void *ctx)
{
    post_or_put(req, ctx, true);
}

/* DELETE /api/v1/status: ids in, their number out. */
static void delete_statuses(struct cr_http_request *req, void *ctx)
{
    shop_remove(req, shop_store(ctx), status_remove);
}

const struct cr_http_route status_routes[] = {
    {"POST", "/coffeeOrderStatus", post_book, SHOP_BODY_MAX,
     "The newest order's status (the book)"},
    {"GET", "/coffeeOrderStatus", get_book, 0, "The orders' statuses, newest first"},
    {"PUT", "/createStatusTable", put_nothing, SHOP_BODY_MAX, "Nothing: the table makes itself"},
    {"GET", "/api/v1/status", get_statuses, 0, "Lists statuses, newest first"},
    {"POST", "/api/v1/status", post_status, SHOP_BODY_MAX, "Makes a status"},
    {"PUT", "/api/v1/status", put_status, SHOP_BODY_MAX, "Changes a status, or makes one"},
    {"DELETE", "/api/v1/status", delete_statuses, SHOP_BODY_MAX, "Removes statuses by their ids"},
};
const size_t status_route_count = CR_COUNT(status_routes);
