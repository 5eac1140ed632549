/* The request's body on its way through: size, rate, waiting for "100 Continue". */
#include "cr_err.h"
#include "cr_int.h"
#include "exchange.h"
#include "exchange_private.h"

static int64_t now(const struct exchange *x)
{
    return x->client->conn.worker->now_ms;
}

static const struct plane_options *options_of(const struct exchange *x)
{
    return x->client->conn.worker->options;
}

void exchange_expect_body(struct exchange *x)
{
    x->body_mark_ms = x->body_progress_ms = now(x);
    int64_t wait_ms = x->continued ? options_of(x)->body_ms : options_of(x)->continue_ms;
    client_expect_body(x->client, now(x) + cr_min_i64(wait_ms, options_of(x)->body_ms));
    exchange_rearm(x);
}

int exchange_check_size(const struct exchange *x, uint64_t octets, struct fault *fault)
{
    uint64_t limit = options_of(x)->body_max;
    if (!limit || octets <= limit || x->tunnel)
        return 0;
    return fault_limit(fault, FAILURE_BODY_TOO_LARGE, "crema.gateway.body-max", (int64_t)limit,
                       "the request's body is too large");
}

size_t exchange_body(struct exchange *x, struct cr_slice data)
{
    struct client *client = x->client;
    struct gather gather;
    struct fault fault;
    size_t used = 0;
    if (x->wait)
        return 0; /* the client keeps it */
    gather_init(&gather, (struct cr_slice){NULL, 0});
    int status = body_take(&x->request_body, data, &gather, &used, &fault);
    if (!status)
        status = exchange_check_size(x, x->request_body.octets, &fault);
    if (!status && x->request_body.done && !x->responded)
        status = exchange_admit(x, &fault);
    if (status) {
        exchange_fail_status(x, status, &fault);
        return data.len;
    }
    x->continued = true;
    x->body_progress_ms = now(x);
    exchange_send(x, &gather);
    if (!exchange_alive(client, x))
        return used;
    if (x->request_body.done)
        exchange_request_ended(x);
    else if (x->upstream && !conn_unsent(&x->upstream->conn))
        exchange_rearm(x);
    return used;
}

bool exchange_body_blocked(const struct exchange *x)
{
    return x->wait || (x->upstream && !x->sinks && conn_congested(&x->upstream->conn));
}

/* Too slow? Octets that we ourselves did not read are nobody's fault. */
static int check_rate(const struct exchange *x, struct fault *fault)
{
    const struct plane_options *options = options_of(x);
    if (exchange_body_blocked(x))
        return 0;
    if (now(x) - x->body_progress_ms >= options->body_ms)
        return fault_limit(fault, FAILURE_CLIENT_TIMEOUT, "crema.gateway.body-ms", options->body_ms,
                           "the request's body stopped coming");
    uint64_t octets = x->request_body.octets - x->body_mark_octets;
    if (now(x) - x->body_mark_ms >= options->body_ms &&
        octets * 1000 < (uint64_t)(options->body_rate * (now(x) - x->body_mark_ms)))
        return fault_limit(fault, FAILURE_CLIENT_TIMEOUT, "crema.gateway.body-rate",
                           options->body_rate, "the request's body comes too slowly");
    return 0;
}

void exchange_body_expired(struct exchange *x)
{
    const struct plane_options *options = options_of(x);
    struct fault fault;
    if (!x->continued && !x->wait) {
        x->continued = true;
        if (client_send_text(x->client, CR_SLICE("HTTP/1.1 100 Continue\r\n\r\n"), false)) {
            client_close(x->client);
            return;
        }
        x->body_progress_ms = now(x);
    }
    if (check_rate(x, &fault)) {
        exchange_fail(x, &fault);
        return;
    }
    if (now(x) - x->body_mark_ms >= options->body_ms) {
        x->body_mark_ms = now(x);
        x->body_mark_octets = x->request_body.octets;
    }
    if (exchange_body_blocked(x))
        x->body_progress_ms = now(x);
    int64_t next = cr_min_i64(x->body_mark_ms, x->body_progress_ms) + options->body_ms;
    client_expect_body(x->client, cr_max_i64(next, now(x) + 1));
}

void exchange_body_ended(struct exchange *x)
{
    struct fault fault;
    if (x->tunnel) {
        exchange_pass_end(x);
        return;
    }
    fault_set(&fault, FAILURE_BAD_REQUEST, "RFC 9112 8",
              "the connection ended before the request's body did");
    exchange_fail(x, &fault);
}
