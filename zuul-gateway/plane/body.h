/* body: takes the octets of one message's body out of what was read, by its framing.
 *
 * Ownership: zero-initialise with body_init; body_fini frees a trailer section.
 * Errors:    CR_EPARSE with the fault for a malformed chunked body, CR_ENOMEM.
 * Threads:   one at a time. Pure.
 */
#ifndef GATEWAY_BODY_H
#define GATEWAY_BODY_H

#include "gather.h"

struct body {
    enum framing_kind kind;
    bool done;
    uint64_t left;   /* FRAMING_LENGTH */
    uint64_t octets; /* taken so far */
    struct chunk_reader chunks;
};

/* bad: whose fault a malformed body is. */
void body_init(struct body *body, const struct framing *framing, enum failure bad);
void body_fini(struct body *body);

/* Adds runs of text to gather until text, gather or the body ends. */
CR_MUST_CHECK int body_take(struct body *body, struct cr_slice text, struct gather *gather,
                            size_t *out_used, struct fault *fault);

/* The trailer section as read, with its empty line; empty when there is none. */
struct cr_slice body_trailers(const struct body *body);

#endif
