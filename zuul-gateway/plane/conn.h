/* conn: what client and upstream connections have in common: a socket, a timer, unsent bytes.
 *
 * A connection that was closed stays in memory until the end of the loop's turn, because an event
 * of the same turn may still name it; `dead` says so.
 *
 * Ownership: the first member of struct client, struct upstream and the worker's own descriptors.
 * Units:     octets, milliseconds.
 * Errors:    conn_send and conn_flush return CR_EIO when the peer is gone, which may be found out
 *            only after the call before.
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
    size_t sent;          /* octets that the kernel took in all; the owner may set it to 0 */
    int fd;
    unsigned char kind;
    unsigned char queued; /* its piece of the worker's outbox, from 1; 0: it has none */
    bool dead;
    bool readable;   /* no EAGAIN since the last event */
    bool hangup;     /* the peer sends no more */
    bool connecting; /* what it sends meanwhile does not go by the outbox */
    bool broken;  /* what left by the outbox found nobody: conn_send says so, or conn_again came */
    bool awaited; /* conn_again once what it has in the outbox is sent */
};

void conn_init(struct conn *conn, struct worker *worker, enum conn_kind kind, int fd);

/* Closes the socket and lets the worker free the owner at the end of the turn. */
void conn_close(struct conn *conn);

static inline size_t conn_unsent(const struct conn *conn)
{
    return conn->out.len - conn->out_sent;
}

/* Sends, at the end of the turn (little) or at once (much); what the kernel does not take is kept.
 * last: shutdown(2) follows as soon as it is sent, and the end leaves in the last segment. */
CR_MUST_CHECK int conn_send(struct conn *conn, struct iovec *slots, size_t count, bool last);

/* Sends what is in the outbox. Calls nobody back: who has to do something about it is found by
 * conn_again. */
void conn_send_queued(struct worker *worker);

/* Writes what is in the outbox and what was kept, as far as the kernel takes it. */
CR_MUST_CHECK int conn_flush(struct conn *conn);

/* Is there nothing that is still to be sent? */
static inline bool conn_settled(const struct conn *conn)
{
    return !conn->queued && !conn_unsent(conn);
}

/* Forgets what was kept. */
void conn_discard(struct conn *conn);

/* True while the other side should not be read for this one: too much waits here. */
bool conn_congested(const struct conn *conn);

enum conn_read { CONN_READ_DATA, CONN_READ_AGAIN, CONN_READ_END, CONN_READ_ERROR };

/* One recv into the worker's scratch. */
enum conn_read conn_recv(struct conn *conn, struct cr_slice *out_data);

/* Lets the loop come back to this connection before it waits again. */
void conn_again(struct conn *conn);

#endif
