/* Deadlines, the limit on connections, and what many requests leave behind. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_log.h"
#include "http_peer.h"

static void on_any(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 200, "text/plain", cr_http_body(req));
}

static const struct cr_http_route rows[] = {{"GET", "/ok", on_any, 0, ""},
                                            {"POST", "/ok", on_any, 0, ""}};

static const char ask[] = "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n";

static struct cr_http_server *serve(struct cr_http_server_options options)
{
    return peer_serve(&options, rows, CR_COUNT(rows), NULL);
}

static struct cr_http_server_counts counts_of(struct cr_http_server *server)
{
    struct cr_http_server_counts counts;
    cr_http_server_counts(server, &counts);
    return counts;
}

/* Sends one byte of text every 20 ms until the connection ends; how long that took. */
static int64_t trickle(int fd, const char *text)
{
    int64_t began_ms = cr_clock_ms();
    for (;; text += text[1] != '\0') {
        peer_send_bytes(fd, text, 1);
        if (peer_closes(fd, 20) || cr_clock_ms() - began_ms > 8000)
            return cr_clock_ms() - began_ms;
    }
}

static void test_a_slow_head_is_ended(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){.head_ms = 300});
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(server));
    int64_t took_ms =
        trickle(fd, "GET /ok HTTP/1.1\r\nHost: h\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_in_range(took_ms, 250, 4000);
    assert_int_equal(counts_of(server).reaped, 1);
    cr_http_server_stop(server);
}

/* The request line does not begin the time anew. */
static void test_a_first_head_has_its_time_once(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){.head_ms = 2000});
    int64_t began_ms = cr_clock_ms();
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(server));
    assert_false(peer_closes(fd, 1500));
    peer_send(fd, "GET /ok HTTP/1.1\r\nHost: h\r\n");
    assert_true(peer_closes(fd, 5000));
    assert_in_range(cr_clock_ms() - began_ms, 1900, 3300);
    cr_http_server_stop(server);
}

static void test_a_connection_that_says_nothing_is_ended(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){.head_ms = 200});
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(server));
    assert_true(peer_closes(fd, 5000));
    cr_http_server_stop(server);
}

static void test_a_slow_body_is_ended(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){.body_ms = 300});
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(server));
    peer_send(fd, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n");
    int64_t took_ms = trickle(fd, "x");
    assert_in_range(took_ms, 250, 4000);
    assert_int_equal(counts_of(server).reaped, 1);
    /* A body within its time is fine, also after a pause. */
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int good = peer_connect(cr_http_server_port(server));
    peer_send(good, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n");
    assert_false(peer_closes(good, 50));
    peer_send(good, "ab");
    assert_int_equal(peer_answer(good, &out, false), 200);
    cr_http_server_stop(server);
}

static void test_idle_connections_are_ended(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){
        .idle_ms = 8000, .busy_idle_ms = 200, .busy_connections = 3, .max_connections = 10});
    CR_AUTO(cr_buf) out = {0};
    int fds[3];
    for (size_t i = 0; i < 2; i++) {
        fds[i] = peer_connect(cr_http_server_port(server));
        peer_send(fds[i], ask);
        assert_int_equal(peer_answer(fds[i], &out, false), 200);
    }
    assert_false(peer_closes(fds[0], 600)); /* two are not busy */
    fds[2] = peer_connect(cr_http_server_port(server));
    peer_send(fds[2], ask);
    assert_int_equal(peer_answer(fds[2], &out, false), 200);
    assert_true(peer_closes(fds[0], 5000) || peer_closes(fds[1], 5000));
    for (size_t i = 0; i < 3; i++)
        close(fds[i]);
    cr_http_server_stop(server);
}

static bool none_open(void *ctx)
{
    return counts_of(ctx).connections == 0;
}

static void test_the_excess_is_closed_at_once(void **state)
{
    enum { MAX = 20 };
    (void)state;
    struct cr_http_server *server =
        serve((struct cr_http_server_options){.max_connections = MAX, .threads = 3});
    int port = cr_http_server_port(server), fds[MAX];
    CR_AUTO(cr_buf) out = {0};
    for (size_t i = 0; i < MAX; i++) {
        fds[i] = peer_connect(port);
        peer_send(fds[i], ask);
        assert_int_equal(peer_answer(fds[i], &out, false), 200);
    }
    for (size_t i = 0; i < 50; i++) {
        CR_AUTO_CLOSE int excess = peer_connect(port);
        assert_true(peer_closes(excess, 5000));
    }
    assert_int_equal(counts_of(server).refused, 50);
    for (size_t i = 0; i < MAX; i++) { /* those within the limit do not suffer */
        peer_send(fds[i], ask);
        assert_int_equal(peer_answer(fds[i], &out, false), 200);
    }
    for (size_t i = 0; i < MAX; i++)
        close(fds[i]);
    assert_true(peer_until(none_open, server));
    assert_int_equal(peer_ask(port, ask, NULL), 200);
    cr_http_server_stop(server);
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += dup2(fd, fd) == fd;
    return count;
}

static void ask_many(int port, size_t count)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int fd = peer_connect(port);
    for (size_t i = 0; i < count; i++) {
        peer_send(fd, ask);
        assert_int_equal(peer_answer(fd, &out, false), 200);
        if (i % 10 == 0)
            assert_int_equal(peer_ask(port, ask, &out), 200);
    }
}

static void test_ten_thousand_requests_leave_nothing(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){0});
    int port = cr_http_server_port(server);
    ask_many(port, 500); /* fills what is filled once */
    assert_true(peer_until(none_open, server));
    size_t descriptors = open_descriptors();
    struct mallinfo2 before = mallinfo2();
    ask_many(port, 9100);
    assert_true(peer_until(none_open, server));
    struct mallinfo2 after = mallinfo2();
    assert_int_equal(open_descriptors(), descriptors);
    /* Zero under a sanitizer's allocator, which finds leaks by itself. */
    if (after.uordblks > before.uordblks)
        assert_true(after.uordblks - before.uordblks < (size_t)64 * 1024);
    cr_http_server_stop(server);
}

static void test_a_server_can_be_started_often(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct cr_http_server *server = serve((struct cr_http_server_options){.threads = 1});
        assert_int_equal(peer_ask(cr_http_server_port(server), ask, NULL), 200);
        cr_http_server_stop(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slow_head_is_ended),
        cmocka_unit_test(test_a_first_head_has_its_time_once),
        cmocka_unit_test(test_a_connection_that_says_nothing_is_ended),
        cmocka_unit_test(test_a_slow_body_is_ended),
        cmocka_unit_test(test_idle_connections_are_ended),
        cmocka_unit_test(test_the_excess_is_closed_at_once),
        cmocka_unit_test(test_ten_thousand_requests_leave_nothing),
        cmocka_unit_test(test_a_server_can_be_started_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
