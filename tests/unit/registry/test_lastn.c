/* Case 95: the last thousand events, the newest first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "lastn.h"

static void add(struct lastn *lastn, int number)
{
    char id[16];
    snprintf(id, sizeof id, "i%d", number);
    lastn_add(lastn, CR_SLICE("ORDERS"), cr_slice_of(id), number);
}

static void test_case_95_a_thousand_and_one(void **state)
{
    (void)state;
    static struct lastn lastn;
    assert_null(lastn_at(&lastn, 0));
    for (int i = 1; i <= LASTN_MAX; i++)
        add(&lastn, i);
    assert_string_equal(lastn_at(&lastn, 0)->text, "ORDERS(i1000)");
    assert_int_equal(lastn_at(&lastn, 0)->wall_ms, 1000);
    assert_string_equal(lastn_at(&lastn, 999)->text, "ORDERS(i1)");
    assert_null(lastn_at(&lastn, 1000));
    add(&lastn, 1001);
    assert_string_equal(lastn_at(&lastn, 0)->text, "ORDERS(i1001)");
    assert_string_equal(lastn_at(&lastn, 999)->text, "ORDERS(i2)");
    assert_null(lastn_at(&lastn, 1000));
    lastn_fini(&lastn);
    assert_null(lastn_at(&lastn, 0));
}

static void test_long_names_are_cut(void **state)
{
    (void)state;
    static struct lastn lastn;
    static char name[2 * LASTN_TEXT_MAX];
    memset(name, 'x', sizeof name);
    lastn_add(&lastn, (struct cr_slice){name, sizeof name}, CR_SLICE("i"), 1);
    assert_int_equal(strlen(lastn_at(&lastn, 0)->text), LASTN_TEXT_MAX - 1);
    lastn_fini(&lastn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_95_a_thousand_and_one),
        cmocka_unit_test(test_long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
