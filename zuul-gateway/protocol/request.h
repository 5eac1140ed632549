/* request: what a request head means: who is asked for what, and how its body is framed.
 *
 * Ownership: slices into the head's octets.
 * Errors:    CR_EPARSE with the fault: the request is answered so and the connection closed.
 * Source:    RFC 9112 section 3, RFC 9110 sections 7.6, 9.3, 10.1.1; gateway reference R15-R17, P2,
 *            P5-P7, P11, C1, C11, C12.
 * Threads:   pure.
 */
#ifndef GATEWAY_REQUEST_H
#define GATEWAY_REQUEST_H

#include "framing.h"
#include "target.h"

struct request {
    const struct head *head;
    struct target target;
    struct cr_slice
        host; /* the authority that was asked for; empty in an HTTP/1.0 request without */
    struct framing framing;
    bool is_head;
    bool idempotent;   /* may be sent again when no answer began (RFC 9110 9.2.2) */
    bool expects;      /* 100-continue */
    bool upgrades;     /* asks for a WebSocket */
    bool persistent;   /* the client wants to go on on this connection */
    bool takes_chunks; /* HTTP/1.1: understands chunked and 1xx */
    bool takes_trailers;
    bool answer_here; /* OPTIONS *, or OPTIONS that may go no further */
};

CR_MUST_CHECK int request_read(const struct head *head, struct request *out_request,
                               struct fault *fault);

#endif
