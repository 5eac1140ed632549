/* UTF-8: every scalar there and back, everything else refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_utf8.h"

static void test_every_scalar_survives(void **state)
{
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        if (code_point == 0xd800)
            code_point = 0xe000;
        char bytes[4];
        struct cr_slice text = {bytes, cr_utf8_encode(code_point, bytes)};
        assert_true(cr_utf8_next(&text) == code_point);
        assert_int_equal(text.len, 0);
    }
}

static void test_refuses_what_is_not_utf8(void **state)
{
    (void)state;
    static const struct cr_slice bad[] = {
        {"\x80", 1},
        {"\xc0\x80", 2},
        {"\xc1\xbf", 2},
        {"\xe0\x80\xaf", 3},
        {"\xed\xa0\x80", 3},
        {"\xf4\x90\x80\x80", 4},
        {"\xf8\x88\x80\x80", 4},
        {"\xe2\x82", 2},
        {"\xc3(", 2},
        {"\xff", 1},
    };
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        struct cr_slice text = bad[i];
        assert_false(cr_utf8_valid(text));
        assert_true(cr_utf8_next(&text) == CR_UTF8_BAD);
        assert_int_equal(text.len, bad[i].len - 1);
    }
    assert_true(cr_utf8_valid(CR_SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")));
}

static void test_replaces_what_is_no_scalar(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {0};
    cr_utf8_put(&buf, 0xd800);
    cr_utf8_put(&buf, CR_UTF8_BAD);
    assert_string_equal(buf.data, "\xef\xbf\xbd\xef\xbf\xbd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scalar_survives),
        cmocka_unit_test(test_refuses_what_is_not_utf8),
        cmocka_unit_test(test_replaces_what_is_no_scalar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
