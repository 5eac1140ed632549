/* client: a connection that somebody opened to us, and where it stands between two requests.
 *
 *     IDLE --octets--> HEAD --complete--> BODY --its end--> WAIT --answer complete--> IDLE
 *     any state --last answer--> FLUSH --all sent--> LINGER --the client's end--> closed
 *
 * A further request that came along is kept, and not looked at before the answer to the one before
 * it is complete (RFC 9112 9.3.2).
 *
 * Ownership: the worker owns its clients; a client holds memory only for a head that is not
 *            complete, for octets of a later request and for unsent ones.
 *
 * Errors:    none towards the caller; a failure answers, or ends the connection.
 *
 * Threads:   the worker's.
 *
 * Source:    RFC 9112 section 9; gateway reference 3.5.
 */
#ifndef GATEWAY_CLIENT_H
#define GATEWAY_CLIENT_H

#include "worker.h"

struct gather;
struct request;

enum client_state {
    CLIENT_IDLE,
    CLIENT_HEAD,
    CLIENT_BODY,
    CLIENT_WAIT,
    CLIENT_FLUSH,
    CLIENT_LINGER,
};

struct client {
    struct conn conn;
    struct cr_list all;
    struct exchange *exchange;
    struct cr_buf in; /* octets that were read and not used yet */
    struct head_scan scan;
    enum client_state state;
    unsigned requests;
    int64_t born_ms;
    int64_t state_deadline_ms; /* 0: the state may last */
    int64_t write_deadline_ms; /* 0: nothing waits to be taken */
    int64_t turn_deadline_ms;  /* 0: its request does not wait for a connection */
    int64_t linger_end_ms;
    bool running; /* octets of it are being served */
    bool dirty;   /* it may be sending still: linger before closing */
    bool trusted; /* its X-Forwarded-* is believed */
    unsigned char peer_len;
    char peer[ADDRESS_TEXT_SIZE];
};

/* Takes the socket over. */
void client_accept(struct worker *worker, int fd, const struct sockaddr_storage *address);

/* The worker's calls. */
void client_ready(struct conn *conn, unsigned flags);
void client_again(struct conn *conn);
void client_expired(struct conn *conn);
void client_free(struct conn *conn);
void client_start_draining(struct client *client);

/* Ends the connection at once; a request in work is given up. */
void client_close(struct client *client);

/* Ends it so that the client cannot take what it got for a whole answer. */
void client_abort(struct client *client, bool reset);

/* --- for the exchange --- */

/* Sends, or keeps, all pieces; CR_EIO: the client is gone. last: client_answered follows, and the
 * connection ends with this answer. */
CR_MUST_CHECK int client_send(struct client *client, struct gather *gather, bool last);
CR_MUST_CHECK int client_send_text(struct client *client, struct cr_slice text, bool last);

/* The answer is complete (sent or kept): go on, or end after it. dirty: the request is not. */
void client_answered(struct client *client, bool close, bool dirty);

/* Must an answer that is now begun be the last one? */
bool client_ends(const struct client *client);

/* Where the state goes once the head of a request is read. */
void client_expect_body(struct client *client, int64_t deadline_ms);
void client_expect_answer(struct client *client);

/* Its request waits for a connection until then; 0: not any more. */
void client_expect_turn(struct client *client, int64_t deadline_ms);

/* Other octets than ours were sent on: there may be room again. */
void client_resume(struct client *client);

static inline struct cr_slice client_peer(const struct client *client)
{
    return (struct cr_slice){client->peer, client->peer_len};
}

#endif
