/* cr_http_client: calls to other servers, all on one thread of their own, and timers there.
 *
 * One libcurl multi handle: connections are pooled and reused, every call has a deadline and a
 * bound on its answer. No redirects, no proxies, no cookies, HTTP/1.1.
 *
 * Ownership: cr_http_client_send copies the call; a response and all in it live until the callback
 *            that got it returns.
 * Units:     milliseconds, bytes. A zero in a call means the default in its comment.
 * Errors:    CR_EINVAL bad URL, CR_ELIMIT too many calls, CR_EUNAVAILABLE the client is ending:
 *            then done is not called. Otherwise done is called exactly once, with a code: 0 (any
 *            status), CR_ETIMEOUT, CR_EUNAVAILABLE (no connection, or it broke), CR_ELIMIT (answer
 *            over body_max), CR_EPARSE (not HTTP), CR_ENOMEM; the cause says more.
 * Threads:   any for every function. Callbacks run on the client's thread and must not block;
 *            they may call everything here but cr_http_client_fetch and cr_http_client_free.
 * Source:    RFC 9110; libcurl's multi interface.
 */
#ifndef CR_HTTP_CLIENT_H
#define CR_HTTP_CLIENT_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_slice.h"

struct cr_http_client;

enum cr_http_cause {
    CR_HTTP_DONE,            /* an answer, whatever its status */
    CR_HTTP_REFUSED,         /* no connection: nothing was sent, any call may be repeated */
    CR_HTTP_CONNECT_TIMEOUT, /* as refused */
    CR_HTTP_TIMEOUT,         /* connected, but no complete answer in time */
    CR_HTTP_BROKEN,          /* the connection ended before the answer did */
    CR_HTTP_TOO_LARGE,       /* over body_max */
    CR_HTTP_GARBLED,         /* not HTTP */
    CR_HTTP_CANCELLED,       /* by cr_http_client_cancel, by a callback, or the client ended */
};

struct cr_http_pair {
    const char *name;
    const char *value;
};

struct cr_http_response {
    int code; /* 0 or CR_E..., as in the card */
    enum cr_http_cause cause;
    int status; /* 0 until an answer's head came */
    const struct cr_http_pair *headers;
    size_t header_count;
    struct cr_slice body; /* NUL-terminated beyond its length */
    int64_t elapsed_ms;
    struct cr_err err; /* for people: names the URL without credentials */
};

struct cr_http_call {
    const char *method;    /* NULL: GET, or POST with a body */
    const char *url;       /* http:// or https://; "user:password@" is sent as Basic */
    const char *unix_path; /* connect to this socket instead of the URL's host; NULL: TCP */
    const struct cr_http_pair *headers;
    size_t header_count;
    const char *content_type; /* NULL: none */
    struct cr_slice body;
    int64_t connect_ms; /* 2,000 */
    int64_t total_ms;   /* 10,000: to the end of the answer; with on_data to the end of its head */
    int64_t idle_ms;    /* with on_data: the longest silence between two pieces; 0: no limit */
    size_t body_max;    /* 1 MiB; does not bound what on_data gets */
    bool gzip;          /* ask for it; bodies arrive unpacked */

    /* For streams. on_head gets status and headers once; on_data the pieces of the body of a 2xx
     * answer (other bodies go to the response). Not 0 ends the call as cancelled. */
    int (*on_head)(const struct cr_http_response *head, void *ctx);
    int (*on_data)(struct cr_slice piece, void *ctx);

    /* Asked before a connection is made to an address that the URL's host resolved to, as a number
     * ("169.254.169.254", "::1"); false is CR_HTTP_REFUSED. Such a call shares no connection. */
    bool (*may_connect)(const char *address, void *ctx);
};

typedef void (*cr_http_done)(const struct cr_http_response *response, void *ctx);

struct cr_http_client_options {
    size_t max_calls;       /* 1,024 at once */
    size_t max_connections; /* 256; calls beyond wait, their deadline running */
    size_t max_idle;        /* 64 connections kept */
    const char *user_agent; /* "crema" */
};

/* options may be NULL. */
CR_MUST_CHECK int cr_http_client_new(const struct cr_http_client_options *options,
                                     struct cr_http_client **out, struct cr_err *err);
/* Cancels all calls, fires all timers now, ends the thread. NULL is fine. */
void cr_http_client_free(struct cr_http_client *client);

/* out_id (may be NULL) is for cr_http_client_cancel; it is set before done can be called. */
CR_MUST_CHECK int cr_http_client_send(struct cr_http_client *client,
                                      const struct cr_http_call *call, cr_http_done done, void *ctx,
                                      uint64_t *out_id);

/* Soon calls done with CR_HTTP_CANCELLED unless it was called or is being called already. */
void cr_http_client_cancel(struct cr_http_client *client, uint64_t id);

/* Sends and waits, for threads that may block. The response lives in arena. Returns its code. */
CR_MUST_CHECK int cr_http_client_fetch(struct cr_http_client *client,
                                       const struct cr_http_call *call, struct cr_arena *arena,
                                       struct cr_http_response *out, struct cr_err *err);

/* Calls fn(ctx) once on the client's thread after delay_ms (at once when the client is freed
 * before). CR_EUNAVAILABLE when the client is ending: fn is then not called. */
CR_MUST_CHECK int cr_http_client_after(struct cr_http_client *client, int64_t delay_ms,
                                       void (*fn)(void *ctx), void *ctx, uint64_t *out_id);
/* True when fn will not be called any more; false when it was or is being called. */
bool cr_http_client_after_cancel(struct cr_http_client *client, uint64_t id);

/* First value of a header (any case), or NULL. */
const char *cr_http_response_header(const struct cr_http_response *response, const char *name);

#endif
