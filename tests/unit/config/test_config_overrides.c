/* overrides: conformance case 31 in pure form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "overrides.h"

static void case_31_makes_the_strongest_source(void **state)
{
    (void)state;
    static const struct {
        const char *value, *expected;
    } cases[] = {
        {"1", "1"},         {"", ""},         {"\\${z}", "${z}"},
        {"$\\{z}", "${z}"}, {"\\{z}", "{z}"}, {"\\${a}\\{b}", "${a}\\{b}"},
        {"a\\b", "a\\b"},   {"${z}", "${z}"}, {"\\${a} \\${b}", "${a} ${b}"},
    };
    struct override items[CR_COUNT(cases)];
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        items[i] = (struct override){CR_SLICE("k"), cr_slice_of(cases[i].value)};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_source source;
    struct cr_err err = {0};
    assert_int_equal(overrides_source(items, CR_COUNT(items), arena, &source, &err), 0);
    assert_true(cr_slice_is(source.name, "overrides"));
    assert_int_equal(source.count, CR_COUNT(items));
    for (size_t i = 0; i < source.count; i++) {
        assert_true(cr_slice_is(source.properties[i].text, cases[i].expected));
        assert_true(cr_slice_is(source.properties[i].origin, "Config server overrides"));
        assert_int_equal(source.properties[i].kind, CR_WIRE_STRING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(case_31_makes_the_strongest_source)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
