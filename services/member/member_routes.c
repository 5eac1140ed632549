/* The paths of both editions. The book's version lives in the path: v1.0 is a GET, v1.1 a POST. */
#include "member_routes.h"

#include <stddef.h>

#include "cr_app.h"
#include "cr_clock.h"
#include "member_commands.h"
#include "member_store.h"
#include "shop_body.h"
#include "shop_envelope.h"
#include "shop_events.h"
#include "shop_id.h"
#include "shop_job.h"
#include "shop_page.h"
#include "shop_removal.h"
#include "shop_store.h"

static const struct shop_topic topic = {MEMBER_TOPIC, MEMBER_SOURCE, MEMBER_PARTITIONS};

struct name_search {
    struct cr_slice name;
    bool found;
};

static int search_name(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct name_search *search = ctx;
    return member_has_name(tx, search->name, &search->found, err);
}

/* Answers true or false, under the book's command coffeeMember. */
static void answer_known(struct cr_http_request *req, const struct cr_app *app,
                         struct cr_slice name)
{
    struct cr_execution run;
    struct cr_command *command = member_command(app, MEMBER_COFFEE_MEMBER);
    if (cr_command_begin(command, &run, cr_clock_ms()) != CR_PERMITTED) {
        cr_execution_no_fallback(&run, cr_clock_ms());
        cr_http_answer_header(req, "Retry-After", "1");
        cr_http_problem(req, 503, "the command coffeeMember takes no call now: see its circuit");
        return;
    }
    struct name_search search = {.name = name};
    struct cr_err err = {0};
    int rc = cr_store_read(shop_store(app), search_name, &search, &err);
    cr_execution_finish(&run, rc ? CR_EVENT_FAILURE : CR_EVENT_SUCCESS, cr_clock_ms());
    if (rc) {
        cr_execution_no_fallback(&run, cr_clock_ms());
        shop_fail(req, rc, &err);
        return;
    }
    cr_http_answer(req, 200, "application/json",
                   search.found ? CR_SLICE("true") : CR_SLICE("false"));
}

/* GET /coffeeMember/v1.0/{memberName} */
static void get_book(struct cr_http_request *req, void *ctx)
{
    answer_known(req, ctx, cr_http_param(req, "memberName"));
}

/* POST /coffeeMember/v1.1 */
static void post_book(struct cr_http_request *req, void *ctx)
{
    struct cr_slice name;
    struct cr_err err = {0};
    int rc = member_read_book(cr_http_body(req), cr_http_arena(req), &name, &err);
    if (rc)
        shop_fail(req, rc, &err);
    else
        answer_known(req, ctx, name);
}

/* GET /fallbackTest: the book's demonstration; the command always fails. */
static void get_fallback_test(struct cr_http_request *req, void *ctx)
{
    struct cr_execution run;
    struct cr_command *command = member_command(ctx, MEMBER_FALLBACK_TEST);
    if (cr_command_begin(command, &run, cr_clock_ms()) == CR_PERMITTED)
        cr_execution_finish(&run, CR_EVENT_FAILURE, cr_clock_ms());
    if (cr_execution_fallback_begin(&run, cr_clock_ms()))
        cr_execution_fallback_end(&run, CR_EVENT_FALLBACK_SUCCESS, cr_clock_ms());
    cr_http_answer(req, 200, "text/plain;charset=UTF-8", CR_SLICE("fallbackFunction()"));
}

/* PUT /createMemberTable and /insertMemberData: the table makes itself and kevin is in it. */
static void put_nothing(struct cr_http_request *req, void *ctx CR_UNUSED)
{
    cr_http_answer(req, 200, NULL, CR_SLICE(""));
}

struct writing {
    struct member member;
    struct cr_slice traceparent;
};

static int write_member(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct writing *writing = ctx;
    int rc = member_upsert(tx, &writing->member, writing->traceparent, err);
    if (rc)
        return rc;
    struct cr_json_writer writer;
    shop_envelope_begin(&writer, out, 1);
    member_write(&writing->member, &writer);
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
    int rc = member_read(cr_http_body(req), with_id, cr_http_arena(req), &writing->member, &err);
    if (!rc && !with_id)
        rc = shop_id_new(cr_http_arena(req), &writing->member.id, &err);
    if (rc) {
        shop_fail(req, rc, &err);
        return;
    }
    writing->traceparent = cr_http_header(req, "traceparent");
    shop_write(req, shop_store(app), write_member, writing);
}

static void post_member(struct cr_http_request *req, void *ctx)
{
    post_or_put(req, ctx, false);
}

static void put_member(struct cr_http_request *req, void *ctx)
{
    post_or_put(req, ctx, true);
}

/* DELETE /api/v1/member: ids in, their number out. */
static void delete_members(struct cr_http_request *req, void *ctx)
{
    shop_remove(req, shop_store(ctx), member_remove);
}

static int list_members(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct member_query *query = ctx;
    int64_t count;
    int rc = member_count(tx, query, &count, err);
    if (rc)
        return rc;
    struct cr_json_writer writer;
    shop_envelope_begin_list(&writer, out, count);
    rc = member_list(tx, query, &writer, err);
    if (rc)
        return rc;
    shop_envelope_end_list(&writer);
    return 0;
}

/* GET /api/v1/member?page=0&size=10&name=ke */
static void get_members(struct cr_http_request *req, void *ctx)
{
    struct shop_page page;
    struct cr_err err = {0};
    int rc = shop_page_read(req, &page, &err);
    if (rc) {
        shop_fail(req, rc, &err);
        return;
    }
    struct member_query query = {cr_slice_sub(cr_http_query(req, "name"), 0, SHOP_TEXT_MAX),
                                 page.size, page.offset};
    shop_read(req, shop_store(ctx), list_members, &query);
}

struct finding {
    struct cr_slice id;
    struct cr_arena *arena;
};

static int find_member(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct finding *finding = ctx;
    struct member member;
    int rc = member_find(tx, finding->id, finding->arena, &member, err);
    if (!rc)
        cr_buf_slice(out, member.name);
    return rc;
}

/* GET /api/v1/member/{id}: the name as plain text, not the envelope. */
static void get_member(struct cr_http_request *req, void *ctx)
{
    struct finding finding = {cr_http_param(req, "id"), cr_http_arena(req)};
    shop_read_as(req, shop_store(ctx), "text/plain;charset=UTF-8", find_member, &finding);
}

static void get_feed(struct cr_http_request *req, void *ctx)
{
    shop_feed(req, ctx, &topic);
}

const struct cr_http_route member_routes[] = {
    {"GET", "/coffeeMember/v1.0/{memberName}", get_book, 0, "Is this a member? (the book)"},
    {"POST", "/coffeeMember/v1.1", post_book, SHOP_BODY_MAX, "The same in version 1.1"},
    {"GET", "/fallbackTest", get_fallback_test, 0, "A command that always fails (the book)"},
    {"PUT", "/createMemberTable", put_nothing, SHOP_BODY_MAX, "Nothing: the table makes itself"},
    {"PUT", "/insertMemberData", put_nothing, SHOP_BODY_MAX, "Nothing: kevin is a member"},
    {"GET", "/api/v1/member", get_members, 0, "Lists members, newest first"},
    {"POST", "/api/v1/member", post_member, SHOP_BODY_MAX, "Makes a member"},
    {"PUT", "/api/v1/member", put_member, SHOP_BODY_MAX, "Changes a member, or makes one"},
    {"DELETE", "/api/v1/member", delete_members, SHOP_BODY_MAX, "Removes members by their ids"},
    {"GET", "/api/v1/member/{id}", get_member, 0, "A member's name as plain text"},
    {"GET", "/internal/events", get_feed, 0, "The feed of events, for consumers that sweep"},
};
const size_t member_route_count = CR_COUNT(member_routes);
