/* What clients read: all, what changed, one application, one instance, a VIP's. */
#include <inttypes.h>
#include <stdio.h>

#include "cr_json_writer.h"
#include "eureka_handlers.h"

/* A server that began empty does not know all yet; a client that believed it would drop what it
 * knows. False: 403 was answered. */
static bool gate_open(struct cr_http_request *req, const struct eureka_call *call)
{
    if (!eureka_gate_closed(call->server))
        return true;
    eureka_answer_fault(req, 403,
                        "the registry began empty and waits for its clients "
                        "(eureka.server.wait-time-in-ms-when-sync-empty)");
    return false;
}

static void tell_version(struct cr_http_request *req, uint64_t version)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, version);
    cr_http_answer_header(req, "X-Crema-Registry-Version", text);
}

/* ?regions= names regions of Netflix' cloud; unknown ones are ignored, and here all are. */
void eureka_serve_all(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    enum cr_wire_form form;
    uint64_t version = 0;
    if (!gate_open(req, call) || !eureka_list_form(req, &form))
        return;
    struct document *document = eureka_get_all(call->server, form, &version);
    tell_version(req, version);
    eureka_answer_list(req, call, form, document);
}

void eureka_serve_delta(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    enum cr_wire_form form;
    uint64_t version = 0;
    if (call->settings->disable_delta) {
        eureka_answer_fault(req, 403, "deltas are switched off (eureka.server.disable-delta)");
        return;
    }
    if (!gate_open(req, call) || !eureka_list_form(req, &form))
        return;
    struct document *document = eureka_get_delta(call->server, form, &version);
    tell_version(req, version);
    eureka_answer_list(req, call, form, document);
}

void eureka_serve_app(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    enum cr_wire_form form;
    bool found = false;
    if (!gate_open(req, call) || !eureka_list_form(req, &form))
        return;
    struct document *document = eureka_get_app(call->server, call->app, form, &found);
    eureka_answer_found(req, call, found, form, document);
}

void eureka_serve_instance(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    enum cr_wire_form form;
    bool found = false;
    if (!eureka_single_form(req, &form))
        return;
    struct document *document =
        eureka_get_instance(call->server, call->app, call->id, form, &found);
    eureka_answer_found(req, call, found, form, document);
}

static void serve_vip(struct cr_http_request *req, const struct eureka_call *call, bool secure)
{
    enum cr_wire_form form;
    if (!gate_open(req, call) || !eureka_list_form(req, &form))
        return;
    eureka_answer_document(req, call, 200, form,
                           eureka_get_vip(call->server, call->name, secure, form));
}

void eureka_serve_vip(struct cr_http_request *req, void *ctx)
{
    serve_vip(req, ctx, false);
}

void eureka_serve_svip(struct cr_http_request *req, void *ctx)
{
    serve_vip(req, ctx, true);
}

void eureka_serve_watch(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    if (!gate_open(req, call))
        return;
    struct cr_slice app = cr_http_query(req, "app");
    if (app.len > REGISTRY_NAME_MAX)
        cr_http_problem(req, 400, "app: a name has at most %d bytes", REGISTRY_NAME_MAX);
    else
        eureka_watch_serve(call->watch, req, eureka_app_name(app, cr_http_arena(req)));
}

static void write_overrides(struct registry *registry, struct registry_now now, void *ctx)
{
    struct cr_json_writer *w = ctx;
    size_t cursor = 0;
    struct cr_slice id;
    enum cr_wire_status status;
    while (overrides_next(registry_overrides(registry), now.now_ms, &cursor, &id, &status)) {
        cr_json_key_slice(w, id);
        cr_json_text(w, cr_wire_status_name(status));
    }
}

void eureka_serve_overrides(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    CR_AUTO(cr_buf) out = {0};
    struct cr_json_writer writer;
    cr_json_init(&writer, &out);
    cr_json_begin_object(&writer);
    eureka_look(call->server, write_overrides, &writer);
    cr_json_end_object(&writer);
    cr_http_answer_buf(req, 200, "application/json", &out);
}
