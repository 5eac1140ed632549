/* What clients change: they register, renew and leave; people set statuses and metadata. */
#include "cr_assert.h"
#include "cr_clock.h"
#include "eureka_handlers.h"

/* ---- register ---- */

static int read_record(struct cr_http_request *req, enum eureka_body type,
                       struct cr_wire_instance *out_record, struct cr_err *err)
{
    int64_t wall_ms = cr_clock_wall_ms();
    struct cr_arena *arena = cr_http_arena(req);
    struct cr_slice body = cr_http_body(req);
    return type == EUREKA_BODY_JSON
               ? cr_wire_instance_read(body, wall_ms, arena, out_record, err)
               : cr_wire_instance_read_xml(body, wall_ms, arena, out_record, err);
}

void eureka_serve_register(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    struct cr_wire_instance record;
    struct cr_err err = {0};
    enum eureka_body type = eureka_body_type(req);
    if (type == EUREKA_BODY_OTHER) {
        cr_http_problem(req, 415,
                        "send Content-Type: application/json or application/xml, in "
                        "UTF-8");
        return;
    }
    if (read_record(req, type, &record, &err)) {
        eureka_answer_unreadable(req, &err);
        return;
    }
    const char *fault = registry_check(&record, call->app, cr_http_arena(req));
    if (fault) {
        cr_http_answer(req, 400, "text/plain", cr_slice_of(fault));
        return;
    }
    int rc = eureka_register(call->server, &record, eureka_origin(req));
    if (rc == CR_ELIMIT)
        cr_http_problem(req, 503, "the registry is full (crema.eureka.max-instances)");
    else if (rc)
        cr_http_problem(req, 500, "no memory for the instance");
    else
        eureka_answer_empty(req, 204);
}

/* ---- renew and cancel ---- */

void eureka_serve_renew(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    int64_t dirty_ms = 0;
    enum cr_wire_status overridden;
    enum cr_wire_form form = eureka_preferred_form(req);
    struct document *newer = NULL;
    struct registry_beat beat = {.origin = eureka_origin(req)};
    if (!eureka_dirty(req, &dirty_ms, &beat.dirty_ms)) {
        cr_http_problem(
            req, 400, "lastDirtyTimestamp '%.*s' is not a number",
            CR_SLICE_ARG(cr_slice_sub(cr_http_query(req, "lastDirtyTimestamp"), 0, 64)));
        return;
    }
    if (!call->settings->sync_when_timestamp_differs)
        beat.dirty_ms = NULL;
    if (cr_wire_status_parse(cr_http_query(req, "overriddenstatus"), &overridden))
        beat.overridden = &overridden;
    switch (eureka_renew(call->server, call->app, call->id, &beat, &form, &newer)) {
    case REGISTRY_RENEWED:
        eureka_answer_empty(req, 200);
        break;
    case REGISTRY_UNKNOWN:
        eureka_answer_empty(req, 404);
        break;
    case REGISTRY_NEWER:
        eureka_answer_document(req, call, 409, form, newer);
        break;
    case REGISTRY_RENEWALS:
        CR_ASSERT(false);
    }
}

void eureka_serve_cancel(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    bool was = eureka_cancel(call->server, call->app, call->id, eureka_origin(req));
    eureka_answer_empty(req, was ? 200 : 404);
}

/* ---- status ---- */

static void answer_done(struct cr_http_request *req, int rc)
{
    if (rc == CR_ENOTFOUND)
        eureka_answer_empty(req, 404);
    else if (rc)
        eureka_answer_fault(req, 500, "no memory for it");
    else
        eureka_answer_empty(req, 200);
}

/* Whoever is not there is 404, also where the rest of the request is wrong: false. */
static bool order_of(struct cr_http_request *req, const struct eureka_call *call, int64_t *dirty_ms,
                     struct registry_order *out)
{
    struct cr_slice value = cr_http_query(req, "value");
    *out = (struct registry_order){.status = CR_WIRE_UNKNOWN, .origin = eureka_origin(req)};
    if (!eureka_has(call->server, call->app, call->id)) {
        eureka_answer_empty(req, 404);
        return false;
    }
    if (value.ptr && !cr_wire_status_parse(value, &out->status)) {
        eureka_answer_fault(req, 500,
                            "value: '%.*s' is none of DOWN, OUT_OF_SERVICE, STARTING, UNKNOWN, UP",
                            CR_SLICE_ARG(cr_slice_sub(value, 0, 64)));
        return false;
    }
    if (!eureka_dirty(req, dirty_ms, &out->dirty_ms)) {
        eureka_answer_fault(req, 500, "lastDirtyTimestamp is not a number");
        return false;
    }
    return true;
}

void eureka_serve_override(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    int64_t dirty_ms = 0;
    struct registry_order order;
    if (!order_of(req, call, &dirty_ms, &order))
        return;
    if (cr_http_query(req, "value").ptr)
        answer_done(req, eureka_override(call->server, call->app, call->id, &order));
    else
        eureka_answer_fault(req, 500, "value is missing: ?value=OUT_OF_SERVICE");
}

void eureka_serve_end_override(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    int64_t dirty_ms = 0;
    struct registry_order order;
    if (order_of(req, call, &dirty_ms, &order))
        answer_done(req, eureka_end_override(call->server, call->app, call->id, &order));
}

/* ---- metadata ---- */

static bool is_among(const struct cr_wire_pair *pairs, size_t count, struct cr_slice key)
{
    for (size_t i = 0; i < count; i++)
        if (cr_slice_equal(pairs[i].key, key))
            return true;
    return false;
}

/* The first value of a key counts. An empty key has no name in XML, and @class is Java's. */
static size_t read_pairs(const struct cr_http_request *req, struct cr_wire_pair *pairs, size_t room)
{
    size_t cursor = 0;
    size_t count = 0;
    struct cr_slice key;
    struct cr_slice value;
    while (count < room && cr_http_query_next(req, &cursor, &key, &value))
        if (key.len > 0 && !cr_slice_is(key, "@class") && !is_among(pairs, count, key))
            pairs[count++] = (struct cr_wire_pair){key, value.ptr ? value : CR_SLICE("")};
    return count;
}

void eureka_serve_metadata(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    struct cr_wire_pair *pairs =
        cr_arena_array(cr_http_arena(req), CR_WIRE_METADATA_MAX + 1, sizeof(struct cr_wire_pair));
    if (!pairs) {
        eureka_answer_fault(req, 500, "no memory for it");
        return;
    }
    size_t count = read_pairs(req, pairs, CR_WIRE_METADATA_MAX + 1);
    int rc = eureka_add_metadata(call->server, call->app, call->id, pairs, count);
    if (rc == CR_ELIMIT)
        cr_http_problem(req, 400, "the instance may have %d metadata entries and %d bytes of text",
                        CR_WIRE_METADATA_MAX, REGISTRY_RECORD_MAX);
    else
        answer_done(req, rc);
}

/* Scaling groups are Amazon's; a registry elsewhere says so. */
void eureka_serve_asg(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    eureka_answer_fault(req, 400, "this registry knows no Amazon auto-scaling groups");
}
