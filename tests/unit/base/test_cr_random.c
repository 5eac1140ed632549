/* Random bytes and time-ordered identifiers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cr_random.h"

static void test_uuids_are_well_formed_and_ordered(void **state)
{
    (void)state;
    char before[CR_UUID_SIZE] = "";
    for (int i = 0; i < 10000; i++) { /* more than the 4,096 of one millisecond */
        char uuid[CR_UUID_SIZE];
        cr_uuid7(INT64_C(1795576128123) - i % 3, uuid);
        assert_int_equal(strlen(uuid), 36);
        assert_int_equal(uuid[14], '7');
        assert_non_null(strchr("89ab", uuid[19]));
        assert_true(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
        assert_true(strcmp(before, uuid) < 0);
        memcpy(before, uuid, sizeof before);
    }
    assert_int_equal(strncmp(before, "01a210", 6), 0);
}

static void test_bytes_differ(void **state)
{
    (void)state;
    unsigned char a[1024] = {0};
    unsigned char b[1024] = {0};
    cr_random_bytes(a, sizeof a);
    cr_random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_true(cr_random_seed() == cr_random_seed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uuids_are_well_formed_and_ordered),
        cmocka_unit_test(test_bytes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
