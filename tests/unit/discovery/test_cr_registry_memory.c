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

static int setup(void **state)
{
    static struct cr_registry_memory memory;
    memory = (struct cr_registry_memory){0};
    *state = &memory;
    arena = cr_arena_new(0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    cr_registry_memory_free(*state);
    cr_arena_freep(&arena);
    return 0;
}

/* The ids that are believed in after an answer, in its order and then in that of the memory. */
static const char *after(struct cr_registry_memory *memory, const char *json, int64_t now_ms)
{
    struct cr_wire_instances list = {0};
    struct cr_slice body = cr_slice_of(json);
    CR_AUTO(cr_buf) ids = {0};
    assert_int_equal(cr_wire_instances_read(body, arena, &list, NULL, NULL), 0);
    assert_int_equal(cr_registry_memory_add(memory, body, now_ms, arena, &list), 0);
    for (size_t i = 0; i < list.count; i++)
        cr_buf_slice(&ids, list.items[i].instance_id);
    return cr_arena_slice(arena, cr_buf_view(&ids));
}

static void test_a_registry_with_a_memory_is_believed(void **state)
{
    struct cr_registry_memory *memory = *state;
    assert_string_equal(after(memory, APPS(A "," B), 0), "ab");
    assert_string_equal(after(memory, APPS(B), 1), "b");
    assert_string_equal(after(memory, APPS(""), 2), "");
}

static void test_the_forgotten_stay_for_their_leases(void **state)
{
    struct cr_registry_memory *memory = *state;
    assert_string_equal(after(memory, APPS(A "," B "," DOWN_), 0), "abc");
    assert_int_equal(cr_registry_memory_keep(memory, 1000), 0);
    assert_string_equal(after(memory, APPS(""), 1000), "ab");
    assert_int_equal(memory->count, 2);
    assert_string_equal(after(memory, APPS(""), 10999), "ab");
    assert_string_equal(after(memory, APPS(""), 11000), "b");
    assert_string_equal(after(memory, APPS(""), 91000), "");
    assert_int_equal(memory->count, 0);
}

static void test_who_registers_again_is_the_registrys_again(void **state)
{
    struct cr_registry_memory *memory = *state;
    assert_string_equal(after(memory, APPS(A "," B), 0), "ab");
    assert_int_equal(cr_registry_memory_keep(memory, 0), 0);
    assert_string_equal(after(memory, APPS(A), 1), "ab");
    assert_int_equal(memory->count, 1);
    assert_string_equal(after(memory, APPS(""), 2), "b");
}

static void test_forgetting_twice_doubles_nobody(void **state)
{
    struct cr_registry_memory *memory = *state;
    assert_string_equal(after(memory, APPS(A "," B), 0), "ab");
    assert_int_equal(cr_registry_memory_keep(memory, 0), 0);
    assert_string_equal(after(memory, APPS(A), 5000), "ab");
    assert_int_equal(cr_registry_memory_keep(memory, 6000), 0);
    assert_string_equal(after(memory, APPS(""), 6000), "ba");
    assert_string_equal(after(memory, APPS(""), 16000), "b");
    assert_string_equal(after(memory, APPS(""), 90000), "");
}

static void test_nothing_was_known(void **state)
{
    struct cr_registry_memory *memory = *state;
    assert_int_equal(cr_registry_memory_keep(memory, 0), 0);
    assert_string_equal(after(memory, APPS(""), 0), "");
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
