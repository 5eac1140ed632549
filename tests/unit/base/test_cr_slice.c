/* Slices, also empty ones and those without a pointer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_attr.h"
#include "cr_slice.h"

static const struct cr_slice none = {NULL, 0};

static void test_compares(void **state)
{
    (void)state;
    assert_true(cr_slice_equal(none, CR_SLICE("")));
    assert_true(cr_slice_equal(cr_slice_of(NULL), none));
    assert_false(cr_slice_equal(CR_SLICE("a"), none));
    assert_true(cr_slice_equal_nocase(CR_SLICE("aBc["), CR_SLICE("AbC[")));
    assert_false(cr_slice_equal_nocase(CR_SLICE("["), CR_SLICE("{")));
    assert_true(cr_slice_is(CR_SLICE("abc"), "abc"));
    assert_true(cr_slice_compare(CR_SLICE("a"), CR_SLICE("ab")) < 0);
    assert_true(cr_slice_compare(CR_SLICE("\xff"), CR_SLICE("a")) > 0);
    assert_int_equal(cr_slice_compare(none, CR_SLICE("")), 0);
    assert_true(cr_slice_starts(CR_SLICE("abc"), CR_SLICE("ab")));
    assert_true(cr_slice_starts(none, none));
    assert_false(cr_slice_starts(CR_SLICE("a"), CR_SLICE("ab")));
    assert_true(cr_slice_ends(CR_SLICE("abc"), CR_SLICE("bc")));
    assert_false(cr_slice_ends(CR_SLICE("c"), CR_SLICE("bc")));
}

static void test_compares_secrets(void **state)
{
    (void)state;
    assert_true(cr_slice_equal_secret(CR_SLICE("abc"), CR_SLICE("abc")));
    assert_true(cr_slice_equal_secret(none, none));
    assert_false(cr_slice_equal_secret(CR_SLICE("abc"), CR_SLICE("abd")));
    assert_false(cr_slice_equal_secret(CR_SLICE("abab"), CR_SLICE("ab")));
    assert_false(cr_slice_equal_secret(CR_SLICE("\0"), none));
    assert_false(cr_slice_equal_secret(none, CR_SLICE("a")));
}

static void test_finds_and_cuts(void **state)
{
    (void)state;
    struct cr_slice s = CR_SLICE("a,b,c");
    assert_int_equal(cr_slice_find(s, ','), 1);
    assert_int_equal(cr_slice_find_last(s, ','), 3);
    assert_int_equal(cr_slice_find(none, ','), -1);
    assert_int_equal(cr_slice_search(s, CR_SLICE("b,")), 2);
    assert_int_equal(cr_slice_search(s, none), 0);
    assert_int_equal(cr_slice_search(s, CR_SLICE("x")), -1);
    assert_true(cr_slice_is(cr_slice_sub(s, 2, 3), "b"));
    assert_int_equal(cr_slice_sub(s, 3, 2).len, 0);
    assert_true(cr_slice_is(cr_slice_sub(s, 4, 99), "c"));
    assert_int_equal(cr_slice_from(s, 99).len, 0);
    assert_true(cr_slice_is(cr_slice_trim(CR_SLICE(" \t\r\na b\n ")), "a b"));
    assert_int_equal(cr_slice_trim(CR_SLICE("   ")).len, 0);
    assert_int_equal(cr_slice_trim(none).len, 0);
}

static void test_splits(void **state)
{
    (void)state;
    static const struct {
        struct cr_slice text;
        size_t parts;
        const char *last;
    } cases[] = {
        {{"a,,b", 4}, 3, "b"}, {{"a,", 2}, 2, ""}, {{"", 0}, 1, ""},
        {{",", 1}, 2, ""},     {{"a", 1}, 1, "a"}, {{NULL, 0}, 0, ""},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct cr_slice rest = cases[i].text;
        struct cr_slice part = CR_SLICE("");
        size_t parts = 0;
        while (cr_slice_split(&rest, ',', &part))
            parts++;
        assert_int_equal(parts, cases[i].parts);
        assert_true(cr_slice_is(part, cases[i].last));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compares),
        cmocka_unit_test(test_compares_secrets),
        cmocka_unit_test(test_finds_and_cuts),
        cmocka_unit_test(test_splits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
