/* conn: what client and upstream connections have in common: a socket, a timer, unsent bytes.
 *
 * A connection that was closed stays in memory until the end of the loop's turn, because an event
 * of the same turn may still name it; `dead` says so.
 *
 * Ownership: the first member of struct client, struct upstream and the worker's own descriptors.
 * Units:     octets, milliseconds.
 * Errors:    conn_send and conn_flush return CR_EIO when the peer is gone.
 * Threads:   the worker's.
 */
#ifndef GATEWAY_CONN_H
#define GATEWAY_CONN_H

#include <sys/uio.h>

#include "cr_buf.h"
#include "cr_list.h"
#include "wheel.h"

struct worker;

enum conn_kind { CONN_LISTENER, CONN_WAKE, CONN_CLIENT, CONN_UPSTREAM, CONN_KINDS };

struct conn {
    struct timer timer; /* first: the wheel gives it back */
    struct worker *worker;
    struct cr_list again; /* in worker->again or, dead, in worker->dead */
    struct cr_buf out;    /* bytes that the kernel did not take yet */
    size_t out_sent;      /* of them, already taken */
    int fd;
    unsigned char kind;
    bool dead;
    bool readable; /* no EAGAIN since the last event */
    bool hangup;   /* the peer sends no more */
};

void conn_init(struct conn *conn, struct worker *worker, enum conn_kind kind, int fd);

/* Closes the socket and lets the worker free the owner at the end of the turn. */
void conn_close(struct conn *conn);

static inline size_t conn_unsent(const struct conn *conn)
{
    return conn->out.len - conn->out_sent;
}

/* Writes at once what the kernel takes and keeps the rest. out_taken (may be NULL): how much.
 * last: shutdown(2) or close(2) follows at once, and the end leaves in the last segment. */
CR_MUST_CHECK int conn_send(struct conn *conn, struct iovec *slots, size_t count, bool last,
                            size_t *out_taken);

/* Writes kept bytes. */
CR_MUST_CHECK int conn_flush(struct conn *conn);

/* Forgets what was not sent. */
void conn_discard(struct conn *conn);

/* True while the other side should not be read for this one: too much waits here. */
bool conn_congested(const struct conn *conn);

enum conn_read { CONN_READ_DATA, CONN_READ_AGAIN, CONN_READ_END, CONN_READ_ERROR };

/* One recv into the worker's scratch. */
enum conn_read conn_recv(struct conn *conn, struct cr_slice *out_data);

/* Lets the loop come back to this connection before it waits again. */
void conn_again(struct conn *conn);

#endif
