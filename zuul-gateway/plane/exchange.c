/* Beginning and ending of an exchange: memory, failures, completion, the access log. */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "exchange_private.h"
#include "plane.h"
#include "problem.h"

static int64_t now(const struct exchange *x)
{
    return x->client->conn.worker->now_ms;
}

struct exchange *exchange_new(struct client *client)
{
    struct worker *worker = client->conn.worker;
    struct exchange *x =
        spares_take(&worker->spare_exchanges, sizeof(*x), offsetof(struct exchange, id));
    if (!x)
        return NULL;
    x->client = client;
    x->started_us = worker->now_us;
    client->exchange = x;
    lane_count(&worker->counts.exchanges);
    return x;
}

static void exchange_free(struct exchange *x)
{
    struct worker *worker = x->client->conn.worker;
    if (x->instance)
        lane_release(&worker->lanes->instances[x->instance->slot].users);
    if (x->route)
        lane_release(&worker->lanes->routes[x->route->slot].users);
    body_fini(&x->request_body);
    body_fini(&x->answer_body);
    if (x->client->exchange == x)
        x->client->exchange = NULL;
    atomic_fetch_sub_explicit(&worker->counts.exchanges, 1, memory_order_relaxed);
    spares_return(&worker->spare_exchanges, x);
}

static void copy_text(char *out, size_t size, struct cr_slice text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    memcpy(out, text.ptr, len);
    out[len] = '\0';
}

/* Between the request's end and the answer's head; -1: there was none. An answer may come early. */
static int64_t wait_us(const struct exchange *x)
{
    if (!x->answer_us)
        return -1;
    return x->answer_us - (x->request_end_us ? x->request_end_us : x->started_us);
}

static void log_exchange(const struct exchange *x)
{
    struct worker *worker = x->client->conn.worker;
    struct access_record *record = access_ring_slot(worker->log);
    struct cr_slice route = x->route ? cr_slice_of(x->route->id) : (struct cr_slice){"", 0};
    if (!record) {
        lane_count(&worker->counts.log_lost);
        return;
    }
    record->wall_ms = worker->wall_ms;
    record->total_ms = (worker->now_us - x->started_us) / 1000;
    record->wait_ms = x->answer_us ? wait_us(x) / 1000 : -1;
    record->queue_us = x->queued_us;
    record->request_octets = x->request_body.octets;
    record->response_octets = x->answer_body.octets;
    record->status = x->status;
    record->failure = x->failure;
    copy_text(record->method, sizeof(record->method), (struct cr_slice){x->method, x->method_len});
    copy_text(record->path, sizeof(record->path), (struct cr_slice){x->path, x->path_len});
    copy_text(record->id, sizeof(record->id), (struct cr_slice){x->id, x->id_len});
    copy_text(record->trace, sizeof(record->trace),
              (struct cr_slice){x->trace.id, x->trace.on ? TRACE_ID_LEN : 0});
    copy_text(record->peer, sizeof(record->peer), client_peer(x->client));
    copy_text(record->route, sizeof(record->route), route);
    copy_text(record->upstream, sizeof(record->upstream),
              x->instance ? x->instance->authority : (struct cr_slice){"", 0});
    access_ring_push(worker->log);
}

/* Everything is known about it: count, log. */
static void account(struct exchange *x)
{
    struct worker *worker = x->client->conn.worker;
    int class = x->failure == FAILURE_CLIENT_ABORT ? 0 : x->status / 100;
    class = class >= 1 && class < LANE_CLASSES ? class : 0;
    if (x->failure != FAILURE_NONE)
        lane_count(&worker->counts.failures[x->failure]);
    if (x->route)
        lane_record(&worker->lanes->routes[x->route->slot].counts, class,
                    (uint64_t)(worker->now_us - x->started_us));
    if (x->instance)
        lane_record(&worker->lanes->instances[x->instance->slot].counts, x->answer_us ? class : 0,
                    (uint64_t)(x->answer_us ? wait_us(x) : worker->now_us - x->started_us));
    if (x->logged)
        log_exchange(x);
}

/* Every end passes here: the connection first, so that who gets the place finds it in the pool. */
static void detach(struct exchange *x, bool reusable)
{
    if (x->upstream)
        upstream_release(x->upstream, reusable);
    x->upstream = NULL;
    if (x->wait)
        exchange_stop_waiting(x);
    exchange_leave_place(x);
}

static void write_problem(const struct exchange *x, const struct fault *fault, bool close,
                          struct cr_buf *out)
{
    const struct plane_options *options = x->client->conn.worker->options;
    struct problem problem = {
        .fault = fault,
        .path = {x->path, x->path_len},
        .id = {x->id, x->id_len},
        .upstream = x->instance ? x->instance->authority : (struct cr_slice){NULL, 0},
        .service = x->service ? x->service->id : NULL,
        .wall_ms = x->client->conn.worker->wall_ms,
        .retry_after_s = fault->failure == FAILURE_CIRCUIT_OPEN && x->service
                             ? admission_retry_after_s(x->service->command)
                             : 1,
        .close = close,
        .is_head = x->is_head,
        .compat = options->compat_errors,
    };
    problem_write(&problem, out);
}

/* The client got nothing yet: it gets the problem. */
static void answer_fault(struct exchange *x, const struct fault *fault)
{
    struct client *client = x->client;
    bool dirty = !x->request_body.done;
    bool close =
        dirty || !x->persistent || fault->failure == FAILURE_BAD_REQUEST || client_ends(client);
    CR_AUTO(cr_buf) text = {0};
    write_problem(x, fault, close, &text);
    x->status = problem_status(fault, client->conn.worker->options->compat_errors);
    account(x);
    exchange_free(x);
    if (cr_buf_status(&text) || client_send_text(client, cr_buf_view(&text), close))
        client_close(client);
    else
        client_answered(client, close, dirty);
}

/* A service that fails while the request's body is still coming has failed all the same. */
static void tell_circuit(struct exchange *x, enum failure failure)
{
    struct fault ignored;
    if (!x->admitted && !x->responded && x->service && admission_is_failure(failure))
        (void)!exchange_admit(x, &ignored);
    if (x->admitted)
        admission_failure(&x->run, failure, now(x));
}

void exchange_fail(struct exchange *x, const struct fault *fault)
{
    struct client *client = x->client;
    detach(x, false);
    x->failure = fault->failure;
    tell_circuit(x, fault->failure);
    if (!x->responded) {
        answer_fault(x, fault);
        return;
    }
    /* A part of the answer is out: what is missing must show. An answer that ends with the
     * connection shows it by a reset only. */
    bool reset = x->answer_kind == FRAMING_CLOSE && !x->tunnel;
    account(x);
    exchange_free(x);
    client_abort(client, reset);
}

void exchange_fail_status(struct exchange *x, int status, struct fault *fault)
{
    if (status != CR_EPARSE)
        fault_set(fault, FAILURE_INTERNAL, NULL, "out of memory");
    exchange_fail(x, fault);
}

void exchange_client_gone(struct exchange *x)
{
    detach(x, false);
    x->failure = FAILURE_CLIENT_ABORT;
    x->status = x->responded ? x->status : failure_status(FAILURE_CLIENT_ABORT);
    if (x->admitted)
        admission_failure(&x->run, FAILURE_CLIENT_ABORT, now(x));
    account(x);
    exchange_free(x);
}

void exchange_complete(struct exchange *x, bool clean)
{
    struct client *client = x->client;
    bool close = x->close, dirty = !x->request_body.done;
    bool reusable = clean && !x->doubt && !x->sinks && !dirty && x->upstream &&
                    conn_settled(&x->upstream->conn);
    detach(x, reusable);
    account(x);
    exchange_free(x);
    client_answered(client, close, dirty);
}

void exchange_refuse(struct client *client, const struct fault *fault)
{
    struct exchange *x = exchange_new(client);
    if (!x) {
        client_close(client);
        return;
    }
    /* Nothing that it said is believed: the body's end is not known. */
    x->request_body.done = false;
    client->conn.worker->next_request++;
    exchange_choose_id(x, NULL);
    x->logged = client->conn.worker->log != NULL;
    exchange_fail(x, fault);
}
