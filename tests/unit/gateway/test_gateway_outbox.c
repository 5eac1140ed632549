/* The outbox on real sockets, by io_uring and by send(2): what each piece comes to. */
#include "outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "conn.h"
#include "cr_slice.h"

static struct outbox outbox;

/* Does the kernel let us have one? */
static bool is_allowed(void)
{
    struct io_uring ring;
    if (io_uring_queue_init(1, &ring, IORING_SETUP_SUBMIT_ALL))
        return false;
    io_uring_queue_exit(&ring);
    return true;
}

static void open_outbox(bool ring)
{
    struct cr_err err;
    outbox = (struct outbox){0};
    assert_int_equal(outbox_open(&outbox, ring, &err), 0);
    assert_int_equal(outbox.has_ring, ring && is_allowed());
}

static void open_pair(struct conn *conn, int *out_peer)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    *conn = (struct conn){.fd = fds[0]};
    *out_peer = fds[1];
}

static bool put(struct conn *conn, const char *text)
{
    struct iovec slots[3] = {
        {(void *)(uintptr_t)text, 1}, {NULL, 0}, {(void *)(uintptr_t)(text + 1), strlen(text) - 1}};
    return outbox_put(&outbox, conn, slots, 3, strlen(text), false);
}

static void assert_came(int peer, const char *text)
{
    char data[64] = "";
    assert_int_equal(recv(peer, data, sizeof data - 1, 0), strlen(text));
    assert_string_equal(data, text);
}

static void check_outcomes(bool ring)
{
    struct conn good, gone, full, closed;
    int peers[4];
    char much[OUTBOX_AREA / 2];
    open_outbox(ring);
    open_pair(&good, &peers[0]);
    open_pair(&gone, &peers[1]);
    open_pair(&full, &peers[2]);
    open_pair(&closed, &peers[3]);
    close(peers[1]);
    memset(much, 'x', sizeof much);
    while (send(full.fd, much, sizeof much, MSG_DONTWAIT) > 0)
        ;
    assert_true(put(&gone, "nobody"));
    assert_true(put(&full, "later"));
    assert_true(put(&closed, "not sent"));
    assert_true(put(&good, "hello"));
    outbox.pieces[2].conn = NULL;
    outbox_send(&outbox);
    assert_int_equal(outbox.pieces[0].outcome, -EPIPE);
    assert_int_equal(outbox.pieces[1].outcome, -EAGAIN);
    assert_int_equal(outbox.pieces[3].outcome, 5);
    assert_came(peers[0], "hello");
    assert_int_equal(recv(peers[3], much, sizeof much, 0), -1);
    outbox_clear(&outbox);
    /* Again: nothing of the last turn is left in it. */
    assert_true(put(&good, "once more"));
    outbox_send(&outbox);
    assert_int_equal(outbox.pieces[0].outcome, 9);
    assert_came(peers[0], "once more");
    outbox_clear(&outbox);
    outbox_send(&outbox);
    outbox_close(&outbox);
    const int fds[] = {good.fd, gone.fd, full.fd, closed.fd, peers[0], peers[2], peers[3]};
    for (size_t i = 0; i < CR_COUNT(fds); i++)
        close(fds[i]);
}

static void test_outcomes_by_ring(void **state)
{
    (void)state;
    check_outcomes(true);
}

static void test_outcomes_by_send(void **state)
{
    (void)state;
    check_outcomes(false);
}

static void test_a_ring_that_fails_is_done_without(void **state)
{
    struct conn conn;
    int peer;
    (void)state;
    open_outbox(true);
    open_pair(&conn, &peer);
    int ring_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (outbox.ring) /* as if the kernel refused it now */
        assert_true(dup2(ring_fd, outbox.ring->ring_fd) >= 0);
    assert_true(put(&conn, "all "));
    assert_true(put(&conn, "the same"));
    outbox_send(&outbox);
    assert_int_equal(outbox.pieces[0].outcome, 4);
    assert_int_equal(outbox.pieces[1].outcome, 8);
    assert_null(outbox.ring);
    assert_came(peer, "all the same");
    outbox_close(&outbox);
    close(ring_fd);
    close(conn.fd);
    close(peer);
}

static void test_it_is_full_by_pieces_and_by_octets(void **state)
{
    struct conn conn = {.fd = -1};
    char much[OUTBOX_AREA / 4] = "";
    struct iovec slot = {much, sizeof much};
    (void)state;
    open_outbox(false);
    for (int i = 0; i < OUTBOX_PIECES; i++)
        assert_true(put(&conn, "a"));
    assert_false(put(&conn, "a"));
    outbox_clear(&outbox);
    for (int i = 0; i < 4; i++)
        assert_true(outbox_put(&outbox, &conn, &slot, 1, sizeof much, false));
    assert_false(put(&conn, "a"));
    outbox_close(&outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes_by_ring),
        cmocka_unit_test(test_outcomes_by_send),
        cmocka_unit_test(test_a_ring_that_fails_is_done_without),
        cmocka_unit_test(test_it_is_full_by_pieces_and_by_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
