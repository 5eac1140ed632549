/* The loop of one worker. */
#include "worker.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_random.h"
#include "exchange.h"
#include "listener.h"
#include "plane.h"
#include "problem.h"
#include "upstream.h"

enum { ACCEPTS_MAX = 8, ACCEPT_PAUSE_MS = 50, LAST_ACCEPTS_MS = 10, WAIT_MAX_MS = 1000 };

/* --- accepting --- */

/* Too many already: a word of explanation, if the socket takes it, and the end. */
static void shed(struct worker *worker, int fd)
{
    struct fault fault;
    fault_limit(&fault, FAILURE_OVERLOAD_SHED, "crema.gateway.connections-max",
                (int64_t)worker->options->connections_max, "too many connections are open");
    const struct problem problem = {
        .fault = &fault, .wall_ms = cr_clock_wall_ms(), .retry_after_s = 1, .close = true};
    CR_AUTO(cr_buf) text = {0};
    problem_write(&problem, &text);
    if (!cr_buf_status(&text))
        (void)!send(fd, text.data, text.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    lane_count(&worker->counts.shed);
    lane_count(&worker->counts.failures[FAILURE_OVERLOAD_SHED]);
    close(fd);
}

static void take_client(struct worker *worker, int fd, const struct sockaddr_storage *address)
{
    if (!plane_client_opened(worker->plane)) {
        shed(worker, fd);
        return;
    }
    client_accept(worker, fd, address);
}

/* True when nobody waits any more. */
static bool accept_some(struct worker *worker)
{
    for (int i = 0; i < ACCEPTS_MAX; i++) {
        struct sockaddr_storage address;
        socklen_t len = sizeof(address);
        int fd = accept4(worker->listener.fd, (struct sockaddr *)(void *)&address, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take_client(worker, fd, &address);
            continue;
        }
        if (errno == EAGAIN)
            return true;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            /* No descriptor is free: no event will tell when one is. */
            wheel_set(&worker->wheel, &worker->listener.timer, worker->now_ms + ACCEPT_PAUSE_MS);
            return true;
        }
    }
    return false;
}

static void listener_again(struct conn *conn)
{
    if (conn->fd >= 0 && !accept_some(conn->worker))
        conn_again(conn);
}

static void listener_ready(struct conn *conn, unsigned flags)
{
    (void)flags;
    listener_again(conn);
}

static void stop_listening(struct worker *worker)
{
    while (!accept_some(worker))
        ;
    wheel_clear(&worker->listener.timer);
    cr_list_remove(&worker->listener.again);
    cr_closep(&worker->listener.fd);
    plane_listener_closed(worker->plane);
}

/* The pause is over, or the time in which the last connections may still arrive. */
static void listener_expired(struct conn *conn)
{
    if (conn->worker->draining)
        stop_listening(conn->worker);
    else
        listener_again(conn);
}

static void waker_ready(struct conn *conn, unsigned flags)
{
    (void)flags;
    uint64_t count;
    (void)!read(conn->fd, &count, sizeof(count));
}

/* --- what each kind of connection does --- */

struct conn_kind_row {
    void (*ready)(struct conn *conn, unsigned flags);
    void (*again)(struct conn *conn);
    void (*expired)(struct conn *conn);
    void (*free)(struct conn *conn);
};

static const struct conn_kind_row kinds[CONN_KINDS] = {
    [CONN_LISTENER] = {listener_ready, listener_again, listener_expired, NULL},
    [CONN_WAKE] = {waker_ready, NULL, NULL, NULL},
    [CONN_CLIENT] = {client_ready, client_again, client_expired, client_free},
    [CONN_UPSTREAM] = {upstream_ready, upstream_again, upstream_expired, upstream_free},
};

static void serve_events(const struct poller_event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct conn *conn = events[i].tag;
        if (!conn->dead)
            kinds[conn->kind].ready(conn, events[i].flags);
    }
}

/* Those that wanted another go; who wants one more meanwhile waits for the next turn. */
static void serve_again(struct worker *worker)
{
    struct cr_list todo;
    if (cr_list_empty(&worker->again))
        return;
    todo = worker->again;
    todo.next->prev = &todo;
    todo.prev->next = &todo;
    cr_list_init(&worker->again);
    struct cr_list *node;
    while ((node = cr_list_pop_front(&todo)) != NULL) {
        struct conn *conn = CR_CONTAINER(node, struct conn, again);
        kinds[conn->kind].again(conn);
    }
}

static void serve_timers(struct worker *worker)
{
    struct timer *timer;
    while ((timer = wheel_expire(&worker->wheel, worker->now_ms)) != NULL) {
        struct conn *conn = (struct conn *)(void *)timer;
        kinds[conn->kind].expired(conn);
    }
}

static void bury(struct worker *worker)
{
    struct cr_list *node;
    while ((node = cr_list_pop_front(&worker->dead)) != NULL) {
        struct conn *conn = CR_CONTAINER(node, struct conn, again);
        kinds[conn->kind].free(conn);
    }
}

/* --- the turn --- */

static void start_draining(struct worker *worker)
{
    worker->draining = true;
    worker->drain_end_ms = worker->now_ms + worker->options->drain_ms;
    listener_bar(worker->listener.fd);
    wheel_set(&worker->wheel, &worker->listener.timer, worker->now_ms + LAST_ACCEPTS_MS);
    upstream_sweep(worker, true);
    cr_list_for (node, &worker->clients)
        client_start_draining(CR_CONTAINER(node, struct client, all));
}

static void close_clients(struct worker *worker)
{
    while (!cr_list_empty(&worker->clients))
        client_close(CR_CONTAINER(worker->clients.next, struct client, all));
}

static void take_snapshot(struct worker *worker)
{
    worker->snapshot = directory_current(plane_directory(worker->plane));
    if (worker->version == worker->snapshot->version)
        return;
    worker->version = worker->snapshot->version;
    upstream_sweep(worker, false);
    worker_call(worker, worker); /* instances and limits may be others now */
}

static int wait_ms(const struct worker *worker)
{
    if (!cr_list_empty(&worker->again) ||
        atomic_load_explicit(&worker->called, memory_order_relaxed))
        return 0;
    int wait = wheel_wait_ms(&worker->wheel, cr_clock_ms());
    return wait < 0 || wait > WAIT_MAX_MS ? WAIT_MAX_MS : wait;
}

static void turn(struct worker *worker)
{
    struct poller_event events[POLLER_EVENTS_MAX];
    struct epoch *epoch = directory_epoch(plane_directory(worker->plane));
    size_t count = poller_wait(&worker->poller, events, wait_ms(worker));
    epoch_enter(epoch, worker->index);
    worker->now_us = cr_clock_ns() / 1000;
    worker->now_ms = worker->now_us / 1000;
    worker->wall_ms = cr_clock_wall_ms();
    take_snapshot(worker);
    if (!worker->draining && plane_is_draining(worker->plane))
        start_draining(worker);
    serve_events(events, count);
    serve_again(worker);
    serve_timers(worker);
    exchange_serve_queues(worker);
    conn_send_queued(worker);
    serve_again(worker); /* who waited for that */
    conn_send_queued(worker);
    if (worker->draining && worker->now_ms >= worker->drain_end_ms)
        close_clients(worker);
    bury(worker);
    worker->snapshot = NULL;
    epoch_leave(epoch, worker->index);
}

static void run(void *ctx)
{
    struct worker *worker = ctx;
    while (!plane_is_stopping(worker->plane))
        turn(worker);
    close_clients(worker);
    upstream_sweep(worker, true);
    bury(worker);
}

/* --- life --- */

static int open_areas(struct worker *worker)
{
    worker->scratch = malloc(WORKER_SCRATCH);
    worker->head_area = malloc(WORKER_HEAD_AREA);
    worker->trailer_area = malloc(WORKER_TRAILER_AREA);
    worker->path_area = malloc(worker->options->request_limits.target_max + 1);
    if (worker->options->log_every)
        worker->log = access_ring_new();
    bool failed = !worker->scratch || !worker->head_area || !worker->trailer_area ||
                  !worker->path_area || (worker->options->log_every && !worker->log);
    return failed ? CR_ENOMEM : 0;
}

int worker_open(struct worker *worker, struct plane *plane, size_t index, int listener_fd,
                struct cr_err *err)
{
    worker->plane = plane;
    worker->index = index;
    worker->lanes = directory_lanes(plane_directory(plane), index);
    cr_list_init(&worker->clients);
    cr_list_init(&worker->idle);
    cr_list_init(&worker->queues);
    cr_list_init(&worker->again);
    cr_list_init(&worker->dead);
    worker->now_ms = cr_clock_ms();
    cr_random_bytes(&worker->random, sizeof(worker->random));
    wheel_init(&worker->wheel, worker->now_ms);
    conn_init(&worker->listener, worker, CONN_LISTENER, listener_fd);
    conn_init(&worker->waker, worker, CONN_WAKE, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (worker->waker.fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "eventfd");
    if (open_areas(worker))
        return cr_err_set(err, CR_ENOMEM, "no memory for a worker");
    int status = outbox_open(&worker->outbox, worker->options->io_uring, err);
    if (!status)
        status = poller_open(&worker->poller, err);
    if (status)
        return status;
    if (poller_add(&worker->poller, listener_fd, &worker->listener) ||
        poller_add(&worker->poller, worker->waker.fd, &worker->waker))
        return cr_err_errno(err, CR_EIO, errno, "epoll_ctl");
    return 0;
}

int worker_start(struct worker *worker, struct cr_err *err)
{
    char name[16];
    snprintf(name, sizeof(name), "worker-%zu", worker->index);
    return cr_thread_start(&worker->thread, name, run, worker, err);
}

/* SplitMix64 (Steele, Lea, Flood 2014): ids need to be different, not secret. */
uint64_t worker_random(struct worker *worker)
{
    uint64_t z = worker->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void worker_wake(struct worker *worker)
{
    uint64_t one = 1;
    (void)!write(worker->waker.fd, &one, sizeof(one));
}

void worker_call(struct worker *worker, const struct worker *self)
{
    if (!atomic_exchange(&worker->called, true) && worker != self)
        worker_wake(worker);
}

void worker_join(struct worker *worker)
{
    cr_thread_join(&worker->thread);
}

void worker_close(struct worker *worker)
{
    cr_closep(&worker->listener.fd);
    cr_closep(&worker->waker.fd);
    poller_close(&worker->poller);
    outbox_close(&worker->outbox);
    spares_free(&worker->spare_clients);
    spares_free(&worker->spare_upstreams);
    spares_free(&worker->spare_exchanges);
    access_ring_free(worker->log);
    free(worker->scratch);
    free(worker->head_area);
    free(worker->trailer_area);
    free(worker->path_area);
}
