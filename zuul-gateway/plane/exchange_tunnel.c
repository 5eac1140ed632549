/* A WebSocket: from the answer 101 on, octets pass both ways as they come (RFC 6455). */
#include <sys/socket.h>

#include "exchange.h"
#include "exchange_private.h"

bool exchange_may_switch(const struct exchange *x, const struct head *head)
{
    const struct field *upgrade = head_find(head, FIELD_UPGRADE);
    return head->status == 101 && x->upgrades && upgrade &&
           (head->listed & field_bit(FIELD_UPGRADE)) != 0 &&
           cr_slice_equal_nocase(upgrade->value, CR_SLICE("websocket"));
}

/* The way of the bodies, both of them without an end of their own. */
static void begin_tunnel(struct exchange *x, int64_t now_ms)
{
    static const struct framing endless = {.kind = FRAMING_CLOSE};
    x->tunnel = x->responded = x->doubt = x->close = true;
    x->status = 101;
    x->answer_us = x->client->conn.worker->now_us;
    x->answer_kind = FRAMING_CLOSE;
    exchange_forget_replay(x);
    body_init(&x->request_body, &endless, FAILURE_BAD_REQUEST);
    body_init(&x->answer_body, &endless, FAILURE_UPSTREAM_BAD_RESPONSE);
    if (x->admitted)
        admission_success(&x->run, now_ms);
}

void exchange_switch(struct exchange *x, const struct head *head)
{
    struct client *client = x->client;
    struct worker *worker = client->conn.worker;
    struct forward_response forward = {.head = head, .policy = x->policy, .id = {x->id, x->id_len}};
    struct writer out;
    writer_init(&out, worker->head_area, WORKER_HEAD_AREA);
    forward_write_switch(&out, &forward);
    if (out.full || client_send_text(client, writer_view(&out), false)) {
        client_close(client);
        return;
    }
    begin_tunnel(x, worker->now_ms);
    client_expect_body(client, 0);
    exchange_rearm(x);
    /* It may have sent its first octets already. */
    conn_again(&client->conn);
}

void exchange_pass_end(struct exchange *x)
{
    if (!x->request_body.done)
        client_expect_answer(x->client);
    x->request_body.done = true;
    if (x->upstream && !conn_flush(&x->upstream->conn) && !conn_unsent(&x->upstream->conn))
        shutdown(x->upstream->conn.fd, SHUT_WR);
}
