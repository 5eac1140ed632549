/* Why a call failed: peers that break every rule, and peers that are not there. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client_world.h"

/* A foreign peer: one connection, answered with bytes. */
struct rogue {
    int listen_fd;
    int port;
    const char *answer; /* NULL: never accept */
    bool wait;          /* keep the connection open until stop */
    _Atomic bool stop;
    struct cr_thread thread;
};

static void serve_rogue(void *ctx)
{
    struct rogue *rogue = ctx;
    CR_AUTO_CLOSE int fd = accept(rogue->listen_fd, NULL, NULL);
    char request[4096];
    if (fd < 0 || recv(fd, request, sizeof request, 0) <= 0)
        return;
    peer_send(fd, rogue->answer);
    while (rogue->wait && !rogue->stop && recv(fd, request, sizeof request, 0) > 0) {
    }
}

static void rogue_start(struct rogue *rogue, const char *answer, bool wait)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    socklen_t len = sizeof addr;
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *rogue = (struct rogue){.answer = answer, .wait = wait};
    rogue->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(rogue->listen_fd, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(listen(rogue->listen_fd, 1), 0);
    assert_int_equal(getsockname(rogue->listen_fd, (struct sockaddr *)&addr, &len), 0);
    rogue->port = ntohs(addr.sin_port);
    if (answer)
        assert_int_equal(cr_thread_start(&rogue->thread, "rogue", serve_rogue, rogue, NULL), 0);
}

static void rogue_stop(struct rogue *rogue)
{
    rogue->stop = true;
    cr_thread_join(&rogue->thread);
    close(rogue->listen_fd);
}

static const char *rogue_url(struct world *world, const struct rogue *rogue)
{
    return cr_arena_printf(world->arena, "http://127.0.0.1:%d/x", rogue->port);
}

static void test_causes(void **state)
{
    static const struct {
        const char *answer;
        bool wait;
        enum cr_http_cause cause;
        int code;
    } cases[] = {
        {"", false, CR_HTTP_BROKEN, CR_EUNAVAILABLE},
        {"HTTP/1.1 200 OK\r\nContent-Le", false, CR_HTTP_BROKEN, CR_EUNAVAILABLE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false, CR_HTTP_BROKEN,
         CR_EUNAVAILABLE},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", false, CR_HTTP_BROKEN,
         CR_EUNAVAILABLE},
        {"SSH-2.0-OpenSSH_9.2\r\n", false, CR_HTTP_GARBLED, CR_EPARSE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true, CR_HTTP_TIMEOUT, CR_ETIMEOUT},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A:  b \r\n\r\nok", false, CR_HTTP_DONE, 0},
        {"HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 204 None\r\nX-A: b\r\n\r\n", false,
         CR_HTTP_DONE, 0},
    };
    struct world *world = *state;
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct rogue rogue;
        rogue_start(&rogue, cases[i].answer, cases[i].wait);
        struct cr_http_response r = world_fetch(
            world, (struct cr_http_call){.url = rogue_url(world, &rogue), .total_ms = 400});
        assert_int_equal(r.cause, cases[i].cause);
        assert_int_equal(r.code, cases[i].code);
        if (r.code == 0) {
            world_header(&r, "x-a", "b");
            assert_null(cr_http_response_header(&r, "X-Early"));
        }
        rogue_stop(&rogue);
    }
}

static void test_refused_and_connect_timeout(void **state)
{
    struct world *world = *state;
    struct rogue rogue;
    rogue_start(&rogue, NULL, false);
    rogue_stop(&rogue); /* its port is free: nobody listens */
    struct cr_http_response r =
        world_fetch(world, (struct cr_http_call){.url = rogue_url(world, &rogue)});
    assert_int_equal(r.cause, CR_HTTP_REFUSED);
    assert_int_equal(r.code, CR_EUNAVAILABLE);
    r = world_fetch(world, (struct cr_http_call){.url = "http://no-such-host.invalid/"});
    assert_int_equal(r.cause, CR_HTTP_REFUSED);
    /* A full backlog: the kernel answers nothing. */
    rogue_start(&rogue, NULL, false);
    int fds[4];
    for (size_t i = 0; i < CR_COUNT(fds); i++) {
        struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)rogue.port)};
        addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fds[i], (struct sockaddr *)&addr, sizeof addr);
    }
    r = world_fetch(world,
                    (struct cr_http_call){.url = rogue_url(world, &rogue), .connect_ms = 150});
    assert_int_equal(r.cause, CR_HTTP_CONNECT_TIMEOUT);
    assert_int_equal(r.code, CR_ETIMEOUT);
    for (size_t i = 0; i < CR_COUNT(fds); i++)
        close(fds[i]);
    rogue_stop(&rogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_causes),
        IN_WORLD(test_refused_and_connect_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
