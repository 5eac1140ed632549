/* The way to the instance: sending, sending once more, connections that fail. */
#include <errno.h>
#include <string.h>

#include "exchange.h"
#include "exchange_private.h"

static void attach(struct exchange *x, struct upstream *upstream)
{
    x->upstream = upstream;
    upstream->conn.sent = 0;
    upstream->exchange = x;
}

/* Keeps a copy of what goes out on a used connection, until the answer begins or it is too much. */
static void keep_replay(struct exchange *x, const struct gather *gather)
{
    if (!x->replayable)
        return;
    struct cr_buf *replay = &x->upstream->replay;
    replay->max = EXCHANGE_REPLAY_MAX;
    for (size_t i = 0; i < gather->count; i++)
        cr_buf_append(replay, gather->slots[i].iov_base, gather->slots[i].iov_len);
    if (cr_buf_status(replay))
        exchange_forget_replay(x);
}

void exchange_forget_replay(struct exchange *x)
{
    x->replayable = false;
    if (x->upstream)
        upstream_forget_replay(x->upstream);
}

static bool may_retry(const struct exchange *x)
{
    return x->upstream->reused && x->replayable && !x->responded && !x->retried &&
           x->interims == 0 && (x->upstream->conn.sent == 0 || x->idempotent);
}

bool exchange_connect(struct exchange *x)
{
    struct worker *worker = x->client->conn.worker;
    struct upstream *upstream = upstream_take(worker, x->instance);
    if (!upstream)
        upstream = upstream_connect(worker, x->instance, x->connect_ms);
    if (!upstream) {
        exchange_connect_failed(x, errno);
        return false;
    }
    attach(x, upstream);
    x->replayable = upstream->reused;
    return true;
}

/* What is framed already. */
static void send_framed(struct exchange *x, struct cr_slice text)
{
    struct gather gather;
    gather_init(&gather, text);
    keep_replay(x, &gather);
    if (conn_send(&x->upstream->conn, gather.slots, gather.count, false))
        exchange_send_failed(x);
    else
        exchange_rearm(x);
}

void exchange_send_kept(struct exchange *x, struct cr_slice text)
{
    if (exchange_connect(x))
        send_framed(x, text);
}

/* Everything again, on a connection that nobody used before. */
static void retry(struct exchange *x)
{
    struct worker *worker = x->client->conn.worker;
    CR_AUTO(cr_buf) replay = x->upstream->replay;
    x->upstream->replay = (struct cr_buf){0};
    upstream_close(x->upstream);
    x->upstream = NULL;
    x->retried = true;
    x->replayable = false;
    lane_count(&worker->counts.retries);
    struct upstream *fresh = upstream_connect(worker, x->instance, x->connect_ms);
    if (!fresh) {
        exchange_connect_failed(x, errno);
        return;
    }
    attach(x, fresh);
    send_framed(x, cr_buf_view(&replay));
}

void exchange_send(struct exchange *x, struct gather *gather)
{
    gather_frame(gather, x->request_body.kind, x->request_body.done, (struct cr_slice){NULL, 0});
    if (x->sinks)
        return;
    keep_replay(x, gather);
    if (conn_send(&x->upstream->conn, gather->slots, gather->count, false))
        exchange_send_failed(x);
}

void exchange_connected(struct exchange *x)
{
    exchange_rearm(x);
}

/* What we lack ourselves is no failure of the instance. */
static bool is_own_shortage(int errnum)
{
    return errnum == EMFILE || errnum == ENFILE || errnum == ENOBUFS || errnum == ENOMEM ||
           errnum == EADDRNOTAVAIL;
}

void exchange_connect_failed(struct exchange *x, int errnum)
{
    struct fault fault;
    if (is_own_shortage(errnum))
        fault_set(&fault, FAILURE_OVERLOAD_SHED, "ulimit -n",
                  "the gateway can open no connection to %.*s: %s",
                  CR_SLICE_ARG(x->instance->authority), strerror(errnum));
    else if (errnum == ETIMEDOUT)
        fault_limit(&fault, FAILURE_UPSTREAM_CONNECT_TIMEOUT, exchange_connect_rule(x),
                    x->connect_ms, "%.*s did not accept a connection in time",
                    CR_SLICE_ARG(x->instance->authority));
    else
        fault_set(&fault, FAILURE_UPSTREAM_CONNECT_REFUSED, NULL, "%.*s cannot be reached: %s",
                  CR_SLICE_ARG(x->instance->authority), strerror(errnum));
    exchange_fail(x, &fault);
}

/* The instance takes no more octets. It may have answered all the same: read what it said. */
void exchange_send_failed(struct exchange *x)
{
    if (x->upstream->conn.connecting) {
        exchange_connect_failed(x, ECONNREFUSED);
        return;
    }
    if (may_retry(x)) {
        retry(x);
        return;
    }
    x->sinks = true;
    x->doubt = true;
    conn_discard(&x->upstream->conn);
    x->upstream->conn.readable = true;
    conn_again(&x->upstream->conn);
    client_resume(x->client);
}

void exchange_upstream_drained(struct exchange *x)
{
    if (!x->request_end_ms)
        exchange_rearm(x);
    if (x->tunnel && x->request_body.done)
        exchange_pass_end(x);
    if (!exchange_body_blocked(x))
        client_resume(x->client);
}

bool exchange_try_again(struct exchange *x)
{
    if (!may_retry(x))
        return false;
    retry(x);
    return true;
}
