/* What stays of an answer that the next one forgot, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_registry_memory_private.h"

#define APPS(instances)                                                                            \
    "{\"applications\":{\"application\":[{\"name\":\"X\",\"instance\":[" instances "]}]}}"
#define INSTANCE(id, status, lease)                                                                \
    "{\"app\":\"X\",\"instanceId\":\"" id                                                          \
    "\",\"hostName\":\"h\",\"ipAddr\":\"1.1.1.1\",\"status\":\"" status                            \
    "\",\"leaseInfo\":{\"durationInSecs\":" lease "}}"
#define A     INSTANCE("a", "UP", "10")
#define B     INSTANCE("b", "UP", "90")
#define DOWN_ INSTANCE("c", "DOWN", "90")

static struct cr_arena *arena;
static struct cr_registry_memory *memory;
static struct cr_registry_copy *copy; /* what the registry said last */

static int setup(void **state)
{
    (void)state;
    arena = cr_arena_new(0);
    memory = cr_registry_memory_new();
    copy = cr_registry_copy_new();
    return arena && memory && copy ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cr_registry_memory_free(memory);
    cr_registry_copy_free(copy);
    cr_arena_freep(&arena);
    return 0;
}

/* The ids that are believed in after an answer, in its order and then in that of the memory. */
static const char *after(const char *json, int64_t now_ms)
{
    struct cr_wire_instances list = {0};
    struct cr_wire_instance *items = NULL;
    size_t count = 0;
    CR_AUTO(cr_buf) ids = {0};
    assert_int_equal(cr_wire_instances_read(cr_slice_of(json), arena, &list, NULL, NULL), 0);
    cr_registry_copy_free(copy);
    copy = cr_registry_copy_new();
    assert_int_equal(cr_registry_copy_add(copy, &list), 0);
    cr_registry_memory_review(memory, copy, now_ms);
    size_t kept = cr_registry_memory_count(memory);
    assert_int_equal(cr_registry_copy_list(copy, kept, arena, &items, &count), 0);
    cr_registry_memory_list(memory, items + count);
    for (size_t i = 0; i < count + kept; i++)
        cr_buf_slice(&ids, items[i].instance_id);
    return ids.len ? cr_arena_slice(arena, cr_buf_view(&ids)) : "";
}

static void forget(int64_t now_ms)
{
    struct cr_wire_instance *items = NULL;
    size_t count = 0;
    assert_int_equal(cr_registry_copy_list(copy, 0, arena, &items, &count), 0);
    const struct cr_wire_instances known = {items, count};
    assert_int_equal(cr_registry_memory_keep(memory, &known, now_ms), 0);
}

static void test_a_registry_with_a_memory_is_believed(void **state)
{
    (void)state;
    assert_string_equal(after(APPS(A "," B), 0), "ab");
    assert_string_equal(after(APPS(B), 1), "b");
    assert_string_equal(after(APPS(""), 2), "");
}

static void test_the_forgotten_stay_for_their_leases(void **state)
{
    (void)state;
    assert_string_equal(after(APPS(A "," B "," DOWN_), 0), "abc");
    forget(1000);
    assert_string_equal(after(APPS(""), 1000), "ab");
    assert_int_equal(cr_registry_memory_count(memory), 2);
    assert_string_equal(after(APPS(""), 10999), "ab");
    assert_string_equal(after(APPS(""), 11000), "b");
    assert_int_equal(cr_registry_memory_next_ms(memory), 91000);
    assert_string_equal(after(APPS(""), 91000), "");
    assert_int_equal(cr_registry_memory_next_ms(memory), INT64_MAX);
    assert_int_equal(cr_registry_memory_count(memory), 0);
}

static void test_who_registers_again_is_the_registrys_again(void **state)
{
    (void)state;
    assert_string_equal(after(APPS(A "," B), 0), "ab");
    forget(0);
    assert_string_equal(after(APPS(A), 1), "ab");
    assert_int_equal(cr_registry_memory_count(memory), 1);
    assert_string_equal(after(APPS(""), 2), "b");
}

static void test_forgetting_twice_doubles_nobody(void **state)
{
    (void)state;
    assert_string_equal(after(APPS(A "," B), 0), "ab");
    forget(0);
    assert_string_equal(after(APPS(A), 5000), "ab");
    forget(6000);
    assert_string_equal(after(APPS(""), 6000), "ba");
    assert_string_equal(after(APPS(""), 16000), "b");
    assert_string_equal(after(APPS(""), 90000), "");
}

static void test_nothing_was_known(void **state)
{
    (void)state;
    forget(0);
    assert_string_equal(after(APPS(""), 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_registry_with_a_memory_is_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_forgotten_stay_for_their_leases, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_registers_again_is_the_registrys_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_forgetting_twice_doubles_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_was_known, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
