/* Sockets: sending what can be sent, keeping the rest, reading into the shared scratch. */
#include "conn.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cr_assert.h"
#include "worker.h"

void conn_init(struct conn *conn, struct worker *worker, enum conn_kind kind, int fd)
{
    conn->worker = worker;
    conn->kind = (unsigned char)kind;
    conn->fd = fd;
}

void conn_discard(struct conn *conn)
{
    conn->worker->unsent -= conn_unsent(conn);
    conn->out_sent = 0;
    cr_buf_free(&conn->out);
}

void conn_close(struct conn *conn)
{
    if (conn->dead)
        return;
    conn->dead = true;
    wheel_clear(&conn->timer);
    conn_discard(conn);
    if (conn->queued)
        conn->worker->outbox.pieces[conn->queued - 1].conn = NULL;
    cr_closep(&conn->fd);
    cr_list_remove(&conn->again);
    cr_list_push_back(&conn->worker->dead, &conn->again);
}

/* Keeps what is behind the first `taken` octets of the slots. */
static int keep(struct conn *conn, const struct iovec *slots, size_t count, size_t taken)
{
    if (conn->out_sent > conn_unsent(conn)) {
        cr_buf_consume(&conn->out, conn->out_sent);
        conn->out_sent = 0;
    }
    size_t before = conn->out.len;
    for (size_t i = 0; i < count; i++) {
        size_t skip = taken < slots[i].iov_len ? taken : slots[i].iov_len;
        taken -= skip;
        if (slots[i].iov_len > skip)
            cr_buf_append(&conn->out, (const char *)slots[i].iov_base + skip,
                          slots[i].iov_len - skip);
    }
    conn->worker->unsent += conn->out.len - before;
    return cr_buf_status(&conn->out) ? CR_EIO : 0;
}

/* What the kernel took, given what a call said; -1 when the peer is gone. */
static ssize_t taken_of(ssize_t sent)
{
    return sent < 0 && (errno == EAGAIN || errno == ENOTCONN) ? 0 : sent;
}

static ssize_t send_slots(int fd, struct iovec *slots, size_t count, int flags)
{
    struct msghdr message = {.msg_iov = slots, .msg_iovlen = count};
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | flags);
    while (sent < 0 && errno == EINTR);
    return taken_of(sent);
}

/* --- the outbox --- */

/* Takes what is little: room for that is there once the outbox is empty. */
static void queue(struct conn *conn, const struct iovec *slots, size_t count, size_t size,
                  bool last)
{
    struct outbox *outbox = &conn->worker->outbox;
    if (!outbox_put(outbox, conn, slots, count, size, last)) {
        conn_send_queued(conn->worker);
        CR_ASSERT(outbox_put(outbox, conn, slots, count, size, last));
    }
    conn->queued = (unsigned char)outbox->count;
}

static void settle(const struct outbox_piece *piece)
{
    struct conn *conn = piece->conn;
    bool later = piece->outcome == -EAGAIN || piece->outcome == -ENOTCONN;
    size_t taken = piece->outcome > 0 ? (size_t)piece->outcome : 0;
    const struct iovec text = {(void *)(uintptr_t)piece->text, piece->len};
    conn->queued = 0;
    conn->sent += taken;
    conn->broken =
        (piece->outcome < 0 && !later) || (taken < piece->len && keep(conn, &text, 1, taken) != 0);
    if (conn->broken || conn->awaited || taken < piece->len)
        conn_again(conn);
    conn->awaited = false;
}

void conn_send_queued(struct worker *worker)
{
    struct outbox *outbox = &worker->outbox;
    if (!outbox->count)
        return;
    outbox_send(outbox);
    for (size_t i = 0; i < outbox->count; i++)
        if (outbox->pieces[i].conn)
            settle(&outbox->pieces[i]);
    outbox_clear(outbox);
}

/* Nothing of it is in the outbox any more; CR_EIO: the peer was gone. */
static int clear_queue(struct conn *conn)
{
    if (conn->queued)
        conn_send_queued(conn->worker);
    bool broken = conn->broken;
    conn->broken = false;
    return broken ? CR_EIO : 0;
}

int conn_send(struct conn *conn, struct iovec *slots, size_t count, bool last)
{
    size_t size = 0;
    if (clear_queue(conn))
        return CR_EIO;
    for (size_t i = 0; i < count; i++)
        size += slots[i].iov_len;
    size_t taken = 0;
    if (!conn_unsent(conn) && size) {
        if (!conn->connecting && size <= WORKER_PIECE) {
            queue(conn, slots, count, size, last);
            return 0;
        }
        ssize_t sent = send_slots(conn->fd, slots, count, last ? MSG_MORE : 0);
        if (sent < 0)
            return CR_EIO;
        taken = (size_t)sent;
        conn->sent += taken;
    }
    return taken == size ? 0 : keep(conn, slots, count, taken);
}

int conn_flush(struct conn *conn)
{
    if (clear_queue(conn))
        return CR_EIO;
    while (conn_unsent(conn)) {
        struct iovec rest = {conn->out.data + conn->out_sent, conn_unsent(conn)};
        ssize_t sent = send_slots(conn->fd, &rest, 1, 0);
        if (sent < 0)
            return CR_EIO;
        if (sent == 0)
            return 0;
        conn->out_sent += (size_t)sent;
        conn->sent += (size_t)sent;
        conn->worker->unsent -= (size_t)sent;
    }
    conn_discard(conn);
    return 0;
}

bool conn_congested(const struct conn *conn)
{
    size_t unsent = conn_unsent(conn);
    if (!unsent)
        return false;
    const struct plane_options *options = conn->worker->options;
    return unsent > options->buffer_max || conn->worker->unsent > options->unsent_max;
}

enum conn_read conn_recv(struct conn *conn, struct cr_slice *out_data)
{
    struct worker *worker = conn->worker;
    /* Over the budget a stalled reader holds at most this one small read. */
    bool tight = worker->unsent > worker->options->unsent_max;
    size_t size = tight ? WORKER_TIGHT_READ : WORKER_SCRATCH;
    ssize_t got;
    do
        got = recv(conn->fd, worker->scratch, size, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN) {
        conn->readable = false;
        return CONN_READ_AGAIN;
    }
    if (got < 0)
        return CONN_READ_ERROR;
    if (got == 0)
        return CONN_READ_END;
    *out_data = (struct cr_slice){worker->scratch, (size_t)got};
    /* A short read emptied the socket: what comes later is a new event. The end is not. */
    conn->readable = (size_t)got == size || conn->hangup;
    return CONN_READ_DATA;
}

void conn_again(struct conn *conn)
{
    if (!conn->dead && !cr_list_linked(&conn->again))
        cr_list_push_back(&conn->worker->again, &conn->again);
}
