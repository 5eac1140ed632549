/* traceparent and B3: gone on with, or begun (T052). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cr_attr.h"
#include "trace.h"

#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
#define OURS   "traceparent: 00-0af7651916cd43dd8448eb211c80319c-4545454545454545-01\r\n"
#define BEGUN  "traceparent: 00-11111111111111113333333333333333-4545454545454545-00\r\n"

static const struct head_limits limits = {8192, 32768, 8192, 100};
/* The same in either order of octets. */
static const uint64_t random_words[3] = {0x1111111111111111, 0x3333333333333333,
                                         0x4545454545454545};

static struct head head;
static struct trace trace;

/* What the instance is told after these header lines. */
static const char *told(const char *lines, bool sampled, bool b3)
{
    static char text[1024], area[1024];
    struct head_scan scan = {0};
    struct fault fault;
    int len = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: g\r\n%s\r\n", lines);
    assert_int_equal(
        head_read_request(&scan, (struct cr_slice){text, (size_t)len}, &limits, &head, &fault),
        len);
    trace_read(&head, random_words, sampled, &trace);
    trace.b3 = b3;
    struct writer out;
    writer_init(&out, area, sizeof(area) - 1);
    trace_write(&out, &trace);
    *out.at = '\0';
    return area;
}

static void test_goes_on(void **state)
{
    (void)state;
    assert_string_equal(told("traceparent: " PARENT "\r\n", false, false), OURS);
    assert_true(trace_passes(&trace, FIELD_TRACESTATE));
    assert_false(trace_passes(&trace, FIELD_TRACEPARENT));
    /* A version that is not known yet may say more behind. */
    assert_string_equal(told("traceparent: 42-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-"
                             "what\r\n",
                             false, false),
                        OURS);
}

static void test_begins(void **state)
{
    static const char *const bad[] = {
        "",
        "tracestate: a=1\r\n",
        "traceparent: " PARENT "\r\ntraceparent: " PARENT "\r\n",
        "traceparent: " PARENT "-more\r\n",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\r\n",
        "traceparent: ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
        "traceparent: 00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\r\n",
        "traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01\r\n",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01\r\n",
        "traceparent: 00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01\r\n",
        "traceparent: \r\n",
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        assert_string_equal(told(bad[i], false, false), BEGUN);
        assert_false(trace_passes(&trace, FIELD_TRACESTATE));
    }
    assert_string_equal(told("", true, false),
                        "traceparent: 00-11111111111111113333333333333333-4545454545454545-01\r\n");
}

static void test_b3(void **state)
{
    (void)state;
    /* Begun for both, and the same. */
    assert_string_equal(told("", false, true),
                        BEGUN "X-B3-TraceId: 11111111111111113333333333333333\r\n"
                              "X-B3-SpanId: 4545454545454545\r\nX-B3-Sampled: 0\r\n");
    /* The client's own passes as it is; the trace of both is one. */
    assert_string_equal(told("X-B3-TraceId: 463ac35c9f6413ad\r\nX-B3-SpanId: a2fb4a1d1a96d312\r\n"
                             "X-B3-Sampled: 1\r\n",
                             false, true),
                        "traceparent: 00-0000000000000000463ac35c9f6413ad-4545454545454545-01\r\n");
    assert_true(trace_passes(&trace, FIELD_X_B3_TRACEID));
    assert_string_equal(
        told("b3: 463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1\r\n", false, true),
        "traceparent: 00-463ac35c9f6413ad48485a3953bb6124-4545454545454545-01\r\n");
    /* "b3: 0" names no trace. */
    assert_string_equal(told("b3: 0\r\n", false, true), BEGUN);
    /* Where both are said, traceparent wins. */
    assert_string_equal(
        told("traceparent: " PARENT "\r\nX-B3-TraceId: 463ac35c9f6413ad\r\n", false, false), OURS);
}

static void test_off(void **state)
{
    struct trace off = {0};
    char area[8];
    struct writer out;
    (void)state;
    writer_init(&out, area, sizeof(area));
    trace_write(&out, &off);
    assert_int_equal(writer_view(&out).len, 0);
    assert_true(trace_passes(&off, FIELD_TRACEPARENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_begins),
        cmocka_unit_test(test_b3),
        cmocka_unit_test(test_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
