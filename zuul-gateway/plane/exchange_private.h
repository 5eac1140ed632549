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

void exchange_body_stalled(struct exchange *exchange, struct fault *fault);

#endif
