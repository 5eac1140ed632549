/* fault: why a request or an answer could not be passed on: the failure, the rule, the limit.
 *
 * Every refusal of the gateway is one of these; its name is the metric label, the word in the
 * access log and the header X-Gateway-Failure.
 *
 * Ownership: the caller owns the struct; rule is a constant text.
 * Source:    gateway reference, Appendix B; message texts of Zuul's own errors (1.9).
 * Threads:   value type.
 */
#ifndef GATEWAY_FAULT_H
#define GATEWAY_FAULT_H

#include <stdint.h>

#include "cr_attr.h"

enum failure {
    FAILURE_NONE,
    FAILURE_NO_ROUTE,
    FAILURE_BAD_REQUEST,
    FAILURE_URI_TOO_LONG,
    FAILURE_HEAD_TOO_LARGE,
    FAILURE_LENGTH_REQUIRED,
    FAILURE_CLIENT_TIMEOUT,
    FAILURE_CLIENT_ABORT,
    FAILURE_BODY_TOO_LARGE,
    FAILURE_METHOD_NOT_ALLOWED,
    FAILURE_EXPECTATION_FAILED,
    FAILURE_NOT_IMPLEMENTED,
    FAILURE_VERSION,
    FAILURE_LOOP,
    FAILURE_UPSTREAM_RESET,
    FAILURE_UPSTREAM_BAD_RESPONSE,
    FAILURE_UPSTREAM_CONNECT_REFUSED,
    FAILURE_UPSTREAM_CONNECT_TIMEOUT,
    FAILURE_UPSTREAM_READ_TIMEOUT,
    FAILURE_DEADLINE,
    FAILURE_NO_INSTANCE,
    FAILURE_CIRCUIT_OPEN,
    FAILURE_SEMAPHORE_FULL,
    FAILURE_POOL_FULL,
    FAILURE_QUEUE_TIMEOUT,
    FAILURE_OVERLOAD_SHED,
    FAILURE_INTERNAL,
    FAILURE_COUNT,
};

struct fault {
    enum failure failure;
    const char *rule; /* the standard's section, or the setting that holds the limit; may be NULL */
    int64_t limit;    /* its value; -1 when the rule has none */
    char text[200];   /* for people: what, where, why */
};

/* Fills fault with a rule that has no limit, or one that has; both return CR_EPARSE. */
int fault_set(struct fault *fault, enum failure failure, const char *rule, const char *format, ...)
    CR_PRINTF(4, 5);
int fault_limit(struct fault *fault, enum failure failure, const char *rule, int64_t limit,
                const char *format, ...) CR_PRINTF(5, 6);

const char *failure_name(enum failure failure);    /* "no_route" */
int failure_status(enum failure failure);          /* 404; 499 for an aborted client, never sent */
const char *failure_message(enum failure failure); /* Zuul's own text ("TIMEOUT"), or NULL */

/* "Not Found" for 404; "Error" for a status without a registered phrase. */
const char *status_phrase(int status);

#endif
