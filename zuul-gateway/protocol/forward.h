/* forward: the heads that the gateway sends on: generated from what was read, never patched.
 *
 * Which fields pass is decided here for both directions; framing fields are always our own.
 *
 * Ownership: everything is borrowed for the call.
 * Errors:    the writer's `full`; an area of the head's size plus FORWARD_EXTRA is enough.
 * Source:    RFC 9110 section 7.6, RFC 9112 section 6; Zuul's ProxyRequestHelper and
 *            PreDecorationFilter; gateway reference 1.6, 1.7, 3.3.
 * Threads:   pure.
 */
#ifndef GATEWAY_FORWARD_H
#define GATEWAY_FORWARD_H

#include "name_set.h"
#include "request.h"
#include "trace.h"

enum { FORWARD_EXTRA = 20 * 1024 };

/* What a route says about headers; immutable. */
struct forward_policy {
    struct name_set sensitive; /* not to the back end, not from it */
    struct name_set ignored;   /* likewise, of all routes */
    bool add_host;             /* the client's Host instead of the instance's */
    bool add_proxy;            /* X-Forwarded-* */
    struct cr_slice prefix;    /* X-Forwarded-Prefix: what was stripped */
    struct cr_slice via;       /* our pseudonym; empty: no Via */
};

/* One request on its way to one instance. */
struct forward_request {
    const struct request *request;
    const struct forward_policy *policy;
    struct cr_slice base;      /* path of a url: route, without a slash at its end */
    struct cr_slice path;      /* canonical and stripped; begins with '/' */
    struct cr_slice authority; /* of the instance */
    struct cr_slice peer;      /* the client's address as text */
    struct cr_slice local;     /* host of our own listener, for clients without Host */
    int port;                  /* of our own listener */
    bool trusted;              /* may the client say X-Forwarded-*? */
    const struct trace *trace;
    struct cr_slice id; /* X-Request-Id */
};
void forward_write_request(struct writer *out, const struct forward_request *forward);

/* Where the authority belongs in a head that was written with an empty one. */
size_t forward_authority_at(struct cr_slice head);

/* One final answer on its way to the client. */
struct forward_response {
    const struct head *head;
    const struct forward_policy *policy;
    const struct framing *framing; /* as read */
    bool takes_chunks;             /* the client understands chunked */
    bool close;                    /* our answer is the last one on this connection */
    bool say_keep_alive;           /* to an HTTP/1.0 client */
    struct cr_slice id;
};
void forward_write_response(struct writer *out, const struct forward_response *forward);

/* How the body goes out: chunked or until close where its length is not known. */
enum framing_kind forward_framing(const struct framing *framing, bool takes_chunks);

/* An interim answer (103 and the like) with the fields that may pass. */
void forward_write_interim(struct writer *out, const struct head *head,
                           const struct forward_policy *policy);

/* 101: the connection is a WebSocket from here on. */
void forward_write_switch(struct writer *out, const struct forward_response *forward);

/* The trailer fields that may pass, and the empty line that ends a chunked body. */
void forward_write_trailers(struct writer *out, const struct head *trailers,
                            const struct forward_policy *policy);

/* True when our own pseudonym stands in a Via: the request went in a circle. */
bool forward_loops(const struct head *head, struct cr_slice via);

#endif
