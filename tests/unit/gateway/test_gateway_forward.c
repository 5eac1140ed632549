/* The heads that go on: which fields pass, which are ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cr_err.h"
#include "forward.h"

static const struct head_limits limits = {
    .target_max = 8192, .head_max = 32768, .field_max = 8192, .count_max = 100};

static struct head head;
static struct request request;
static struct forward_policy policy;
static char area[8192];

static void setup(void)
{
    policy = (struct forward_policy){.add_proxy = true, .prefix = CR_SLICE("/users")};
    assert_int_equal(name_set_add(&policy.sensitive, CR_SLICE("Cookie")), 0);
    assert_int_equal(name_set_add(&policy.sensitive, CR_SLICE("Set-Cookie")), 0);
    assert_int_equal(name_set_add(&policy.sensitive, CR_SLICE("Authorization")), 0);
    assert_int_equal(name_set_add(&policy.ignored, CR_SLICE("X-Secret")), 0);
}

/* What goes on for these header lines of a GET for "g:8080". */
static const char *forwarded(const char *lines, bool trusted)
{
    static char text[4096];
    struct fault fault;
    int len = snprintf(text, sizeof(text), "GET /users/1?q=%%20 HTTP/1.1\r\nHost: g:8080\r\n%s\r\n",
                       lines);
    struct cr_slice all = {text, (size_t)len};
    struct head_scan scan = {0};
    assert_int_equal(head_read_request(&scan, all, &limits, &head, &fault), len);
    assert_int_equal(request_read(&head, &request, &fault), 0);
    struct writer out;
    writer_init(&out, area, sizeof(area) - 1);
    static const struct trace none;
    struct forward_request forward = {.request = &request,
                                      .trace = &none,
                                      .policy = &policy,
                                      .path = CR_SLICE("/1"),
                                      .authority = CR_SLICE("127.0.0.1:9001"),
                                      .peer = CR_SLICE("5.6.7.8"),
                                      .local = CR_SLICE("localhost"),
                                      .port = 8080,
                                      .trusted = trusted,
                                      .id = CR_SLICE("id-1")};
    forward_write_request(&out, &forward);
    assert_false(out.full);
    *out.at = '\0';
    return area;
}

#define HAS(text, part) assert_non_null(strstr((text), (part)))
#define NOT(text, part) assert_null(strcasestr((text), (part)))

static void test_proxy_fields(void **state)
{
    (void)state;
    setup();
    const char *text = forwarded("", false); /* T031, T038 */
    HAS(text, "GET /1?q=%20 HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n");
    HAS(text, "X-Forwarded-Host: g:8080\r\n");
    HAS(text, "X-Forwarded-Port: 8080\r\n");
    HAS(text, "X-Forwarded-Proto: http\r\n");
    HAS(text, "X-Forwarded-Prefix: /users\r\n");
    HAS(text, "X-Forwarded-For: 5.6.7.8\r\n");
    NOT(text, "content-length");
    text = forwarded("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"
                     "X-Forwarded-Host: example.com\r\nX-Forwarded-Prefix: /p/\r\n",
                     true);
    HAS(text, "X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n"); /* T032 */
    HAS(text, "X-Forwarded-Proto: https,http\r\n");     /* T035 */
    HAS(text, "X-Forwarded-Port: 443,8080\r\n");
    HAS(text, "X-Forwarded-Host: example.com,g:8080\r\n");
    HAS(text, "X-Forwarded-Prefix: /p/users\r\n");
    text = forwarded("X-Forwarded-Port: 456\r\nX-Forwarded-For: 15.6.7.8\r\n", true);
    HAS(text, "X-Forwarded-Port: 456,8080\r\n");
    HAS(text, "X-Forwarded-For: 15.6.7.8, 5.6.7.8\r\n"); /* T034: no substring */
    text = forwarded("X-Forwarded-For: 5.6.7.8\r\n", true);
    HAS(text, "X-Forwarded-For: 5.6.7.8\r\n");
    text = forwarded("X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n"
                     "X_Forwarded_For: 6.6.6.6\r\n",
                     false); /* T033, T048 */
    NOT(text, "6.6.6.6");
    text =
        forwarded("X-Forwarded-For: 6.6.6.6\r\nConnection: x-forwarded-for\r\n", true); /* T043 */
    HAS(text, "X-Forwarded-For: 5.6.7.8\r\n");
    NOT(text, "6.6.6.6");
    policy.add_proxy = false; /* T036 */
    NOT(forwarded("", false), "x-forwarded");
    policy.add_host = true; /* T037 */
    HAS(forwarded("", false), "\r\nHost: g:8080\r\n");
}

static void test_dropped(void **state)
{
    (void)state;
    setup();
    const char *text = forwarded("Cookie: a\r\nAUTHORIZATION: b\r\nx-secret: c\r\nX-M: 1\r\n"
                                 "X-M: 2\r\n",
                                 false); /* T039, T041, T047 */
    NOT(text, "cookie");
    NOT(text, "authorization");
    NOT(text, "x-secret");
    HAS(text, "X-M: 1\r\nX-M: 2\r\n");
    text =
        forwarded("Connection: close, X-Foo\r\nX-Foo: 1\r\nKeep-Alive: 5\r\nTE: gzip, trailers\r\n"
                  "Trailer: X\r\nProxy-Connection: a\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n",
                  false); /* T042, T044, T045, S41 */
    NOT(text, "x-foo");
    NOT(text, "connection");
    NOT(text, "keep-alive");
    NOT(text, "\r\nte:");
    NOT(text, "trailer");
    NOT(text, "upgrade");
    NOT(text, "http2");
    assert_true(request.takes_trailers);
    policy.sensitive = (struct name_set){0}; /* T040 */
    HAS(forwarded("Cookie: a\r\n", false), "Cookie: a\r\n");
    policy.via = CR_SLICE("crema-1"); /* T049 */
    text = forwarded("Via: 1.0 x\r\n", false);
    HAS(text, "Via: 1.0 x\r\n");
    HAS(text, "Via: 1.1 crema-1\r\n");
    assert_false(forward_loops(&head, policy.via));
    forwarded("Via: 1.0 x, 1.1 crema-1\r\n", false);
    assert_true(forward_loops(&head, policy.via));
}

static const char *answered(const char *text, bool of_head, bool takes_chunks, bool close)
{
    static struct framing framing;
    struct fault fault;
    struct head_scan scan = {0};
    assert_true(head_read_response(&scan, cr_slice_of(text), &limits, &head, &fault) > 0);
    assert_int_equal(framing_of_response(&head, of_head, &framing, &fault), 0);
    struct writer out;
    writer_init(&out, area, sizeof(area) - 1);
    struct forward_response forward = {.head = &head,
                                       .policy = &policy,
                                       .framing = &framing,
                                       .takes_chunks = takes_chunks,
                                       .close = close,
                                       .id = CR_SLICE("id-1")};
    forward_write_response(&out, &forward);
    *out.at = '\0';
    return area;
}

static void test_answers(void **state)
{
    (void)state;
    setup();
    const char *text =
        answered("HTTP/1.1 201 Made It\r\nContent-Length: 05\r\nSet-Cookie: a\r\n"
                 "Server: x\r\nX-Application-Context: y\r\nConnection: X-P\r\nX-P: 1\r\n"
                 "Keep-Alive: 3\r\nETag: \"e\"\r\n\r\n",
                 false, true, false);
    HAS(text, "HTTP/1.1 201 Made It\r\n");
    HAS(text, "\r\nContent-Length: 5\r\n");
    HAS(text, "ETag: \"e\"\r\n");
    HAS(text, "X-Request-Id: id-1\r\n");
    NOT(text, "set-cookie");
    NOT(text, "server");
    NOT(text, "context");
    NOT(text, "x-p");
    NOT(text, "keep-alive");
    NOT(text, "connection");
    text = answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false, true, true);
    HAS(text, "Transfer-Encoding: chunked\r\n");
    HAS(text, "Connection: close\r\n");
    text = answered("HTTP/1.0 200 OK\r\n\r\n", false, true, false);
    HAS(text, "Transfer-Encoding: chunked\r\n");
    text = answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false, false, true);
    NOT(text, "transfer-encoding");
    text = answered("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", true, true, false);
    HAS(text, "Content-Length: 10\r\n");
    text = answered("HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n", false, true, false);
    NOT(text, "content-length");
    NOT(text, "transfer-encoding");
}

static void test_trailers(void **state)
{
    (void)state;
    setup();
    struct fault fault;
    assert_int_equal(head_read_trailers(CR_SLICE("X-Sum: 1\r\nHost: a\r\nContent-Length: 5\r\n"
                                                 "Set-Cookie: x\r\n\r\n"),
                                        &limits, &head, &fault),
                     0);
    struct writer out;
    writer_init(&out, area, sizeof(area));
    forward_write_trailers(&out, &head, &policy);
    assert_true(cr_slice_is(writer_view(&out), "X-Sum: 1\r\n\r\n"));
}

static void test_full(void **state)
{
    (void)state;
    char small[4];
    struct writer out;
    writer_init(&out, small, sizeof(small));
    writer_literal(&out, "abc");
    assert_false(out.full);
    writer_uint(&out, 12);
    assert_true(out.full);
    assert_true(cr_slice_is(writer_view(&out), "abc"));
}

/* The table by length has every name. */
static void test_known_names(void **state)
{
    (void)state;
    for (unsigned id = FIELD_OTHER + 1; id < FIELD_COUNT; id++)
        assert_int_equal(field_name_id(cr_slice_of(field_name_text((enum field_id)id))), id);
    assert_int_equal(field_name_id(CR_SLICE("X-B3-TraceId")), FIELD_X_B3_TRACEID);
    assert_int_equal(field_name_id(CR_SLICE("TE")), FIELD_TE);
    assert_int_equal(field_name_id(CR_SLICE("Content-Lengtg")), FIELD_OTHER);
    assert_int_equal(field_name_id(CR_SLICE("content_length")), FIELD_OTHER);
    assert_int_equal(field_name_lookalike(CR_SLICE("Content_Length")), FIELD_CONTENT_LENGTH);
    assert_int_equal(field_name_lookalike(CR_SLICE("Content-Length")), FIELD_OTHER);
    assert_int_equal(field_name_id(CR_SLICE("a-name-longer-than-any-known-one")), FIELD_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_names), cmocka_unit_test(test_proxy_fields),
        cmocka_unit_test(test_dropped),     cmocka_unit_test(test_answers),
        cmocka_unit_test(test_trailers),    cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
