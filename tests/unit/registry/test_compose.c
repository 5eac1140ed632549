/* Composition: the same bytes as if everything were written anew, with what did not change taken
 * over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "compose.h"
#include "eureka_render.h"
#include "registry_fixture.h"

enum { APPS = 12, IDS = 60, CHANGES = 1500 };

static uint64_t seed;

static size_t dice(size_t faces)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % faces);
}

static void put_numbered(size_t app, size_t id, enum cr_wire_status status, int64_t now_ms)
{
    char name[16], key[16];
    snprintf(name, sizeof name, "APP%zu", app);
    snprintf(key, sizeof key, "i%zu", id);
    put(name, key, now_ms, status, now_ms);
}

static void change(int64_t now_ms)
{
    char name[16], key[16];
    size_t app = dice(APPS), id = dice(IDS);
    snprintf(name, sizeof name, "APP%zu", app);
    snprintf(key, sizeof key, "i%zu", id);
    if (dice(3) == 0)
        (void)registry_cancel(registry, cr_slice_of(name), cr_slice_of(key), REGISTRY_CLIENT,
                              at(now_ms));
    else
        put_numbered(app, id, dice(2) ? CR_WIRE_UP : CR_WIRE_DOWN, now_ms);
}

static void select_use(enum registry_use use, struct selection *out)
{
    assert_int_equal(use == REGISTRY_ALL ? selection_of_all(registry, out)
                                         : selection_of_delta(registry, out),
                     0);
}

static void assert_as_new(enum registry_use use, enum cr_wire_form form)
{
    CR_AUTO(selection) selection = {0};
    CR_AUTO(cr_buf) expected = {0};
    CR_AUTO(cr_buf) text = {0};
    const struct cr_wire_applications head = {(int64_t)registry_version(registry), CR_SLICE("h")};
    select_use(use, &selection);
    struct document *document = compose(&selection, use, form, &head);
    assert_non_null(document);
    document_write(document, &text);
    compose_text(&selection, form, &head, &expected);
    assert_true(cr_slice_equal(cr_buf_view(&text), cr_buf_view(&expected)));
    size_t count;
    assert_non_null(document_pieces(document, &count));
    assert_true(count <= 2 * COMPOSE_RUNS);
    document_unref(document);
}

/* Whatever comes, goes and ages between two readings, in every form and for both documents. */
static void test_as_if_written_anew(void **state)
{
    (void)state;
    seed = 7;
    for (int i = 0; i < CHANGES; i++) {
        int64_t now_ms = i * 400; /* the first changes leave the delta on the way */
        for (size_t changes = dice(4); changes > 0; changes--)
            change(now_ms);
        assert_as_new((enum registry_use)dice(REGISTRY_USES), (enum cr_wire_form)dice(2) * 2);
        if (dice(40) == 0)
            assert_as_new((enum registry_use)dice(REGISTRY_USES),
                          (enum cr_wire_form)(1 + dice(2) * 2));
        if (dice(200) == 0)
            eureka_render_idle(registry, 10 * EUREKA_RENDER_IDLE_MS);
    }
}

static size_t shared_runs(const struct document *before, const struct document *after)
{
    size_t before_count, after_count, shared = 0;
    const struct cr_slice *was = document_pieces(before, &before_count);
    const struct cr_slice *is = document_pieces(after, &after_count);
    for (size_t i = 0; i < after_count; i++)
        for (size_t j = 0; j < before_count; j++)
            shared += is[i].ptr == was[j].ptr;
    return shared;
}

/* One change costs one run, wherever it happens. */
static void test_the_others_are_taken_over(void **state)
{
    (void)state;
    for (size_t app = 0; app < 10; app++)
        for (size_t id = 0; id < 100; id++)
            put_numbered(app, id, CR_WIRE_UP, 1);
    struct document *before = eureka_render_all(registry, CR_WIRE_JSON, 0);
    size_t count;
    (void)document_pieces(before, &count);
    assert_true(count > 10);
    for (size_t app = 0; app < 10; app++) {
        put_numbered(app, app * 10, CR_WIRE_DOWN, 2);
        struct document *after = eureka_render_all(registry, CR_WIRE_JSON, 0);
        assert_true(shared_runs(before, after) >= count - 4); /* without both ends, and that run */
        document_unref(before);
        before = after;
    }
    document_unref(before);
}

static void test_runs_stay_few_and_large(void **state)
{
    (void)state;
    for (size_t id = 0; id < 3000; id++) {
        put_numbered(id % 3, id, CR_WIRE_UP, 1);
        if (id % 10)
            continue;
        document_unref(eureka_render_all(registry, CR_WIRE_JSON, 0));
    }
    struct document *all = eureka_render_all(registry, CR_WIRE_JSON, 0);
    size_t count;
    (void)document_pieces(all, &count);
    assert_in_range(count, 10, COMPOSE_RUNS + 10);
    document_unref(all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_as_if_written_anew),
        TEST(test_the_others_are_taken_over),
        TEST(test_runs_stay_few_and_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
