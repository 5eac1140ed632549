/* One upstream stream passed on to one client. */
#include "stream_proxy.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "cr_buf.h"
#include "cr_http_client.h"
#include "cr_http_request.h"
#include "cr_http_stream.h"
#include "cr_json_writer.h"
#include "cr_thread.h"

enum {
    CONNECT_MS = 5000,
    HEAD_MS = 10000,
    SILENCE_MS = 10000,
    EVENT_MAX_BYTES = 512 * 1024,
    QUEUE_MAX_BYTES = 4 * 1024 * 1024,
};

struct proxy {
    struct stream_proxies *owner;
    struct cr_http_request *req; /* NULL once it is answered */
    const char *advice;
    bool (*judge)(const char *address, void *ctx);
    void *judge_ctx;
    char url[512];
    char refusal[256];   /* why on_head ended the call; "" if it did not */
    struct cr_buf event; /* what came of the event that is arriving */
    size_t lines;        /* of it that are complete */
    bool line_blank;     /* nothing visible came of the next one */

    struct cr_mutex lock; /* of all below */
    struct cr_http_stream *stream;
    bool gone;  /* the client left */
    bool ended; /* the call is over: whoever comes last frees */
    uint64_t call_id;
};

static void proxy_free(struct proxy *proxy)
{
    atomic_fetch_sub(&proxy->owner->streams, 1);
    cr_buf_free(&proxy->event);
    cr_mutex_fini(&proxy->lock);
    free(proxy);
}

/* --- the client's side --- */

static void on_close(struct cr_http_stream *stream, void *ctx)
{
    (void)stream;
    struct proxy *proxy = ctx;
    cr_mutex_lock(&proxy->lock);
    proxy->gone = true;
    proxy->stream = NULL;
    bool last = proxy->ended;
    if (!last)
        cr_http_client_cancel(proxy->owner->http, proxy->call_id);
    cr_mutex_unlock(&proxy->lock);
    if (last)
        proxy_free(proxy);
}

static bool is_numbered(struct cr_slice event)
{
    return cr_slice_starts(event, CR_SLICE("id:")) ||
           cr_slice_search(event, CR_SLICE("\nid:")) >= 0;
}

/* An event that finds the queue full is lost. Without a number that does no harm: the next one
 * carries newer figures. With one it might be the last of its circuit for long, so the stream ends
 * there: the client comes back with the last number that it got, and is told what it missed. */
static void pass_on(struct proxy *proxy, struct cr_slice event)
{
    CR_LOCKED(&proxy->lock);
    int rc = proxy->stream ? cr_http_stream_write(proxy->stream, event) : 0;
    if (rc == CR_EUNAVAILABLE || (rc == CR_ELIMIT && is_numbered(event)))
        proxy->gone = true;
}

static bool is_gone(struct proxy *proxy)
{
    CR_LOCKED(&proxy->lock);
    return proxy->gone;
}

static int open_stream(struct proxy *proxy)
{
    const struct cr_http_stream_options options = {
        .queue_max = QUEUE_MAX_BYTES,
        .on_close = on_close,
        .ctx = proxy,
    };
    CR_LOCKED(&proxy->lock);
    int rc = cr_http_stream_open(proxy->req, 200, &options, &proxy->stream);
    if (rc == 0)
        proxy->req = NULL;
    return rc;
}

/* --- the upstream's side, on the http client's thread --- */

/* Events end with a blank line; a comment by itself (Turbine's ": ping") needs none. */
static void end_line(struct proxy *proxy)
{
    bool blank = proxy->line_blank;
    bool comment = proxy->lines == 0 && proxy->event.len > 0 && proxy->event.data[0] == ':';
    proxy->line_blank = true;
    proxy->lines++;
    cr_buf_char(&proxy->event, '\n');
    if (!blank && !comment)
        return;
    /* A blank line by itself says nothing; an event that was too long has failed its buffer. */
    if (cr_buf_status(&proxy->event) == 0 && !(blank && proxy->lines == 1))
        pass_on(proxy, cr_buf_view(&proxy->event));
    cr_buf_reset(&proxy->event);
    proxy->lines = 0;
}

static int on_data(struct cr_slice piece, void *ctx)
{
    struct proxy *proxy = ctx;
    while (piece.len > 0) {
        ptrdiff_t end = cr_slice_find(piece, '\n');
        struct cr_slice part = cr_slice_sub(piece, 0, end < 0 ? piece.len : (size_t)end);
        cr_buf_slice(&proxy->event, part);
        proxy->line_blank = proxy->line_blank && cr_slice_trim(part).len == 0;
        piece = cr_slice_from(piece, end < 0 ? piece.len : (size_t)end + 1);
        if (end >= 0)
            end_line(proxy);
    }
    return is_gone(proxy) ? CR_EUNAVAILABLE : 0;
}

static bool is_event_stream(const char *content_type)
{
    struct cr_slice rest = cr_slice_of(content_type), type;
    return cr_slice_split(&rest, ';', &type) &&
           cr_slice_equal_nocase(cr_slice_trim(type), CR_SLICE("text/event-stream"));
}

static int on_head(const struct cr_http_response *head, void *ctx)
{
    struct proxy *proxy = ctx;
    if (head->status != 200)
        return 0; /* the call ends with that status */
    const char *type = cr_http_response_header(head, "Content-Type");
    if (!type || !is_event_stream(type)) {
        snprintf(proxy->refusal, sizeof proxy->refusal, "answers %s instead of text/event-stream",
                 type ? type : "without a content type");
        return CR_EPARSE;
    }
    int rc = open_stream(proxy);
    if (rc)
        snprintf(proxy->refusal, sizeof proxy->refusal,
                 "answers, but no further stream can be opened here (%s)", cr_code_name(rc));
    return rc;
}

static void describe(const struct proxy *proxy, const struct cr_http_response *response,
                     struct cr_buf *out)
{
    if (proxy->refusal[0])
        cr_buf_printf(out, "%s %s", proxy->url, proxy->refusal);
    else if (response->status >= 300 && response->status < 400)
        cr_buf_printf(out, "%s answers %d, a redirect; those are not followed", proxy->url,
                      response->status);
    else if (response->status && response->status != 200)
        cr_buf_printf(out, "%s answers %d", proxy->url, response->status);
    else if (response->code == 0)
        cr_buf_printf(out, "%s: the other side ended the stream", proxy->url);
    else
        cr_buf_printf(out, "%s", response->err.text);
    cr_buf_printf(out, ". %s", proxy->advice);
}

/* The stream's last words. */
static void tell_end(struct proxy *proxy, const char *detail)
{
    CR_AUTO(cr_buf) event = {0};
    cr_buf_text(&event, "event: problem\ndata: ");
    struct cr_json_writer writer;
    cr_json_init(&writer, &event);
    cr_json_begin_object(&writer);
    cr_json_pair_text(&writer, "detail", detail);
    cr_json_end_object(&writer);
    cr_buf_text(&event, "\n\n");
    if (cr_buf_status(&event) == 0)
        pass_on(proxy, cr_buf_view(&event));
}

static int status_of(const struct cr_http_response *response)
{
    return response->cause == CR_HTTP_TIMEOUT || response->cause == CR_HTTP_CONNECT_TIMEOUT ? 504
                                                                                            : 502;
}

static void call_done(const struct cr_http_response *response, void *ctx)
{
    struct proxy *proxy = ctx;
    CR_AUTO(cr_buf) detail = {0};
    describe(proxy, response, &detail);
    const char *text = detail.data ? detail.data : "out of memory";
    if (proxy->req)
        cr_http_problem(proxy->req, status_of(response), "%s", text);
    else
        tell_end(proxy, text);
    cr_mutex_lock(&proxy->lock);
    proxy->ended = true;
    bool last = !proxy->stream;
    if (!last)
        cr_http_stream_close(proxy->stream); /* on_close frees */
    cr_mutex_unlock(&proxy->lock);
    if (last)
        proxy_free(proxy);
}

static bool may_connect(const char *address, void *ctx)
{
    struct proxy *proxy = ctx;
    bool may = proxy->judge(address, proxy->judge_ctx);
    proxy->refusal[0] = '\0'; /* of another address of the same name */
    if (!may)
        snprintf(proxy->refusal, sizeof proxy->refusal,
                 "leads to %s, which is proxied only where "
                 "hystrix.dashboard.proxy-stream-allow-list names that address itself",
                 address);
    return may;
}

/* --- the start --- */

static struct proxy *proxy_new(struct stream_proxies *proxies, struct cr_http_request *req,
                               const struct stream_proxy_target *target)
{
    struct proxy *proxy = calloc(1, sizeof *proxy);
    if (!proxy)
        return NULL;
    proxy->owner = proxies;
    proxy->req = req;
    proxy->advice = target->advice;
    proxy->judge = target->may_connect;
    proxy->judge_ctx = target->ctx;
    proxy->line_blank = true;
    proxy->event.max = EVENT_MAX_BYTES;
    snprintf(proxy->url, sizeof proxy->url, "%s", target->url);
    cr_mutex_init(&proxy->lock);
    return proxy;
}

static int send_call(struct proxy *proxy, const char *url, const char *last_id)
{
    const struct cr_http_pair headers[] = {
        {"Accept", "text/event-stream"},
        {"Last-Event-ID", last_id},
    };
    const struct cr_http_call call = {
        .url = url,
        .headers = headers,
        .header_count = last_id ? 2 : 1,
        .connect_ms = CONNECT_MS,
        .total_ms = HEAD_MS,
        .idle_ms = SILENCE_MS,
        .on_head = on_head,
        .on_data = on_data,
        .may_connect = proxy->judge ? may_connect : NULL,
    };
    /* The lock keeps a quick end from coming before call_id is there. */
    CR_LOCKED(&proxy->lock);
    return cr_http_client_send(proxy->owner->http, &call, call_done, proxy, &proxy->call_id);
}

void stream_proxy(struct stream_proxies *proxies, struct cr_http_request *req,
                  const struct stream_proxy_target *target)
{
    if (atomic_fetch_add(&proxies->streams, 1) >= proxies->streams_max) {
        atomic_fetch_sub(&proxies->streams, 1);
        cr_http_problem(req, 503,
                        "%d streams are open already; close some, or raise "
                        "crema.dashboard.streams-max",
                        proxies->streams_max);
        return;
    }
    struct cr_slice last_id = cr_http_header(req, "Last-Event-ID");
    struct proxy *proxy = proxy_new(proxies, req, target);
    if (!proxy) {
        atomic_fetch_sub(&proxies->streams, 1);
        cr_http_problem(req, 503, "out of memory");
        return;
    }
    int rc = send_call(proxy, target->url, last_id.ptr);
    if (rc == 0)
        return;
    cr_http_problem(req, rc == CR_EINVAL ? 400 : 503, "%s cannot be asked: %s", proxy->url,
                    cr_code_name(rc));
    proxy_free(proxy);
}
