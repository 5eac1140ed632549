/* Streams: a bounded queue between whoever writes and a client that reads. */
#include "cr_http_stream.h"

#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_err.h"
#include "cr_http_private.h"

enum { QUEUE_MAX = 256 * 1024, HEARTBEAT_MS = 15000, HEARTBEAT_SIZE = 64, PIECE = 16 * 1024 };

static const char event_stream[] = "text/event-stream;charset=UTF-8";

struct cr_http_stream {
    struct cr_list node; /* server's lock: in server->streams */
    struct cr_http_server *server;
    struct MHD_Connection *mhd;
    struct cr_mutex lock; /* guards what follows */
    struct cr_buf queue;
    size_t sent; /* bytes of the queue that have left */
    bool suspended;
    bool woken;   /* something to fill in came while it was being filled */
    bool closing; /* no more writes */
    bool aborting;
    int64_t last_write_ms;

    size_t queue_max;
    char heartbeat[HEARTBEAT_SIZE];
    int64_t heartbeat_ms; /* negative: never */
    ptrdiff_t (*fill)(void *ctx, char *out, size_t max);
    void (*on_close)(struct cr_http_stream *stream, void *ctx);
    void *ctx;
};

static void stream_free(struct cr_http_stream *stream)
{
    cr_buf_free(&stream->queue);
    cr_mutex_fini(&stream->lock);
    free(stream);
}

/* --- libmicrohttpd's side --- */

static ssize_t take(struct cr_http_stream *stream, char *out, size_t max)
{
    size_t len = stream->queue.len - stream->sent;
    if (len > max)
        len = max;
    memcpy(out, stream->queue.data + stream->sent, len);
    stream->sent += len;
    if (stream->sent == stream->queue.len) {
        stream->sent = 0;
        if (stream->queue.capacity > stream->queue_max / 4)
            cr_buf_free(&stream->queue);
        else
            cr_buf_reset(&stream->queue);
    }
    return (ssize_t)len;
}

/* [lock held] What is queued, or the end; 0: neither. */
static ssize_t take_queued(struct cr_http_stream *stream, char *out, size_t max)
{
    if (stream->aborting)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (stream->queue.len > stream->sent)
        return take(stream, out, max);
    return stream->closing && !stream->fill ? MHD_CONTENT_READER_END_OF_STREAM : 0;
}

/* [lock held] */
static ssize_t suspend(struct cr_http_stream *stream)
{
    stream->suspended = true;
    MHD_suspend_connection(stream->mhd);
    return 0;
}

static ssize_t on_read(void *cls, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct cr_http_stream *stream = cls;
    for (;;) {
        cr_mutex_lock(&stream->lock);
        ssize_t len = take_queued(stream, out, max);
        stream->woken = false;
        if (len == 0 && !stream->fill)
            len = suspend(stream);
        cr_mutex_unlock(&stream->lock);
        if (len != 0 || !stream->fill)
            return len;
        len = stream->fill(stream->ctx, out, max);
        if (len < 0)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        CR_LOCKED(&stream->lock);
        if (len > 0) {
            stream->last_write_ms = cr_clock_ms();
            return len;
        }
        if (stream->closing)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (!stream->woken)
            return suspend(stream);
    }
}

static void on_response_freed(void *cls)
{
    struct cr_http_stream *stream = cls;
    struct cr_http_server *server = stream->server;
    cr_mutex_lock(&server->lock);
    cr_list_remove(&stream->node);
    cr_mutex_unlock(&server->lock);
    cr_mutex_lock(&stream->lock);
    stream->closing = true;
    cr_mutex_unlock(&stream->lock);
    if (stream->on_close)
        stream->on_close(stream, stream->ctx);
    bool filled = stream->fill != NULL;
    stream_free(stream);
    cr_mutex_lock(&server->lock);
    server->stream_count--;
    server->filled_count -= filled;
    cr_cond_broadcast(&server->changed);
    cr_mutex_unlock(&server->lock);
}

/* --- the owner's side --- */

static struct cr_http_stream *stream_new(struct cr_http_request *req,
                                         const struct cr_http_stream_options *options)
{
    struct cr_http_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->server = req->server;
    stream->mhd = req->mhd;
    cr_mutex_init(&stream->lock);
    stream->last_write_ms = cr_clock_ms();
    stream->queue_max = options->queue_max ? options->queue_max : QUEUE_MAX;
    const char *heartbeat = options->heartbeat ? options->heartbeat : ":\n\n";
    size_t len = strnlen(heartbeat, HEARTBEAT_SIZE - 1);
    memcpy(stream->heartbeat, heartbeat, len);
    stream->heartbeat_ms = options->heartbeat_ms ? options->heartbeat_ms : HEARTBEAT_MS;
    stream->fill = options->fill;
    stream->on_close = options->on_close;
    stream->ctx = options->ctx;
    return stream;
}

/* The limit is for those with a queue. */
static int may_open(const struct cr_http_server *server,
                    const struct cr_http_stream_options *options)
{
    if (server->draining)
        return CR_EUNAVAILABLE;
    size_t queued = server->stream_count - server->filled_count;
    return !options->fill && queued >= server->options.max_streams ? CR_ELIMIT : 0;
}

int cr_http_stream_open(struct cr_http_request *req, int status,
                        const struct cr_http_stream_options *options, struct cr_http_stream **out)
{
    struct cr_http_server *server = req->server;
    const char *type = options->content_type ? options->content_type : event_stream;
    struct cr_http_stream *stream = stream_new(req, options);
    if (!stream)
        return CR_ENOMEM;
    cr_mutex_lock(&server->lock);
    int rc = may_open(server, options);
    struct MHD_Response *response = NULL;
    if (rc == 0)
        response = MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, options->piece_bytes ? options->piece_bytes : PIECE, on_read, stream,
            on_response_freed);
    if (!response) {
        cr_mutex_unlock(&server->lock);
        stream_free(stream);
        return rc ? rc : CR_ENOMEM;
    }
    if (!options->content_type)
        cr_http_answer_header(req, "Cache-Control",
                              "no-cache, no-store, max-age=0, must-revalidate");
    req->answer.status = status;
    req->answer.content_type = cr_arena_text(req->arena, type);
    req->answer.made = response;
    req->answer.endless = true;
    cr_list_push_back(&server->streams, &stream->node);
    server->stream_count++;
    server->filled_count += stream->fill != NULL;
    *out = stream;
    (void)cr_http_answer_settle(req); /* abandoned requests are refused by may_open */
    cr_mutex_unlock(&server->lock);
    cr_http_request_unref(req);
    return 0;
}

static void wake(struct cr_http_stream *stream)
{
    stream->woken = true;
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->mhd);
}

int cr_http_stream_write(struct cr_http_stream *stream, struct cr_slice data)
{
    CR_LOCKED(&stream->lock);
    if (stream->closing)
        return CR_EUNAVAILABLE;
    if (data.len > stream->queue_max - (stream->queue.len - stream->sent))
        return CR_ELIMIT;
    if (stream->sent > stream->queue_max) {
        cr_buf_consume(&stream->queue, stream->sent);
        stream->sent = 0;
    }
    cr_buf_slice(&stream->queue, data);
    if (stream->queue.failed) {
        stream->queue.failed = 0;
        return CR_ELIMIT;
    }
    stream->last_write_ms = cr_clock_ms();
    wake(stream);
    return 0;
}

void cr_http_stream_wake(struct cr_http_stream *stream)
{
    CR_LOCKED(&stream->lock);
    wake(stream);
}

void cr_http_stream_close(struct cr_http_stream *stream)
{
    CR_LOCKED(&stream->lock);
    stream->closing = true;
    wake(stream);
}

size_t cr_http_stream_queued(struct cr_http_stream *stream)
{
    CR_LOCKED(&stream->lock);
    return stream->queue.len - stream->sent;
}

/* --- the server's side --- */

static void heartbeat(struct cr_http_stream *stream, int64_t now_ms)
{
    CR_LOCKED(&stream->lock);
    /* A stream that is filled stands between two events only while it is suspended. */
    if (stream->closing || stream->heartbeat_ms < 0 || stream->queue.len > stream->sent ||
        (stream->fill && !stream->suspended) ||
        now_ms - stream->last_write_ms < stream->heartbeat_ms)
        return;
    cr_buf_text(&stream->queue, stream->heartbeat);
    stream->last_write_ms = now_ms;
    wake(stream);
}

void cr_http_streams_tick(struct cr_http_server *server, int64_t now_ms)
{
    cr_list_for (node, &server->streams)
        heartbeat(CR_CONTAINER(node, struct cr_http_stream, node), now_ms);
}

void cr_http_streams_end(struct cr_http_server *server, bool at_once)
{
    cr_list_for (node, &server->streams) {
        struct cr_http_stream *stream = CR_CONTAINER(node, struct cr_http_stream, node);
        CR_LOCKED(&stream->lock);
        stream->closing = true;
        stream->aborting = stream->aborting || at_once;
        wake(stream);
    }
}
