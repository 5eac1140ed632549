/* outbox: what the connections of one worker send in a turn of its loop, so that all of it leaves
 * in one system call.
 *
 * A call of its own for each answer and each request costs the kernel a quarter of what they cost
 * in all. Through io_uring the pieces are sent in their order, none of them waits, and the results
 * are there when the call returns: nothing is under way between two turns. Where the kernel has no
 * io_uring, or does not let us (containers), each piece is a send(2).
 *
 * Ownership: octets are copied in; of one connection there is at most one piece.
 * Errors:    outbox_put is false when there is no room: send first.
 * Threads:   the worker's.
 * Source:    io_uring(7), io_uring_enter(2).
 */
#ifndef GATEWAY_OUTBOX_H
#define GATEWAY_OUTBOX_H

#include <stdbool.h>
#include <sys/uio.h>

#include "cr_err.h"

enum { OUTBOX_PIECES = 128, OUTBOX_AREA = 128 * 1024 };

struct conn;
struct io_uring;

struct outbox_piece {
    struct conn *conn; /* NULL: it is closed, and nothing is sent */
    const char *text;
    size_t len;
    bool last;   /* the end of the connection follows */
    int outcome; /* octets that the kernel took, or -errno */
};

struct outbox {
    struct outbox_piece pieces[OUTBOX_PIECES];
    size_t count;
    size_t used; /* octets of the area */
    char *area;
    struct io_uring *ring; /* NULL: by send(2) */
    bool has_ring;         /* there was one at first */
};

/* ring: whether io_uring may be used. */
CR_MUST_CHECK int outbox_open(struct outbox *outbox, bool ring, struct cr_err *err);
void outbox_close(struct outbox *outbox);

/* Copies the slots, size octets in all. */
bool outbox_put(struct outbox *outbox, struct conn *conn, const struct iovec *slots, size_t count,
                size_t size, bool last);

/* Sends every piece and fills in its outcome; then outbox_clear. */
void outbox_send(struct outbox *outbox);
void outbox_clear(struct outbox *outbox);

#endif
