/* A server with a user and a password. */
#include <stdio.h>
#include <string.h>

#include "http_peer.h"

static void on_any(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer(req, 200, "text/plain", cr_http_body(req));
}

static const struct cr_http_route rows[] = {{"GET", "/alive", on_any, 0, ""},
                                            {"POST", "/alive/{deep}", on_any, 0, ""},
                                            {"GET", "/ok", on_any, 0, ""},
                                            {"POST", "/ok", on_any, 0, ""}};
static const char *const open_patterns[] = {"/alive", NULL};

static int open_server(void **state)
{
    struct cr_http_server_options options = {
        .user = "kevin", .password = "a:b c", .open_patterns = open_patterns};
    *state = peer_serve(&options, rows, CR_COUNT(rows), NULL);
    return 0;
}

static int close_server(void **state)
{
    cr_http_server_stop(*state);
    return 0;
}

#define RIGHT "Authorization: Basic a2V2aW46YTpiIGM=\r\n"

static bool has(const struct cr_buf *answer, const char *text)
{
    return answer->data && strstr(answer->data, text);
}

static int ask(struct cr_http_server *server, const char *line, const char *fields,
               struct cr_buf *out)
{
    CR_AUTO(cr_buf) request = {0};
    cr_buf_printf(&request, "%s HTTP/1.1\r\nHost: h\r\n%s\r\n", line, fields);
    return peer_ask(cr_http_server_port(server), request.data, out);
}

static void test_who_comes_in(void **state)
{
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(ask(*state, "GET /ok", RIGHT, &out), 200);
    assert_int_equal(ask(*state, "GET /none", RIGHT, &out), 404);
    assert_int_equal(ask(*state, "GET /alive", "", &out), 200);
    assert_int_equal(ask(*state, "HEAD /alive", "", &out), 200);
    assert_int_equal(ask(*state, "GET /ok", "Authorization: Basic a2V2aW46YTpiIGQ=\r\n", &out),
                     401);
    assert_int_equal(ask(*state, "GET /ok", "", &out), 401);
    assert_true(has(&out, "WWW-Authenticate: Basic realm=\"Crema\", charset=\"UTF-8\"\r\n"));
    assert_true(has(&out, "application/problem+json"));
    assert_true(has(&out, "\"status\":401"));
    /* The first of two counts, as for every reader of headers. */
    assert_int_equal(ask(*state, "GET /ok", "Authorization: Basic x\r\n" RIGHT, &out), 401);
}

static void test_a_stranger_learns_nothing(void **state)
{
    static const char *const lines[] = {
        "GET /none",   "PATCH /ok",     "OPTIONS /ok",     "OPTIONS *",      "DELETE /alive",
        "GET /alive/", "GET //alive",   "GET /x/../alive", "GET /ok?/alive", "GET /%zz",
        "TRACE /ok",   "GET /alive%2F", "POST /alive/x",   "GET /aliv"};
    CR_AUTO(cr_buf) out = {0};
    for (size_t i = 0; i < CR_COUNT(lines); i++) {
        int status = ask(*state, lines[i], "", &out);
        if (status != 401 || has(&out, "Allow:"))
            fail_msg("%s: %d", lines[i], status);
    }
}

/* With a body: read where it is small, so that the connection goes on; not at all where it is not.
 */
static void test_bodies_of_strangers(void **state)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO_CLOSE int fd = peer_connect(cr_http_server_port(*state));
    peer_send(fd, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    assert_int_equal(peer_answer(fd, &out, false), 401);
    peer_send(fd, "POST /ok HTTP/1.1\r\nHost: h\r\n" RIGHT "Content-Length: 3\r\n\r\nabc");
    assert_int_equal(peer_answer(fd, &out, false), 200);
    assert_true(has(&out, "\r\n\r\nabc"));
    peer_send(fd, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                  "Expect: 100-continue\r\n\r\n");
    assert_int_equal(peer_answer(fd, &out, false), 401);
    assert_true(peer_closes(fd, 5000));
    CR_AUTO_CLOSE int large = peer_connect(cr_http_server_port(*state));
    peer_send(large, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
    assert_int_equal(peer_answer(large, &out, false), 401);
    assert_true(peer_closes(large, 5000));
}

static void test_no_password_and_bad_ones(void **state)
{
    (void)state;
    struct cr_http_server_options none = {.user = "kevin", .password = ""};
    struct cr_http_server *server = peer_serve(&none, rows, CR_COUNT(rows), NULL);
    assert_int_equal(ask(server, "GET /ok", "", NULL), 200);
    cr_http_server_stop(server);
    struct cr_http_routes table = {rows, CR_COUNT(rows), NULL};
    struct cr_err err = {0};
    struct cr_http_server_options colon = {.host = "127.0.0.1", .user = "a:b", .password = "c"};
    server = NULL;
    assert_int_equal(cr_http_server_start(&colon, &table, 1, &server, &err), CR_EINVAL);
    assert_non_null(strstr(err.text, "'a:b'"));
    char longest[1100];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct cr_http_server_options long_one = {.host = "127.0.0.1", .password = longest};
    assert_int_equal(cr_http_server_start(&long_one, &table, 1, &server, &err), CR_EINVAL);
    assert_null(strstr(err.text, "xxx"));
    assert_null(server);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(test_who_comes_in),
        SERVED(test_a_stranger_learns_nothing),
        SERVED(test_bodies_of_strangers),
        cmocka_unit_test(test_no_password_and_bad_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
