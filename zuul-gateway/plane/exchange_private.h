/* exchange_private: what the parts of the exchange share. */
#ifndef GATEWAY_EXCHANGE_PRIVATE_H
#define GATEWAY_EXCHANGE_PRIVATE_H

#include "exchange.h"

enum {
    EXCHANGE_ID_MAX = 64,           /* octets of a client's X-Request-Id */
    EXCHANGE_LONG_MS = 3600 * 1000, /* where nothing else limits an answer's head */
};

/* NULL: no memory. */
struct exchange *exchange_new(struct client *client);

/* X-Request-Id: the client's, if it is a short plain word, else a new one. head may be NULL. */
void exchange_choose_id(struct exchange *exchange, const struct head *head);

/* As exchange_fail, for a status that need not be a fault's. */
void exchange_fail_status(struct exchange *exchange, int status, struct fault *fault);

/* A used connection ended before the answer began: true when everything was sent again. */
bool exchange_try_again(struct exchange *exchange);

/* It will not be sent again. */
void exchange_forget_replay(struct exchange *exchange);

/* Takes a permit of the service's command, once. */
CR_MUST_CHECK int exchange_admit(struct exchange *exchange, struct fault *fault);

/* Takes a place among the connections of the destination, and an instance with it, or begins to
 * wait for both: then exchange_waits. CR_EPARSE with the fault, CR_ENOMEM. */
CR_MUST_CHECK int exchange_place(struct exchange *exchange, const struct destination *destination,
                                 struct fault *fault);

/* It waits: keeps head and body so far; the head without an authority if there is no instance. */
CR_MUST_CHECK int exchange_hold(struct exchange *exchange, struct gather *gather);
void exchange_stop_waiting(struct exchange *exchange);
void exchange_wait_rearm(struct exchange *exchange);

/* Gives the place back, whatever it is counted as, once; calls who waits for it. */
void exchange_leave_place(struct exchange *exchange);

/* Does this answer make an open stream of it (decision G1)? Then it is counted as one instead. */
bool exchange_is_stream(const struct exchange *exchange, const struct head *head,
                        const struct framing *framing);
CR_MUST_CHECK int exchange_become_stream(struct exchange *exchange, struct fault *fault);

/* The connection that it is sent on from now: a used one or a new one; false: that failed, which
 * is handled. */
CR_MUST_CHECK bool exchange_connect(struct exchange *exchange);

/* Sends on a connection what was kept while it waited. */
void exchange_send_kept(struct exchange *exchange, struct cr_slice text);

/* The command's time limit. */
int64_t exchange_limit_ms(const struct exchange *exchange);

/* An instance has the whole request from now on. */
void exchange_attempt_began(struct exchange *exchange);

/* Frames and sends pieces of the request; a failure is handled, see exchange_alive. */
void exchange_send(struct exchange *exchange, struct gather *gather);

/* An answer of status 101: is it the WebSocket that was asked for? Then octets only pass from here.
 */
bool exchange_may_switch(const struct exchange *exchange, const struct head *head);
void exchange_switch(struct exchange *exchange, const struct head *head);

/* A WebSocket's client sends no more: the instance hears of it once everything before is sent. */
void exchange_pass_end(struct exchange *exchange);

/* Its body is still to come. */
void exchange_expect_body(struct exchange *exchange);
CR_MUST_CHECK int exchange_check_size(const struct exchange *exchange, uint64_t octets,
                                      struct fault *fault);

/* The settings that hold its time limits. */
static inline const char *exchange_connect_rule(const struct exchange *x)
{
    return x->fixed ? "zuul.host.connect-timeout-millis" : "ribbon.ConnectTimeout";
}

static inline const char *exchange_read_rule(const struct exchange *x)
{
    return x->fixed ? "zuul.host.socket-timeout-millis" : "ribbon.ReadTimeout";
}

static inline const char *exchange_queue_rule(const struct exchange *x)
{
    return x->fixed ? "zuul.host.connection-request-timeout-millis"
                    : "ribbon.ConnectionManagerTimeout";
}

/* Is x still what the client waits for? A failure on the way ends it. */
static inline bool exchange_alive(const struct client *client, const struct exchange *x)
{
    return !client->conn.dead && client->exchange == x;
}

#endif
