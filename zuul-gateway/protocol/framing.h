/* framing: where the body of a message ends; decided once, from the head, and never copied on.
 *
 * Errors:  CR_EPARSE with the fault filled in for whatever two readers could read differently.
 * Source:  RFC 9112 section 6; gateway reference 3.2 (F1-F7) and 3.4 (A1-A3).
 * Threads: pure.
 */
#ifndef GATEWAY_FRAMING_H
#define GATEWAY_FRAMING_H

#include "head.h"

enum framing_kind {
    FRAMING_NONE,    /* no body */
    FRAMING_LENGTH,  /* exactly `length` octets, more than 0 */
    FRAMING_CHUNKED, /* until the last chunk */
    FRAMING_CLOSE,   /* until the connection ends; answers only */
};

struct framing {
    enum framing_kind kind;
    uint64_t length; /* FRAMING_LENGTH; for a bodiless answer what it claims */
    bool claims;     /* a bodiless answer that carries Content-Length */
    bool doubt;      /* the connection must not be used again */
};

CR_MUST_CHECK int framing_of_request(const struct head *head, struct framing *out_framing,
                                     struct fault *fault);

/* of_head: the answer to a HEAD request. */
CR_MUST_CHECK int framing_of_response(const struct head *head, bool of_head,
                                      struct framing *out_framing, struct fault *fault);

#endif
