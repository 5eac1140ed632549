/* The paths of both editions.
 *
 * A new order takes three steps, each on the thread that has it: the handler reads the body and
 * asks member; the answer (or the fallback) submits the write; its commit answers the request.
 */
#include "order_routes.h"

#include <stddef.h>

#include "cr_app.h"
#include "cr_clock.h"
#include "cr_log.h"
#include "order_member.h"
#include "order_store.h"
#include "shop_body.h"
#include "shop_envelope.h"
#include "shop_events.h"
#include "shop_id.h"
#include "shop_job.h"
#include "shop_page.h"
#include "shop_removal.h"
#include "shop_store.h"

enum { KEY_MAX = 255 };

static const struct shop_topic topic = {ORDER_TOPIC, ORDER_SOURCE, ORDER_PARTITIONS};

/* A write under way; lives in the request's arena. */
struct placing {
    struct cr_http_request *req;
    struct cr_app *app;
    bool book;   /* which edition's answer */
    bool change; /* PUT */
    struct order order;
    struct cr_slice traceparent;
    struct order_answered answered; /* key: of the Idempotency-Key, or NULL */
    struct order_question question;
};

static void set_location(const struct placing *placing, struct cr_slice id)
{
    const char *location =
        cr_arena_printf(cr_http_arena(placing->req), "/api/v1/order/%.*s", CR_SLICE_ARG(id));
    if (location)
        cr_http_answer_header(placing->req, "Location", location);
}

static void write_answer(const struct placing *placing, int64_t count, struct cr_buf *out)
{
    struct cr_json_writer writer;
    if (placing->book) {
        cr_json_init(&writer, out);
        order_write_book(&placing->order, &writer);
        return;
    }
    shop_envelope_begin(&writer, out, count);
    order_write(&placing->order, &writer);
    shop_envelope_end(&writer);
}

static int write_order(struct cr_tx *tx, struct placing *placing, struct cr_buf *out,
                       struct cr_err *err)
{
    int rc = placing->change ? order_upsert(tx, &placing->order, placing->traceparent, err)
                             : order_insert(tx, &placing->order, placing->traceparent, err);
    if (rc)
        return rc;
    write_answer(placing, 1, out);
    if (!placing->answered.key.ptr)
        return 0;
    placing->answered.answer = cr_buf_view(out);
    placing->answered.order_id = placing->order.id;
    return order_answered_keep(tx, &placing->answered, cr_clock_wall_ms(), err);
}

static int place(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    struct placing *placing = ctx;
    int rc = CR_ENOTFOUND;
    if (placing->answered.key.ptr)
        rc = order_answered_find(tx, &placing->answered, cr_http_arena(placing->req), err);
    if (rc == CR_ENOTFOUND) {
        set_location(placing, placing->order.id);
        return write_order(tx, placing, out, err);
    }
    if (rc)
        return rc;
    set_location(placing, placing->answered.order_id);
    cr_buf_slice(out, placing->answered.answer);
    return 0;
}

/* Second step: member, or the fallback, has answered. */
static void member_answered(struct order_question *question)
{
    struct placing *placing = CR_CONTAINER(question, struct placing, question);
    if (question->fallback)
        cr_http_answer_header(placing->req, "X-Fallback", "true");
    if (!placing->book) {
        bool found = !question->fallback && question->known;
        placing->order.customer = CR_SLICE("fallback");
        if (found) {
            const char *name = cr_arena_slice(cr_http_arena(placing->req), question->name);
            placing->order.customer = cr_slice_of(name);
        } else if (!question->fallback) {
            cr_http_answer_header(placing->req, "X-Fallback", "true");
        }
    } else if (!question->fallback) {
        cr_log_debug(cr_log_get("order"), "order.member", "'%.*s' is %s",
                     CR_SLICE_ARG(question->value), question->known ? "a member" : "no member");
    }
    shop_write(placing->req, shop_store(placing->app), place, placing);
}

/* Reads what all writes of an order have in common. NULL: the request is answered. */
static struct placing *placing_new(struct cr_http_request *req, struct cr_app *app)
{
    struct placing *placing = cr_arena_alloc(cr_http_arena(req), sizeof *placing);
    if (!placing) {
        cr_http_problem(req, 500, "out of memory");
        return NULL;
    }
    placing->req = req;
    placing->app = app;
    placing->traceparent = cr_http_header(req, "traceparent");
    placing->answered.key = cr_http_header(req, "Idempotency-Key");
    placing->answered.fingerprint = cr_http_body(req);
    if (placing->answered.key.len > KEY_MAX) {
        cr_http_problem(req, 400, "Idempotency-Key has %zu bytes, at most %d are allowed",
                        placing->answered.key.len, KEY_MAX);
        return NULL;
    }
    return placing;
}

static void ask_then_place(struct placing *placing, enum order_member_kind kind,
                           struct cr_slice value)
{
    placing->question = (struct order_question){
        .kind = kind, .value = value, .traceparent = placing->traceparent, .done = member_answered};
    order_member_ask(cr_app_module_state(placing->app, "member"), &placing->question);
}

static bool give_id(struct placing *placing)
{
    struct cr_err err = {0};
    int rc = shop_id_new(cr_http_arena(placing->req), &placing->order.id, &err);
    if (rc)
        shop_fail(placing->req, rc, &err);
    return !rc;
}

/* POST /coffeeOrder: the book's. */
static void post_book(struct cr_http_request *req, void *ctx)
{
    struct placing *placing = placing_new(req, ctx);
    if (!placing)
        return;
    struct cr_err err = {0};
    int rc = order_read_book(cr_http_body(req), cr_http_arena(req), &placing->order, &err);
    if (rc) {
        shop_fail(req, rc, &err);
        return;
    }
    placing->book = true;
    if (give_id(placing))
        ask_then_place(placing, ORDER_MEMBER_BY_NAME, placing->order.customer);
}

/* POST and PUT /api/v1/order. */
static void post_or_put(struct cr_http_request *req, struct cr_app *app, bool change)
{
    struct placing *placing = placing_new(req, app);
    if (!placing)
        return;
    struct cr_err err = {0};
    int rc = order_read(cr_http_body(req), change, cr_http_arena(req), &placing->order, &err);
    if (rc) {
        shop_fail(req, rc, &err);
        return;
    }
    placing->change = change;
    if (change || give_id(placing))
        ask_then_place(placing, ORDER_MEMBER_BY_ID, placing->order.user_id);
}

static void post_order(struct cr_http_request *req, void *ctx)
{
    post_or_put(req, ctx, false);
}

static void put_order(struct cr_http_request *req, void *ctx)
{
    post_or_put(req, ctx, true);
}

/* DELETE /api/v1/order: ids in, their number out. */
static void delete_orders(struct cr_http_request *req, void *ctx)
{
    shop_remove(req, shop_store(ctx), order_remove);
}

static int list_orders(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct shop_page *page = ctx;
    int64_t count;
    int rc = order_count(tx, &count, err);
    if (rc)
        return rc;
    struct cr_json_writer writer;
    shop_envelope_begin_list(&writer, out, count);
    rc = order_list(tx, page->size, page->offset, &writer, err);
    if (rc)
        return rc;
    shop_envelope_end_list(&writer);
    return 0;
}

/* GET /api/v1/order?page=0&size=10 */
static void get_orders(struct cr_http_request *req, void *ctx)
{
    struct shop_page page;
    struct cr_err err = {0};
    int rc = shop_page_read(req, &page, &err);
    if (rc)
        shop_fail(req, rc, &err);
    else
        shop_read(req, shop_store(ctx), list_orders, &page);
}

struct finding {
    struct cr_slice id;
    struct cr_arena *arena;
};

static int find_order(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct finding *finding = ctx;
    struct order order;
    int rc = order_find(tx, finding->id, finding->arena, &order, err);
    if (rc)
        return rc;
    struct cr_json_writer writer;
    shop_envelope_begin(&writer, out, 1);
    order_write(&order, &writer);
    shop_envelope_end(&writer);
    return 0;
}

/* GET /api/v1/order/{id} */
static void get_order(struct cr_http_request *req, void *ctx)
{
    struct finding finding = {cr_http_param(req, "id"), cr_http_arena(req)};
    shop_read(req, shop_store(ctx), find_order, &finding);
}

static void get_feed(struct cr_http_request *req, void *ctx)
{
    shop_feed(req, ctx, &topic);
}

const struct cr_http_route order_routes[] = {
    {"POST", "/coffeeOrder", post_book, SHOP_BODY_MAX, "Orders a coffee (the book)"},
    {"GET", "/api/v1/order", get_orders, 0, "Lists orders, newest first"},
    {"POST", "/api/v1/order", post_order, SHOP_BODY_MAX, "Orders a coffee"},
    {"PUT", "/api/v1/order", put_order, SHOP_BODY_MAX, "Changes an order, or makes it"},
    {"DELETE", "/api/v1/order", delete_orders, SHOP_BODY_MAX, "Removes orders by their ids"},
    {"GET", "/api/v1/order/{id}", get_order, 0, "One order"},
    {"GET", "/internal/events", get_feed, 0, "The feed of events, for consumers that sweep"},
};
const size_t order_route_count = CR_COUNT(order_routes);
