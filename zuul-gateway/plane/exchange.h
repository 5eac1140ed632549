/* exchange: one request and its answer, between one client and one upstream connection.
 *
 * A walk-through:
 *     exchange_open       the head is parsed: route, strip, choose an instance, take a connection
 *     exchange_body       further octets of the request's body, decoded and framed anew
 *     exchange_place      a connection may be used, or the request waits until one may
 *     exchange_answer     octets from the instance: interim answers, the final head, the body
 *     exchange_fail       whatever went wrong, on either side: answered precisely or cut visibly
 *
 * Ownership: an exchange belongs to its client until the answer is complete; it holds its route and
 *            its instance through the worker's lanes.
 * Units:     milliseconds, octets.
 * Errors:    none towards the caller: every end is handled inside.
 * Threads:   the worker's.
 * Source:    RFC 9110, RFC 9112; gateway reference 3.2-3.5; decisions G1, G5, G6, G10.
 */
#ifndef GATEWAY_EXCHANGE_H
#define GATEWAY_EXCHANGE_H

#include "admission.h"
#include "body.h"
#include "client.h"
#include "upstream.h"

enum { EXCHANGE_REPLAY_MAX = 64 * 1024, EXCHANGE_INTERIM_MAX = 16 };

/* What it is counted as: nothing (yet, or the admin side's), a connection in work, an open stream.
 */
enum place { PLACE_NONE, PLACE_CONNECTION, PLACE_STREAM };

struct exchange_wait;

struct exchange {
    struct client *client;
    struct upstream *upstream; /* NULL before and after */
    const struct route *route; /* NULL: the gateway's own admin side */
    const struct forward_policy *policy;
    struct service *service;
    struct instance *instance;  /* NULL before one is chosen */
    struct exchange_wait *wait; /* for a connection; NULL: it does not wait */
    struct cr_execution run;
    enum place place;
    bool admitted;
    bool stream; /* admin side: no total deadline */
    bool fixed;  /* of a url: route, which has time limits of other names */
    bool tunnel; /* a WebSocket: octets pass both ways until both sides have ended */

    bool is_head, idempotent, expects, upgrades, takes_chunks, takes_trailers, persistent;
    bool continued; /* 100 was sent, or is not needed any more */
    bool sinks;     /* the instance takes no more of the body: it is read and dropped */
    bool retried;
    bool replayable; /* the connection's replay holds all that was sent on */
    bool responded;  /* the final head went to the client */
    bool doubt;      /* the upstream connection is not used again */
    bool close;      /* the answer is the client's last one */
    bool logged;

    struct body request_body;
    struct body answer_body;
    enum framing_kind answer_kind; /* as sent on */
    unsigned interims;

    int64_t connect_ms, read_ms;
    int64_t request_end_ms; /* 0: the request's body is still coming */
    int64_t attempt_ms;     /* when read_ms begins */
    int64_t started_us, request_end_us;
    int64_t queued_us;    /* how long it waited for a connection */
    int64_t answer_us;    /* 0: no final head yet */
    int64_t deadline_ms;  /* of the final head; counts from the request's end */
    int64_t body_mark_ms; /* window of the minimum rate */
    uint64_t body_mark_octets;
    int64_t body_progress_ms;

    int status;
    enum failure failure;
    unsigned char id_len;
    unsigned char method_len;
    unsigned char path_len;
    struct trace trace;
    char id[ACCESS_ID_SIZE]; /* from here on not zeroed for each request */
    char method[16];
    char path[160];
};

/* The client's request head was read (it lies in the worker's scratch, like rest, the octets behind
 * it). Returns how many of rest were used. */
size_t exchange_open(struct client *client, const struct request *request, struct cr_slice rest);

/* Refuses a request that has no exchange: malformed, too late, too many. The connection ends. */
void exchange_refuse(struct client *client, const struct fault *fault);

/* --- the client's side --- */
size_t exchange_body(struct exchange *exchange, struct cr_slice data);
bool exchange_body_blocked(const struct exchange *exchange); /* do not read the client now */
bool exchange_waits(const struct exchange *exchange);        /* for a connection */
void exchange_wait_expired(struct exchange *exchange);
void exchange_body_expired(struct exchange *exchange); /* its state's deadline came */
void exchange_body_ended(struct exchange *exchange);   /* the client ended in the middle */
void exchange_client_gone(struct exchange *exchange);
void exchange_client_drained(struct exchange *exchange); /* there is room for the answer again */

/* Those of the worker that waited, and for whom a connection is free now; once a turn. */
void exchange_serve_queues(struct worker *worker);

/* --- the upstream's side --- */
size_t exchange_answer(struct exchange *exchange, struct cr_slice data);
void exchange_connected(struct exchange *exchange);
void exchange_connect_failed(struct exchange *exchange, int errnum);
void exchange_send_failed(struct exchange *exchange);
void exchange_upstream_drained(struct exchange *exchange);
void exchange_upstream_ended(struct exchange *exchange, bool error);
void exchange_upstream_expired(struct exchange *exchange);

/* --- inside --- */

/* Where a request goes. */
struct destination_plan {
    const struct destination *destination;
    const struct route *route;
    const struct forward_policy *policy;
    struct cr_slice base;
    struct cr_slice path;
};
CR_MUST_CHECK int exchange_plan(struct worker *worker, const struct request *request,
                                struct destination_plan *out_plan, struct fault *fault);

void exchange_fail(struct exchange *exchange, const struct fault *fault);
void exchange_complete(struct exchange *exchange, bool clean);
void exchange_request_ended(struct exchange *exchange);
void exchange_rearm(struct exchange *exchange);

#endif
