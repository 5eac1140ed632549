/* The deadlines of an exchange (decision G1). */
#include "cr_int.h"
#include "exchange.h"
#include "exchange_private.h"

static const int64_t FOREVER_MS = INT64_MAX;

static int64_t now(const struct exchange *x)
{
    return x->client->conn.worker->now_ms;
}

static const struct plane_options *options_of(const struct exchange *x)
{
    return x->client->conn.worker->options;
}

void exchange_rearm(struct exchange *x)
{
    struct upstream *upstream = x->upstream;
    int64_t deadline = FOREVER_MS;
    if (x->wait)
        exchange_wait_rearm(x);
    if (!upstream)
        return;
    if (upstream->conn.connecting)
        deadline = upstream->connect_deadline_ms;
    if (x->responded)
        deadline = cr_min_i64(deadline, now(x) + (x->tunnel ? options_of(x)->tunnel_idle_ms
                                                            : options_of(x)->stream_idle_ms));
    else if (x->request_end_ms)
        deadline = cr_min_i64(deadline, x->deadline_ms);
    else
        deadline = cr_min_i64(deadline, now(x) + options_of(x)->write_ms);
    upstream_set_deadline(upstream, deadline);
}

int64_t exchange_limit_ms(const struct exchange *x)
{
    int64_t limit_ms = x->service->command ? cr_command_timeout_ms(x->service->command) : 0;
    return limit_ms && !x->stream ? limit_ms : EXCHANGE_LONG_MS;
}

void exchange_attempt_began(struct exchange *x)
{
    x->attempt_ms = now(x);
    if (x->read_ms)
        x->deadline_ms = cr_min_i64(x->deadline_ms, now(x) + x->read_ms);
    exchange_rearm(x);
}

/* The deadline of the answer's head counts from here (decision G1), waiting for a connection
 * included; an attempt's own only once it has one. */
void exchange_request_ended(struct exchange *x)
{
    x->request_end_ms = now(x);
    x->request_end_us = x->client->conn.worker->now_us;
    x->deadline_ms = now(x) + exchange_limit_ms(x);
    client_expect_answer(x->client);
    if (x->wait)
        exchange_rearm(x);
    else
        exchange_attempt_began(x);
}

/* While the request's body is coming: only octets that the instance does not take count. */
static void stalled(struct exchange *x, struct fault *fault)
{
    fault->failure = FAILURE_NONE;
    if (!conn_unsent(&x->upstream->conn)) {
        exchange_rearm(x);
        return;
    }
    fault_limit(fault, FAILURE_UPSTREAM_READ_TIMEOUT, "crema.gateway.write-ms",
                options_of(x)->write_ms, "%.*s does not take the request's body",
                CR_SLICE_ARG(x->instance->authority));
}

void exchange_upstream_expired(struct exchange *x)
{
    struct fault fault;
    struct cr_slice authority = x->instance->authority;
    if (x->upstream->conn.connecting && now(x) >= x->upstream->connect_deadline_ms)
        fault_limit(&fault, FAILURE_UPSTREAM_CONNECT_TIMEOUT, exchange_connect_rule(x),
                    x->connect_ms, "%.*s did not accept a connection in time",
                    CR_SLICE_ARG(authority));
    else if (x->tunnel)
        fault_limit(&fault, FAILURE_UPSTREAM_READ_TIMEOUT, "crema.gateway.websocket-idle-ms",
                    options_of(x)->tunnel_idle_ms, "nothing came over the WebSocket to %.*s",
                    CR_SLICE_ARG(authority));
    else if (x->responded)
        fault_limit(&fault, FAILURE_UPSTREAM_READ_TIMEOUT, "crema.gateway.stream-idle-ms",
                    options_of(x)->stream_idle_ms, "%.*s stopped in the middle of its answer",
                    CR_SLICE_ARG(authority));
    else if (!x->request_end_ms)
        stalled(x, &fault);
    else if (x->read_ms && now(x) - x->attempt_ms >= x->read_ms)
        fault_limit(&fault, FAILURE_UPSTREAM_READ_TIMEOUT, exchange_read_rule(x), x->read_ms,
                    "%.*s did not answer in time", CR_SLICE_ARG(authority));
    else
        fault_limit(&fault, FAILURE_DEADLINE, "execution.isolation.thread.timeoutInMilliseconds",
                    x->deadline_ms - x->request_end_ms, "%.*s did not answer in time",
                    CR_SLICE_ARG(authority));
    if (fault.failure != FAILURE_NONE)
        exchange_fail(x, &fault);
}
