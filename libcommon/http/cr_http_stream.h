/* cr_http_stream: an answer without an end, such as server-sent events.
 *
 * Opening one answers the request. Bytes are queued (bounded) and leave as fast as the client
 * reads; while there are none the connection is suspended and costs no thread. A stream whose bytes
 * exist elsewhere already (cr_sse_log) needs no queue: it is asked to fill the connection's own
 * buffer, and woken when there is something new.
 *
 * Ownership: the handle is valid until on_close returns. on_close is called exactly once for every
 *            stream that was opened, on a thread of the server: when the client has gone, when
 *            cr_http_stream_close has been carried out, or at drain.
 * Errors:    cr_http_stream_open: CR_ELIMIT too many streams, CR_EUNAVAILABLE draining, CR_ENOMEM;
 *            the request is then still unanswered. cr_http_stream_write: CR_ELIMIT, nothing was
 *            queued, the reader is too slow; CR_EUNAVAILABLE, the stream is ending.
 * Threads:   any. write and close never call on_close themselves, so that both may be called, and
 *            on_close may wait, under one mutex of the owner.
 * Source:    WHATWG HTML, "Server-sent events".
 * A client that vanished is noticed only by writing: a heartbeat is written after silence. What a
 * client leaves unread or unacknowledged for the server's idle_ms ends its connection.
 */
#ifndef CR_HTTP_STREAM_H
#define CR_HTTP_STREAM_H

#include "cr_attr.h"
#include "cr_http_request.h"
#include "cr_slice.h"

struct cr_http_stream;

struct cr_http_stream_options {
    const char *content_type; /* NULL: "text/event-stream;charset=UTF-8" with Cache-Control */
    size_t queue_max;         /* bytes; 0: 256 KiB */
    const char *heartbeat;    /* NULL: ":\n\n" */
    int64_t heartbeat_ms;     /* of silence; 0: 15,000; negative: never */
    /* Instead of cr_http_stream_write: up to max bytes; 0: nothing now (it stands between two
     * events, where a heartbeat may be written); negative: the stream ends. On one thread of the
     * server at a time, without its locks. Such streams are their owner's to limit. NULL: the queue
     * alone. */
    ptrdiff_t (*fill)(void *ctx, char *out, size_t max);
    size_t piece_bytes; /* of the buffer for HTTP/1.0, and what it costs; 0: 16 KiB */
    void (*on_close)(struct cr_http_stream *stream, void *ctx); /* may be NULL */
    void *ctx;
};

CR_MUST_CHECK int cr_http_stream_open(struct cr_http_request *req, int status,
                                      const struct cr_http_stream_options *options,
                                      struct cr_http_stream **out);

/* All of it or nothing. */
CR_MUST_CHECK int cr_http_stream_write(struct cr_http_stream *stream, struct cr_slice data);

/* There is something to fill in. */
void cr_http_stream_wake(struct cr_http_stream *stream);

/* Ends it after what is queued. */
void cr_http_stream_close(struct cr_http_stream *stream);

size_t cr_http_stream_queued(struct cr_http_stream *stream); /* bytes that wait for the client */

#endif
