/* The chunked coding, read in pieces of every size, and what is refused in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "chunk.h"
#include "cr_err.h"

struct result {
    int status; /* 0: complete; 1: more is wanted; else the fault's status */
    char body[300];
    size_t len;
    size_t used;
    size_t trailers;
};

static struct result read_in_steps(struct cr_slice text, size_t step)
{
    struct result result = {.status = 1};
    struct chunk_reader reader;
    struct fault fault;
    chunk_reader_init(&reader, FAILURE_BAD_REQUEST);
    while (result.used < text.len && result.status == 1) {
        size_t end = result.used + step < text.len ? result.used + step : text.len;
        enum chunk_event event;
        struct cr_slice data = {NULL, 0};
        size_t used = 0;
        if (chunk_read(&reader, cr_slice_sub(text, result.used, end), &event, &data, &used,
                       &fault)) {
            result.status = failure_status(fault.failure);
            break;
        }
        result.used += used;
        if (event == CHUNK_DATA) {
            memcpy(result.body + result.len, data.ptr, data.len);
            result.len += data.len;
        }
        if (event == CHUNK_DONE)
            result.status = 0;
    }
    result.trailers = reader.trailers.len;
    chunk_reader_fini(&reader);
    return result;
}

static void expect_status(struct cr_slice text, int status)
{
    for (size_t step = 1; step < 50; step++) {
        struct result result = read_in_steps(text, step);
        if (result.status != status)
            fail_msg("%d instead of %d at step %zu for %.*s", result.status, status, step,
                     CR_SLICE_ARG(text));
    }
}
#define EXPECT(literal, status) expect_status(CR_SLICE(literal), (status))

static void test_accepted(void **state)
{
    (void)state;
    struct cr_slice text = CR_SLICE("5\r\nhello\r\nA;x=\"q\\\"\";y \t\r\n0123456789\r\n"
                                    "000\r\nX: 1\r\nY: 2\r\n\r\nGET /next");
    for (size_t step = 1; step < text.len; step++) {
        struct result result = read_in_steps(text, step);
        assert_int_equal(result.status, 0);
        assert_int_equal(result.len, 15);
        assert_memory_equal(result.body, "hello0123456789", 15);
        assert_int_equal(text.len - result.used, strlen("GET /next"));
        assert_int_equal(result.trailers, strlen("X: 1\r\nY: 2\r\n\r\n"));
    }
    EXPECT("0\r\n\r\n", 0);
    EXPECT("5 \r\nhello\r\n0\r\n\r\n", 0);
    EXPECT("5\r\nhel", 1);
    EXPECT("0\r\nX: GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0);                     /* S30 */
    EXPECT("0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n", 0); /* S31 */
}

static void test_sizes_refused(void **state)
{
    (void)state;
    static const char *const sizes[] = {"0x5",
                                        "+5",
                                        "-5",
                                        "5_0",
                                        " 5",
                                        "",
                                        "5 5",
                                        "FFFFFFFFFFFFFFFFF",
                                        "00000000000000000005"}; /* S24 */
    for (size_t i = 0; i < CR_COUNT(sizes); i++) {
        char text[100];
        size_t len = strlen(sizes[i]);
        memcpy(text, sizes[i], len);
        memcpy(text + len, "\r\nhello\r\n0\r\n\r\n", 15);
        expect_status((struct cr_slice){text, len + 14}, 400);
    }
}

static void test_lines_refused(void **state)
{
    (void)state;
    EXPECT("5\nhello\r\n0\r\n\r\n", 400); /* S25 */
    EXPECT("5\r\nhello\n0\r\n\r\n", 400);
    EXPECT("5\r\nhello\r\n0\n\r\n", 400);
    EXPECT("5\r\r;ext\r\nhello\r\n0\r\n\r\n", 400); /* S26 */
    EXPECT("5;a=b\r\rXX\r\n0\r\n\r\n", 400);
    EXPECT("5;ext=\"\r\nhello\r\n0\r\n\r\n", 400); /* S27 */
    EXPECT("5;\nhello\r\n0\r\n\r\n", 400);         /* S28 */
    EXPECT("5;a\nhello\r\n0\r\n\r\n", 400);
    EXPECT("5\r\nhelloXX0\r\n\r\n", 400); /* S29 */
    EXPECT("0\r\nX: 1\n\r\n", 400);
    EXPECT("0\r\nX: 1\r\r\n\r\n", 400);
    EXPECT("0\r\n\rX", 400);
    EXPECT("0\r\nno colon\r\n\r\n", 400);
    EXPECT("0\r\n folded: 1\r\n\r\n", 400);
}

static void test_bounds(void **state)
{
    (void)state;
    static char text[CHUNK_TRAILERS_MAX + 200];
    memcpy(text, "1;", 2);
    memset(text + 2, 'x', 300);
    assert_int_equal(read_in_steps((struct cr_slice){text, 300}, 64).status, 400);
    memcpy(text, "0\r\nX: ", 6);
    memset(text + 6, 'x', sizeof(text) - 6);
    assert_int_equal(read_in_steps((struct cr_slice){text, sizeof(text)}, 999).status, 400);
}

static void test_line(void **state)
{
    (void)state;
    char line[CHUNK_LINE_SIZE];
    assert_int_equal(chunk_line(0, line), 3);
    assert_memory_equal(line, "0\r\n", 3);
    assert_int_equal(chunk_line(0x1f40, line), 6);
    assert_memory_equal(line, "1f40\r\n", 6);
    assert_int_equal(chunk_line(UINT64_MAX, line), 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),      cmocka_unit_test(test_sizes_refused),
        cmocka_unit_test(test_lines_refused), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
