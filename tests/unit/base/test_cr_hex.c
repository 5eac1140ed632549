/* Hexadecimal text: RFC 4648's vectors, and everything that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_err.h"
#include "cr_hex.h"

static void test_writes_and_reads(void **state)
{
    static const struct {
        struct cr_slice bytes;
        const char *lower, *upper;
    } cases[] = {
        {{"", 0}, "", ""},
        {{"f", 1}, "66", "66"},
        {{"fo", 2}, "666f", "666F"},
        {{"foo", 3}, "666f6f", "666F6F"},
        {{"foob", 4}, "666f6f62", "666F6F62"},
        {{"fooba", 5}, "666f6f6261", "666F6F6261"},
        {{"foobar", 6}, "666f6f626172", "666F6F626172"},
        {{"\x00\x9a\xbc\xde\xff", 5}, "009abcdeff", "009ABCDEFF"},
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct cr_slice bytes = cases[i].bytes;
        char text[32] = {0}, read[16];
        cr_hex_write(bytes.ptr, bytes.len, text);
        assert_string_equal(text, cases[i].lower);
        const char *const forms[] = {cases[i].lower, cases[i].upper};
        for (size_t j = 0; j < CR_COUNT(forms); j++) {
            assert_int_equal(cr_hex_read(cr_slice_of(forms[j]), read, bytes.len), 0);
            assert_memory_equal(read, bytes.ptr, bytes.len);
        }
    }
}

static void test_reads_nothing_else(void **state)
{
    static const char *const texts[] = {
        "",     "0",    "00",   "000",  "00000", "000000", "0x00", "00 0", " 000",      "000 ",
        "00g0", "00G0", "-001", "+001", "00:0",  "00/0",   "00@0", "00`0", "0\xc3\xa4g"};
    char out[2];
    (void)state;
    for (size_t i = 0; i < CR_COUNT(texts); i++)
        if (cr_hex_read(cr_slice_of(texts[i]), out, sizeof(out)) != CR_EPARSE)
            fail_msg("'%s' was read", texts[i]);
    assert_int_equal(cr_hex_read((struct cr_slice){"000\0", 4}, out, sizeof(out)), CR_EPARSE);
}

static void test_knows_every_digit(void **state)
{
    static const char digits[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    (void)state;
    for (int c = -1; c <= 0x10ffff; c++) {
        const char *hit = c > 0 && c < 128 ? strchr(digits, c) : NULL;
        const char *big = c > 0 && c < 128 ? strchr(upper, c) : NULL;
        int value = hit ? (int)(hit - digits) : big ? (int)(big - upper) : -1;
        assert_int_equal(cr_hex_value(c), value);
    }
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(cr_hex_digit(i), digits[i % 16]);
    assert_int_equal(cr_hex_octet('f', 'E'), 0xfe);
    assert_int_equal(cr_hex_octet('f', 'g'), -1);
    assert_int_equal(cr_hex_octet('g', 'f'), -1);
}

static void test_takes_a_unit(void **state)
{
    uint32_t unit = 5;
    (void)state;
    assert_true(cr_hex_unit(CR_SLICE("00e4 and more"), &unit));
    assert_int_equal(unit, 0xe4);
    assert_true(cr_hex_unit(CR_SLICE("FFFF"), &unit));
    assert_int_equal(unit, 0xffff);
    assert_false(cr_hex_unit(CR_SLICE("00e"), &unit));
    assert_false(cr_hex_unit(CR_SLICE("00g4"), &unit));
    assert_false(cr_hex_unit((struct cr_slice){NULL, 0}, &unit));
    assert_int_equal(unit, 0xffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_and_reads),
        cmocka_unit_test(test_reads_nothing_else),
        cmocka_unit_test(test_knows_every_digit),
        cmocka_unit_test(test_takes_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
