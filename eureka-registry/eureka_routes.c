/* The registry's protocol: paths, methods, bodies and answers. */
#include "eureka_routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cr_clock.h"
#include "cr_int.h"

static const char json_type[] = "application/json";

/* What the handlers below get as ctx. */
struct call {
    struct eureka_server *server;
    struct cr_slice app; /* upper case; empty where the path has none */
    struct cr_slice id;
};

/* ---- answers ---- */

static void answer_empty(struct cr_http_request *req, int status)
{
    cr_http_answer(req, status, NULL, (struct cr_slice){0});
}

/* Takes the document. */
static void answer_document(struct cr_http_request *req, int status, struct document *document)
{
    if (document)
        cr_http_answer(req, status, json_type, document_bytes(document));
    else
        cr_http_problem(req, 500, "no memory for the answer");
    document_unref(document);
}

/* 404 has no body here: an error page broke older Spring clients. */
static void answer_found(struct cr_http_request *req, bool found, struct document *document)
{
    if (found)
        answer_document(req, 200, document);
    else
        answer_empty(req, 404);
}

static void answer_detail(struct cr_http_request *req, const char *detail)
{
    cr_http_answer_header(req, "X-Crema-Detail", detail);
}

/* ---- register ---- */

static bool is_replication(const struct cr_http_request *req)
{
    return cr_slice_is(cr_http_header(req, "x-netflix-discovery-replication"), "true");
}

/* Is the charset among a Content-Type's parameters one of those that Netflix takes? */
static bool charset_is_known(struct cr_slice parameters)
{
    struct cr_slice part;
    while (cr_slice_split(&parameters, ';', &part)) {
        part = cr_slice_trim(part);
        ptrdiff_t equals = cr_slice_find(part, '=');
        if (equals < 0 ||
            !cr_slice_equal_nocase(cr_slice_sub(part, 0, (size_t)equals), CR_SLICE("charset")))
            continue;
        struct cr_slice value = cr_slice_from(part, (size_t)equals + 1);
        if (value.len >= 2 && value.ptr[0] == '"')
            value = cr_slice_sub(value, 1, value.len - 1);
        if (!cr_slice_equal_nocase(value, CR_SLICE("utf-8")) &&
            !cr_slice_equal_nocase(value, CR_SLICE("iso-8859-1")))
            return false;
    }
    return true;
}

/* NULL, or why the body cannot be taken. */
static const char *body_fault(const struct cr_http_request *req)
{
    struct cr_slice encoding = cr_http_header(req, "Content-Encoding");
    if (encoding.len > 0 && !cr_slice_equal_nocase(encoding, CR_SLICE("identity")))
        return "this Content-Encoding is not understood: send the body as it is";
    struct cr_slice rest = cr_http_header(req, "Content-Type");
    struct cr_slice type = {0};
    cr_slice_split(&rest, ';', &type);
    if (!cr_slice_equal_nocase(cr_slice_trim(type), cr_slice_of(json_type)))
        return "send Content-Type: application/json";
    return charset_is_known(rest) ? NULL : "send the body in UTF-8";
}

/* Netflix' words, in the language of the request; a parameter makes it XML there too. */
static void answer_unreadable(struct cr_http_request *req, const struct cr_err *err)
{
    bool plain = cr_slice_is(cr_http_header(req, "Content-Type"), json_type);
    answer_detail(req, err->text);
    cr_http_answer(req, 400, plain ? json_type : "application/xml",
                   plain ? CR_SLICE("{\"error\": \"cannot parse request body\"}")
                         : CR_SLICE("<error><message>cannot parse request body</message></error>"));
}

static void serve_register(struct cr_http_request *req, void *ctx)
{
    const struct call *call = ctx;
    struct cr_arena *arena = cr_http_arena(req);
    struct cr_wire_instance record;
    struct cr_err err = {0};
    const char *fault = body_fault(req);
    if (fault) {
        cr_http_problem(req, 415, "%s", fault);
        return;
    }
    if (cr_wire_instance_read(cr_http_body(req), cr_clock_wall_ms(), arena, &record, &err)) {
        answer_unreadable(req, &err);
        return;
    }
    fault = registry_check(&record, call->app, arena);
    if (fault) {
        cr_http_answer(req, 400, "text/plain", cr_slice_of(fault));
        return;
    }
    int rc = eureka_register(call->server, &record, is_replication(req));
    if (rc == CR_ELIMIT)
        cr_http_problem(req, 503, "the registry is full (crema.eureka.max-instances)");
    else if (rc)
        cr_http_problem(req, 500, "no memory for the instance");
    else
        answer_empty(req, 204);
}

/* ---- the others ---- */

static void serve_all(struct cr_http_request *req, void *ctx)
{
    const struct call *call = ctx;
    uint64_t version = 0;
    char text[24];
    struct document *document = eureka_get_all(call->server, DOCUMENT_JSON, &version);
    snprintf(text, sizeof text, "%" PRIu64, version);
    cr_http_answer_header(req, "X-Crema-Registry-Version", text);
    answer_document(req, 200, document);
}

static void serve_app(struct cr_http_request *req, void *ctx)
{
    const struct call *call = ctx;
    bool found = false;
    struct document *document = eureka_get_app(call->server, call->app, DOCUMENT_JSON, &found);
    answer_found(req, found, document);
}

static void serve_instance(struct cr_http_request *req, void *ctx)
{
    const struct call *call = ctx;
    bool found = false;
    struct document *document =
        eureka_get_instance(call->server, call->app, call->id, DOCUMENT_JSON, &found);
    answer_found(req, found, document);
}

static void serve_renew(struct cr_http_request *req, void *ctx)
{
    const struct call *call = ctx;
    struct cr_slice text = cr_http_query(req, "lastDirtyTimestamp");
    struct document *newer = NULL;
    int64_t dirty_ms = 0;
    if (text.len > 0 && cr_int_parse(text, INT64_MIN, INT64_MAX, &dirty_ms)) {
        cr_http_problem(req, 400, "lastDirtyTimestamp '%.*s' is not a number",
                        CR_SLICE_ARG(cr_slice_sub(text, 0, 64)));
        return;
    }
    switch (eureka_renew(call->server, call->app, call->id, text.len > 0 ? &dirty_ms : NULL,
                         is_replication(req), &newer)) {
    case REGISTRY_RENEWED:
        answer_empty(req, 200);
        break;
    case REGISTRY_UNKNOWN:
        answer_empty(req, 404);
        break;
    case REGISTRY_NEWER:
        answer_document(req, 409, newer);
        break;
    }
}

static void serve_cancel(struct cr_http_request *req, void *ctx)
{
    const struct call *call = ctx;
    answer_empty(req, eureka_cancel(call->server, call->app, call->id) ? 200 : 404);
}

/* ---- the table ---- */

static const struct cr_http_route table[] = {
    {"GET", "/eureka/apps", serve_all, 0, "all applications"},
    {"GET", "/eureka/apps/{app}", serve_app, 0, "one application"},
    {"POST", "/eureka/apps/{app}", serve_register, 0, "registers an instance"},
    {"GET", "/eureka/apps/{app}/{id}", serve_instance, 0, "one instance"},
    {"PUT", "/eureka/apps/{app}/{id}", serve_renew, 0, "renews a lease"},
    {"DELETE", "/eureka/apps/{app}/{id}", serve_cancel, 0, "cancels a lease"},
    {"GET", "/eureka/instances/{id}", serve_instance, 0, "one instance, whose ever it is"},
};

struct eureka_routes {
    struct eureka_server *server;
    struct cr_http_router *router;
};

int eureka_routes_new(struct eureka_server *server, struct eureka_routes **out_routes,
                      struct cr_err *err)
{
    struct eureka_routes *routes = calloc(1, sizeof *routes);
    if (!routes)
        return cr_err_set(err, CR_ENOMEM, "routes: no memory");
    routes->server = server;
    const struct cr_http_routes rows = {table, CR_COUNT(table), NULL};
    int rc = cr_http_router_new(&rows, 1, &routes->router, err);
    if (rc)
        eureka_routes_free(routes);
    else
        *out_routes = routes;
    return rc;
}

void eureka_routes_free(struct eureka_routes *routes)
{
    if (!routes)
        return;
    cr_http_router_free(routes->router);
    free(routes);
}

/* "/eureka/v2//apps/ORDERS/" becomes "/eureka/apps/ORDERS". NULL ptr: no memory. */
static struct cr_slice plain_path(struct cr_slice path, struct cr_arena *arena)
{
    CR_AUTO(cr_buf) out = {0};
    struct cr_slice part;
    size_t index = 0;
    while (cr_slice_split(&path, '/', &part)) {
        if (part.len == 0)
            continue;
        if (index++ == 1 && cr_slice_is(part, "v2"))
            continue;
        cr_buf_char(&out, '/');
        cr_buf_slice(&out, part);
    }
    return (struct cr_slice){cr_arena_slice(arena, cr_buf_view(&out)), out.len};
}

static struct cr_slice upper_case(struct cr_slice text, struct cr_arena *arena)
{
    char *copy = cr_arena_slice(arena, text);
    for (size_t i = 0; copy && i < text.len; i++)
        if (copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    return (struct cr_slice){copy, copy ? text.len : 0};
}

static struct cr_slice param(const struct cr_http_match *match, const char *name)
{
    for (size_t i = 0; i < match->param_count; i++)
        if (cr_slice_is(match->param_names[i], name))
            return match->param_values[i];
    return (struct cr_slice){0};
}

static void answer_no_match(struct cr_http_request *req, int status, struct cr_buf *allow)
{
    bool asks = cr_slice_is(cr_slice_of(cr_http_method(req)), "OPTIONS");
    if (status != 405) {
        cr_http_problem(req, status,
                        status == 404 ? "there is nothing at this path"
                                      : "the path cannot be read");
        return;
    }
    cr_buf_text(allow, ", OPTIONS");
    cr_http_answer_header(req, "Allow", cr_buf_status(allow) ? "" : allow->data);
    if (asks)
        answer_empty(req, 200);
    else
        cr_http_problem(req, 405, "the method is not one of %s", allow->data ? allow->data : "");
}

void eureka_routes_serve(struct eureka_routes *routes, struct cr_http_request *req)
{
    struct cr_arena *arena = cr_http_arena(req);
    CR_AUTO(cr_buf) allow = {0};
    struct cr_http_match match;
    struct cr_slice path = plain_path(cr_http_path(req), arena);
    int status = path.ptr ? cr_http_router_match(routes->router, cr_http_method(req), path, arena,
                                                 &match, &allow)
                          : 500;
    if (status) {
        answer_no_match(req, status, &allow);
        return;
    }
    struct call call = {
        .server = routes->server,
        .app = upper_case(param(&match, "app"), arena),
        .id = param(&match, "id"),
    };
    match.route->handler(req, &call);
}
