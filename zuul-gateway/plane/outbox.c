/* The pieces of a turn, and the two ways to send them. */
#include "outbox.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conn.h"

int outbox_open(struct outbox *outbox, bool ring, struct cr_err *err)
{
    outbox->area = malloc(OUTBOX_AREA);
    if (!outbox->area)
        return cr_err_set(err, CR_ENOMEM, "no memory for an outbox");
    outbox->ring = ring ? malloc(sizeof *outbox->ring) : NULL;
    if (outbox->ring && io_uring_queue_init(OUTBOX_PIECES, outbox->ring, IORING_SETUP_SUBMIT_ALL)) {
        free(outbox->ring);
        outbox->ring = NULL;
    }
    outbox->has_ring = outbox->ring != NULL;
    return 0;
}

static void close_ring(struct outbox *outbox)
{
    if (!outbox->ring)
        return;
    io_uring_queue_exit(outbox->ring);
    free(outbox->ring);
    outbox->ring = NULL;
}

void outbox_close(struct outbox *outbox)
{
    close_ring(outbox);
    free(outbox->area);
}

bool outbox_put(struct outbox *outbox, struct conn *conn, const struct iovec *slots, size_t count,
                size_t size, bool last)
{
    if (outbox->count == OUTBOX_PIECES || size > OUTBOX_AREA - outbox->used)
        return false;
    char *text = outbox->area + outbox->used, *end = text;
    for (size_t i = 0; i < count; i++)
        if (slots[i].iov_len)
            end = mempcpy(end, slots[i].iov_base, slots[i].iov_len);
    outbox->pieces[outbox->count++] =
        (struct outbox_piece){.conn = conn, .text = text, .len = size, .last = last};
    outbox->used += size;
    return true;
}

void outbox_clear(struct outbox *outbox)
{
    outbox->count = 0;
    outbox->used = 0;
}

/* MSG_DONTWAIT: what the kernel cannot take now is ours again, whatever the socket says. */
static int flags_of(const struct outbox_piece *piece)
{
    return MSG_NOSIGNAL | MSG_DONTWAIT | (piece->last ? MSG_MORE : 0);
}

static void send_one(struct outbox_piece *piece)
{
    ssize_t sent = send(piece->conn->fd, piece->text, piece->len, flags_of(piece));
    piece->outcome = sent < 0 ? -errno : (int)sent;
}

static unsigned prepare(struct outbox *outbox)
{
    unsigned count = 0;
    for (size_t i = 0; i < outbox->count; i++) {
        struct outbox_piece *piece = &outbox->pieces[i];
        piece->outcome = -EINPROGRESS;
        if (!piece->conn)
            continue;
        struct io_uring_sqe *entry = io_uring_get_sqe(outbox->ring);
        io_uring_prep_send(entry, piece->conn->fd, piece->text, piece->len, flags_of(piece));
        io_uring_sqe_set_data(entry, piece);
        count++;
    }
    return count;
}

static void reap(struct outbox *outbox)
{
    struct io_uring_cqe *result;
    unsigned at, count = 0;
    io_uring_for_each_cqe(outbox->ring, at, result)
    {
        struct outbox_piece *piece = io_uring_cqe_get_data(result);
        piece->outcome = result->res;
        count++;
    }
    io_uring_cq_advance(outbox->ring, count);
}

/* False: the ring is of no use any more, and some pieces have no outcome. */
static bool send_by_ring(struct outbox *outbox)
{
    unsigned count = prepare(outbox);
    if (!count)
        return true;
    int submitted = io_uring_submit_and_wait(outbox->ring, count);
    reap(outbox);
    return submitted == (int)count;
}

/* One alone is cheaper by itself. */
void outbox_send(struct outbox *outbox)
{
    bool by_ring = outbox->ring && outbox->count > 1;
    if (by_ring && send_by_ring(outbox))
        return;
    if (by_ring)
        close_ring(outbox);
    for (size_t i = 0; i < outbox->count; i++)
        if (outbox->pieces[i].conn && (!by_ring || outbox->pieces[i].outcome == -EINPROGRESS))
            send_one(&outbox->pieces[i]);
}
