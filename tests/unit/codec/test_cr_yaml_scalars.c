/* YAML's scalars: the types that SnakeYAML resolves, and the values that it constructs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "yaml_check.h"

/* A scalar, and its type and text in the flat document. */
static const struct {
    const char *yaml;
    const char *wanted;
} scalars[] = {
    {"1", "i=1"},
    {"+7", "i=7"},
    {"-0", "i=0"},
    {"010", "i=8"},
    {"00", "i=0"},
    {"-017", "i=-15"},
    {"0_7", "i=7"},
    {"0o17", "s=0o17"},
    {"08", "s=08"},
    {"0x1F", "i=31"},
    {"-0xff", "i=-255"},
    {"0x", "s=0x"},
    {"0x_", "s=0x_"},
    {"0b101", "i=5"},
    {"0b12", "s=0b12"},
    {"1_000", "i=1000"},
    {"1__", "i=1"},
    {"_1", "s=_1"},
    {"12:30", "i=750"},
    {"12:30:45", "i=45045"},
    {"100:5", "i=6005"},
    {"-1:30", "i=-90"},
    {"0:30", "s=0:30"},
    {"1:60", "s=1:60"},
    {"1,000", "s=1,000"},
    {"12345678901", "i=12345678901"},
    {"123456789012345678901234567890", "i=123456789012345678901234567890"},
    {"0xFFFFFFFFFFFFFFFFFFFF", "i=1208925819614629174706175"},
    {"0b1000000000000000000000000000000000000000000000000000000000000000000",
     "i=73786976294838206464"},
    {"1.10", "d=1.1"},
    {"1e3", "d=1000.0"},
    {"1.", "d=1.0"},
    {".5", "d=0.5"},
    {"-.5e1", "d=-5.0"},
    {"6.02e+23", "d=6.02E23"},
    {"08.5", "d=8.5"},
    {"1_0.2_5", "d=10.25"},
    {"1e", "s=1e"},
    {"1e1.5", "s=1e1.5"},
    {".", "s=."},
    {"1.2.3", "s=1.2.3"},
    {"1:30.5", "d=90.5"},
    {"35791394:08", "i=-2147483648"}, /* Java's int */
    {"10:20:30:40:50:59", "i=-548107533"},
    {"63:29:04:53:27:26:31:28.", "d=-7.3664010432E10"},
    {"94295797404317632.000", "d=9.429579740431763E16"},
    {"5e-324", "d=4.9E-324"},
    {"-0.0", "d=-0.0"},
    {".inf", "s=Infinity"},
    {"-.INF", "s=-Infinity"},
    {".NaN", "s=NaN"},
    {"-.nan", "s=-.nan"},
    {"1e999", "s=Infinity"},
    {"true", "b=true"},
    {"YES", "b=true"},
    {"On", "b=true"},
    {"off", "b=false"},
    {"No", "b=false"},
    {"y", "s=y"},
    {"n", "s=n"},
    {"tRue", "s=tRue"},
    {"~", "s="},
    {"Null", "s="},
    {"nULL", "s=nULL"},
    {"=", "s=="},
    {"'5'", "s=5"},
    {"\"true\"", "s=true"},
    {"2024-01-01", "s=2024-01-01"},
    {"2001-12-14t21:59:43.10-05:00", "s=2001-12-14t21:59:43.10-05:00"},
    {"!!str 5", "s=5"},
    {"! 5", "i=5"}, /* as if it were plain */
    {"! \"6\"", "i=6"},
    {"! x", "s=x"},
    {"!!float 3", "d=3.0"},
    {"!!float 1.5f", "d=1.5"},
    {"!!float ' -Infinity '", "s=-Infinity"},
    {"!!float .iNf", "s=Infinity"},
    {"!!float 1:30", "d=90.0"},
    {"!!int '0x10'", "i=16"},
    {"!!int +-1", "i=-1"},
    {"!!int 0x-a", "i=-10"},
    {"!!int '1:30:'", "i=90"},
    {"!!bool maybe", "s="},
    {"!!bool tRuE", "b=true"},
    {"!!null x", "s="},
    {"!!bool 'yes'", "b=true"},
    {"!!null ''", "s="},
    {"!!binary 'aGVs\n bG8='", "s=aGVsbG8="},
    {"!!binary aGVsbG8", "s=aGVsbG8="}, /* decoded and encoded anew */
    {"!!binary aGVsbG9=", "s=aGVsbG8="},
    {"!!timestamp 2001-12-14", "s=2001-12-14T00:00:00.000Z"},
    {"!!timestamp 2001-12-14t21:59:43.10-05:00", "s=2001-12-15T02:59:43.100Z"},
    {"!!timestamp 2001-1-4 1:02:03 +5:30", "s=2001-01-03T19:32:03.000Z"},
    {"!!timestamp 2000-13-31", "s=2001-01-31T00:00:00.000Z"}, /* runs on, as in Java */
    {"!!timestamp 2000-00-31 24:60:61.9999 Z", "s=2000-01-01T01:01:02.000Z"},
    {"${a:b}", "s=${a:b}"},
    {"http://x:1/y", "s=http://x:1/y"},
};

static void test_resolves_types_as_snakeyaml(void **state)
{
    (void)state;
    for (size_t i = 0; i < CR_COUNT(scalars); i++) {
        char yaml[200];
        char wanted[200];
        snprintf(yaml, sizeof yaml, "k: %s\n", scalars[i].yaml);
        snprintf(wanted, sizeof wanted, "%c:k%s\n", scalars[i].wanted[0], scalars[i].wanted + 1);
        check(yaml, wanted);
    }
}

static void test_long_numbers_stay_exact_or_text(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) yaml = {0};
    struct cr_flat flat;
    cr_buf_text(&yaml, "hex: 0x");
    for (int i = 0; i < 1022; i++)
        cr_buf_char(&yaml, 'f');
    cr_buf_text(&yaml, "\nlong: ");
    for (int i = 0; i < 1025; i++)
        cr_buf_char(&yaml, '9');
    assert_int_equal(cr_yaml_parse(cr_buf_view(&yaml), arena, &flat, NULL), 0);
    const struct cr_flat_pair *hex = cr_flat_get(&flat.docs[0], "hex");
    assert_int_equal(hex->kind, CR_FLAT_INT);
    assert_int_equal(hex->text.len, 1231); /* 2^4088 - 1 */
    assert_true(cr_slice_starts(hex->text, CR_SLICE("40796")));
    assert_int_equal(cr_flat_get(&flat.docs[0], "long")->kind, CR_FLAT_STRING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolves_types_as_snakeyaml),
        cmocka_unit_test(test_long_numbers_stay_exact_or_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
