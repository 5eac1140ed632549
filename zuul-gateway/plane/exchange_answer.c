/* The way of an answer: interim answers, the final head, the body, the end. */
#include "cr_err.h"
#include "cr_int.h"
#include "exchange.h"
#include "exchange_private.h"

static int64_t now(const struct exchange *x)
{
    return x->client->conn.worker->now_ms;
}

/* Names the instance in front of what it did wrong. */
static void fail_answer(struct exchange *x, int status, struct fault *fault)
{
    struct fault named = *fault;
    if (status == CR_EPARSE)
        fault_limit(&named, fault->failure, fault->rule, fault->limit, "%.*s: %.*s",
                    CR_SLICE_ARG(x->instance->authority), 140, fault->text);
    x->doubt = true;
    exchange_fail_status(x, status, &named);
}

/* --- interim answers --- */

static int send_interim(struct exchange *x, const struct head *head)
{
    struct worker *worker = x->client->conn.worker;
    struct writer out;
    writer_init(&out, worker->head_area, WORKER_HEAD_AREA);
    forward_write_interim(&out, head, x->policy);
    return out.full ? 0 : client_send_text(x->client, writer_view(&out), false);
}

/* 100 goes on when the client waits for it, others to whoever understands them (RFC 9110 15.2). */
static int pass_interim(struct exchange *x, const struct head *head, struct fault *fault)
{
    if (head->status == 101)
        return fault_set(fault, FAILURE_UPSTREAM_BAD_RESPONSE, "RFC 9110 7.8",
                         "an upgrade that nobody asked for");
    if (++x->interims > EXCHANGE_INTERIM_MAX)
        return fault_limit(fault, FAILURE_UPSTREAM_BAD_RESPONSE, "RFC 9110 15.2",
                           EXCHANGE_INTERIM_MAX, "too many interim answers");
    int status = 0;
    if (head->status == 100) {
        if (!x->continued)
            status = client_send_text(x->client, CR_SLICE("HTTP/1.1 100 Continue\r\n\r\n"), false);
        x->continued = true;
    } else if (x->takes_chunks) {
        status = send_interim(x, head);
    }
    if (status)
        client_close(x->client);
    return 0;
}

/* --- the body --- */

/* The trailer fields for a client that wants them; in the worker's trailer area. */
static struct cr_slice write_trailers(const struct exchange *x)
{
    static const struct head_limits limits = {.field_max = CHUNK_TRAILERS_MAX,
                                              .count_max = HEAD_FIELDS_MAX};
    struct worker *worker = x->client->conn.worker;
    struct cr_slice section = body_trailers(&x->answer_body);
    struct fault fault;
    struct writer out;
    writer_init(&out, worker->trailer_area, WORKER_TRAILER_AREA);
    if (!section.len || !x->takes_trailers ||
        head_read_trailers(section, &limits, &worker->head, &fault))
        return (struct cr_slice){NULL, 0};
    forward_write_trailers(&out, &worker->head, x->policy);
    return out.full ? (struct cr_slice){NULL, 0} : writer_view(&out);
}

/* Sends head and runs; at the body's end, ends the exchange. False: x is gone. */
static bool send_pieces(struct exchange *x, struct gather *gather, bool rest_is_empty)
{
    struct client *client = x->client;
    bool done = x->answer_body.done;
    struct cr_slice trailers =
        done && x->answer_kind == FRAMING_CHUNKED ? write_trailers(x) : (struct cr_slice){NULL, 0};
    gather_frame(gather, x->answer_kind, done, trailers);
    if (client_send(client, gather, done && x->close)) {
        client_close(client);
        return false;
    }
    if (done)
        exchange_complete(x, rest_is_empty);
    else
        exchange_rearm(x);
    return !done;
}

static size_t take_body(struct exchange *x, struct cr_slice data)
{
    size_t used = 0;
    while (used < data.len) {
        struct gather gather;
        struct fault fault;
        size_t step = 0;
        gather_init(&gather, (struct cr_slice){NULL, 0});
        int status = body_take(&x->answer_body, cr_slice_from(data, used), &gather, &step, &fault);
        if (status) {
            fail_answer(x, status, &fault);
            return data.len;
        }
        used += step;
        if (!send_pieces(x, &gather, used == data.len))
            return data.len;
    }
    return used;
}

/* --- the final head --- */

static bool is_last(const struct exchange *x)
{
    return !x->persistent || !x->request_body.done || x->answer_kind == FRAMING_CLOSE ||
           client_ends(x->client);
}

static struct cr_slice write_head(const struct exchange *x, const struct framing *framing,
                                  bool *out_full)
{
    struct worker *worker = x->client->conn.worker;
    struct forward_response forward = {
        .head = &worker->head,
        .policy = x->policy,
        .framing = framing,
        .takes_chunks = x->takes_chunks,
        .close = x->close,
        .say_keep_alive = !x->takes_chunks,
        .id = {x->id, x->id_len},
    };
    struct writer out;
    writer_init(&out, worker->head_area, WORKER_HEAD_AREA);
    forward_write_response(&out, &forward);
    *out_full = out.full;
    return writer_view(&out);
}

static void note_answer(struct exchange *x, const struct head *head, const struct framing *framing)
{
    x->status = head->status;
    x->answer_us = x->client->conn.worker->now_us;
    x->doubt |= framing->doubt || head->close || (head->minor == 0 && !head->keep_alive);
    x->answer_kind = forward_framing(framing, x->takes_chunks);
    x->close = is_last(x);
    exchange_forget_replay(x);
    body_init(&x->answer_body, framing, FAILURE_UPSTREAM_BAD_RESPONSE);
}

/* The head goes out with the first octets of the body in one write. */
static size_t respond(struct exchange *x, const struct framing *framing, struct cr_slice rest)
{
    struct worker *worker = x->client->conn.worker;
    struct gather gather;
    struct fault fault;
    size_t used = 0;
    bool full;
    note_answer(x, &worker->head, framing);
    gather_init(&gather, write_head(x, framing, &full));
    int status = body_take(&x->answer_body, rest, &gather, &used, &fault);
    if (!status && full)
        status = fault_set(&fault, FAILURE_UPSTREAM_BAD_RESPONSE, "crema.gateway.head-max",
                           "the answer's head is too large to be sent on");
    if (status) {
        fail_answer(x, status, &fault);
        return rest.len;
    }
    x->responded = true;
    if (x->admitted)
        admission_success(&x->run, now(x));
    if (!send_pieces(x, &gather, used == rest.len))
        return rest.len;
    return used;
}

static size_t take_head(struct exchange *x, struct cr_slice data)
{
    struct client *client = x->client;
    struct worker *worker = client->conn.worker;
    const struct head_limits *limits = &worker->options->response_limits;
    struct framing framing;
    struct fault fault;
    ptrdiff_t len = head_read_response(&x->upstream->scan, data, limits, &worker->head, &fault);
    if (len == 0)
        return 0;
    x->upstream->scan = (struct head_scan){0};
    int status = len < 0 ? CR_EPARSE : 0;
    if (!status)
        status = framing_of_response(&worker->head, x->is_head, &framing, &fault);
    if (!status && exchange_is_stream(x, &worker->head, &framing))
        status = exchange_become_stream(x, &fault);
    if (!status && exchange_may_switch(x, &worker->head))
        exchange_switch(x, &worker->head);
    else if (!status && worker->head.status < 200)
        status = pass_interim(x, &worker->head, &fault);
    if (status) {
        fail_answer(x, status, &fault);
        return data.len;
    }
    if (!exchange_alive(client, x))
        return data.len;
    if (worker->head.status < 200)
        return (size_t)len;
    return (size_t)len + respond(x, &framing, cr_slice_from(data, (size_t)len));
}

size_t exchange_answer(struct exchange *x, struct cr_slice data)
{
    struct client *client = x->client;
    size_t used = 0;
    while (used < data.len) {
        struct cr_slice rest = cr_slice_from(data, used);
        size_t step = x->responded ? take_body(x, rest) : take_head(x, rest);
        if (!step || !exchange_alive(client, x))
            return step ? data.len : used;
        used += step;
    }
    return used;
}

/* --- the end --- */

void exchange_client_drained(struct exchange *x)
{
    if (x->upstream && x->upstream->conn.readable && !conn_congested(&x->client->conn))
        conn_again(&x->upstream->conn);
}

static void end_with_connection(struct exchange *x)
{
    struct gather gather;
    gather_init(&gather, (struct cr_slice){NULL, 0});
    x->answer_body.done = true;
    send_pieces(x, &gather, true);
}

void exchange_upstream_ended(struct exchange *x, bool error)
{
    struct fault fault;
    struct cr_slice authority = x->instance->authority;
    bool silent = !x->upstream->in.len;
    if (!x->responded && silent && exchange_try_again(x))
        return;
    if (x->responded && x->answer_body.kind == FRAMING_CLOSE && !error) {
        end_with_connection(x);
        return;
    }
    x->doubt = true;
    fault_set(&fault, FAILURE_UPSTREAM_RESET, NULL, "%.*s %s the connection %s",
              CR_SLICE_ARG(authority), error ? "broke" : "closed",
              x->responded ? "in the middle of its answer"
              : silent     ? "before it answered"
                           : "in the middle of its answer's head");
    exchange_fail(x, &fault);
}
