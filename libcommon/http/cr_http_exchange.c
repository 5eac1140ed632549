/* libmicrohttpd's calls about one request: head, body, handler, suspension, end. */
#include <string.h>

#include "cr_clock.h"
#include "cr_err.h"
#include "cr_http_basic.h"
#include "cr_http_private.h"
#include "cr_http_status.h"
#include "cr_int.h"

/* A refused body up to this size is read and thrown away, so that the answer is not lost in a
 * reset; a longer one is cut off. */
enum { DRAIN_MAX = 256 * 1024, NS_PER_US = 1000, NS_PER_MS = 1000000 };

static size_t body_max(const struct cr_http_request *req)
{
    size_t max = req->match.route ? req->match.route->body_max : 0;
    return max ? max : req->server->options.body_max;
}

static void refuse_later(struct cr_http_request *req, int status, const char *text)
{
    req->refusal = status;
    req->refusal_text = text ? text : "";
}

static void allow_methods(struct cr_http_request *req, struct cr_buf *allow)
{
    if (cr_slice_search(cr_buf_view(allow), CR_SLICE("OPTIONS")) < 0)
        cr_buf_text(allow, allow->len ? ", OPTIONS" : "OPTIONS");
    req->allow = cr_arena_slice(req->arena, cr_buf_view(allow));
}

static void find_route(struct cr_http_request *req)
{
    CR_AUTO(cr_buf) allow = {0};
    bool options = strcmp(req->method, "OPTIONS") == 0;
    if (options && cr_slice_is(req->path, "*")) {
        cr_buf_text(&allow, "GET, HEAD, POST, PUT, DELETE");
        allow_methods(req, &allow);
        refuse_later(req, 200, NULL);
        return;
    }
    int status = cr_http_router_match(req->server->router, req->method, req->path, req->arena,
                                      &req->match, &allow);
    if (status == 0)
        return;
    const char *text =
        cr_arena_printf(req->arena, "No route for %s '%.*s'", req->method, CR_SLICE_ARG(req->path));
    if (status == 405) {
        allow_methods(req, &allow);
        text = cr_arena_printf(req->arena, "'%.*s' does not support %s, only %s",
                               CR_SLICE_ARG(req->path), req->method, req->allow);
        if (options)
            status = 200;
    } else if (status == 400) {
        text =
            cr_arena_printf(req->arena, "'%.*s' has a malformed escape", CR_SLICE_ARG(req->path));
    }
    refuse_later(req, status, text);
}

static const char *too_large_text(struct cr_http_request *req)
{
    return cr_arena_printf(req->arena, "The body is larger than the %zu bytes allowed here",
                           body_max(req));
}

enum cr_http_standing cr_http_standing(const struct cr_http_request *req)
{
    const char *credentials = req->server->credentials;
    if (!credentials)
        return CR_HTTP_ANYBODY;
    return cr_http_basic_matches(cr_http_header(req, "Authorization"), cr_slice_of(credentials))
               ? CR_HTTP_KNOWN
               : CR_HTTP_STRANGER;
}

/* Before anything is said about the path: who may not come in learns nothing of the house. */
static bool may_enter(const struct cr_http_request *req)
{
    const struct cr_http_server *server = req->server;
    const char *const *open = server->options.open_patterns;
    for (; open && *open && req->match.route; open++)
        if (strcmp(*open, req->match.route->pattern) == 0)
            return true;
    return cr_http_standing(req) != CR_HTTP_STRANGER;
}

/* What the head alone decides about a body that is announced. */
static void judge_announced(struct cr_http_request *req, int64_t size)
{
    struct cr_slice expect = cr_http_header(req, "Expect");
    if (expect.ptr && !cr_slice_equal_nocase(expect, CR_SLICE("100-continue")))
        refuse_later(req, 417, "The only expectation that is understood is 100-continue");
    else if (!cr_http_request_readable(req))
        refuse_later(req, 415, "Send the body as it is, or with Content-Encoding: gzip");
    else if ((uint64_t)size > body_max(req))
        refuse_later(req, 413, too_large_text(req));
}

/* Refusals that cannot wait for the body are queued here. */
static enum MHD_Result judge_body(struct cr_http_request *req)
{
    struct cr_slice length = cr_http_header(req, "Content-Length");
    bool chunked = cr_http_header(req, "Transfer-Encoding").ptr != NULL;
    int64_t size = 0;
    if (length.ptr && cr_int_parse(length, 0, INT64_MAX, &size))
        size = INT64_MAX;
    if (size == 0 && !chunked)
        return MHD_YES;
    if (!req->refusal)
        judge_announced(req, size);
    bool waits = cr_http_header(req, "Expect").ptr != NULL;
    if (req->refusal && (size > DRAIN_MAX || waits)) {
        req->close_after = true;
        return cr_http_refuse(req, req->refusal, req->refusal_text);
    }
    req->body.max = body_max(req);
    if (req->connection)
        cr_http_connection_phase(req->connection, CR_HTTP_BODY);
    return MHD_YES;
}

static enum MHD_Result begin(struct cr_http_request *req, const char *method, const char *version)
{
    req->begun = true;
    if (req->connection) {
        cr_http_connection_busy(req->connection);
        cr_http_connection_asked(req->connection);
    }
    if (cr_http_request_take_head(req, method, version)) {
        req->close_after = true;
        return cr_http_refuse(req, 400,
                              "The request's target or header fields are malformed or ambiguous");
    }
    find_route(req);
    if (!may_enter(req)) {
        req->allow = NULL;
        refuse_later(req, 401, "This needs a user and a password (HTTP Basic)");
    }
    return judge_body(req);
}

static enum MHD_Result take_body(struct cr_http_request *req, const char *data, size_t *size)
{
    size_t len = *size;
    *size = 0;
    if (!req->refusal) {
        cr_buf_append(&req->body, data, len);
        if (!req->body.failed)
            return MHD_YES;
        if (req->body.failed == CR_ELIMIT)
            refuse_later(req, 413, too_large_text(req));
        else
            refuse_later(req, 503, "No memory for the request's body");
        req->drained = req->body.len;
        cr_buf_free(&req->body);
    }
    req->drained += len;
    /* The connection is cut: there is no other way to stop an upload. */
    return req->drained > DRAIN_MAX + body_max(req) ? MHD_NO : MHD_YES;
}

static void unpack(struct cr_http_request *req)
{
    switch (cr_http_request_unpack(req)) {
    case 0:
        break;
    case CR_ELIMIT:
        refuse_later(req, 413, too_large_text(req));
        break;
    case CR_EPARSE:
        refuse_later(req, 400, "The body is not the gzip that its Content-Encoding says");
        break;
    default:
        refuse_later(req, 503, "No memory for the request's body");
    }
}

static enum MHD_Result run_handler(struct cr_http_request *req)
{
    struct cr_http_server *server = req->server;
    cr_mutex_lock(&server->lock);
    bool abandoning = server->abandoning;
    if (!abandoning) {
        req->state = CR_HTTP_RUNNING;
        req->dispatched = true;
        atomic_fetch_add(&req->holders, 1);
        cr_list_push_back(&server->requests, &req->node);
        server->request_count++;
    }
    cr_mutex_unlock(&server->lock);
    if (abandoning)
        return cr_http_refuse(req, 503, "The server is shutting down");

    req->match.route->handler(req, req->match.ctx);

    cr_mutex_lock(&server->lock);
    bool answered = req->state == CR_HTTP_ANSWERED;
    if (!answered && server->abandoning) {
        req->state = CR_HTTP_ABANDONED;
        cr_list_remove(&req->node);
        cr_mutex_unlock(&server->lock);
        return cr_http_refuse(req, 503, "The server is shutting down");
    }
    if (!answered) {
        MHD_suspend_connection(req->mhd);
        req->state = CR_HTTP_SUSPENDED;
    }
    cr_mutex_unlock(&server->lock);
    return answered ? cr_http_answer_queue(req) : MHD_YES;
}

static enum cr_http_state state_of(struct cr_http_request *req)
{
    if (!req->dispatched) /* nobody else knows it */
        return CR_HTTP_READING;
    CR_LOCKED(&req->server->lock);
    return req->state;
}

static enum MHD_Result end(struct cr_http_request *req)
{
    if (req->connection)
        cr_http_connection_busy(req->connection);
    enum cr_http_state state = state_of(req);
    if (state == CR_HTTP_ANSWERED)
        return cr_http_answer_queue(req);
    if (state == CR_HTTP_ABANDONED)
        return cr_http_refuse(req, 503, "The server is shutting down");
    if (state == CR_HTTP_SUSPENDED)
        return MHD_YES;
    if (!req->refusal)
        unpack(req);
    if (req->refusal)
        return cr_http_refuse(req, req->refusal, req->refusal_text);
    return run_handler(req);
}

/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd's signature */
enum MHD_Result cr_http_exchange(void *cls, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *size, void **con_cls)
{
    (void)cls;
    (void)mhd;
    (void)url;
    struct cr_http_request *req = *con_cls;
    if (!req)
        return MHD_NO;
    if (!req->begun)
        return begin(req, method, version);
    if (*size)
        return take_body(req, data, size);
    return end(req);
}

/* --- the end --- */

static struct cr_histogram *make_timer(const struct cr_http_request *req, int status)
{
    CR_AUTO(cr_buf) labels = {0};
    char digits[CR_LOG_INT_SIZE];
    const struct cr_http_route *route = req->match.route;
    cr_metrics_label(&labels, "method", cr_slice_of(route ? route->method : "UNKNOWN"));
    cr_metrics_label(&labels, "status", cr_log_int(status, digits));
    cr_metrics_label(&labels, "uri", cr_slice_of(route ? route->pattern : "UNKNOWN"));
    return cr_metrics_timer("http.server.requests", "Requests answered, and how long it took",
                            cr_buf_status(&labels) ? "" : labels.data);
}

/* Asking twice for one timer gives the same one, so two threads may fill a slot at once. */
static struct cr_histogram *find_timer(const struct cr_http_request *req, int status)
{
    size_t row = req->match.route ? req->match.index + 1 : 0;
    struct cr_http_timers *timers = &req->server->timers[row];
    for (size_t i = 0; i < CR_HTTP_TIMERS_MAX; i++) {
        int there = atomic_load_explicit(&timers->status[i], memory_order_acquire);
        if (there == status)
            return atomic_load_explicit(&timers->timer[i], memory_order_relaxed);
        if (there != 0)
            continue;
        struct cr_histogram *timer = make_timer(req, status), *none = NULL;
        if (atomic_compare_exchange_strong(&timers->timer[i], &none, timer))
            atomic_store_explicit(&timers->status[i], status, memory_order_release);
        return timer;
    }
    return make_timer(req, status);
}

static void measure(const struct cr_http_request *req, int64_t now_ns)
{
    int64_t us = (now_ns - req->started_ns) / NS_PER_US;
    cr_histogram_record(find_timer(req, req->sent_status), us);
    if (!cr_log_enabled(req->server->log, CR_LOG_DEBUG))
        return;
    char status[CR_LOG_INT_SIZE], took[CR_LOG_INT_SIZE];
    struct cr_log_field fields[] = {{"method", cr_slice_of(req->method)},
                                    {"path", req->path},
                                    {"status", cr_log_int(req->sent_status, status)},
                                    {"us", cr_log_int(us, took)},
                                    {"peer", cr_slice_of(cr_http_peer(req))}};
    cr_log_write_fields(req->server->log, CR_LOG_DEBUG, "http.request", fields, CR_COUNT(fields),
                        NULL);
}

void cr_http_request_done(void *cls, struct MHD_Connection *mhd, void **con_cls,
                          enum MHD_RequestTerminationCode code)
{
    (void)cls;
    (void)mhd;
    (void)code;
    struct cr_http_request *req = *con_cls;
    if (!req)
        return;
    *con_cls = NULL;
    struct cr_http_server *server = req->server;
    int64_t now_ns = cr_clock_ns();
    if (req->sent_status)
        measure(req, now_ns);
    if (req->answer.made) /* the client left before its answer began */
        MHD_destroy_response(cr_steal(&req->answer.made));
    if (req->connection)
        cr_http_connection_phase_at(req->connection, CR_HTTP_IDLE, now_ns / NS_PER_MS);
    if (req->dispatched) {
        cr_mutex_lock(&server->lock);
        server->request_count--;
        cr_cond_broadcast(&server->changed);
        cr_mutex_unlock(&server->lock);
    }
    cr_http_request_unref(req);
}
