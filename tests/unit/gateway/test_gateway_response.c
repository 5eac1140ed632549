/* Heads of answers: what a back end may say, and what becomes a 502. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_err.h"
#include "framing.h"

static const struct head_limits limits = {.head_max = 32768, .field_max = 32768, .count_max = 200};
static struct head head;
static struct framing framing;

/* 0 and framing filled, or the status of the fault, for an answer to GET or HEAD. */
static int read_answer(struct cr_slice text, bool of_head)
{
    struct fault fault;
    struct head_scan scan = {0};
    ptrdiff_t len = head_read_response(&scan, text, &limits, &head, &fault);
    assert_int_not_equal(len, 0);
    if (len < 0 || framing_of_response(&head, of_head, &framing, &fault))
        return failure_status(fault.failure);
    return 0;
}

#define BAD(literal)  assert_int_equal(read_answer(CR_SLICE(literal), false), 502)
#define GOOD(literal) assert_int_equal(read_answer(CR_SLICE(literal), false), 0)

static void test_framing(void **state)
{
    (void)state;
    GOOD("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    assert_int_equal(framing.kind, FRAMING_LENGTH);
    assert_false(framing.doubt);
    GOOD("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(framing.kind, FRAMING_NONE);
    assert_true(framing.claims);
    GOOD("HTTP/1.1 200 \r\nTransfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n"); /* T077 */
    assert_int_equal(framing.kind, FRAMING_CHUNKED);
    assert_true(framing.doubt);
    GOOD("HTTP/1.0 200 OK\r\n\r\n"); /* T075 */
    assert_int_equal(framing.kind, FRAMING_CLOSE);
    assert_true(framing.doubt);
    GOOD("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"); /* S47 */
    assert_int_equal(framing.kind, FRAMING_NONE);
    assert_false(framing.claims);
    assert_true(framing.doubt);
    GOOD("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
    assert_true(framing.claims);
    assert_true(framing.doubt);
    assert_int_equal(read_answer(CR_SLICE("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"), true),
                     0); /* T073 */
    assert_int_equal(framing.kind, FRAMING_NONE);
    assert_int_equal(framing.length, 7);
    assert_true(framing.claims);
    GOOD("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n");
    assert_int_equal(framing.length, 5);
}

static void test_refused(void **state)
{
    (void)state;
    BAD("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"); /* S46, T078 */
    BAD("HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\n\r\n");                    /* S48 */
    BAD("HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n");
    BAD("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"); /* T079 */
    BAD("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n");
    BAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    BAD("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    BAD("HTTP/1.1 20 OK\r\n\r\n");
    BAD("HTTP/1.1 2000 OK\r\n\r\n");
    BAD("HTTP/1.1  200 OK\r\n\r\n");
    BAD("HTTP/2.0 200 OK\r\n\r\n");
    BAD("HTTP/1.1 099 OK\r\n\r\n");
    BAD("ICY 200 OK\r\n\r\n");
    BAD("\r\nHTTP/1.1 200 OK\r\n\r\n");
    BAD("HTTP/1.1 200 OK\r\nno colon\r\n\r\n");
    BAD("HTTP/1.1 200 O\x01K\r\n\r\n");
}

/* A cut inside a line decides nothing: what is right as a whole is right in parts (found by
 * fuzzing). */
static void test_reason_in_parts(void **state)
{
    (void)state;
    struct cr_slice text = CR_SLICE("HTTP/1.1 200 d\xc3\xa9j\xc3\xa0\tvu\r\n\r\n");
    for (size_t cut = 1; cut < text.len; cut++) {
        struct fault fault;
        struct head_scan scan = {0};
        assert_int_equal(
            head_read_response(&scan, cr_slice_sub(text, 0, cut), &limits, &head, &fault), 0);
        assert_int_equal(head_read_response(&scan, text, &limits, &head, &fault), text.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reason_in_parts),
        cmocka_unit_test(test_framing),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
