/* Base64: RFC 4648's vectors, and what Java's basic decoder tolerates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_base64.h"
#include "cr_err.h"

static void test_encodes_and_decodes(void **state)
{
    (void)state;
    static const struct {
        struct cr_slice bytes;
        const char *text;
    } cases[] = {
        {{"", 0}, ""},
        {{"f", 1}, "Zg=="},
        {{"fo", 2}, "Zm8="},
        {{"foo", 3}, "Zm9v"},
        {{"foob", 4}, "Zm9vYg=="},
        {{"fooba", 5}, "Zm9vYmE="},
        {{"foobar", 6}, "Zm9vYmFy"},
        {{"\0\xff\x10\x80", 4}, "AP8QgA=="},
        {{"\xfb\xff\xbf", 3}, "+/+/"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO(cr_buf) text = {0};
        CR_AUTO(cr_buf) bytes = {0};
        cr_base64_encode(&text, cases[i].bytes);
        assert_true(cr_slice_is(cr_buf_view(&text), cases[i].text));
        assert_int_equal(cr_base64_decode(&bytes, cr_slice_of(cases[i].text)), 0);
        assert_true(cr_slice_equal(cr_buf_view(&bytes), cases[i].bytes));
        cr_buf_reset(&bytes);
        assert_int_equal(cr_base64_decode_exact(&bytes, cr_slice_of(cases[i].text)), 0);
        assert_true(cr_slice_equal(cr_buf_view(&bytes), cases[i].bytes));
    }
}

static void test_tolerates_what_java_does(void **state)
{
    (void)state;
    static const char *const texts[] = {"Zg", "Zh==", "Zh"};
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO(cr_buf) bytes = {0};
        assert_int_equal(cr_base64_decode(&bytes, cr_slice_of(texts[i])), 0);
        assert_string_equal(bytes.data, "f");
    }
}

static void test_exact_bytes_have_one_spelling(void **state)
{
    static const char *const texts[] = {"Zh==", "Zh", "Zv==", "Zm9=", "Zm+", "Zm9vZh=="};
    (void)state;
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO(cr_buf) bytes = {0};
        if (cr_base64_decode_exact(&bytes, cr_slice_of(texts[i])) != CR_EPARSE)
            fail_msg("'%s' was taken", texts[i]);
    }
    CR_AUTO(cr_buf) bytes = {0};
    assert_int_equal(cr_base64_decode_exact(&bytes, CR_SLICE("Zm9vZg")), 0);
    assert_string_equal(bytes.data, "foof");
}

static void test_is_bounded_by_its_buffer(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) bytes = {.max = 3};
    assert_int_equal(cr_base64_decode(&bytes, CR_SLICE("Zm9v")), 0);
    assert_int_equal(cr_base64_decode(&bytes, CR_SLICE("Zg==")), CR_ELIMIT);
}

static void test_refuses_the_rest(void **state)
{
    (void)state;
    static const char *const texts[] = {"Z",    "Zg=",  "Zg===", "=",    "==",   "Zm9v=", "Z===",
                                        "Zm 8", "Z=g=", "Zm9v!", "Zm-_", "====", "Zm9vZ"};
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO(cr_buf) bytes = {0};
        if (cr_base64_decode(&bytes, cr_slice_of(texts[i])) != CR_EPARSE ||
            cr_base64_decode_exact(&bytes, cr_slice_of(texts[i])) != CR_EPARSE)
            fail_msg("'%s' was taken", texts[i]);
    }
    CR_AUTO(cr_buf) bytes = {0};
    assert_int_equal(cr_base64_decode(&bytes, (struct cr_slice){"Zg\0A", 4}), CR_EPARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodes_and_decodes),
        cmocka_unit_test(test_tolerates_what_java_does),
        cmocka_unit_test(test_exact_bytes_have_one_spelling),
        cmocka_unit_test(test_is_bounded_by_its_buffer),
        cmocka_unit_test(test_refuses_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
