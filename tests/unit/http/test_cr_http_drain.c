/* The end of a server with requests in work. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_thread.h"
#include "http_peer.h"

enum { HELD_MAX = 64 };

struct shop {
    struct cr_http_server *server;
    int port;
    struct cr_mutex lock;
    struct cr_http_request *held[HELD_MAX];
    size_t count;
};

static void on_hold(struct cr_http_request *req, void *ctx)
{
    struct shop *shop = ctx;
    CR_LOCKED(&shop->lock);
    shop->held[shop->count++] = req;
}

static void on_any(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 200, "text/plain", CR_SLICE("fine"));
}

static void on_none(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 200, NULL, CR_SLICE(""));
}

static const struct cr_http_route rows[] = {{"GET", "/hold", on_hold, 0, ""},
                                            {"GET", "/ok", on_any, 0, ""},
                                            {"GET", "/none", on_none, 0, ""}};

static int open_shop(void **state)
{
    static struct shop shop;
    shop = (struct shop){0};
    cr_mutex_init(&shop.lock);
    struct cr_http_server_options options = {0};
    shop.server = peer_serve(&options, rows, CR_COUNT(rows), &shop);
    shop.port = cr_http_server_port(shop.server);
    *state = &shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;
    cr_http_server_stop(shop->server);
    cr_mutex_fini(&shop->lock);
    return 0;
}

static size_t held_count(struct shop *shop)
{
    CR_LOCKED(&shop->lock);
    return shop->count;
}

static bool all_held(void *ctx)
{
    return held_count(ctx) == HELD_MAX;
}

static void hold_all(struct shop *shop, int fds[HELD_MAX])
{
    for (size_t i = 0; i < HELD_MAX; i++) {
        fds[i] = peer_connect(shop->port);
        peer_send(fds[i], "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    assert_true(peer_until(all_held, shop));
}

static void answer_all(void *ctx)
{
    struct shop *shop = ctx;
    for (size_t i = 0; i < HELD_MAX; i++)
        cr_http_answer(shop->held[i], 200, "text/plain", cr_http_path(shop->held[i]));
}

/* Also from within a client's or a store's thread: the answers come while drain waits. */
static void test_drain_waits_for_answers(void **state)
{
    struct shop *shop = *state;
    int fds[HELD_MAX];
    CR_AUTO(cr_buf) out = {0};
    struct cr_thread thread = {0};
    hold_all(shop, fds);
    assert_int_equal(cr_thread_start(&thread, "answers", answer_all, shop, NULL), 0);
    assert_int_equal(cr_http_server_drain(shop->server, 10000), 0);
    cr_thread_join(&thread);
    for (size_t i = 0; i < HELD_MAX; i++) {
        assert_int_equal(peer_answer(fds[i], &out, false), 200);
        if (strstr(out.data, "Connection: close")) /* those answered after drain began */
            assert_true(peer_closes(fds[i], 5000));
        close(fds[i]);
    }
}

static void test_drain_gives_up_with_503(void **state)
{
    struct shop *shop = *state;
    int fds[HELD_MAX];
    CR_AUTO(cr_buf) out = {0};
    hold_all(shop, fds);
    int64_t began_ms = cr_clock_ms();
    assert_int_equal(cr_http_server_drain(shop->server, 100), HELD_MAX);
    assert_true(cr_clock_ms() - began_ms < 5000);
    for (size_t i = 0; i < HELD_MAX; i++) {
        assert_int_equal(peer_answer(fds[i], &out, false), 503);
        assert_non_null(strstr(out.data, "application/problem+json"));
        assert_non_null(strstr(out.data, "Retry-After"));
        close(fds[i]);
    }
    answer_all(shop); /* late ones are dropped */
}

/* The late answers come when even the server is gone. */
static void test_stop_with_suspended_requests(void **state)
{
    struct shop *shop = *state;
    int fds[HELD_MAX];
    hold_all(shop, fds);
    cr_http_server_stop(shop->server);
    for (size_t i = 0; i < HELD_MAX; i++) {
        assert_true(peer_closes(fds[i], 5000));
        close(fds[i]);
    }
    answer_all(shop);
    struct cr_http_server_options options = {0};
    shop->server = peer_serve(&options, rows, CR_COUNT(rows), shop);
}

/* Answers that have nothing in them share one response, which must not say it for good. */
static void test_an_empty_answer_says_that_the_end_is_near(void **state)
{
    struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int kept = peer_connect(shop->port);
    for (int i = 0; i < 2; i++) {
        peer_send(kept, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(peer_answer(kept, &out, false), 200);
        assert_null(strstr(out.data, "Connection: close"));
        assert_non_null(strstr(out.data, "Content-Length: 0\r\n"));
    }
    cr_http_server_wind_down(shop->server);
    peer_send(kept, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(kept, &out, false), 200);
    assert_non_null(strstr(out.data, "Connection: close"));
    assert_true(peer_closes(kept, 5000));
}

static void test_after_drain_nobody_is_accepted(void **state)
{
    struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int kept = peer_connect(shop->port);
    peer_send(kept, "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(kept, &out, false), 200);
    assert_null(strstr(out.data, "Connection: close"));
    assert_int_equal(cr_http_server_drain(shop->server, 1000), 0);
    /* The port is free again. */
    struct cr_http_server_options options = {.host = "127.0.0.1", .port = shop->port};
    struct cr_http_server *next = peer_serve(&options, rows, CR_COUNT(rows), shop);
    assert_int_equal(peer_ask(shop->port, "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n", NULL), 200);
    /* One that kept its connection is told to go. */
    peer_send(kept, "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(kept, &out, false), 503);
    assert_non_null(strstr(out.data, "Connection: close"));
    cr_http_server_stop(next);
}

struct load {
    struct shop *shop;
    _Atomic bool stop;
    _Atomic size_t answered;
};

static void ask_on(void *ctx)
{
    struct load *load = ctx;
    CR_AUTO(cr_buf) out = {0};
    while (!load->stop) {
        CR_AUTO_CLOSE int fd = peer_try_connect(load->shop->port);
        for (int i = 0; fd >= 0 && i < 5 && !load->stop; i++) {
            peer_send(fd, "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n");
            if (peer_answer(fd, &out, false) != 200)
                return;
            load->answered++;
        }
    }
}

static bool some_answered(void *ctx)
{
    return ((struct load *)ctx)->answered > 200;
}

static void test_stop_under_load(void **state)
{
    struct load load = {.shop = *state};
    struct cr_thread threads[4] = {0};
    for (size_t i = 0; i < CR_COUNT(threads); i++)
        assert_int_equal(cr_thread_start(&threads[i], "load", ask_on, &load, NULL), 0);
    assert_true(peer_until(some_answered, &load));
    load.stop = true;
    (void)cr_http_server_drain(load.shop->server, 1000);
    for (size_t i = 0; i < CR_COUNT(threads); i++)
        cr_thread_join(&threads[i]);
}

#define IN_SHOP(test) cmocka_unit_test_setup_teardown(test, open_shop, close_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SHOP(test_drain_waits_for_answers),
        IN_SHOP(test_drain_gives_up_with_503),
        IN_SHOP(test_stop_with_suspended_requests),
        IN_SHOP(test_an_empty_answer_says_that_the_end_is_near),
        IN_SHOP(test_after_drain_nobody_is_accepted),
        IN_SHOP(test_stop_under_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
