/* Bodies that come compressed, and expectations: within the bounds, and said early. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_http_gzip.h"
#include "http_peer.h"

enum { ROUTE_MAX = 1000 };

static void on_echo(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer_header(req, "X-Coding",
                          cr_http_header(req, "Content-Encoding").ptr ? "seen" : "gone");
    cr_http_answer(req, 200, "text/plain", cr_http_body(req));
}

static const struct cr_http_route rows[] = {{"POST", "/echo", on_echo, ROUTE_MAX, ""},
                                            {"GET", "/echo", on_echo, 0, ""}};

static int open_server(void **state)
{
    struct cr_http_server_options options = {0};
    *state = peer_serve(&options, rows, CR_COUNT(rows), NULL);
    return 0;
}

static int close_server(void **state)
{
    cr_http_server_stop(*state);
    return 0;
}

/* fields: further lines of the head, the last ones. */
static int post(struct cr_http_server *server, const char *fields, struct cr_slice body,
                struct cr_buf *out)
{
    CR_AUTO(cr_buf) request = {0};
    cr_buf_printf(&request, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n%s\r\n",
                  body.len, fields);
    cr_buf_slice(&request, body);
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(server));
    peer_send_bytes(fd, request.data, request.len);
    return peer_answer(fd, out, false);
}

static void pack(struct cr_buf *out, const char *text, size_t len)
{
    assert_int_equal(cr_http_gzip((struct cr_slice){text, len}, out), 0);
}

static bool has(const struct cr_buf *answer, const char *text)
{
    return answer->data && strstr(answer->data, text);
}

#define GZIP "Content-Encoding: gzip\r\n"

static void test_gzip_is_unpacked(void **state)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO(cr_buf) packed = {0};
    pack(&packed, "some text", 9);
    assert_int_equal(post(*state, GZIP, cr_buf_view(&packed), &out), 200);
    assert_true(has(&out, "\r\n\r\nsome text"));
    assert_true(has(&out, "X-Coding: gone\r\n"));
    assert_int_equal(post(*state, "content-encoding:  X-GZIP \r\n", cr_buf_view(&packed), &out),
                     200);
    assert_true(has(&out, "\r\n\r\nsome text"));
    pack(&packed, " and more", 9); /* a second member */
    assert_int_equal(post(*state, GZIP, cr_buf_view(&packed), &out), 200);
    assert_true(has(&out, "\r\n\r\nsome text and more"));
    assert_int_equal(post(*state, "Content-Encoding: identity\r\n", CR_SLICE("plain"), &out), 200);
    assert_true(has(&out, "\r\n\r\nplain"));
    assert_int_equal(post(*state, "", cr_buf_view(&packed), &out), 200); /* nobody said gzip */
    assert_true(out.len > packed.len &&
                memcmp(out.data + out.len - packed.len, packed.data, packed.len) == 0);
    assert_int_equal(post(*state, GZIP, CR_SLICE(""), &out), 200); /* no body, nothing packed */
}

static void test_the_bound_is_that_of_what_it_unpacks_to(void **state)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO(cr_buf) packed = {0};
    char *zeros = calloc(1, (size_t)8 * 1024 * 1024);
    assert_non_null(zeros);
    pack(&packed, zeros, ROUTE_MAX);
    assert_int_equal(post(*state, GZIP, cr_buf_view(&packed), &out), 200);
    cr_buf_reset(&packed);
    pack(&packed, zeros, ROUTE_MAX + 1);
    assert_true(packed.len < ROUTE_MAX);
    assert_int_equal(post(*state, GZIP, cr_buf_view(&packed), &out), 413);
    assert_true(has(&out, "larger than the 1000 bytes"));
    cr_buf_reset(&packed);
    pack(&packed, zeros, (size_t)700 * 1024);
    assert_true(packed.len < ROUTE_MAX);
    assert_int_equal(post(*state, GZIP, cr_buf_view(&packed), &out), 413);
    free(zeros);
}

static void test_what_is_no_gzip(void **state)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO(cr_buf) packed = {0};
    assert_int_equal(post(*state, GZIP, CR_SLICE("{\"plain\":1}"), &out), 400);
    assert_true(has(&out, "application/problem+json"));
    pack(&packed, "some text", 9);
    struct cr_slice cut = cr_slice_sub(cr_buf_view(&packed), 0, packed.len - 1);
    assert_int_equal(post(*state, GZIP, cut, &out), 400);
    packed.data[packed.len - 6] ^= 1; /* the check sum */
    assert_int_equal(post(*state, GZIP, cr_buf_view(&packed), &out), 400);
    packed.data[packed.len - 6] ^= 1;
    cr_buf_text(&packed, "x"); /* behind the end */
    assert_int_equal(post(*state, GZIP, cr_buf_view(&packed), &out), 400);
}

static void test_other_codings(void **state)
{
    static const char *const fields[] = {
        "Content-Encoding: deflate\r\n", "Content-Encoding: br\r\n",
        "Content-Encoding: gzip, gzip\r\n", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"};
    CR_AUTO(cr_buf) out = {0};
    for (size_t i = 0; i < CR_COUNT(fields); i++) {
        assert_int_equal(post(*state, fields[i], CR_SLICE("abc"), &out), 415);
        assert_true(has(&out, "Accept-Encoding: gzip\r\n"));
    }
    /* Said before the body is sent. */
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(*state));
    peer_send(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\n"
                  "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 415);
    /* Of no body at all nobody needs to know the coding. */
    assert_int_equal(peer_ask(cr_http_server_port(*state),
                              "GET /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\n\r\n",
                              &out),
                     200);
}

static void test_expectations(void **state)
{
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(post(*state, "Expect: a-cup-of-tea\r\n", CR_SLICE("abc"), &out), 417);
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(*state));
    peer_send(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n"
                  "Expect: 100-Continue\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 413);
    assert_true(peer_closes(fd, 5000));
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(test_gzip_is_unpacked), SERVED(test_the_bound_is_that_of_what_it_unpacks_to),
        SERVED(test_what_is_no_gzip),  SERVED(test_other_codings),
        SERVED(test_expectations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
