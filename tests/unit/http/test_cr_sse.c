/* Server-sent events, whole and in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cr_err.h"
#include "cr_sse.h"

static int note(const struct cr_sse_event *event, void *ctx)
{
    cr_buf_printf(ctx, "[%.*s|%.*s|%.*s]", CR_SLICE_ARG(event->type), CR_SLICE_ARG(event->data),
                  CR_SLICE_ARG(event->id));
    return 0;
}

static void check(const char *text, const char *expected)
{
    struct cr_slice whole = cr_slice_of(text);
    for (size_t step = 1; step <= whole.len; step++) {
        struct cr_sse_reader reader = {0};
        CR_AUTO(cr_buf) seen = {0};
        cr_buf_text(&seen, "");
        for (size_t at = 0; at < whole.len; at += step)
            assert_int_equal(cr_sse_feed(&reader, cr_slice_sub(whole, at, at + step), note, &seen),
                             0);
        assert_string_equal(seen.data ? seen.data : "", expected);
        cr_sse_reader_fini(&reader);
    }
}

static void test_reading(void **state)
{
    (void)state;
    check("data: a\n\n", "[|a|]");
    check("data:a\n\ndata: b\n\n", "[|a|][|b|]");
    check("data: a\r\ndata: b\r\n\r\n", "[|a\nb|]");
    check("data: a\r\rdata: b\r\r", "[|a|][|b|]");
    check("ping: \n\ndata: {\"x\":1}\n\n", "[|{\"x\":1}|]");
    check(":comment\n: ping\ndata:  two blanks\n\n", "[| two blanks|]");
    check("event: up\nid: 7\ndata: a\n\ndata: b\n\n", "[up|a|7][|b|7]");
    check("data\n\n", "[||]");
    check("event: nothing\n\ndata: x\n\n", "[|x|]");
    check("\xEF\xBB\xBF"
          "data: x\n\n",
          "[|x|]");
    check("data: unfinished\n", "");
    check("retry: 10\nunknown\n\n", "");
}

static void test_writing_is_read_back(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    cr_sse_write(&out,
                 &(struct cr_sse_event){CR_SLICE("up"), CR_SLICE("a\nb\r\nc"), CR_SLICE("9")});
    assert_string_equal(out.data, "id: 9\nevent: up\ndata: a\ndata: b\ndata: c\n\n");
    check(out.data, "[up|a\nb\nc|9]");
    cr_buf_reset(&out);
    cr_sse_write(&out, &(struct cr_sse_event){.data = CR_SLICE("{}")});
    assert_string_equal(out.data, "data: {}\n\n");
}

static int refuse(const struct cr_sse_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    return CR_ECONFLICT;
}

static void test_limits_and_callback_errors(void **state)
{
    (void)state;
    struct cr_sse_reader reader = {.event_max = 16};
    CR_AUTO(cr_buf) seen = {0};
    assert_int_equal(cr_sse_feed(&reader, CR_SLICE("data: 0123456789abcdef"), note, &seen),
                     CR_ELIMIT);
    cr_sse_reader_fini(&reader);
    assert_int_equal(
        cr_sse_feed(&reader, CR_SLICE("data: 01234567\ndata: 01234567\n"), note, &seen), CR_ELIMIT);
    cr_sse_reader_fini(&reader);
    assert_int_equal(cr_sse_feed(&reader, CR_SLICE("data: x\n\n"), refuse, NULL), CR_ECONFLICT);
    cr_sse_reader_fini(&reader);
}

static int count_bytes(const struct cr_sse_event *event, void *ctx)
{
    *(size_t *)ctx += event->data.len;
    return 0;
}

static void test_a_large_event_gives_its_room_back(void **state)
{
    (void)state;
    enum { LARGE = 200 * 1024, KEPT = 64 * 1024 };
    struct cr_sse_reader reader = {.event_max = 1024 * 1024};
    CR_AUTO(cr_buf) text = {0};
    size_t seen = 0;
    cr_buf_text(&text, "data: ");
    for (size_t i = 0; i < LARGE; i++)
        cr_buf_char(&text, 'x');
    cr_buf_text(&text, "\n\ndata: y\n\n");
    assert_int_equal(cr_sse_feed(&reader, cr_buf_view(&text), count_bytes, &seen), 0);
    assert_int_equal(seen, LARGE + 1);
    assert_true(reader.line.capacity <= KEPT && reader.data.capacity <= KEPT);
    cr_sse_reader_fini(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_writing_is_read_back),
        cmocka_unit_test(test_limits_and_callback_errors),
        cmocka_unit_test(test_a_large_event_gives_its_room_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
