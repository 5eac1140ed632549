/* cr_http_server: listens on TCP or on a Unix socket and serves routes.
 *
 * A few threads, each with its own epoll; a request that waits costs no thread. Requests that two
 * readers could frame differently are refused with 400. Heads, bodies and the sending of answers
 * have absolute deadlines. At the limit of connections a new one takes the place of the oldest that
 * never sent a request; where all have, it is closed at once. Unknown paths are 404, methods 405
 * with Allow, both as application/problem+json. Answers are compressed when the client asks for
 * gzip, the body is large enough and its type is text; bodies that come as gzip are unpacked within
 * the route's limit (413), other codings are 415. Folded header lines, bare line feeds and NUL
 * bytes (which end the text of a target or field) are libmicrohttpd's to read, and pass. With user
 * and password every request needs them (Basic), but for the open patterns: 401, before anything is
 * said about the path.
 *
 * Ownership: the caller owns the server; route tables must outlive it.
 * Units:     milliseconds, bytes. A zero in the options means the default in its comment.
 * Errors:    cr_http_server_start: CR_EINVAL for options (a ':' in the user) and patterns,
 *            CR_EUNAVAILABLE when the address is in use, CR_EIO otherwise; the text says what to
 *            do.
 * Threads:   handlers run on the server's threads and must not block; start, drain and stop belong
 *            to one thread.
 */
#ifndef CR_HTTP_SERVER_H
#define CR_HTTP_SERVER_H

#include "cr_err.h"
#include "cr_http_router.h"

struct cr_http_server;

struct cr_http_server_options {
    const char *host;       /* NULL or "": every address */
    int port;               /* 0: a free one */
    const char *unix_path;  /* set: listen there (mode 0600) instead of host and port */
    unsigned threads;       /* 2 */
    size_t max_connections; /* 4,096; less where the process may not open as many descriptors */
    size_t max_streams;     /* 256 */
    size_t body_max;        /* 65,536: for routes that name none */
    size_t arena_max;       /* 16 MiB a request */
    size_t gzip_min;        /* 1,024: smaller bodies are not compressed */
    int64_t head_ms; /* 10,000: from the first wait for a request line to the end of the head */
    int64_t body_ms; /* 30,000: from the head's to the body's end */
    int64_t idle_ms; /* 30,000: keep-alive; also the longest stall while writing */
    int64_t busy_idle_ms;    /* 2,000: keep-alive while busy_connections or more are open */
    size_t busy_connections; /* 1,000 */
    int64_t answer_ms;       /* 60,000: from an answer's to its last byte; streams have none */
    const char *user;        /* copied; without ':' */
    const char *password;    /* copied; NULL or "": everybody is served */
    /* Patterns of the routes that answer without credentials; NULL at the end. They must outlive
     * the server. */
    const char *const *open_patterns;
};

CR_MUST_CHECK int cr_http_server_start(const struct cr_http_server_options *options,
                                       const struct cr_http_routes *tables, size_t table_count,
                                       struct cr_http_server **out, struct cr_err *err);

int cr_http_server_port(const struct cr_http_server *server); /* 0 for a Unix socket */

/* Goes on serving, but every answer closes its connection: the next request goes elsewhere, or
 * comes on a connection that the drain sees. */
void cr_http_server_wind_down(struct cr_http_server *server);

/* Stops listening, ends every stream after what is queued, and waits up to wait_ms for requests in
 * work; those left are answered 503. Returns how many those were. Kept-alive connections are
 * closed after their answer. */
size_t cr_http_server_drain(struct cr_http_server *server, int64_t wait_ms);

/* Drains without waiting where that was not done, ends the threads and frees. NULL is fine. Late
 * answers to abandoned requests may still come afterwards. */
void cr_http_server_stop(struct cr_http_server *server);

struct cr_http_server_counts {
    size_t connections; /* open now */
    size_t silent;      /* of those, the ones that never sent a whole head */
    size_t requests;    /* in work now: routed, answer not yet sent */
    size_t streams;     /* open now */
    uint64_t refused;   /* connections closed at once, so far */
    uint64_t reaped;    /* connections ended at a deadline, so far */
    uint64_t evicted;   /* connections that sent nothing and made room for others, so far */
};
void cr_http_server_counts(struct cr_http_server *server, struct cr_http_server_counts *out);

#endif
