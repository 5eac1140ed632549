/* Request heads: what is read, what is refused with which status, and that it does not matter in
 * which pieces they arrive. The S numbers are the smuggling vectors of the conformance list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cr_err.h"
#include "request.h"

static const struct head_limits limits = {
    .target_max = 8192, .head_max = 32768, .field_max = 8192, .count_max = 100};

static struct head head;
static struct fault fault;

/* Reads text, which arrives in pieces of `step` octets: the status that it is refused with, 0 when
 * it is a request, -1 when it is not complete. */
static int status_of(struct cr_slice text, size_t step, struct request *out)
{
    struct head_scan scan = {0};
    ptrdiff_t len = 0;
    for (size_t have = step < text.len ? step : text.len; len == 0;
         have = have + step < text.len ? have + step : text.len) {
        len = head_read_request(&scan, cr_slice_sub(text, 0, have), &limits, &head, &fault);
        if (have == text.len)
            break;
    }
    if (len < 0)
        return failure_status(fault.failure);
    if (len == 0)
        return -1;
    if (request_read(&head, out, &fault))
        return failure_status(fault.failure);
    return 0;
}

static void expect_slice(struct cr_slice text, int status)
{
    static const size_t steps[] = {1, 2, 7, SIZE_MAX / 2};
    for (size_t i = 0; i < CR_COUNT(steps); i++) {
        struct request request;
        int got = status_of(text, steps[i], &request);
        if (got != status)
            fail_msg("%d instead of %d (step %zu, %s) for %.*s", got, status, steps[i], fault.text,
                     CR_SLICE_ARG(text));
    }
}

#define EXPECT(literal, status) expect_slice(CR_SLICE(literal), (status))
#define HOST                    "Host: a\r\n"
#define POST                    "POST / HTTP/1.1\r\n" HOST

static void test_plain(void **state)
{
    (void)state;
    struct request request;
    struct cr_slice text = CR_SLICE("GET /a?b=1 HTTP/1.1\r\nHost: g:80\r\nX-A:  v \r\n"
                                    "Connection: x-a, Close\r\n\r\nrest");
    assert_int_equal(status_of(text, 3, &request), 0);
    assert_true(cr_slice_is(head.method, "GET"));
    assert_true(cr_slice_is(request.target.path, "/a"));
    assert_true(cr_slice_is(request.target.query, "?b=1"));
    assert_true(cr_slice_is(request.host, "g:80"));
    assert_int_equal(head.count, 3);
    assert_true(cr_slice_is(head.fields[1].value, "v"));
    assert_true(head_lists(&head, &head.fields[1]));
    assert_true(head.close);
    assert_false(request.persistent);
    assert_true(request.idempotent);
    assert_int_equal(request.framing.kind, FRAMING_NONE);
}

static void test_framing(void **state)
{
    (void)state;
    struct request request;
    assert_int_equal(status_of(CR_SLICE(POST "Content-Length: 010\r\n\r\n"), 100, &request),
                     0); /* S21 */
    assert_int_equal(request.framing.kind, FRAMING_LENGTH);
    assert_int_equal(request.framing.length, 10);
    assert_int_equal(
        status_of(CR_SLICE(POST "Content-Length: 9223372036854775799\r\n\r\n"), 100, &request), 0);
    assert_true(request.framing.length == 9223372036854775799U);
    assert_int_equal(
        status_of(CR_SLICE(POST "Transfer-Encoding:\tCHUNKED \r\n\r\n"), 100, &request), 0);
    assert_int_equal(request.framing.kind, FRAMING_CHUNKED);
    /* S32: a GET with a body is framed like anything else. */
    assert_int_equal(
        status_of(CR_SLICE("GET / HTTP/1.1\r\n" HOST "Content-Length: 35\r\n\r\n"), 100, &request),
        0);
    assert_int_equal(request.framing.length, 35);
    assert_int_equal(
        status_of(CR_SLICE(POST "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n"), 9, &request),
        0);
    assert_true(request.expects);
}

static void test_persistence(void **state)
{
    (void)state;
    struct request request;
    assert_int_equal(status_of(CR_SLICE("GET / HTTP/1.0\r\n\r\n"), 5, &request), 0);
    assert_false(request.persistent);
    assert_false(request.takes_chunks);
    assert_int_equal(
        status_of(CR_SLICE("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 5, &request), 0);
    assert_true(request.persistent);
    assert_int_equal(status_of(CR_SLICE("\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), 1, &request), 0);
    EXPECT("\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0);
    EXPECT("GET / HTTP/1.7\r\n" HOST "\r\n", 0);
}

static void test_framing_refused(void **state)
{
    (void)state;
    EXPECT(POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", 400); /* S01 */
    EXPECT(POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", 400);           /* S02 */
    EXPECT(POST "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello", 400);     /* S03 */
    EXPECT(POST "Transfer-Encoding: xchunked\r\n\r\nhello", 501);
    EXPECT(POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400); /* S04 */
    EXPECT(POST "Transfer-Encoding:\x0b"
                "chunked\r\n\r\n0\r\n\r\n",
           400);                                                /* S05 */
    EXPECT(POST "Transfer-Encoding: chunked\x0b\r\n\r\n", 400); /* S06 */
    EXPECT(POST "Transfer-Encoding: chunked\x0c\r\n\r\n", 400);
    EXPECT(POST "Transfer-Encoding: chunked\0\r\n\r\n", 400);
    EXPECT(POST "Transfer-Encoding: chunked\x85\r\n\r\n", 400);
    EXPECT(POST "Transfer-Encoding: \xa0"
                "chunked\r\n\r\n",
           400);
    EXPECT(POST "Transfer-Encoding: \xff"
                "chunked\r\n\r\n",
           400);
    EXPECT(POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400);                   /* S07 */
    EXPECT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400); /* S08 */
    EXPECT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400);  /* S09 */
    EXPECT(POST "Transfer-Encoding: ,chunked\r\nContent-Length: 5\r\n\r\n", 400);          /* S10 */
    EXPECT(POST "Transfer-Encoding: ,chunked\r\n\r\n", 400);
    EXPECT(POST "Transfer-Encoding: chunked, identity\r\n\r\n", 400); /* S11 */
    EXPECT(POST "Transfer-Encoding: identity, chunked\r\n\r\n", 501);
    EXPECT(POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400);
    EXPECT(POST "Transfer-Encoding: \"chunked\"\r\n\r\n", 400); /* S12 */
    EXPECT(POST "Transfer-Encoding: chunked;q=1\r\n\r\n", 400);
    EXPECT(POST "Transfer-Encoding:\r\n\r\n", 400);
    EXPECT(POST "Foo: bar\rTransfer-Encoding: chunked\r\n\r\n", 400);             /* S13 */
    EXPECT(POST "Foo: bar\nTransfer-Encoding: chunked\r\n\r\n", 400);             /* S14 */
    EXPECT(POST "X: y\r\n\rZGET /evil HTTP/1.1\r\n", 400);                        /* S15 */
    EXPECT("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 400); /* S16 */
}

static void test_length_refused(void **state)
{
    (void)state;
    EXPECT(POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400); /* S17 */
    EXPECT(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400);
    static const char *const values[] = {"5, 5",
                                         "5,",
                                         ",5", /* S18 */
                                         "+5",
                                         "-1",
                                         "0x5",
                                         "5_0",
                                         "5 5",
                                         "5.0",
                                         "\xef\xbc\x95",
                                         "",
                                         "18446744073709551616",
                                         "9223372036854775808"}; /* S19 */
    for (size_t i = 0; i < CR_COUNT(values); i++) {
        char text[200];
        int len = snprintf(text, sizeof(text), POST "Content-Length: %s\r\n\r\n", values[i]);
        expect_slice((struct cr_slice){text, (size_t)len}, 400);
    }
    EXPECT(POST "Content-Length : 5\r\n\r\n", 400); /* S20 */
    EXPECT(POST "Content_Length: 5\r\n\r\n", 400);
    EXPECT(POST "Content-Length\0: 5\r\n\r\n", 400);
    EXPECT("POST / HTTP/1.1\r\n\tContent-Length: 5\r\n" HOST "\r\n", 400);
    EXPECT(POST "Content-Length 5\r\n\r\nhello", 400);    /* S22 */
    EXPECT("GET / HTTP/1.1\r\n: x\r\n" HOST "\r\n", 400); /* S23 */
}

static void test_host_refused(void **state)
{
    (void)state;
    EXPECT("GET / HTTP/1.1\r\n\r\n", 400);
    EXPECT("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400); /* S33 */
    EXPECT("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400);    /* S34 */
    EXPECT("GET http://A:80/ HTTP/1.1\r\nHost: a\r\n\r\n", 0);
    const struct cr_slice values[] = {CR_SLICE("a\0.b"), CR_SLICE("a@b"),     CR_SLICE("a/b"),
                                      CR_SLICE("a b"),   CR_SLICE("a,b"),     CR_SLICE("a:99999"),
                                      CR_SLICE(""),      CR_SLICE("a:"),      CR_SLICE("a:b"),
                                      CR_SLICE("[::1"),  CR_SLICE(":80"),     CR_SLICE("a?b"),
                                      CR_SLICE("a#b"),   CR_SLICE("\xc3\xa4")}; /* S35 */
    for (size_t i = 0; i < CR_COUNT(values); i++) {
        char text[100] = "GET / HTTP/1.1\r\nHost: ";
        size_t len = strlen(text);
        memcpy(text + len, values[i].ptr, values[i].len);
        len += values[i].len;
        memcpy(text + len, "\r\n\r\n", 4);
        struct request request;
        int got = status_of((struct cr_slice){text, len + 4}, 1, &request);
        if (got != 400)
            fail_msg("%d for host %zu", got, i);
    }
    EXPECT("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 0);
}

static void test_line_refused(void **state)
{
    (void)state;
    EXPECT("GET  / HTTP/1.1\r\n" HOST "\r\n", 400); /* S36 */
    EXPECT("GET /\tHTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET / HTTP/1.1 x\r\n" HOST "\r\n", 400);
    EXPECT("GET /\nHTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET /\r\n" HOST "\r\n", 400);
    EXPECT(" GET / HTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET / HTTP/1.32\r\n" HOST "\r\n", 400); /* S37 */
    EXPECT("GET / HTTP/4294967295.255\r\n" HOST "\r\n", 400);
    EXPECT("GET / HTTP/\r\r1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET / HTTP/1.1\0\r\n" HOST "\r\n", 400);
    EXPECT("GET / http/1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET / HTTP/2.0\r\n" HOST "\r\n", 505);
    EXPECT("GET / HTTP/9.9\r\n" HOST "\r\n", 505);
    EXPECT("G\0T / HTTP/1.1\r\n" HOST "\r\n", 400); /* S38 */
    EXPECT("G=\":<>(e),[T];?\" / HTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET /\x80\xff HTTP/1.1\r\n" HOST "\r\n", 400); /* S39 */
    EXPECT("GET ! HTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET /a#b HTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("GET * HTTP/1.1\r\n" HOST "\r\n", 400);
    EXPECT("\x16\x03\x01\x02\x00\x01", 400); /* T072 */
    EXPECT("TRACE /users/1 HTTP/1.1\r\n" HOST "\r\n", 405);
    EXPECT("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 405);
    EXPECT("BREW /users/1 HTTP/1.1\r\n" HOST "\r\n", 0);
    EXPECT(POST "Content-Length: 1\r\nExpect: foo\r\n\r\n", 417);
    EXPECT("THISISAMETHODOFMORETHANTHIRTYTWOOCTETS / HTTP/1.1\r\n" HOST "\r\n", 501);
}

static void test_connection_refused(void **state)
{
    (void)state;
    EXPECT(POST "Content-Length: 1\r\nConnection: close, content-length\r\n\r\n", 400); /* S40 */
    EXPECT("GET / HTTP/1.1\r\n" HOST "Connection: Host\r\n\r\n", 400);
    EXPECT("GET / HTTP/1.1\r\n" HOST "Connection: x-forwarded-for\r\n\r\n", 0);
    EXPECT("GET / HTTP/1.1\r\n" HOST "Connection: a b\r\n\r\n", 400);
    EXPECT("GET / HTTP/1.1\r\n" HOST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
           0); /* S41 */
}

/* Octets around each limit. */
static void test_limits(void **state)
{
    (void)state;
    static char text[70000];
    size_t len = (size_t)snprintf(text, sizeof(text), "GET /");
    memset(text + len, 'a', 8191);
    memcpy(text + len + 8191, " HTTP/1.1\r\n" HOST "\r\n", 22);
    expect_slice((struct cr_slice){text, len + 8191 + 22}, 0); /* T063 */
    memset(text + len, 'a', 8192);
    memcpy(text + len + 8192, " HTTP/1.1\r\n" HOST "\r\n", 22);
    expect_slice((struct cr_slice){text, len + 8192 + 22}, 414);
    memset(text + len, 'a', sizeof(text) - len);
    expect_slice((struct cr_slice){text, sizeof(text)}, 414);

    for (int extra = 0; extra < 2; extra++) { /* T062 */
        len = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n" HOST);
        while (len < 32768 - 1000)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "X: %0500d\r\n", 0);
        int pad = (int)(32768 - len) - 7 + extra;
        len += (size_t)snprintf(text + len, sizeof(text) - len, "X: %0*d\r\n\r\n", pad, 0);
        assert_int_equal(len, 32768 + extra);
        expect_slice((struct cr_slice){text, len}, extra ? 431 : 0);
    }
    for (int count = 100; count < 102; count++) { /* T064 */
        len = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n" HOST);
        for (int i = 1; i < count; i++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "X: 1\r\n");
        len += (size_t)snprintf(text + len, sizeof(text) - len, "\r\n");
        expect_slice((struct cr_slice){text, len}, count > 100 ? 431 : 0);
    }
    len = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n" HOST "X: %08190d\r\n\r\n", 0);
    expect_slice((struct cr_slice){text, len}, 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),          cmocka_unit_test(test_framing),
        cmocka_unit_test(test_persistence),    cmocka_unit_test(test_framing_refused),
        cmocka_unit_test(test_length_refused), cmocka_unit_test(test_host_refused),
        cmocka_unit_test(test_line_refused),   cmocka_unit_test(test_connection_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
