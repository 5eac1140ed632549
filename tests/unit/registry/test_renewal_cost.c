/* A heartbeat touches its lease and nothing else: no memory is asked for, nothing is rendered. The
 * linker puts the counters below between the registry and the allocator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "eureka_render.h"
#include "registry_fixture.h"

enum { INSTANCES = 2000, ROUNDS = 5 };

static size_t asked;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
    asked++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    asked++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    asked++;
    return __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    asked++;
    return __real_reallocarray(memory, count, size);
}

static const char *id_of(size_t i)
{
    static char id[16];
    snprintf(id, sizeof id, "i%zu", i);
    return id;
}

static void test_renewals_ask_for_nothing(void **state)
{
    (void)state;
    int64_t dirty_ms = 1;
    const struct registry_beat beat = {.dirty_ms = &dirty_ms};
    for (size_t i = 0; i < INSTANCES; i++)
        put("ORDERS", id_of(i), 1, CR_WIRE_UP, 0);
    struct document *all = eureka_render_all(registry, CR_WIRE_JSON, 0);
    struct document *delta = eureka_render_delta(registry, CR_WIRE_XML, 0);
    uint64_t version = registry_version(registry);
    assert_true(asked > INSTANCES); /* the counters do count */
    asked = 0;
    for (size_t i = 0; i < (size_t)ROUNDS * INSTANCES; i++)
        assert_int_equal(registry_renew(registry, CR_SLICE("ORDERS"),
                                        cr_slice_of(id_of(i % INSTANCES)), &beat, at((int64_t)i)),
                         REGISTRY_RENEWED);
    assert_int_equal(asked, 0);
    assert_int_equal(registry_version(registry), version);
    assert_ptr_equal(registry_rendered(registry, REGISTRY_ALL, CR_WIRE_JSON)->document, all);
    assert_ptr_equal(registry_rendered(registry, REGISTRY_DELTA, CR_WIRE_XML)->document, delta);
    document_unref(all);
    document_unref(delta);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_renewals_ask_for_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
