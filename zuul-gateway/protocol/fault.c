/* Table of failures, and filling in a fault. */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "cr_err.h"

struct row {
    const char *name;
    const char *message; /* what Zuul says in its place */
    int status;
};

static const struct row rows[FAILURE_COUNT] = {
    [FAILURE_NONE] = {"none", NULL, 200},
    [FAILURE_NO_ROUTE] = {"no_route", NULL, 404},
    [FAILURE_BAD_REQUEST] = {"bad_request", NULL, 400},
    [FAILURE_URI_TOO_LONG] = {"uri_too_long", NULL, 414},
    [FAILURE_HEAD_TOO_LARGE] = {"head_too_large", NULL, 431},
    [FAILURE_LENGTH_REQUIRED] = {"length_required", NULL, 411},
    [FAILURE_CLIENT_TIMEOUT] = {"client_timeout", NULL, 408},
    [FAILURE_CLIENT_ABORT] = {"client_abort", NULL, 499},
    [FAILURE_BODY_TOO_LARGE] = {"body_too_large", NULL, 413},
    [FAILURE_METHOD_NOT_ALLOWED] = {"method_not_allowed", NULL, 405},
    [FAILURE_EXPECTATION_FAILED] = {"expectation_failed", NULL, 417},
    [FAILURE_NOT_IMPLEMENTED] = {"not_implemented", NULL, 501},
    [FAILURE_VERSION] = {"version", NULL, 505},
    [FAILURE_LOOP] = {"loop", NULL, 508},
    [FAILURE_UPSTREAM_RESET] = {"upstream_reset", "GENERAL", 502},
    [FAILURE_UPSTREAM_BAD_RESPONSE] = {"upstream_bad_response", "GENERAL", 502},
    [FAILURE_UPSTREAM_CONNECT_REFUSED] = {"upstream_connect_refused", "GENERAL", 502},
    [FAILURE_UPSTREAM_CONNECT_TIMEOUT] = {"upstream_connect_timeout", "GENERAL", 504},
    [FAILURE_UPSTREAM_READ_TIMEOUT] = {"upstream_read_timeout", NULL, 504},
    [FAILURE_DEADLINE] = {"deadline", "TIMEOUT", 504},
    [FAILURE_NO_INSTANCE] = {"no_instance", "GENERAL", 503},
    [FAILURE_CIRCUIT_OPEN] = {"circuit_open", "SHORTCIRCUIT", 503},
    [FAILURE_SEMAPHORE_FULL] = {"semaphore_full", "REJECTED_SEMAPHORE_EXECUTION", 503},
    [FAILURE_POOL_FULL] = {"pool_full", "GENERAL", 503},
    [FAILURE_QUEUE_TIMEOUT] = {"queue_timeout", "GENERAL", 503},
    [FAILURE_OVERLOAD_SHED] = {"overload_shed", NULL, 503},
    [FAILURE_INTERNAL] = {"internal", NULL, 500},
};

static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {411, "Length Required"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {508, "Loop Detected"},
};

static int fill(struct fault *fault, enum failure failure, const char *rule, int64_t limit)
{
    fault->failure = failure;
    fault->rule = rule;
    fault->limit = limit;
    return CR_EPARSE;
}

int fault_set(struct fault *fault, enum failure failure, const char *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(fault->text, sizeof(fault->text), format, args);
    va_end(args);
    return fill(fault, failure, rule, -1);
}

int fault_limit(struct fault *fault, enum failure failure, const char *rule, int64_t limit,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(fault->text, sizeof(fault->text), format, args);
    va_end(args);
    return fill(fault, failure, rule, limit);
}

const char *failure_name(enum failure failure)
{
    return rows[failure].name;
}

int failure_status(enum failure failure)
{
    return rows[failure].status;
}

const char *failure_message(enum failure failure)
{
    return rows[failure].message;
}

const char *status_phrase(int status)
{
    for (size_t i = 0; i < CR_COUNT(phrases); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Error";
}
