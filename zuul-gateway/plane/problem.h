/* problem: the gateway's own answers: application/problem+json with Boot's error fields.
 *
 * Errors:    those of the buffer.
 * Source:    RFC 9457; Spring Boot's error attributes; gateway reference 1.9.
 * Threads:   pure.
 */
#ifndef GATEWAY_PROBLEM_H
#define GATEWAY_PROBLEM_H

#include "cr_buf.h"
#include "fault.h"

struct problem {
    const struct fault *fault;
    struct cr_slice path;
    struct cr_slice id;       /* X-Request-Id */
    struct cr_slice upstream; /* the instance that was asked; empty: none */
    const char *service;      /* NULL: none */
    int64_t wall_ms;
    int retry_after_s; /* of a 503 */
    bool close;
    bool is_head; /* the answer to HEAD has no body */
    bool compat;  /* zuul.compat.error-status */
};

/* Appends the whole answer, head and body. */
void problem_write(const struct problem *problem, struct cr_buf *out);

/* The status that is sent for it. */
int problem_status(const struct fault *fault, bool compat);

#endif
