/* Client connections: reading, the states between requests, closing so that nothing is lost. */
#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cr_int.h"
#include "exchange.h"
#include "plane.h"

enum { FAR_MS = 3600 * 1000 };

static struct client *of(struct conn *conn)
{
    return (struct client *)(void *)conn;
}

static int64_t now(const struct client *client)
{
    return client->conn.worker->now_ms;
}

static void rearm(struct client *client)
{
    int64_t deadline = now(client) + FAR_MS;
    if (client->state_deadline_ms)
        deadline = cr_min_i64(deadline, client->state_deadline_ms);
    if (client->write_deadline_ms)
        deadline = cr_min_i64(deadline, client->write_deadline_ms);
    if (client->turn_deadline_ms)
        deadline = cr_min_i64(deadline, client->turn_deadline_ms);
    wheel_set(&client->conn.worker->wheel, &client->conn.timer, deadline);
}

static void enter(struct client *client, enum client_state state, int64_t deadline_ms)
{
    client->state = state;
    client->state_deadline_ms = deadline_ms;
    rearm(client);
}

static void enter_idle(struct client *client)
{
    const struct worker *worker = client->conn.worker;
    int64_t idle_ms = worker->draining ? worker->options->drain_idle_ms : worker->options->idle_ms;
    client->scan = (struct head_scan){0};
    enter(client, CLIENT_IDLE, now(client) + idle_ms);
}

void client_free(struct conn *conn)
{
    struct client *client = of(conn);
    struct worker *worker = conn->worker;
    cr_buf_free(&client->in);
    spares_return(&worker->spare_clients, client);
}

static bool is_trusted(const struct plane_options *options, const struct sockaddr_storage *address)
{
    for (size_t i = 0; i < options->trusted_count; i++)
        if (address_range_has(&options->trusted[i], address))
            return true;
    return false;
}

void client_accept(struct worker *worker, int fd, const struct sockaddr_storage *address)
{
    struct client *client = spares_take(&worker->spare_clients, sizeof(*client), sizeof(*client));
    if (!client || poller_add(&worker->poller, fd, client)) {
        plane_client_closed(worker->plane);
        cr_closep(&fd);
        free(client);
        return;
    }
    conn_init(&client->conn, worker, CONN_CLIENT, fd);
    client->born_ms = worker->now_ms;
    client->peer_len = (unsigned char)address_text(address, client->peer);
    client->trusted = is_trusted(worker->options, address);
    cr_list_push_back(&worker->clients, &client->all);
    lane_count(&worker->counts.accepted);
    lane_count(&worker->counts.clients);
    enter_idle(client);
}

void client_close(struct client *client)
{
    struct worker *worker = client->conn.worker;
    if (client->conn.dead)
        return;
    cr_list_remove(&client->all);
    conn_close(&client->conn);
    plane_client_closed(worker->plane);
    atomic_fetch_sub_explicit(&worker->counts.clients, 1, memory_order_relaxed);
    if (client->exchange)
        exchange_client_gone(client->exchange);
}

void client_abort(struct client *client, bool reset)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    if (client->conn.dead)
        return;
    if (reset)
        setsockopt(client->conn.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    else if (conn_flush(&client->conn))
        client->write_deadline_ms = 0; /* it is gone: closing is all that is left */
    client_close(client);
}

/* After the last answer: first all of it goes out, and the end with it; then, if the client may
 * still be sending, its octets are read and dropped, because a reset would destroy the answer on
 * its way. */
static void finish(struct client *client)
{
    const struct plane_options *options = client->conn.worker->options;
    if (!conn_settled(&client->conn)) {
        client->conn.awaited = client->conn.queued;
        enter(client, CLIENT_FLUSH, 0);
        return;
    }
    /* Before close, too: with octets unread that would reset, and drop what is not on its way. */
    shutdown(client->conn.fd, SHUT_WR);
    if (!client->dirty) {
        client_close(client);
        return;
    }
    cr_buf_free(&client->in);
    client->linger_end_ms = now(client) + options->linger_max_ms;
    enter(client, CLIENT_LINGER, now(client) + options->linger_ms);
    if (client->conn.readable)
        conn_again(&client->conn);
}

bool client_ends(const struct client *client)
{
    const struct worker *worker = client->conn.worker;
    const struct plane_options *options = worker->options;
    return worker->draining || client->requests >= options->requests_max ||
           now(client) - client->born_ms >= options->age_max_ms;
}

static void watch_writes(struct client *client)
{
    if (!conn_unsent(&client->conn))
        client->write_deadline_ms = 0;
    else if (!client->write_deadline_ms)
        client->write_deadline_ms = now(client) + client->conn.worker->options->write_ms;
    else
        return;
    if (client->write_deadline_ms)
        rearm(client);
}

int client_send(struct client *client, struct gather *gather, bool last)
{
    int status = conn_send(&client->conn, gather->slots, gather->count, last);
    watch_writes(client);
    return status;
}

int client_send_text(struct client *client, struct cr_slice text, bool last)
{
    struct gather gather;
    gather_init(&gather, text);
    return client_send(client, &gather, last);
}

void client_expect_body(struct client *client, int64_t deadline_ms)
{
    enter(client, CLIENT_BODY, deadline_ms);
}

void client_expect_answer(struct client *client)
{
    client->state = CLIENT_WAIT;
    client->state_deadline_ms = 0;
}

void client_expect_turn(struct client *client, int64_t deadline_ms)
{
    client->turn_deadline_ms = deadline_ms;
    if (!client->conn.dead)
        rearm(client);
}

/* Reads one head off the front of data; 0 when it is not complete. */
static size_t read_head(struct client *client, struct cr_slice data)
{
    struct worker *worker = client->conn.worker;
    const struct head_limits *limits = &worker->options->request_limits;
    struct fault fault;
    if (client->state == CLIENT_IDLE)
        enter(client, CLIENT_HEAD, now(client) + worker->options->head_ms);
    ptrdiff_t len = head_read_request(&client->scan, data, limits, &worker->head, &fault);
    if (len == 0)
        return 0;
    client->requests++;
    client->scan = (struct head_scan){0};
    struct request request;
    if (len < 0 || request_read(&worker->head, &request, &fault)) {
        exchange_refuse(client, &fault);
        return data.len;
    }
    return (size_t)len + exchange_open(client, &request, cr_slice_from(data, (size_t)len));
}

/* Serves octets as far as the state allows; how many were used. */
static size_t run(struct client *client, struct cr_slice data)
{
    size_t used = 0;
    client->running = true;
    while (used < data.len && !client->conn.dead) {
        struct cr_slice rest = cr_slice_from(data, used);
        size_t step = 0;
        if (client->state == CLIENT_BODY)
            step = exchange_body(client->exchange, rest);
        else if (client->state == CLIENT_FLUSH || client->state == CLIENT_LINGER)
            step = rest.len;
        else if (client->state != CLIENT_WAIT && !conn_congested(&client->conn))
            step = read_head(client, rest);
        if (!step)
            break;
        used += step;
    }
    client->running = false;
    return used;
}

/* Serves fresh octets behind those that were kept, and keeps what cannot be used yet. */
static void take_input(struct client *client, struct cr_slice fresh)
{
    if (!client->in.len) {
        size_t used = run(client, fresh);
        if (!client->conn.dead && used < fresh.len)
            cr_buf_slice(&client->in, cr_slice_from(fresh, used));
    } else {
        CR_AUTO(cr_buf) kept = client->in;
        client->in = (struct cr_buf){0};
        cr_buf_slice(&kept, fresh);
        size_t used = cr_buf_status(&kept) ? 0 : run(client, cr_buf_view(&kept));
        if (!client->conn.dead && used < kept.len) {
            cr_buf_consume(&kept, used);
            client->in = kept;
            kept = (struct cr_buf){0};
        }
    }
    if (!client->conn.dead && cr_buf_status(&client->in))
        client_close(client);
}

/* Takes up kept octets, then the socket, once the state allows it again. */
static void go_on(struct client *client)
{
    if (client->running || client->conn.dead)
        return;
    if (client->in.len)
        take_input(client, (struct cr_slice){NULL, 0});
    if (!client->conn.dead && client->conn.readable)
        conn_again(&client->conn);
}

void client_answered(struct client *client, bool close, bool dirty)
{
    client->exchange = NULL;
    if (client->conn.dead)
        return;
    if (close) {
        client->dirty = dirty || client->in.len || client->conn.readable;
        finish(client);
        return;
    }
    enter_idle(client);
    go_on(client);
}

void client_resume(struct client *client)
{
    if (client->conn.readable && client->state == CLIENT_BODY)
        conn_again(&client->conn);
}

/* May its socket be read now? */
static bool wants_octets(const struct client *client)
{
    switch (client->state) {
    case CLIENT_IDLE:
    case CLIENT_HEAD:
        return !conn_congested(&client->conn);
    case CLIENT_LINGER:
        return true;
    case CLIENT_BODY:
        return !exchange_body_blocked(client->exchange);
    case CLIENT_WAIT:
    case CLIENT_FLUSH:
        break;
    }
    return false;
}

static void handle_end(struct client *client)
{
    client->conn.readable = false;
    if (client->state == CLIENT_BODY) {
        exchange_body_ended(client->exchange);
        return;
    }
    /* It sends no more, but may still be reading the answers that it was given. */
    client->dirty = false;
    finish(client);
}

static void read_on(struct client *client)
{
    const struct plane_options *options = client->conn.worker->options;
    for (int reads = 0; reads < WORKER_READS_MAX; reads++) {
        if (client->conn.dead || !client->conn.readable || !wants_octets(client))
            return;
        struct cr_slice data;
        switch (conn_recv(&client->conn, &data)) {
        case CONN_READ_AGAIN:
            return;
        case CONN_READ_ERROR:
            client_close(client);
            return;
        case CONN_READ_END:
            handle_end(client);
            return;
        case CONN_READ_DATA:
            break;
        }
        if (client->state == CLIENT_LINGER)
            enter(client, CLIENT_LINGER,
                  cr_min_i64(client->linger_end_ms, now(client) + options->linger_ms));
        else
            take_input(client, data);
    }
    conn_again(&client->conn);
}

void client_again(struct conn *conn)
{
    struct client *client = of(conn);
    if (conn->broken) {
        client_close(client);
        return;
    }
    watch_writes(client);
    if (client->state == CLIENT_FLUSH && conn_settled(conn)) {
        finish(client);
        return;
    }
    if (client->in.len && client->state == CLIENT_BODY)
        take_input(client, (struct cr_slice){NULL, 0});
    read_on(client);
}

static void write_on(struct client *client)
{
    size_t before = conn_unsent(&client->conn);
    if (!before)
        return;
    if (conn_flush(&client->conn)) {
        client_close(client);
        return;
    }
    if (conn_unsent(&client->conn) < before)
        client->write_deadline_ms = 0;
    watch_writes(client);
    if (client->exchange)
        exchange_client_drained(client->exchange);
    else if (client->state == CLIENT_FLUSH)
        finish(client);
    else if (!conn_congested(&client->conn))
        go_on(client);
}

void client_ready(struct conn *conn, unsigned flags)
{
    struct client *client = of(conn);
    if (flags & POLLER_ERROR) {
        client_close(client);
        return;
    }
    if (flags & POLLER_WRITE)
        write_on(client);
    if (conn->dead)
        return;
    conn->hangup |= (flags & POLLER_HANGUP) != 0;
    conn->readable |= (flags & (POLLER_READ | POLLER_HANGUP)) != 0;
    if (conn->hangup && client->exchange && exchange_waits(client->exchange)) {
        client_close(client); /* nobody else's turn comes later for one who has gone */
        return;
    }
    read_on(client);
}

void client_expired(struct conn *conn)
{
    struct client *client = of(conn);
    struct fault fault;
    bool due = client->state_deadline_ms && now(client) >= client->state_deadline_ms;
    if (client->write_deadline_ms && now(client) >= client->write_deadline_ms) {
        client_abort(client, true);
        return;
    }
    if (client->turn_deadline_ms && now(client) >= client->turn_deadline_ms) {
        exchange_wait_expired(client->exchange);
    } else if (due && client->state == CLIENT_BODY) {
        exchange_body_expired(client->exchange);
    } else if (due && client->state == CLIENT_HEAD) {
        client->requests++;
        fault_limit(&fault, FAILURE_CLIENT_TIMEOUT, "crema.gateway.head-ms",
                    conn->worker->options->head_ms, "the head did not come in time");
        exchange_refuse(client, &fault);
    } else if (due) {
        client_close(client);
    }
    if (!conn->dead)
        rearm(client);
}

void client_start_draining(struct client *client)
{
    if (client->state == CLIENT_IDLE)
        enter_idle(client);
}
