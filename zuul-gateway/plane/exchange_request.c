/* The beginning of a request: taken over from the client, admitted, sent to an instance. */
#include <string.h>

#include "cr_err.h"
#include "exchange.h"
#include "exchange_private.h"
#include "octet.h"
#include "plane.h"

static int64_t now(const struct exchange *x)
{
    return x->client->conn.worker->now_ms;
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

static void choose_trace(struct exchange *x, const struct head *head)
{
    struct worker *worker = x->client->conn.worker;
    unsigned every = worker->options->trace_every;
    const uint64_t random[3] = {worker_random(worker), worker_random(worker),
                                worker_random(worker)};
    trace_read(head, random, every && worker->next_request % every == 0, &x->trace);
    x->trace.b3 = worker->options->trace_b3;
}

static void describe(struct exchange *x, const struct request *request)
{
    struct worker *worker = x->client->conn.worker;
    worker->next_request++;
    x->logged = worker->log && worker->next_request % worker->options->log_every == 0;
    exchange_choose_id(x, request->head);
    if (worker->options->trace)
        choose_trace(x, request->head);
    x->method_len = copy_cut(x->method, sizeof(x->method), request->head->method);
    x->path_len = copy_cut(x->path, sizeof(x->path), request->target.path);
    x->is_head = request->is_head;
    x->idempotent = request->idempotent;
    x->expects = request->expects;
    x->upgrades = request->upgrades;
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
    x->fixed = plan->destination->static_url;
    x->connect_ms = plan->destination->limits.connect_ms;
    x->read_ms = plan->destination->limits.read_ms;
    if (x->route)
        lane_hold(&worker->lanes->routes[x->route->slot].users);
}

/* --- admission --- */

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

int exchange_admit(struct exchange *x, struct fault *fault)
{
    if (x->admitted || !x->service->command)
        return 0;
    int status = admission_begin(x->service->command, shard_of(x), &x->run, now(x), fault);
    x->admitted = status == 0;
    return status;
}

/* --- sending --- */

static struct cr_slice write_head(const struct exchange *x, const struct request *request,
                                  const struct destination_plan *plan, bool *out_full)
{
    const struct worker *worker = x->client->conn.worker;
    struct forward_request forward = {
        .request = request,
        .policy = x->policy,
        .base = plan->base,
        .path = plan->path,
        .authority = x->instance ? x->instance->authority : (struct cr_slice){"", 0},
        .peer = client_peer(x->client),
        .local = CR_SLICE("localhost"),
        .port = plane_port(worker->plane),
        .trusted = x->client->trusted || x->stream,
        .trace = &x->trace,
        .id = (struct cr_slice){x->id, x->id_len},
    };
    struct writer out;
    writer_init(&out, worker->head_area, WORKER_HEAD_AREA);
    forward_write_request(&out, &forward);
    *out_full = out.full;
    return writer_view(&out);
}

/* Takes a connection and sends head and first octets in one write; or keeps them until there is a
 * connection. */
static int dispatch(struct exchange *x, const struct request *request,
                    const struct destination_plan *plan, struct gather *gather, struct fault *fault)
{
    bool full;
    struct cr_slice head = write_head(x, request, plan, &full);
    if (full)
        return fault_set(fault, FAILURE_HEAD_TOO_LARGE, "crema.gateway.head-max",
                         "the head that would be sent on is too large");
    gather_head(gather, head);
    if (x->wait)
        return exchange_hold(x, gather);
    if (exchange_connect(x))
        exchange_send(x, gather);
    return 0;
}

/* All that can fail before the first octet leaves. */
static int prepare(struct exchange *x, const struct destination *destination, struct cr_slice rest,
                   struct gather *gather, size_t *out_used, struct fault *fault)
{
    if (exchange_check_size(x, x->request_body.left, fault))
        return CR_EPARSE;
    int status = body_take(&x->request_body, rest, gather, out_used, fault);
    if (status)
        return status;
    if (exchange_check_size(x, x->request_body.octets, fault))
        return CR_EPARSE;
    if ((x->request_body.done || admission_urgent(x->service->command)) && exchange_admit(x, fault))
        return CR_EPARSE;
    return exchange_place(x, destination, fault);
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
    if (!exchange_alive(client, x))
        return used;
    if (x->request_body.done)
        exchange_request_ended(x);
    else
        exchange_expect_body(x);
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
    if (client_send_text(client, text, close))
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
