/* The way of a request: taken over from the client, sent to an instance, its body streamed. */
#include <errno.h>
#include <string.h>

#include "cr_err.h"
#include "cr_int.h"
#include "exchange.h"
#include "exchange_private.h"
#include "octet.h"
#include "plane.h"

static const int64_t FOREVER_MS = INT64_MAX;

static int64_t now(const struct exchange *x)
{
    return x->client->conn.worker->now_ms;
}

static const struct plane_options *options_of(const struct exchange *x)
{
    return x->client->conn.worker->options;
}

/* --- taking over --- */

/* The client's id if it is a short plain word, else a new one. */
void exchange_choose_id(struct exchange *x, const struct head *head)
{
    const struct field *field = head ? head_find(head, FIELD_X_REQUEST_ID) : NULL;
    struct worker *worker = x->client->conn.worker;
    struct writer out;
    writer_init(&out, x->id, sizeof(x->id));
    if (field && field->value.len && field->value.len <= EXCHANGE_ID_MAX &&
        octet_all(field->value, OCTET_UNRESERVED)) {
        writer_slice(&out, field->value);
    } else {
        writer_slice(&out, plane_id_prefix(worker->plane));
        writer_uint(&out, worker->index);
        writer_literal(&out, "-");
        writer_uint(&out, worker->next_request);
    }
    x->id_len = (unsigned char)writer_view(&out).len;
}

static unsigned char copy_cut(char *out, size_t size, struct cr_slice text)
{
    size_t len = text.len < size ? text.len : size;
    memcpy(out, text.ptr, len);
    return (unsigned char)len;
}

static void describe(struct exchange *x, const struct request *request)
{
    struct worker *worker = x->client->conn.worker;
    worker->next_request++;
    x->logged = worker->log && worker->next_request % worker->options->log_every == 0;
    exchange_choose_id(x, request->head);
    x->method_len = copy_cut(x->method, sizeof(x->method), request->head->method);
    x->path_len = copy_cut(x->path, sizeof(x->path), request->target.path);
    x->is_head = request->is_head;
    x->idempotent = request->idempotent;
    x->expects = request->expects;
    x->continued = !request->expects;
    x->takes_chunks = request->takes_chunks;
    x->takes_trailers = request->takes_trailers;
    x->persistent = request->persistent;
    body_init(&x->request_body, &request->framing, FAILURE_BAD_REQUEST);
}

static void follow(struct exchange *x, const struct destination_plan *plan)
{
    const struct worker *worker = x->client->conn.worker;
    x->route = plan->route;
    x->policy = plan->policy;
    x->service = plan->destination->service;
    x->stream = plan->destination == worker->snapshot->admin;
    x->connect_ms = plan->destination->connect_ms;
    x->read_ms = plan->destination->read_ms;
    if (x->route)
        lane_hold(&worker->lanes->routes[x->route->slot].users);
}

/* --- choosing --- */

static struct cr_command_shard *shard_of(const struct exchange *x)
{
    const struct worker *worker = x->client->conn.worker;
    struct service_lane *lane = &worker->lanes->services[x->service->slot];
    if (!lane->sharded) {
        lane->sharded = true;
        lane->shard = cr_command_shard_new(x->service->command);
    }
    return lane->shard;
}

static int admit(struct exchange *x, struct fault *fault)
{
    if (x->admitted || !x->service->command)
        return 0;
    int status = admission_begin(x->service->command, shard_of(x), &x->run, now(x), fault);
    x->admitted = status == 0;
    return status;
}

/* Round robin over the instances that have an address. */
static int choose_instance(struct exchange *x, const struct destination *destination,
                           struct fault *fault)
{
    const struct worker *worker = x->client->conn.worker;
    struct service_lane *lane = &worker->lanes->services[x->service->slot];
    for (size_t tries = 0; tries < destination->count; tries++) {
        struct instance *instance = destination->instances[lane->turn++ % destination->count];
        if (!instance->address_len)
            continue;
        x->instance = instance;
        lane_hold(&worker->lanes->instances[instance->slot].users);
        return 0;
    }
    return fault_set(fault, FAILURE_NO_INSTANCE, "eureka.client", "'%s' has no %s instance",
                     x->service->id, destination->count ? "reachable" : "registered");
}

static void attach(struct exchange *x, struct upstream *upstream)
{
    x->upstream = upstream;
    x->sent = 0;
    upstream->exchange = x;
}

/* --- sending --- */

/* Keeps a copy of what goes out on a used connection, until the answer begins or it is too much. */
static void keep_replay(struct exchange *x, const struct gather *gather)
{
    if (!x->replayable)
        return;
    x->replay.max = EXCHANGE_REPLAY_MAX;
    for (size_t i = 0; i < gather->count; i++)
        cr_buf_append(&x->replay, gather->slots[i].iov_base, gather->slots[i].iov_len);
    if (!cr_buf_status(&x->replay))
        return;
    x->replayable = false;
    cr_buf_free(&x->replay);
}

static bool may_retry(const struct exchange *x)
{
    return x->upstream->reused && x->replayable && !x->responded && !x->retried &&
           x->interims == 0 && (x->sent == 0 || x->idempotent);
}

/* Everything again, on a connection that nobody used before. */
static void retry(struct exchange *x)
{
    struct worker *worker = x->client->conn.worker;
    upstream_close(x->upstream);
    x->upstream = NULL;
    x->retried = true;
    lane_count(&worker->counts.retries);
    struct upstream *fresh = upstream_connect(worker, x->instance, x->connect_ms);
    if (!fresh) {
        exchange_connect_failed(x, errno);
        return;
    }
    attach(x, fresh);
    struct gather gather;
    gather_init(&gather, cr_buf_view(&x->replay));
    int status = conn_send(&fresh->conn, gather.slots, gather.count, &x->sent);
    x->replayable = false;
    cr_buf_free(&x->replay);
    if (status) {
        exchange_send_failed(x);
        return;
    }
    exchange_rearm(x);
}

static void send_pieces(struct exchange *x, struct gather *gather)
{
    size_t taken = 0;
    gather_frame(gather, x->request_body.kind, x->request_body.done, (struct cr_slice){NULL, 0});
    if (x->sinks)
        return;
    keep_replay(x, gather);
    int status = conn_send(&x->upstream->conn, gather->slots, gather->count, &taken);
    x->sent += taken;
    if (status)
        exchange_send_failed(x);
}

static struct cr_slice write_head(const struct exchange *x, const struct request *request,
                                  const struct destination_plan *plan, bool *out_full)
{
    const struct worker *worker = x->client->conn.worker;
    struct forward_request forward = {
        .request = request,
        .policy = x->policy,
        .base = plan->base,
        .path = plan->path,
        .authority = x->instance->authority,
        .peer = client_peer(x->client),
        .local = CR_SLICE("localhost"),
        .port = plane_port(worker->plane),
        .trusted = x->client->trusted || x->stream,
        .id = (struct cr_slice){x->id, x->id_len},
    };
    struct writer out;
    writer_init(&out, worker->head_area, WORKER_HEAD_AREA);
    forward_write_request(&out, &forward);
    *out_full = out.full;
    return writer_view(&out);
}

/* Takes a connection and sends head and first octets in one write. */
static int dispatch(struct exchange *x, const struct request *request,
                    const struct destination_plan *plan, struct gather *gather, struct fault *fault)
{
    struct worker *worker = x->client->conn.worker;
    bool full;
    struct cr_slice head = write_head(x, request, plan, &full);
    if (full)
        return fault_set(fault, FAILURE_HEAD_TOO_LARGE, "crema.gateway.head-max",
                         "the head that would be sent on is too large");
    gather_head(gather, head);
    struct upstream *upstream = upstream_take(worker, x->instance);
    if (!upstream)
        upstream = upstream_connect(worker, x->instance, x->connect_ms);
    if (!upstream) {
        exchange_connect_failed(x, errno);
        return 0;
    }
    attach(x, upstream);
    x->replayable = upstream->reused;
    send_pieces(x, gather);
    return 0;
}

/* --- time --- */

void exchange_rearm(struct exchange *x)
{
    struct upstream *upstream = x->upstream;
    int64_t deadline = FOREVER_MS;
    if (!upstream)
        return;
    if (upstream->connecting)
        deadline = upstream->connect_deadline_ms;
    if (x->responded)
        deadline = cr_min_i64(deadline, now(x) + options_of(x)->stream_idle_ms);
    else if (x->request_end_ms)
        deadline = cr_min_i64(deadline, x->deadline_ms);
    else
        deadline = cr_min_i64(deadline, now(x) + options_of(x)->write_ms);
    upstream_set_deadline(upstream, deadline);
}

/* The deadline of the answer's head counts from here (decision G1). */
void exchange_request_ended(struct exchange *x)
{
    int64_t limit_ms = x->service->command ? cr_command_timeout_ms(x->service->command) : 0;
    x->request_end_ms = now(x);
    x->deadline_ms = limit_ms && !x->stream ? now(x) + limit_ms : now(x) + EXCHANGE_LONG_MS;
    if (x->read_ms)
        x->deadline_ms = cr_min_i64(x->deadline_ms, now(x) + x->read_ms);
    client_expect_answer(x->client);
    exchange_rearm(x);
}

static void expect_body(struct exchange *x)
{
    x->body_mark_ms = x->body_progress_ms = now(x);
    int64_t wait_ms = x->continued ? options_of(x)->body_ms : options_of(x)->continue_ms;
    client_expect_body(x->client, now(x) + cr_min_i64(wait_ms, options_of(x)->body_ms));
    exchange_rearm(x);
}

/* Is x still what the client waits for? A failure on the way ends it. */
static bool alive(const struct client *client, const struct exchange *x)
{
    return !client->conn.dead && client->exchange == x;
}

static int check_body_size(const struct exchange *x, uint64_t octets, struct fault *fault)
{
    uint64_t limit = options_of(x)->body_max;
    if (!limit || octets <= limit)
        return 0;
    return fault_limit(fault, FAILURE_BODY_TOO_LARGE, "crema.gateway.body-max", (int64_t)limit,
                       "the request's body is too large");
}

/* All that can fail before the first octet leaves. */
static int prepare(struct exchange *x, const struct destination *destination, struct cr_slice rest,
                   struct gather *gather, size_t *out_used, struct fault *fault)
{
    if (check_body_size(x, x->request_body.left, fault))
        return CR_EPARSE;
    int status = body_take(&x->request_body, rest, gather, out_used, fault);
    if (status)
        return status;
    if (check_body_size(x, x->request_body.octets, fault))
        return CR_EPARSE;
    if ((x->request_body.done || admission_urgent(x->service->command)) && admit(x, fault))
        return CR_EPARSE;
    return choose_instance(x, destination, fault);
}

static size_t begin(struct exchange *x, const struct request *request,
                    const struct destination_plan *plan, struct cr_slice rest)
{
    struct client *client = x->client;
    struct gather gather;
    struct fault fault;
    size_t used = 0;
    gather_init(&gather, (struct cr_slice){NULL, 0});
    int status = prepare(x, plan->destination, rest, &gather, &used, &fault);
    if (!status)
        status = dispatch(x, request, plan, &gather, &fault);
    if (status) {
        exchange_fail_status(x, status, &fault);
        return used;
    }
    if (!alive(client, x))
        return used;
    if (x->request_body.done)
        exchange_request_ended(x);
    else
        expect_body(x);
    return used;
}

/* OPTIONS for the gateway itself. */
static void answer_options(struct client *client, const struct request *request)
{
    bool close =
        !request->persistent || client_ends(client) || request->framing.kind != FRAMING_NONE;
    struct cr_slice text =
        close ? CR_SLICE("HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, "
                         "OPTIONS\r\nConnection: close\r\n\r\n")
              : CR_SLICE("HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, "
                         "OPTIONS\r\n\r\n");
    if (client_send_text(client, text))
        client_close(client);
    else
        client_answered(client, close, request->framing.kind != FRAMING_NONE);
}

size_t exchange_open(struct client *client, const struct request *request, struct cr_slice rest)
{
    struct worker *worker = client->conn.worker;
    struct destination_plan plan;
    struct fault fault;
    lane_count(&worker->counts.requests);
    if (request->answer_here) {
        answer_options(client, request);
        return 0;
    }
    struct exchange *x = exchange_new(client);
    if (!x) {
        client_close(client);
        return rest.len;
    }
    describe(x, request);
    if (exchange_plan(worker, request, &plan, &fault)) {
        exchange_fail(x, &fault);
        return 0;
    }
    follow(x, &plan);
    return begin(x, request, &plan, rest);
}

/* --- the body --- */

size_t exchange_body(struct exchange *x, struct cr_slice data)
{
    struct client *client = x->client;
    struct gather gather;
    struct fault fault;
    size_t used = 0;
    gather_init(&gather, (struct cr_slice){NULL, 0});
    int status = body_take(&x->request_body, data, &gather, &used, &fault);
    if (!status)
        status = check_body_size(x, x->request_body.octets, &fault);
    if (!status && x->request_body.done && !x->responded)
        status = admit(x, &fault);
    if (status) {
        exchange_fail_status(x, status, &fault);
        return data.len;
    }
    x->continued = true;
    x->body_progress_ms = now(x);
    send_pieces(x, &gather);
    if (!alive(client, x))
        return used;
    if (x->request_body.done)
        exchange_request_ended(x);
    else if (x->upstream && !conn_unsent(&x->upstream->conn))
        exchange_rearm(x);
    return used;
}

bool exchange_body_blocked(const struct exchange *x)
{
    return x->upstream && !x->sinks && conn_congested(&x->upstream->conn);
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
    if (!x->continued) {
        x->continued = true;
        if (client_send_text(x->client, CR_SLICE("HTTP/1.1 100 Continue\r\n\r\n"))) {
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
    fault_set(&fault, FAILURE_BAD_REQUEST, "RFC 9112 8",
              "the connection ended before the request's body did");
    exchange_fail(x, &fault);
}

/* --- the connection --- */

void exchange_connected(struct exchange *x)
{
    exchange_rearm(x);
}

void exchange_connect_failed(struct exchange *x, int errnum)
{
    struct fault fault;
    if (errnum == ETIMEDOUT)
        fault_limit(&fault, FAILURE_UPSTREAM_CONNECT_TIMEOUT, "ribbon.ConnectTimeout",
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
    if (x->upstream->connecting) {
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

void exchange_upstream_expired(struct exchange *x)
{
    struct fault fault;
    struct cr_slice authority = x->instance->authority;
    if (x->upstream->connecting && now(x) >= x->upstream->connect_deadline_ms)
        fault_limit(&fault, FAILURE_UPSTREAM_CONNECT_TIMEOUT, "ribbon.ConnectTimeout",
                    x->connect_ms, "%.*s did not accept a connection in time",
                    CR_SLICE_ARG(authority));
    else if (x->responded)
        fault_limit(&fault, FAILURE_UPSTREAM_READ_TIMEOUT, "crema.gateway.stream-idle-ms",
                    options_of(x)->stream_idle_ms, "%.*s stopped in the middle of its answer",
                    CR_SLICE_ARG(authority));
    else if (!x->request_end_ms)
        exchange_body_stalled(x, &fault);
    else if (x->read_ms && now(x) - x->request_end_ms >= x->read_ms)
        fault_limit(&fault, FAILURE_UPSTREAM_READ_TIMEOUT, "ribbon.ReadTimeout", x->read_ms,
                    "%.*s did not answer in time", CR_SLICE_ARG(authority));
    else
        fault_limit(&fault, FAILURE_DEADLINE, "execution.isolation.thread.timeoutInMilliseconds",
                    x->deadline_ms - x->request_end_ms, "%.*s did not answer in time",
                    CR_SLICE_ARG(authority));
    if (fault.failure != FAILURE_NONE)
        exchange_fail(x, &fault);
}

/* While the request's body is coming: only octets that the instance does not take count. */
void exchange_body_stalled(struct exchange *x, struct fault *fault)
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
