/* Delta and VIP queries, by the numbers of the conformance cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "registry_fixture.h"
#include "selection.h"

/* "ORDERS/i1=ADDED ORDERS/i2=DELETED" and the selection's hash. */
static void assert_selected(const struct selection *selection, const char *what, const char *hash)
{
    static const char *const actions[] = {"", "ADDED", "MODIFIED", "DELETED"};
    CR_AUTO(cr_buf) text = {0};
    CR_AUTO(cr_buf) sum = {0};
    cr_buf_text(&text, "");
    cr_buf_text(&sum, "");
    for (size_t i = 0; i < selection->count; i++) {
        const struct cr_wire_instance *record = selection->items[i]->record;
        cr_buf_printf(&text, "%s%.*s/%.*s=%s", i ? " " : "", CR_SLICE_ARG(record->app),
                      CR_SLICE_ARG(record->instance_id), actions[record->action]);
    }
    census_hash(&selection->census, &sum);
    assert_string_equal(text.data ? text.data : "", what);
    assert_string_equal(sum.data ? sum.data : "", hash);
}

static void assert_delta(int64_t now_ms, const char *what, const char *hash)
{
    CR_AUTO(selection) selection = {0};
    registry_expire(registry, at(now_ms));
    assert_int_equal(selection_of_delta(registry, &selection), 0);
    assert_selected(&selection, what, hash);
}

static void assert_vip(const char *vip, bool secure, const char *what, const char *hash)
{
    CR_AUTO(selection) selection = {0};
    assert_int_equal(selection_of_vip(registry, cr_slice_of(vip), secure, &selection), 0);
    assert_selected(&selection, what, hash);
}

static void cancel(const char *app, const char *id, int64_t now_ms)
{
    assert_true(
        registry_cancel(registry, cr_slice_of(app), cr_slice_of(id), REGISTRY_CLIENT, at(now_ms)));
}

static void test_59_60_each_instance_once_as_it_is_last(void **state)
{
    (void)state;
    put("ORDERS", "i1", 1, CR_WIRE_UP, 0);
    const struct registry_order order = {.status = CR_WIRE_OUT_OF_SERVICE};
    assert_int_equal(registry_override(registry, CR_SLICE("ORDERS"), CR_SLICE("i1"), &order, at(1)),
                     0);
    assert_delta(1, "ORDERS/i1=MODIFIED", "OUT_OF_SERVICE_1_");
    cancel("ORDERS", "i1", 2);
    assert_null(registry_app(registry, CR_SLICE("ORDERS")));
    assert_delta(2, "ORDERS/i1=DELETED", "OUT_OF_SERVICE_1_");
    assert_delta(2, "ORDERS/i1=DELETED", "OUT_OF_SERVICE_1_"); /* not consumed */
    put("ORDERS", "i1", 2, CR_WIRE_UP, 3);
    assert_delta(3, "ORDERS/i1=ADDED", "UP_1_");
}

static void test_applications_stand_together(void **state)
{
    (void)state;
    put("B", "1", 1, CR_WIRE_UP, 0);
    put("A", "1", 1, CR_WIRE_DOWN, 0);
    put("B", "2", 1, CR_WIRE_UP, 0);
    put("A", "2", 1, CR_WIRE_UP, 0);
    put("B", "1", 1, CR_WIRE_UP, 1);
    assert_delta(1, "A/1=ADDED A/2=ADDED B/2=ADDED B/1=ADDED", "DOWN_1_UP_3_");
}

static void test_61_three_and_a_half_minutes_later(void **state)
{
    (void)state;
    put("ORDERS", "i1", 1, CR_WIRE_UP, 0);
    put("ORDERS", "i2", 1, CR_WIRE_UP, 0);
    cancel("ORDERS", "i2", 0);
    const struct registry_beat beat = {0};
    for (int64_t ms = 30000; ms <= 180000; ms += 30000) /* renewals are no changes */
        assert_int_equal(
            registry_renew(registry, CR_SLICE("ORDERS"), CR_SLICE("i1"), &beat, at(ms)),
            REGISTRY_RENEWED);
    assert_delta(DELTA_RETENTION_MS, "ORDERS/i1=ADDED ORDERS/i2=DELETED", "UP_2_");
    assert_delta(210000, "", "");
    assert_int_equal(registry_count(registry), 1);
}

static void test_89_a_lease_that_is_over(void **state)
{
    (void)state;
    put("ORDERS", "i1", 1, CR_WIRE_UP, 0);
    assert_delta(90000, "ORDERS/i1=DELETED", "UP_1_");
    assert_string_equal(lastn_at(registry_last_cancelled(registry), 0)->text, "ORDERS(i1)");
    /* A cancellation that finds nothing is an event as well. */
    assert_false(
        registry_cancel(registry, CR_SLICE("X"), CR_SLICE("y"), REGISTRY_CLIENT, at(90001)));
    assert_string_equal(lastn_at(registry_last_cancelled(registry), 0)->text, "X(y)");
    assert_null(lastn_at(registry_last_cancelled(registry), 2));
}

/* Registering and cancelling ever new ids does not fill the memory. */
static void test_graves_are_bounded(void **state)
{
    (void)state;
    char id[32];
    for (int i = 0; i < REGISTRY_GRAVES_MAX + 5; i++) {
        snprintf(id, sizeof id, "i%d", i);
        put("A", id, 1, CR_WIRE_UP, 0);
        cancel("A", id, 0);
    }
    CR_AUTO(selection) selection = {0};
    assert_int_equal(selection_of_delta(registry, &selection), 0);
    assert_int_equal(selection.count, REGISTRY_GRAVES_MAX);
    assert_true(cr_slice_is(selection.items[0]->record->instance_id, "i5"));
}

/* Nor does it with few that are large. */
static void test_graves_are_bounded_by_their_bytes(void **state)
{
    (void)state;
    static char large[60000];
    struct cr_wire_instance record = record_of("A", "i", 1, CR_WIRE_UP);
    size_t fit = REGISTRY_GRAVES_BYTES_MAX / (sizeof large + 16);
    char id[32];
    record.home_page_url = (struct cr_slice){large, sizeof large};
    for (size_t i = 0; i < fit + 20; i++) {
        snprintf(id, sizeof id, "i%05zu", i);
        record.instance_id = cr_slice_of(id);
        put_record(&record, REGISTRY_CLIENT, 0);
        cancel("A", id, 0);
    }
    CR_AUTO(selection) selection = {0};
    assert_int_equal(selection_of_delta(registry, &selection), 0);
    assert_int_equal(selection.count, fit);
    /* And what is forgotten after its time leaves room. */
    registry_expire(registry, at(DELTA_RETENTION_MS + 1));
    put_record(&record, REGISTRY_CLIENT, DELTA_RETENTION_MS + 1);
    cancel("A", id, DELTA_RETENTION_MS + 1);
    selection_freep(&selection);
    assert_int_equal(selection_of_delta(registry, &selection), 0);
    assert_int_equal(selection.count, 1);
}

static void test_66_67_vips(void **state)
{
    (void)state;
    struct cr_wire_instance record = record_of("A", "1", 1, CR_WIRE_UP);
    record.vip_address = CR_SLICE("a,b");
    record.secure_vip_address = CR_SLICE("s");
    put_record(&record, REGISTRY_CLIENT, 0);
    record = record_of("B", "1", 1, CR_WIRE_DOWN);
    record.vip_address = CR_SLICE("b, c");
    put_record(&record, REGISTRY_CLIENT, 0);
    put("C", "1", 1, CR_WIRE_UP, 0);
    assert_vip("a", false, "A/1=ADDED", "UP_1_");
    assert_vip("b", false, "A/1=ADDED B/1=ADDED", "DOWN_1_UP_1_");
    assert_vip("A", false, "", "");
    assert_vip("a,b", false, "", "");
    assert_vip("c", false, "", "");
    assert_vip(" c", false, "B/1=ADDED", "DOWN_1_");
    assert_vip("", false, "", "");
    assert_vip("s", false, "", "");
    assert_vip("s", true, "A/1=ADDED", "UP_1_");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_59_60_each_instance_once_as_it_is_last),
        TEST(test_applications_stand_together),
        TEST(test_61_three_and_a_half_minutes_later),
        TEST(test_89_a_lease_that_is_over),
        TEST(test_graves_are_bounded),
        TEST(test_graves_are_bounded_by_their_bytes),
        TEST(test_66_67_vips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
