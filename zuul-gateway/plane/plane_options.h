/* plane_options: everything that the data plane can be told; a plain struct, filled by the daemon's
 * settings or by a test.
 *
 * Ownership: texts and arrays are borrowed and must outlive the plane.
 * Units:     milliseconds, octets.
 * Source:    gateway reference, Appendix A.
 * Threads:   immutable.
 */
#ifndef GATEWAY_PLANE_OPTIONS_H
#define GATEWAY_PLANE_OPTIONS_H

#include "address.h"
#include "head.h"

struct plane_options {
    const char *host; /* "" = every IPv4 address */
    int port;         /* 0 takes a free one */
    size_t workers;
    const char *admin_socket;       /* "": no admin side */
    const char *const *admin_paths; /* of the data port that the admin side answers, Ant patterns */
    size_t admin_path_count;

    struct head_limits request_limits;
    struct head_limits response_limits;
    uint64_t body_max;              /* of a request; 0: none */
    size_t connections_max;         /* of clients, all workers together */
    unsigned requests_max;          /* on one client connection */
    int64_t age_max_ms;             /* of a client connection, looked at between requests */
    unsigned upstream_requests_max; /* on one upstream connection */
    unsigned pool_max;              /* idle connections per instance and worker */
    size_t buffer_max;              /* unsent octets after which the other side is not read */
    size_t unsent_max;              /* ... of all connections of a worker together */

    int64_t idle_ms;          /* without a request */
    int64_t head_ms;          /* from a head's first octet to its last */
    int64_t body_ms;          /* without progress, and the window of the minimum rate */
    int64_t body_rate;        /* octets a second */
    int64_t write_ms;         /* a client that takes nothing */
    int64_t continue_ms;      /* until we answer an Expect ourselves */
    int64_t linger_ms;        /* reading on after the last answer, between octets */
    int64_t linger_max_ms;    /* ... in all */
    int64_t upstream_idle_ms; /* of a pooled connection */
    int64_t stream_idle_ms;   /* between two octets of an answer's body */
    int64_t tunnel_idle_ms;   /* of a WebSocket, between two octets either way */
    int64_t drain_idle_ms;    /* how long an idle connection may bring one more request */
    int64_t drain_ms;         /* how long requests in work are waited for */

    const struct address_range *trusted; /* peers whose X-Forwarded-* is believed */
    size_t trusted_count;
    bool expose_internal;
    bool compat_errors;   /* zuul.compat.error-status: 500 with Zuul's texts */
    const char *via;      /* our pseudonym; "" = none */
    unsigned log_every;   /* every n-th request goes to the access log; 0: none */
    bool trace;           /* traceparent is gone on with or begun */
    bool trace_b3;        /* ... B3, too, where the client did not say it */
    bool io_uring;        /* what a worker sends in a turn may leave in one system call */
    unsigned trace_every; /* every n-th trace that is begun here is to be recorded; 0: none */
};

#endif
