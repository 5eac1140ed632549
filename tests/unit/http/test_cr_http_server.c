/* Requests and answers over real sockets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_thread.h"
#include "http_peer.h"

struct shop {
    struct cr_http_server *server;
    int port;
    struct cr_mutex lock;
    struct cr_http_request *held; /* by /hold */
};

static void on_echo(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 200, "application/json", cr_http_body(req));
}

/* What the accessors say, as one text. */
static void on_show(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_buf out = {0};
    size_t cursor = 0;
    struct cr_slice name, value;
    cr_buf_printf(&out, "%s %s %s\n", cr_http_method(req), cr_http_pattern(req), cr_http_peer(req));
    cr_buf_printf(&out, "target %.*s\n", CR_SLICE_ARG(cr_http_target(req)));
    cr_buf_printf(&out, "path %.*s\n", CR_SLICE_ARG(cr_http_path(req)));
    cr_buf_printf(&out, "query %.*s\n", CR_SLICE_ARG(cr_http_query_text(req)));
    cr_buf_printf(&out, "name %.*s\n", CR_SLICE_ARG(cr_http_param(req, "name")));
    while (cr_http_query_next(req, &cursor, &name, &value))
        cr_buf_printf(&out, "q %.*s=%.*s\n", CR_SLICE_ARG(name), CR_SLICE_ARG(value));
    cr_buf_printf(&out, "x %.*s\n", CR_SLICE_ARG(cr_http_header(req, "x-thing")));
    cr_buf_printf(&out, "absent %d %d %d\n", cr_http_header(req, "Nope").ptr == NULL,
                  cr_http_query(req, "nope").ptr == NULL, cr_http_param(req, "nope").ptr == NULL);
    cr_http_answer_header(req, "X-One", "1");
    cr_http_answer_header(req, "X-Bad", "a\r\nX-Injected: 1");
    cr_http_answer_buf(req, 200, "text/plain;charset=UTF-8", &out);
}

static void on_hold(struct cr_http_request *req, void *ctx)
{
    struct shop *shop = ctx;
    CR_LOCKED(&shop->lock);
    shop->held = req;
}

static void on_none(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 204, NULL, CR_SLICE(""));
}

static void on_broken(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_buf out = {.max = 4};
    cr_buf_text(&out, "too much for it");
    cr_http_answer_buf(req, 200, "text/plain", &out);
}

static void on_big(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_buf out = {0};
    for (int i = 0; i < 40000; i++)
        cr_buf_text(&out, "{\"a\":1}");
    cr_http_answer_buf(req, 200, "application/json", &out);
}

static void on_conflict(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_problem(req, 409, "order %d \"exists\"", 7);
}

static const struct cr_http_route rows[] = {
    {"POST", "/echo", on_echo, 1000, ""},    {"PUT", "/echo", on_echo, 0, ""},
    {"GET", "/show/{name}", on_show, 0, ""}, {"GET", "/hold", on_hold, 0, ""},
    {"GET", "/none", on_none, 0, ""},        {"GET", "/broken", on_broken, 0, ""},
    {"GET", "/big", on_big, 0, ""},          {"GET", "/conflict", on_conflict, 0, ""},
};

static int open_shop(void **state)
{
    static struct shop shop;
    struct cr_http_server_options options = {0};
    shop = (struct shop){0};
    cr_mutex_init(&shop.lock);
    shop.server = peer_serve(&options, rows, CR_COUNT(rows), &shop);
    shop.port = cr_http_server_port(shop.server);
    *state = &shop;
    return shop.port > 0 ? 0 : -1;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;
    cr_http_server_stop(shop->server);
    cr_mutex_fini(&shop->lock);
    return 0;
}

static bool has(const struct cr_buf *answer, const char *text)
{
    return answer->data && strstr(answer->data, text);
}

static void test_the_accessors(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(peer_ask(shop->port,
                              "GET /show/a%2Fb%20c?x=1&y=%41+b&z&=e&x=2 HTTP/1.1\r\nHost: h\r\n"
                              "X-Thing:  some thing \r\n\r\n",
                              &out),
                     200);
    assert_true(has(&out, "\r\n\r\nGET /show/{name} 127.0.0.1\n"
                          "target /show/a%2Fb%20c?x=1&y=%41+b&z&=e&x=2\n"
                          "path /show/a%2Fb%20c\nquery x=1&y=%41+b&z&=e&x=2\nname a/b c\n"
                          "q x=1\nq y=A b\nq z=\nq =e\nq x=2\nx some thing\nabsent 1 1 1\n"));
    assert_true(has(&out, "X-One: 1\r\n"));
    assert_false(has(&out, "X-Injected"));
    assert_int_equal(
        peer_ask(shop->port, "GET http://other:80/show/n?q HTTP/1.1\r\nHost: h\r\n\r\n", &out),
        200);
    assert_true(has(&out, "path /show/n\nquery q\nname n\n"));
}

static void test_bodies(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(peer_ask(shop->port,
                              "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
                              &out),
                     200);
    assert_true(has(&out, "\r\n\r\nabc"));
    assert_int_equal(peer_ask(shop->port,
                              "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\n",
                              &out),
                     200);
    assert_true(has(&out, "\r\n\r\nabcde"));
    assert_int_equal(peer_ask(shop->port, "PUT /echo HTTP/1.1\r\nHost: h\r\n\r\n", &out), 200);
    assert_int_equal(
        peer_ask(shop->port, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", &out),
        200);
}

static void test_expect_continue(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int fd = peer_connect(shop->port);
    peer_send(
        fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, true), 100);
    peer_send(fd, "ok");
    assert_int_equal(peer_answer(fd, &out, false), 200);
    /* A refusal comes instead of the invitation. */
    CR_AUTO_CLOSE int other = peer_connect(shop->port);
    peer_send(other, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n"
                     "Expect: 100-continue\r\n\r\n");
    assert_int_equal(peer_answer(other, &out, false), 413);
    assert_true(peer_closes(other, 5000));
}

static void test_too_large_with_content_length(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO(cr_buf) request = {0};
    cr_buf_text(&request, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
    for (int i = 0; i < 1001; i++)
        cr_buf_char(&request, 'x');
    assert_int_equal(peer_ask(shop->port, request.data, &out), 413);
    assert_true(has(&out, "larger than the 1000 bytes"));
    /* One byte less is fine, and the limit is not off by one. */
    request.data[request.len - 1] = '\0';
    char *length = strstr(request.data, "1001");
    memcpy(length, "1000", 4);
    assert_int_equal(peer_ask(shop->port, request.data, &out), 200);
    /* Far over the limit: answered without reading it. */
    assert_int_equal(peer_ask(shop->port,
                              "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n",
                              &out),
                     413);
    assert_true(has(&out, "Connection: close"));
    assert_true(has(&out, "application/problem+json"));
}

static void send_chunks(int fd, size_t bytes)
{
    char chunk[1006];
    memcpy(chunk, "3e8\r\n", 5);
    memset(chunk + 5, 'x', 1000);
    for (size_t sent = 0; sent < bytes; sent += 1000) {
        peer_send_bytes(fd, chunk, 1005);
        peer_send(fd, "\r\n");
    }
}

static void test_too_large_without_content_length(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    static const char head[] =
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    CR_AUTO_CLOSE int fd = peer_connect(shop->port);
    peer_send(fd, head);
    send_chunks(fd, 2000);
    peer_send(fd, "0\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 413);
    /* One that never ends is cut off. */
    CR_AUTO_CLOSE int endless = peer_connect(shop->port);
    peer_send(endless, head);
    send_chunks(endless, (size_t)4 * 1024 * 1024);
    assert_true(peer_closes(endless, 5000));
}

static void test_unknown_paths_and_methods(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(peer_ask(shop->port, "GET /nope HTTP/1.1\r\nHost: h\r\n\r\n", &out), 404);
    assert_true(has(&out, "\"status\":404"));
    assert_true(has(&out, "\"path\":\"/nope\""));
    assert_int_equal(peer_ask(shop->port, "PATCH /echo HTTP/1.1\r\nHost: h\r\n\r\n", &out), 405);
    assert_true(has(&out, "Allow: POST, PUT, OPTIONS\r\n"));
    assert_int_equal(peer_ask(shop->port, "OPTIONS /none HTTP/1.1\r\nHost: h\r\n\r\n", &out), 200);
    assert_true(has(&out, "Allow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(peer_ask(shop->port, "GET /show/%00 HTTP/1.1\r\nHost: h\r\n\r\n", &out), 400);
    /* With a body: it is read, so the connection can go on. */
    CR_AUTO_CLOSE int fd = peer_connect(shop->port);
    peer_send(fd, "POST /nope HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    assert_int_equal(peer_answer(fd, &out, false), 404);
    peer_send(fd, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 204);
}

static void test_a_problem_has_both_forms(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(peer_ask(shop->port, "GET /conflict?x HTTP/1.1\r\nHost: h\r\n\r\n", &out),
                     409);
    assert_true(has(&out, "Content-Type: application/problem+json\r\n"));
    assert_true(has(&out, "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,"
                          "\"detail\":\"order 7 \\\"exists\\\"\",\"instance\":\"/conflict\","
                          "\"timestamp\":\"20"));
    assert_true(has(&out, "+00:00\",\"error\":\"Conflict\",\"message\":\"order 7 \\\"exists\\\"\","
                          "\"path\":\"/conflict\"}"));
    assert_int_equal(peer_ask(shop->port, "GET /broken HTTP/1.1\r\nHost: h\r\n\r\n", &out), 500);
}

static void test_head_and_keep_alive(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int fd = peer_connect(shop->port);
    for (int i = 0; i < 3; i++) {
        peer_send(fd, "HEAD /show/x HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(peer_answer(fd, &out, true), 200);
        assert_true(has(&out, "Content-Length: "));
        assert_false(has(&out, "Content-Length: 0\r\n"));
        peer_send(fd, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(peer_answer(fd, &out, false), 204);
        peer_send(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
        assert_int_equal(peer_answer(fd, &out, false), 200);
    }
    /* Pipelined. */
    peer_send(fd, "GET /none HTTP/1.1\r\nHost: h\r\n\r\nGET /show/p HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 204);
    assert_int_equal(peer_answer(fd, &out, false), 200);
    peer_send(fd, "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 204);
    assert_true(peer_closes(fd, 5000));
    CR_AUTO_CLOSE int old = peer_connect(shop->port);
    peer_send(old, "GET /show/x HTTP/1.0\r\n\r\n");
    assert_int_equal(peer_answer(old, &out, false), 200);
    assert_true(peer_closes(old, 5000));
}

static void test_gzip(void **state)
{
    const struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(peer_ask(shop->port, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n", &out), 200);
    assert_true(has(&out, "Content-Length: 280000\r\n"));
    assert_true(has(&out, "Vary: Accept-Encoding\r\n"));
    assert_int_equal(
        peer_ask(shop->port, "GET /big HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n", &out),
        200);
    assert_true(has(&out, "Content-Encoding: gzip\r\n"));
    assert_true(out.len < 5000);
    assert_int_equal(peer_ask(shop->port,
                              "GET /show/x HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n",
                              &out),
                     200);
    assert_false(has(&out, "Content-Encoding"));
}

/* --- suspended requests --- */

static bool is_held(void *ctx)
{
    struct shop *shop = ctx;
    CR_LOCKED(&shop->lock);
    return shop->held != NULL;
}

static struct cr_http_request *take_held(struct shop *shop)
{
    assert_true(peer_until(is_held, shop));
    CR_LOCKED(&shop->lock);
    return cr_steal(&shop->held);
}

static void test_answered_later_by_another_thread(void **state)
{
    struct shop *shop = *state;
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int fd = peer_connect(shop->port);
    for (int i = 0; i < 50; i++) {
        peer_send(fd, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
        struct cr_http_request *req = take_held(shop);
        assert_true(cr_slice_is(cr_http_header(req, "Host"), "h"));
        cr_http_answer(req, 200, "text/plain", CR_SLICE("late"));
        assert_int_equal(peer_answer(fd, &out, false), 200);
    }
}

static void test_the_client_leaves_while_suspended(void **state)
{
    struct shop *shop = *state;
    for (int i = 0; i < 20; i++) {
        int fd = peer_connect(shop->port);
        peer_send(fd, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
        struct cr_http_request *req = take_held(shop);
        if (i % 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
        close(fd);
        assert_true(cr_slice_is(cr_http_path(req), "/hold"));
        cr_http_problem(req, 503, "%s", "too late");
    }
    assert_int_equal(peer_ask(shop->port, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n", NULL), 204);
}

/* --- listening --- */

static void test_unix_socket(void **state)
{
    struct shop *shop = *state;
    char path[] = "/tmp/crema-http-XXXXXX";
    CR_AUTO(cr_buf) out = {0};
    struct stat stat_buf;
    assert_non_null(mkdtemp(path));
    char *file = test_malloc(64);
    snprintf(file, 64, "%s/admin.sock", path);
    struct cr_http_server_options options = {.unix_path = file};
    struct cr_http_server *server = peer_serve(&options, rows, CR_COUNT(rows), shop);
    assert_int_equal(cr_http_server_port(server), 0);
    assert_int_equal(stat(file, &stat_buf), 0);
    assert_int_equal(stat_buf.st_mode & 0777, 0600);
    CR_AUTO_CLOSE int fd = peer_connect_unix(file);
    peer_send(fd, "GET /show/x HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 200);
    assert_true(has(&out, "GET /show/{name} unix\n"));
    /* In use; then left behind; then not a socket. */
    struct cr_http_routes table = {rows, CR_COUNT(rows), shop};
    struct cr_http_server *second = NULL;
    struct cr_err err;
    assert_int_equal(cr_http_server_start(&options, &table, 1, &second, &err), CR_EUNAVAILABLE);
    assert_non_null(strstr(err.text, file));
    cr_http_server_stop(server);
    assert_int_not_equal(stat(file, &stat_buf), 0);
    assert_int_equal(mkdir(file, 0700), 0);
    assert_int_equal(cr_http_server_start(&options, &table, 1, &second, &err), CR_EEXISTS);
    rmdir(file);
    rmdir(path);
    test_free(file);
}

static void test_bad_addresses(void **state)
{
    struct shop *shop = *state;
    struct cr_http_routes table = {rows, CR_COUNT(rows), shop};
    struct cr_http_server *server = NULL;
    struct cr_err err;
    struct cr_http_server_options used = {.host = "127.0.0.1", .port = shop->port};
    assert_int_equal(cr_http_server_start(&used, &table, 1, &server, &err), CR_EUNAVAILABLE);
    char expected[64];
    snprintf(expected, sizeof expected, "port %d on '127.0.0.1' is in use", shop->port);
    assert_non_null(strstr(err.text, expected));
    struct cr_http_server_options far = {.host = "192.0.2.1"};
    assert_int_equal(cr_http_server_start(&far, &table, 1, &server, &err), CR_EIO);
    assert_non_null(strstr(err.text, "192.0.2.1"));
    struct cr_http_server_options port = {.host = "127.0.0.1", .port = 70000};
    assert_int_equal(cr_http_server_start(&port, &table, 1, &server, &err), CR_EINVAL);
    struct cr_http_server_options name = {.host = "no such host"};
    assert_int_equal(cr_http_server_start(&name, &table, 1, &server, &err), CR_EINVAL);
    char longest[200];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct cr_http_server_options path = {.unix_path = longest};
    assert_int_equal(cr_http_server_start(&path, &table, 1, &server, &err), CR_EINVAL);
    assert_null(server);
    struct cr_http_server_options every = {.host = ""};
    server = peer_serve(&every, rows, CR_COUNT(rows), shop);
    assert_int_equal(
        peer_ask(cr_http_server_port(server), "GET /none HTTP/1.1\r\nHost: h\r\n\r\n", NULL), 204);
    cr_http_server_stop(server);
}

static void test_stop_of_nothing(void **state)
{
    (void)state;
    cr_http_server_stop(NULL);
}

#define IN_SHOP(test) cmocka_unit_test_setup_teardown(test, open_shop, close_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SHOP(test_the_accessors),
        IN_SHOP(test_bodies),
        IN_SHOP(test_expect_continue),
        IN_SHOP(test_too_large_with_content_length),
        IN_SHOP(test_too_large_without_content_length),
        IN_SHOP(test_unknown_paths_and_methods),
        IN_SHOP(test_a_problem_has_both_forms),
        IN_SHOP(test_head_and_keep_alive),
        IN_SHOP(test_gzip),
        IN_SHOP(test_answered_later_by_another_thread),
        IN_SHOP(test_the_client_leaves_while_suspended),
        IN_SHOP(test_unix_socket),
        IN_SHOP(test_bad_addresses),
        cmocka_unit_test(test_stop_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
