/* The local copy of a registry follows its changes, and its hash code says whether nothing is
 * missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "cr_registry_copy_private.h"

static struct cr_registry_copy *copy;

static int setup(void **state)
{
    (void)state;
    copy = cr_registry_copy_new();
    return copy ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cr_registry_copy_freep(&copy);
    return 0;
}

static void apply(const char *app, const char *id, enum cr_wire_status status,
                  enum cr_wire_action action)
{
    struct cr_wire_instance one = cr_wire_instance_default(0);
    one.app = cr_slice_of(app);
    one.instance_id = cr_slice_of(id);
    one.status = status;
    one.action = action;
    const struct cr_wire_instances changes = {&one, 1};
    assert_int_equal(cr_registry_copy_apply(copy, &changes), 0);
}

static void assert_hash(const char *wanted)
{
    CR_AUTO(cr_buf) hash = {0};
    cr_registry_copy_hash(copy, &hash);
    assert_string_equal(hash.data ? hash.data : "", wanted);
    assert_true(cr_registry_copy_agrees(copy, cr_slice_of(wanted)));
    assert_false(cr_registry_copy_agrees(copy, CR_SLICE("UP_99_")));
    assert_true(cr_registry_copy_agrees(copy, (struct cr_slice){NULL, 0}));
}

static void test_changes_by_application_and_id(void **state)
{
    (void)state;
    assert_hash("");
    apply("A", "i1", CR_WIRE_UP, CR_WIRE_ADDED);
    apply("A", "i2", CR_WIRE_DOWN, CR_WIRE_ADDED);
    apply("B", "i1", CR_WIRE_UP, CR_WIRE_ADDED);
    assert_hash("DOWN_1_UP_2_");
    apply("a", "i2", CR_WIRE_UP, CR_WIRE_MODIFIED);
    assert_hash("UP_3_");
    apply("B", "i1", CR_WIRE_UP, CR_WIRE_DELETED);
    assert_hash("UP_2_");
    assert_int_equal(cr_registry_copy_count(copy), 2);
}

static void test_a_change_may_come_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        apply("A", "i1", CR_WIRE_STARTING, CR_WIRE_ADDED);
        assert_hash("STARTING_1_");
    }
    for (int i = 0; i < 2; i++) {
        apply("A", "i1", CR_WIRE_STARTING, CR_WIRE_DELETED);
        assert_hash("");
    }
}

static void test_an_id_case_counts(void **state)
{
    (void)state;
    apply("A", "i1", CR_WIRE_UP, CR_WIRE_ADDED);
    apply("A", "I1", CR_WIRE_UP, CR_WIRE_ADDED);
    assert_hash("UP_2_");
}

static void test_the_list_has_room_behind_it(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance *items = NULL;
    size_t count = 0;
    apply("A", "i1", CR_WIRE_UP, CR_WIRE_ADDED);
    assert_int_equal(cr_registry_copy_list(copy, 2, arena, &items, &count), 0);
    assert_int_equal(count, 1);
    items[1] = items[0];
    items[2] = items[0];
    assert_true(cr_slice_is(items[2].instance_id, "i1"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_changes_by_application_and_id),
        TEST(test_a_change_may_come_again),
        TEST(test_an_id_case_counts),
        TEST(test_the_list_has_room_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
