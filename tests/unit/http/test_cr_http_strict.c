/* Requests that two readers could frame differently are refused, and nothing behind them is read.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "http_peer.h"

static void on_any(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 200, "text/plain", CR_SLICE("fine"));
}

static const struct cr_http_route rows[] = {
    {"GET", "/ok", on_any, 0, ""},
    {"POST", "/ok", on_any, 0, ""},
    {"GET", "/smuggled", on_any, 0, ""},
};

static int open_server(void **state)
{
    struct cr_http_server_options options = {.head_ms = 1000, .body_ms = 1000};
    *state = peer_serve(&options, rows, CR_COUNT(rows), NULL);
    return 0;
}

static int close_server(void **state)
{
    cr_http_server_stop(*state);
    return 0;
}

/* expected: the status; 0 also allows a close without an answer, but never a 200. */
struct vector {
    const char *name;
    int expected;
    const char *request;
};

#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

static const struct vector vectors[] = {
    {"length and coding", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n" SMUGGLED},
    {"coding and length", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
     "0\r\n\r\n" SMUGGLED},
    {"two lengths", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 37\r\n\r\n" SMUGGLED},
    {"two equal lengths", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"},
    {"a list of lengths", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 2, 2\r\n\r\nab" SMUGGLED},
    {"a signed length", 400, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: +2\r\n\r\nab"},
    {"a negative length", 400, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: -2\r\n\r\nab"},
    {"a hex length", 400, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 0x2\r\n\r\nab"},
    {"an empty length", 400, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\nab"},
    {"a huge length", 0,
     "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\nab"},
    {"two hosts", 400, "GET /ok HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n" SMUGGLED},
    {"no host", 400, "GET /ok HTTP/1.1\r\n\r\n" SMUGGLED},
    {"coding x", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SMUGGLED},
    {"coding list", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SMUGGLED},
    {"coding identity", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n" SMUGGLED},
    {"two codings", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
     "\r\n0\r\n\r\n" SMUGGLED},
    {"folded coding", 400,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked, x\r\n\r\n0\r\n\r\n" SMUGGLED},
    {"coding in 1.0", 400,
     "POST /ok HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED},
    {"blank before the colon", 0,
     "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length : 37\r\n\r\n" SMUGGLED},
    {"a name with a blank", 0, "GET /ok HTTP/1.1\r\nHost: h\r\nX Y: z\r\n\r\n"},
    {"no colon", 0, "GET /ok HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n"},
    {"a first line folded", 0, "GET /ok HTTP/1.1\r\n Host: h\r\nHost: h\r\n\r\n"},
    {"a bad chunk size", 0,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"},
    {"a chunk longer than told", 0,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"},
    {"a blank in the target", 0, "GET /ok /ok HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a tab in the target", 0, "GET /ok\t/ok HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a control character", 0, "GET /ok?\x01 HTTP/1.1\r\nHost: h\r\n\r\n" SMUGGLED},
    {"a fragment", 400, "GET /ok#x HTTP/1.1\r\nHost: h\r\n\r\n" SMUGGLED},
    {"no slash", 400, "GET ok HTTP/1.1\r\nHost: h\r\n\r\n" SMUGGLED},
    {"another scheme", 400, "GET ftp://h/ok HTTP/1.1\r\nHost: h\r\n\r\n" SMUGGLED},
    {"a tunnel", 400, "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n" SMUGGLED},
    {"a host with a blank", 400, "GET /ok HTTP/1.1\r\nHost: h h\r\n\r\n" SMUGGLED},
    {"a host with a path", 400, "GET /ok HTTP/1.1\r\nHost: h/x\r\n\r\n" SMUGGLED},
    {"a host with a user", 400, "GET /ok HTTP/1.1\r\nHost: u@h\r\n\r\n" SMUGGLED},
    {"a list of hosts", 400, "GET /ok HTTP/1.1\r\nHost: h, g\r\n\r\n" SMUGGLED},
    {"a signed chunk size", 0,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "+2\r\nab\r\n0\r\n\r\n"},
    {"a chunk size that wraps", 0,
     "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "10000000000000002\r\nab\r\n0\r\n\r\n"},
    {"HTTP 2.0", 0, "GET /ok HTTP/2.0\r\nHost: h\r\n\r\n"},
    {"HTTP 1.10", 0, "GET /ok HTTP/1.10\r\nHost: h\r\n\r\n"},
    {"not HTTP", 0, "\x16\x03\x01\x02\x01\r\n\r\n"},
    {"HTTP 0.9", 0, "GET /ok\r\n\r\n"},
    {"HTTP 2 preface", 0, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
};

static void check(int port, const struct vector *vector)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int fd = peer_connect(port);
    peer_send(fd, vector->request);
    cr_buf_text(&out, "");
    peer_rest(fd, &out);
    const char *all = out.data ? out.data : "";
    int status = strncmp(all, "HTTP/1.", 7) == 0 ? (all[9] - '0') * 100 : 0;
    if (vector->expected ? status != vector->expected : status != 0 && status < 400)
        fail_msg("%s: answered '%.60s'", vector->name, all);
    /* libmicrohttpd's own error pages repeat their head; what counts is that nothing was served. */
    if (strstr(all, "HTTP/1.1 2") || strstr(all, "fine"))
        fail_msg("%s: served: '%s'", vector->name, all);
}

static void test_refused_and_closed(void **state)
{
    int port = cr_http_server_port(*state);
    for (size_t i = 0; i < CR_COUNT(vectors); i++)
        check(port, &vectors[i]);
}

static void test_too_large_heads(void **state)
{
    int port = cr_http_server_port(*state);
    CR_AUTO(cr_buf) request = {0};
    cr_buf_text(&request, "GET /ok HTTP/1.1\r\nHost: h\r\nX: ");
    for (int i = 0; i < 20000; i++)
        cr_buf_char(&request, 'x');
    cr_buf_text(&request, "\r\n\r\n");
    check(port, &(struct vector){"a long field", 0, request.data});
    cr_buf_reset(&request);
    cr_buf_text(&request, "GET /ok?");
    for (int i = 0; i < 20000; i++)
        cr_buf_char(&request, 'x');
    cr_buf_text(&request, " HTTP/1.1\r\nHost: h\r\n\r\n");
    check(port, &(struct vector){"a long target", 0, request.data});
    cr_buf_reset(&request);
    cr_buf_text(&request, "GET /ok HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 101; i++)
        cr_buf_text(&request, "a:b\r\n");
    cr_buf_text(&request, "\r\n");
    check(port, &(struct vector){"many fields", 400, request.data});
}

static void test_ordinary_requests_pass(void **state)
{
    static const char *const requests[] = {
        "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /ok HTTP/1.1\r\nhost: h\r\nX-Empty:\r\n\r\n",
        "GET /ok HTTP/1.0\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        "GET HTTP://h/ok HTTP/1.1\r\nHost: h\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
        "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab",
        "\r\nGET /ok HTTP/1.1\r\nHost: h\r\n\r\n",
    };
    int port = cr_http_server_port(*state);
    for (size_t i = 0; i < CR_COUNT(requests); i++)
        assert_int_equal(peer_ask(port, requests[i], NULL), 200);
}

/* Fields behind the body do not become part of the head, and what follows is a request again. */
static void test_trailers_are_not_fields(void **state)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(*state));
    peer_send(fd, "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "0\r\nContent-Length: 9\r\nHost: z\r\n\r\nGET /ok HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 200);
    assert_int_equal(peer_answer(fd, &out, false), 200);
    assert_false(peer_closes(fd, 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_trailers_are_not_fields, open_server, close_server),
        cmocka_unit_test_setup_teardown(test_refused_and_closed, open_server, close_server),
        cmocka_unit_test_setup_teardown(test_too_large_heads, open_server, close_server),
        cmocka_unit_test_setup_teardown(test_ordinary_requests_pass, open_server, close_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
