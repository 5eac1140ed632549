/* Upstream connections: connecting, the pools, reading answers. */
#include "upstream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"

enum { REPLAY_KEPT = 2048 };

static struct upstream *of(struct conn *conn)
{
    return (struct upstream *)(void *)conn;
}

static struct instance_lane *lane_of(const struct worker *worker, const struct instance *instance)
{
    return &worker->lanes->instances[instance->slot];
}

void upstream_free(struct conn *conn)
{
    struct upstream *upstream = of(conn);
    struct worker *worker = conn->worker;
    cr_buf_free(&upstream->in);
    cr_buf_free(&upstream->replay);
    spares_return(&worker->spare_upstreams, upstream);
}

void upstream_set_deadline(struct upstream *upstream, int64_t deadline_ms)
{
    wheel_set(&upstream->conn.worker->wheel, &upstream->conn.timer, deadline_ms);
}

/* The memory stays for the next request, unless it is much. */
void upstream_forget_replay(struct upstream *upstream)
{
    if (upstream->replay.capacity > REPLAY_KEPT)
        cr_buf_free(&upstream->replay);
    else
        cr_buf_reset(&upstream->replay);
}

/* Out of the pool. */
static void unpool(struct upstream *upstream)
{
    if (!cr_list_linked(&upstream->idle))
        return;
    cr_list_remove(&upstream->idle);
    cr_list_remove(&upstream->pooled);
    lane_of(upstream->conn.worker, upstream->instance)->idle_count--;
}

struct upstream *upstream_take(struct worker *worker, struct instance *instance)
{
    struct instance_lane *lane = lane_of(worker, instance);
    if (!lane->idle_count)
        return NULL;
    struct upstream *upstream = CR_CONTAINER(lane->idle.next, struct upstream, pooled);
    unpool(upstream);
    upstream->reused = true;
    upstream->requests++;
    lane_count(&worker->counts.upstream_reuses);
    return upstream;
}

/* Out of the reach of CR_AUTO_CLOSE. */
static int keep_fd(int *fd)
{
    int kept = *fd;
    *fd = -1;
    return kept;
}

static int open_socket(const struct instance *instance)
{
    int family = instance->address.ss_family, one = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

/* 1 while it is under way, 0 when it is there, -1 when it failed. */
static int start_connect(int fd, const struct instance *instance)
{
    const struct sockaddr *address = (const struct sockaddr *)(const void *)&instance->address;
    if (connect(fd, address, instance->address_len) == 0)
        return 0;
    return errno == EINPROGRESS ? 1 : -1;
}

struct upstream *upstream_connect(struct worker *worker, struct instance *instance,
                                  int64_t connect_ms)
{
    CR_AUTO_CLOSE int fd = open_socket(instance);
    if (fd < 0)
        return NULL;
    int pending = start_connect(fd, instance);
    struct upstream *upstream =
        pending < 0 ? NULL
                    : spares_take(&worker->spare_upstreams, sizeof(*upstream), sizeof(*upstream));
    if (!upstream)
        return NULL;
    if (poller_add(&worker->poller, fd, upstream)) {
        free(upstream);
        return NULL;
    }
    conn_init(&upstream->conn, worker, CONN_UPSTREAM, keep_fd(&fd));
    upstream->instance = instance;
    upstream->conn.connecting = pending == 1;
    upstream->connect_deadline_ms = worker->now_ms + connect_ms;
    upstream->requests = 1;
    lane_hold(&lane_of(worker, instance)->users);
    lane_count(&worker->counts.upstream_connects);
    return upstream;
}

void upstream_close(struct upstream *upstream)
{
    if (upstream->conn.dead)
        return;
    unpool(upstream);
    upstream->exchange = NULL;
    conn_close(&upstream->conn);
    lane_release(&lane_of(upstream->conn.worker, upstream->instance)->users);
}

void upstream_release(struct upstream *upstream, bool reusable)
{
    struct worker *worker = upstream->conn.worker;
    const struct plane_options *options = worker->options;
    struct instance_lane *lane = lane_of(worker, upstream->instance);
    upstream->exchange = NULL;
    upstream->scan = (struct head_scan){0};
    upstream_forget_replay(upstream);
    if (!reusable || upstream->conn.dead || upstream->conn.hangup || upstream->conn.readable ||
        worker->draining || atomic_load(&upstream->instance->retired) ||
        upstream->requests >= options->upstream_requests_max ||
        lane->idle_count >= options->pool_max) {
        upstream_close(upstream);
        return;
    }
    if (!cr_list_linked(&lane->idle))
        cr_list_init(&lane->idle);
    cr_list_push_front(&lane->idle, &upstream->pooled);
    cr_list_push_front(&worker->idle, &upstream->idle);
    lane->idle_count++;
    upstream_set_deadline(upstream, worker->now_ms + options->upstream_idle_ms);
}

void upstream_sweep(struct worker *worker, bool all)
{
    cr_list_for (node, &worker->idle) {
        struct upstream *upstream = CR_CONTAINER(node, struct upstream, idle);
        if (all || atomic_load(&upstream->instance->retired))
            upstream_close(upstream);
    }
}

/* Serves octets of an answer; what is not enough for a head is kept. */
static void take_input(struct upstream *upstream, struct cr_slice fresh)
{
    if (!upstream->in.len) {
        size_t used = exchange_answer(upstream->exchange, fresh);
        if (upstream->exchange && !upstream->conn.dead && used < fresh.len)
            cr_buf_slice(&upstream->in, cr_slice_from(fresh, used));
    } else {
        CR_AUTO(cr_buf) kept = upstream->in;
        upstream->in = (struct cr_buf){0};
        cr_buf_slice(&kept, fresh);
        size_t used = exchange_answer(upstream->exchange, cr_buf_view(&kept));
        if (upstream->exchange && !upstream->conn.dead && used < kept.len) {
            cr_buf_consume(&kept, used);
            upstream->in = kept;
            kept = (struct cr_buf){0};
        }
    }
    if (upstream->exchange && cr_buf_status(&upstream->in))
        exchange_upstream_ended(upstream->exchange, true);
}

static void read_on(struct upstream *upstream)
{
    for (int reads = 0; reads < WORKER_READS_MAX; reads++) {
        if (upstream->conn.dead || !upstream->exchange || !upstream->conn.readable ||
            upstream->conn.connecting || conn_congested(&upstream->exchange->client->conn))
            return;
        struct cr_slice data;
        switch (conn_recv(&upstream->conn, &data)) {
        case CONN_READ_AGAIN:
            return;
        case CONN_READ_ERROR:
            exchange_upstream_ended(upstream->exchange, true);
            return;
        case CONN_READ_END:
            exchange_upstream_ended(upstream->exchange, false);
            return;
        case CONN_READ_DATA:
            take_input(upstream, data);
            break;
        }
    }
    conn_again(&upstream->conn);
}

void upstream_again(struct conn *conn)
{
    struct upstream *upstream = of(conn);
    bool broken = conn->broken;
    conn->broken = false;
    if (!broken)
        read_on(upstream);
    else if (upstream->exchange)
        exchange_send_failed(upstream->exchange);
    else
        upstream_close(upstream);
}

/* The connection is there, or it failed. False: the exchange has gone on without it. */
static bool finish_connect(struct upstream *upstream)
{
    int errnum = 0;
    socklen_t len = sizeof(errnum);
    /* Where octets were taken it was there, and an answer may lie in front of the error. */
    if (!upstream->conn.sent && getsockopt(upstream->conn.fd, SOL_SOCKET, SO_ERROR, &errnum, &len))
        errnum = errno;
    if (errnum) {
        exchange_connect_failed(upstream->exchange, errnum);
        return false;
    }
    upstream->conn.connecting = false;
    exchange_connected(upstream->exchange);
    return !upstream->conn.dead;
}

static void write_on(struct upstream *upstream)
{
    size_t before = conn_unsent(&upstream->conn);
    if (!before)
        return;
    if (conn_flush(&upstream->conn)) {
        exchange_send_failed(upstream->exchange);
        return;
    }
    exchange_upstream_drained(upstream->exchange);
}

void upstream_ready(struct conn *conn, unsigned flags)
{
    struct upstream *upstream = of(conn);
    if (!upstream->exchange) {
        /* In the pool nothing is expected, neither octets nor an end. */
        if (flags & ~(unsigned)POLLER_WRITE)
            upstream_close(upstream);
        return;
    }
    if (upstream->conn.connecting && (flags & (POLLER_WRITE | POLLER_ERROR)) &&
        !finish_connect(upstream))
        return;
    if ((flags & POLLER_WRITE) && upstream->exchange)
        write_on(upstream);
    if (conn->dead || !upstream->exchange)
        return;
    conn->hangup |= (flags & (POLLER_HANGUP | POLLER_ERROR)) != 0;
    conn->readable |= (flags & ~(unsigned)POLLER_WRITE) != 0;
    read_on(upstream);
}

void upstream_expired(struct conn *conn)
{
    struct upstream *upstream = of(conn);
    if (upstream->exchange)
        exchange_upstream_expired(upstream->exchange);
    else
        upstream_close(upstream);
}
