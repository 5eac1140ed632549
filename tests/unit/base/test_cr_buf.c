/* Buffer: growth, termination, sticky failure, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cr_buf.h"
#include "cr_err.h"

static void test_appends_and_terminates(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {0};
    cr_buf_text(&buf, "a");
    cr_buf_char(&buf, 'b');
    cr_buf_int(&buf, INT64_MIN);
    cr_buf_slice(&buf, CR_SLICE("c\0d"));
    cr_buf_slice(&buf, (struct cr_slice){NULL, 0});
    cr_buf_printf(&buf, "%05d", 42);
    assert_int_equal(cr_buf_status(&buf), 0);
    static const char wanted[] = "ab-9223372036854775808c\0d00042";
    assert_int_equal(buf.len, sizeof wanted - 1);
    assert_memory_equal(buf.data, wanted, sizeof wanted);
}

static void test_grows_far(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {0};
    for (int i = 0; i < 100000; i++)
        cr_buf_printf(&buf, "%d,", i % 10);
    assert_int_equal(cr_buf_status(&buf), 0);
    assert_int_equal(buf.len, 200000);
    assert_int_equal(strlen(buf.data), 200000);
}

static void test_the_bound_is_exact_and_failure_sticks(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {.max = 4};
    cr_buf_text(&buf, "abcd");
    assert_int_equal(cr_buf_status(&buf), 0);
    cr_buf_char(&buf, 'e');
    assert_int_equal(cr_buf_status(&buf), CR_ELIMIT);
    cr_buf_text(&buf, "");
    assert_string_equal(buf.data, "abcd");
    assert_null(cr_buf_reserve(&buf, 0));
    cr_buf_reset(&buf);
    cr_buf_text(&buf, "xy");
    assert_int_equal(cr_buf_status(&buf), 0);
    assert_string_equal(buf.data, "xy");
    cr_buf_free(&buf);
    assert_int_equal(buf.max, 4);
    assert_null(cr_buf_reserve(&buf, SIZE_MAX));
    assert_int_equal(cr_buf_status(&buf), CR_ELIMIT);
}

static void test_reserves_consumes_and_steals(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {0};
    char *to = cr_buf_reserve(&buf, 3);
    memcpy(to, "abc", 3);
    cr_buf_commit(&buf, 3);
    cr_buf_consume(&buf, 1);
    assert_string_equal(buf.data, "bc");
    cr_buf_consume(&buf, 100);
    assert_int_equal(buf.len, 0);
    cr_buf_text(&buf, "z");
    char *text = cr_buf_steal(&buf);
    assert_string_equal(text, "z");
    assert_null(buf.data);
    free(text);
    char *empty = cr_buf_steal(&buf);
    assert_string_equal(empty, "");
    free(empty);
    buf.max = 1;
    cr_buf_text(&buf, "ab");
    assert_null(cr_buf_steal(&buf));
    assert_int_equal(cr_buf_status(&buf), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends_and_terminates),
        cmocka_unit_test(test_grows_far),
        cmocka_unit_test(test_the_bound_is_exact_and_failure_sticks),
        cmocka_unit_test(test_reserves_consumes_and_steals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
