/* What peers send: many changes in one request, each with an answer of its own.
 *
 * The batch carries no replication header; whatever is in it comes from a peer.
 */
#include <stdlib.h>

#include "cr_clock.h"
#include "cr_wire_replication.h"
#include "eureka_handlers.h"

enum { BATCH_ARENA_MAX = 64 * 1024 * 1024 };

/* One item on its way. */
struct item {
    const struct eureka_call *call;
    const struct cr_wire_replication *said;
    const int64_t *dirty_ms;
    struct cr_arena *arena;
};

static int status_of(int rc)
{
    return rc == 0 ? 200 : rc == CR_ENOTFOUND ? 404 : 500;
}

/* Netflix' server says 200 whatever became of it; that there is no room is worth knowing. */
static int take_register(const struct item *item)
{
    const struct cr_wire_instance *record = item->said->instance;
    if (!record)
        return 500;
    if (registry_check(record, item->said->app, item->arena))
        return 200;
    int rc = eureka_register(item->call->server, record, REGISTRY_PEER);
    return rc == CR_ELIMIT ? 503 : rc ? 500 : 200;
}

static int take_heartbeat(const struct item *item, struct cr_slice *out_entity)
{
    enum cr_wire_status overridden;
    struct document *newer = NULL;
    struct registry_beat beat = {.origin = REGISTRY_PEER};
    if (item->call->settings->sync_when_timestamp_differs)
        beat.dirty_ms = item->dirty_ms;
    if (cr_wire_status_parse(item->said->overridden_status, &overridden))
        beat.overridden = &overridden;
    switch (
        eureka_renew(item->call->server, item->said->app, item->said->id, &beat, NULL, &newer)) {
    case REGISTRY_RENEWED:
        return 200;
    case REGISTRY_UNKNOWN:
        return 404;
    case REGISTRY_NEWER:
    case REGISTRY_RENEWALS:
        break;
    }
    if (newer) { /* of one piece: it is a record */
        size_t pieces;
        const struct cr_slice bytes = *document_pieces(newer, &pieces);
        *out_entity = (struct cr_slice){cr_arena_slice(item->arena, bytes), bytes.len};
    }
    document_unref(newer);
    return out_entity->ptr ? 409 : 500;
}

static int take_order(const struct item *item, bool ends)
{
    struct eureka_server *server = item->call->server;
    struct cr_slice word = item->said->status;
    struct registry_order order = {CR_WIRE_UNKNOWN, item->dirty_ms, REGISTRY_PEER};
    if (!eureka_has(server, item->said->app, item->said->id))
        return 404;
    if (word.ptr ? !cr_wire_status_parse(word, &order.status) : !ends)
        return 500;
    return status_of(ends ? eureka_end_override(server, item->said->app, item->said->id, &order)
                          : eureka_override(server, item->said->app, item->said->id, &order));
}

static int take(const struct item *item, struct cr_slice *out_entity)
{
    if (item->said->fault)
        return 500;
    switch (item->said->action) {
    case CR_WIRE_HEARTBEAT:
        return take_heartbeat(item, out_entity);
    case CR_WIRE_REGISTER:
        return take_register(item);
    case CR_WIRE_CANCEL:
        return eureka_cancel(item->call->server, item->said->app, item->said->id, REGISTRY_PEER)
                   ? 200
                   : 404;
    case CR_WIRE_STATUS_UPDATE:
        return take_order(item, false);
    case CR_WIRE_DELETE_STATUS_OVERRIDE:
        return take_order(item, true);
    case CR_WIRE_REPLICATION_ACTIONS:
        break;
    }
    return 500;
}

static void take_all(struct cr_http_request *req, const struct eureka_call *call,
                     const struct cr_wire_replications *list, struct cr_arena *arena)
{
    struct cr_wire_replication_result *results =
        cr_arena_array(arena, list->count + 1, sizeof *results);
    if (!results) {
        cr_http_problem(req, 503, "no memory for the batch, send it again");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct cr_wire_replication *said = &list->items[i];
        const struct item item = {call, said, said->has_last_dirty ? &said->last_dirty_ms : NULL,
                                  arena};
        results[i].status = take(&item, &results[i].entity);
    }
    CR_AUTO(cr_buf) out = {0};
    cr_wire_replication_results_write(results, list->count, &out);
    cr_http_answer_buf(req, 200, "application/json", &out);
}

void eureka_serve_batch(struct cr_http_request *req, void *ctx)
{
    struct cr_wire_replications list;
    struct cr_err err = {0};
    enum eureka_body type = eureka_body_type(req);
    if (type == EUREKA_BODY_OTHER) {
        cr_http_problem(req, 415, "send Content-Type: application/json");
        return;
    }
    if (type == EUREKA_BODY_XML) {
        cr_err_set(&err, CR_EPARSE, "a batch is JSON");
        eureka_answer_unreadable(req, &err);
        return;
    }
    CR_AUTO_ARENA arena = cr_arena_new(BATCH_ARENA_MAX);
    int rc =
        arena ? cr_wire_replications_read(cr_http_body(req), cr_clock_wall_ms(), arena, &list, &err)
              : CR_ENOMEM;
    if (rc == CR_ENOMEM)
        cr_http_problem(req, 503, "no memory for the batch, send it again");
    else if (rc)
        eureka_answer_unreadable(req, &err);
    else
        take_all(req, ctx, &list, arena);
}
