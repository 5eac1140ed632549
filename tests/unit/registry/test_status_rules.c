/* The rules' order: each question is one that its neighbour would answer otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_attr.h"
#include "status_rules.h"

enum { NONE = CR_WIRE_STATUS_COUNT };

static enum cr_wire_status judge(enum cr_wire_status said, int overridden, int lease,
                                 bool replicated)
{
    enum cr_wire_status override = (enum cr_wire_status)overridden;
    enum cr_wire_status stored = (enum cr_wire_status)lease;
    const struct status_question question = {
        .said = said,
        .overridden = overridden == NONE ? NULL : &override,
        .lease = lease == NONE ? NULL : &stored,
        .replicated = replicated,
    };
    return status_by_rules(&question);
}

/* 1 before 2: a client's DOWN shows under an override of UP. */
static void test_down_before_override(void **state)
{
    (void)state;
    assert_int_equal(judge(CR_WIRE_DOWN, CR_WIRE_UP, NONE, false), CR_WIRE_DOWN);
    assert_int_equal(judge(CR_WIRE_STARTING, CR_WIRE_OUT_OF_SERVICE, NONE, true), CR_WIRE_STARTING);
    assert_int_equal(judge(CR_WIRE_UNKNOWN, CR_WIRE_UP, CR_WIRE_UP, false), CR_WIRE_UNKNOWN);
}

/* 1 before 4: it shows, whatever the lease has. */
static void test_down_before_lease(void **state)
{
    (void)state;
    assert_int_equal(judge(CR_WIRE_DOWN, NONE, CR_WIRE_UP, false), CR_WIRE_DOWN);
}

/* 2 before 4: the override stands above the lease's status. */
static void test_override_before_lease(void **state)
{
    (void)state;
    assert_int_equal(judge(CR_WIRE_UP, CR_WIRE_OUT_OF_SERVICE, CR_WIRE_UP, false),
                     CR_WIRE_OUT_OF_SERVICE);
    assert_int_equal(judge(CR_WIRE_UP, CR_WIRE_DOWN, CR_WIRE_UP, false), CR_WIRE_DOWN);
}

/* 4 before 5: between UP and OUT_OF_SERVICE the lease's status stays; a peer may change it. */
static void test_lease_before_record(void **state)
{
    (void)state;
    assert_int_equal(judge(CR_WIRE_UP, NONE, CR_WIRE_OUT_OF_SERVICE, false),
                     CR_WIRE_OUT_OF_SERVICE);
    assert_int_equal(judge(CR_WIRE_OUT_OF_SERVICE, NONE, CR_WIRE_UP, false), CR_WIRE_UP);
    assert_int_equal(judge(CR_WIRE_OUT_OF_SERVICE, NONE, CR_WIRE_UP, true), CR_WIRE_OUT_OF_SERVICE);
    assert_int_equal(judge(CR_WIRE_UP, NONE, CR_WIRE_DOWN, false), CR_WIRE_UP);
    assert_int_equal(judge(CR_WIRE_UP, NONE, CR_WIRE_UNKNOWN, false), CR_WIRE_UP);
}

static void test_the_record_where_nothing_else_is_known(void **state)
{
    (void)state;
    for (int said = 0; said < CR_WIRE_STATUS_COUNT; said++)
        assert_int_equal(judge((enum cr_wire_status)said, NONE, NONE, false), said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_down_before_override),
        cmocka_unit_test(test_down_before_lease),
        cmocka_unit_test(test_override_before_lease),
        cmocka_unit_test(test_lease_before_record),
        cmocka_unit_test(test_the_record_where_nothing_else_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
