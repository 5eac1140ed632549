/* Crowds: those who only connect, those who do not read, and too few descriptors. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_http_stream.h"
#include "http_peer.h"

enum { BIG = 8 * 1024 * 1024 };

static void on_any(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 200, "text/plain", CR_SLICE("fine"));
}

static void on_big(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_buf out = {0};
    char *room = cr_buf_reserve(&out, BIG);
    if (room) {
        memset(room, 'x', BIG);
        cr_buf_commit(&out, BIG);
    }
    cr_http_answer_buf(req, 200, "application/octet-stream", &out);
}

static void on_stream(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_http_stream_options options = {.heartbeat_ms = 50};
    struct cr_http_stream *stream = NULL;
    if (cr_http_stream_open(req, 200, &options, &stream))
        cr_http_problem(req, 503, "%s", "no stream");
}

static const struct cr_http_route rows[] = {{"GET", "/ok", on_any, 0, ""},
                                            {"GET", "/stream", on_stream, 0, ""},
                                            {"GET", "/big", on_big, 0, ""}};

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

/* A newcomer is refused while the server is behind with those who came before. */
static bool is_served(void *ctx)
{
    const int *port = ctx;
    return peer_ask(*port, ask, NULL) == 200;
}

/* --- those who only connect --- */

enum { LIMIT = 20 };

/* Whom no thread has seen yet cannot make room. */
static bool is_full_of_the_silent(void *ctx)
{
    return counts_of(ctx).silent == LIMIT - 1;
}

static bool is_within(void *ctx)
{
    return counts_of(ctx).connections <= LIMIT;
}

static void close_all(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_closep(&fds[i]);
}

/* Whoever asks is served, however many say nothing; whoever has asked before keeps its place. */
static void test_the_silent_make_room(void **state)
{
    (void)state;
    struct cr_http_server *server =
        serve((struct cr_http_server_options){.max_connections = LIMIT, .head_ms = 60000});
    int port = cr_http_server_port(server), fds[LIMIT];
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int known = peer_connect(port);
    peer_send(known, ask);
    assert_int_equal(peer_answer(known, &out, false), 200);
    for (size_t i = 1; i < LIMIT; i++)
        fds[i] = peer_connect(port);
    for (size_t i = 1; i < LIMIT; i += 2)
        peer_send(fds[i], "GET /ok HTTP/1.1\r\nHost: h\r\nX: half a head");
    assert_true(peer_until(is_full_of_the_silent, server));
    int new[2];
    for (size_t i = 0; i < CR_COUNT(new); i++) {
        new[i] = peer_connect(port);
        peer_send(new[i], ask);
        assert_int_equal(peer_answer(new[i], &out, false), 200);
    }
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(peer_ask(port, ask, &out), 200);
    size_t closed = 0;
    for (size_t i = 1; i < LIMIT; i++)
        closed += peer_closes(fds[i], 100);
    assert_in_range(closed, CR_COUNT(new), LIMIT - 1);
    assert_int_equal(counts_of(server).refused, 0);
    assert_int_equal(counts_of(server).evicted, closed);
    peer_send(known, ask);
    assert_int_equal(peer_answer(known, &out, false), 200);
    close_all(new, CR_COUNT(new));
    close_all(fds + 1, LIMIT - 1);
    cr_http_server_stop(server);
}

static void test_more_of_the_silent(void **state)
{
    enum { CROWD = 1500 };
    (void)state;
    struct cr_http_server *server =
        serve((struct cr_http_server_options){.max_connections = LIMIT, .head_ms = 60000});
    int port = cr_http_server_port(server), *fds = test_calloc(CROWD, sizeof *fds);
    for (size_t i = 0; i < CROWD; i++)
        fds[i] = peer_connect(port);
    assert_true(peer_until(is_served, &port));
    assert_true(peer_until(is_within, server));
    assert_true(counts_of(server).evicted + counts_of(server).refused >= CROWD - LIMIT);
    close_all(fds, CROWD);
    test_free(fds);
    cr_http_server_stop(server);
}

/* --- those who do not read --- */

/* With a small window, so that the kernel does not take the answer on the client's behalf. */
static int ask_big(int port)
{
    int fd = peer_connect(port), small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    peer_send(fd, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    return fd;
}

static bool is_empty(void *ctx)
{
    return counts_of(ctx).connections == 0;
}

static void test_who_does_not_read_is_ended(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){.idle_ms = 1000});
    CR_AUTO_CLOSE int fd = ask_big(cr_http_server_port(server));
    int64_t began_ms = cr_clock_ms();
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(peer_answer(fd, &out, true), 200);
    assert_true(peer_until(is_empty, server));
    assert_in_range(cr_clock_ms() - began_ms, 500, 8000);
    cr_http_server_stop(server);
}

/* Progress alone does not buy more time: the answer is memory of ours. */
static void test_who_reads_too_slowly_is_ended(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){.answer_ms = 400});
    CR_AUTO_CLOSE int fd = ask_big(cr_http_server_port(server));
    int64_t began_ms = cr_clock_ms();
    char piece[2048];
    while (counts_of(server).reaped == 0 && cr_clock_ms() - began_ms < 8000) {
        (void)recv(fd, piece, sizeof piece, MSG_DONTWAIT);
        usleep(5000);
    }
    assert_int_equal(counts_of(server).reaped, 1);
    assert_in_range(cr_clock_ms() - began_ms, 350, 4000);
    /* One who reads as fast as it can is not. */
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(
        peer_ask(cr_http_server_port(server), "GET /big HTTP/1.1\r\nHost: h\r\n\r\n", &out), 200);
    assert_true(out.len > BIG);
    cr_http_server_stop(server);
}

static void test_a_stream_may_last(void **state)
{
    (void)state;
    struct cr_http_server *server = serve((struct cr_http_server_options){.answer_ms = 200});
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(server));
    peer_send(fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_false(peer_closes(fd, 1000));
    assert_int_equal(counts_of(server).streams, 1);
    cr_http_server_stop(server);
}

/* --- too few descriptors --- */

/* The server in a process with few descriptors; tells its port, lives until it is killed. */
static void in_a_small_process(int tell)
{
    struct rlimit limit = {120, 120};
    struct cr_http_routes table = {rows, CR_COUNT(rows), NULL};
    struct cr_http_server_options options = {.host = "127.0.0.1", .head_ms = 60000};
    struct cr_http_server *server = NULL;
    int port = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also of a test that failed */
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 &&
        cr_http_server_start(&options, &table, 1, &server, NULL) == 0)
        port = cr_http_server_port(server);
    if (write(tell, &port, sizeof port) == (ssize_t)sizeof port && port)
        for (;;)
            pause();
    _exit(1);
}

/* Otherwise newcomers would wait in the backlog for a descriptor until somebody leaves. */
static void test_the_limit_follows_the_descriptors(void **state)
{
    enum { CROWD = 300 };
    (void)state;
    int ends[2], port = 0, fds[CROWD];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        in_a_small_process(ends[1]);
    assert_int_equal(read(ends[0], &port, sizeof port), sizeof port);
    assert_int_not_equal(port, 0);
    for (size_t i = 0; i < CROWD; i++)
        fds[i] = peer_connect(port);
    assert_true(peer_until(is_served, &port));
    close_all(fds, CROWD);
    close_all(ends, CR_COUNT(ends));
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_limit_follows_the_descriptors),
        cmocka_unit_test(test_the_silent_make_room),
        cmocka_unit_test(test_more_of_the_silent),
        cmocka_unit_test(test_who_does_not_read_is_ended),
        cmocka_unit_test(test_a_stream_may_last),
        cmocka_unit_test(test_who_reads_too_slowly_is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
