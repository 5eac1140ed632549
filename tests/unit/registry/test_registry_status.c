/* The status API and metadata, by the numbers of the conformance cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_err.h"
#include "registry_fixture.h"

#define ORDERS CR_SLICE("ORDERS")
#define I1     CR_SLICE("i1")

static int override(enum cr_wire_status status, int64_t now_ms)
{
    return registry_override(registry, ORDERS, I1, &(struct registry_order){.status = status},
                             at(now_ms));
}

static int end_override(enum cr_wire_status status, int64_t now_ms)
{
    return registry_end_override(registry, ORDERS, I1, &(struct registry_order){.status = status},
                                 at(now_ms));
}

static enum registry_renewal renew(int64_t now_ms)
{
    return registry_renew(registry, ORDERS, I1, &(struct registry_beat){0}, at(now_ms));
}

static void assert_status(enum cr_wire_status status, enum cr_wire_status overridden)
{
    const struct cr_wire_instance *record = find("ORDERS", "i1");
    assert_non_null(record);
    assert_string_equal(cr_wire_status_name(record->status), cr_wire_status_name(status));
    assert_string_equal(cr_wire_status_name(record->overridden_status),
                        cr_wire_status_name(overridden));
}

static void test_40_a_peers_override(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    int64_t dirty_ms = 200;
    enum cr_wire_status out = CR_WIRE_OUT_OF_SERVICE;
    struct registry_beat beat = {
        .dirty_ms = &dirty_ms, .overridden = &out, .origin = REGISTRY_CLIENT};
    assert_int_equal(registry_renew(registry, ORDERS, I1, &beat, at(1)), REGISTRY_UNKNOWN);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN); /* a client has no say in it */
    beat.origin = REGISTRY_PEER;
    assert_int_equal(registry_renew(registry, ORDERS, I1, &beat, at(2)), REGISTRY_UNKNOWN);
    assert_status(CR_WIRE_UP, CR_WIRE_OUT_OF_SERVICE);
    /* The next renewal judges again. */
    uint64_t version = registry_version(registry);
    assert_int_equal(renew(3), REGISTRY_RENEWED);
    assert_status(CR_WIRE_OUT_OF_SERVICE, CR_WIRE_OUT_OF_SERVICE);
    assert_int_equal(registry_status_count(registry, CR_WIRE_OUT_OF_SERVICE), 1);
    assert_true(registry_version(registry) > version);
    assert_int_equal(find("ORDERS", "i1")->action, CR_WIRE_MODIFIED);
}

static void test_47_to_49_override(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    assert_int_equal(override(CR_WIRE_OUT_OF_SERVICE, 10), 0);
    assert_status(CR_WIRE_OUT_OF_SERVICE, CR_WIRE_OUT_OF_SERVICE);
    assert_int_equal(find("ORDERS", "i1")->action, CR_WIRE_MODIFIED);
    assert_int_equal(find("ORDERS", "i1")->last_dirty_ms, 100);
    assert_int_equal(find("ORDERS", "i1")->last_updated_ms, WALL_ZERO_MS + 10);
    assert_int_equal(registry_next_due_ms(registry), 90010);
    put("ORDERS", "i1", 200, CR_WIRE_UP, 20);
    assert_status(CR_WIRE_OUT_OF_SERVICE, CR_WIRE_OUT_OF_SERVICE);
    put("ORDERS", "i1", 300, CR_WIRE_DOWN, 30);
    assert_status(CR_WIRE_DOWN, CR_WIRE_OUT_OF_SERVICE);
    put("ORDERS", "i1", 400, CR_WIRE_UP, 40);
    assert_status(CR_WIRE_OUT_OF_SERVICE, CR_WIRE_OUT_OF_SERVICE); /* it reappears */
}

static void test_50_the_status_that_it_has(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    uint64_t version = registry_version(registry);
    assert_int_equal(override(CR_WIRE_UP, 10), 0);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN);
    assert_int_equal(registry_version(registry), version);
    assert_int_equal(registry_next_due_ms(registry), 90010); /* the lease was renewed */
}

static void test_52_unknown_instance(void **state)
{
    (void)state;
    assert_int_equal(override(CR_WIRE_UP, 0), CR_ENOTFOUND);
    assert_int_equal(end_override(CR_WIRE_UP, 0), CR_ENOTFOUND);
    assert_int_equal(registry_add_metadata(registry, ORDERS, I1, NULL, 0, at(0)), CR_ENOTFOUND);
}

static void test_53_end_without_a_value(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    assert_int_equal(override(CR_WIRE_OUT_OF_SERVICE, 10), 0);
    assert_int_equal(end_override(CR_WIRE_UNKNOWN, 20), 0);
    assert_status(CR_WIRE_UNKNOWN, CR_WIRE_UNKNOWN);
    assert_int_equal(renew(30), REGISTRY_UNKNOWN);
    put("ORDERS", "i1", 200, CR_WIRE_UP, 40);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN);
    assert_int_equal(renew(50), REGISTRY_RENEWED);
}

static void test_54_end_with_a_value(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    assert_int_equal(override(CR_WIRE_OUT_OF_SERVICE, 10), 0);
    assert_int_equal(end_override(CR_WIRE_UP, 20), 0);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN);
    assert_int_equal(renew(30), REGISTRY_RENEWED);
}

static void test_55_end_without_an_override(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    uint64_t version = registry_version(registry);
    assert_int_equal(end_override(CR_WIRE_DOWN, 10), 0);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN);
    assert_int_equal(registry_version(registry), version);
}

static void test_56_dirty_timestamp_of_an_order(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    int64_t dirty_ms = 50;
    struct registry_order order = {CR_WIRE_DOWN, &dirty_ms, REGISTRY_CLIENT};
    assert_int_equal(registry_override(registry, ORDERS, I1, &order, at(1)), 0);
    assert_int_equal(find("ORDERS", "i1")->last_dirty_ms, 100);
    dirty_ms = 500;
    order.status = CR_WIRE_OUT_OF_SERVICE;
    assert_int_equal(registry_override(registry, ORDERS, I1, &order, at(2)), 0);
    assert_int_equal(find("ORDERS", "i1")->last_dirty_ms, 500);
}

static void test_57_metadata(void **state)
{
    (void)state;
    struct cr_wire_instance record = record_of("ORDERS", "i1", 100, CR_WIRE_UP);
    const struct cr_wire_pair had[] = {{CR_SLICE("z"), CR_SLICE("0")},
                                       {CR_SLICE("a"), CR_SLICE("old")}};
    record.metadata = had;
    record.metadata_count = 2;
    put_record(&record, REGISTRY_CLIENT, 0);
    const struct cr_wire_pair more[] = {{CR_SLICE("a"), CR_SLICE("1")},
                                        {CR_SLICE("b"), CR_SLICE("2")}};
    assert_int_equal(registry_add_metadata(registry, ORDERS, I1, more, 2, at(1000)), 0);
    const struct cr_wire_instance *is = find("ORDERS", "i1");
    assert_int_equal(is->metadata_count, 3);
    assert_true(cr_slice_is(cr_wire_instance_metadata(is, CR_SLICE("z")), "0"));
    assert_true(cr_slice_is(cr_wire_instance_metadata(is, CR_SLICE("a")), "1"));
    assert_true(cr_slice_is(cr_wire_instance_metadata(is, CR_SLICE("b")), "2"));
    assert_int_equal(is->action, CR_WIRE_ADDED);
    assert_int_equal(is->last_dirty_ms, 100);
    assert_int_equal(is->lease.registration_ms, WALL_ZERO_MS + 1000);
    assert_int_equal(registry_next_due_ms(registry), 91000);
}

static void test_metadata_is_bounded(void **state)
{
    (void)state;
    put("ORDERS", "i1", 100, CR_WIRE_UP, 0);
    static char large[REGISTRY_RECORD_MAX];
    const struct cr_wire_pair pair = {CR_SLICE("a"), {large, sizeof large}};
    assert_int_equal(registry_add_metadata(registry, ORDERS, I1, &pair, 1, at(1)), CR_ELIMIT);
    assert_int_equal(find("ORDERS", "i1")->metadata_count, 0);
    static struct cr_wire_pair many[CR_WIRE_METADATA_MAX + 1];
    assert_int_equal(
        registry_add_metadata(registry, ORDERS, I1, many, CR_WIRE_METADATA_MAX + 1, at(1)),
        CR_ELIMIT);
}

/* An override that a record carries is taken where none is known; the known one wins. */
static void test_a_record_brings_its_override(void **state)
{
    (void)state;
    struct cr_wire_instance record = record_of("ORDERS", "i1", 100, CR_WIRE_UP);
    record.overridden_status = CR_WIRE_OUT_OF_SERVICE;
    put_record(&record, REGISTRY_PEER, 0);
    assert_status(CR_WIRE_OUT_OF_SERVICE, CR_WIRE_OUT_OF_SERVICE);
    record.overridden_status = CR_WIRE_DOWN;
    put_record(&record, REGISTRY_PEER, 1);
    assert_status(CR_WIRE_OUT_OF_SERVICE, CR_WIRE_OUT_OF_SERVICE);
    /* Gone with its instance, or with its lease. */
    assert_true(registry_cancel(registry, ORDERS, I1, REGISTRY_CLIENT, at(2)));
    put("ORDERS", "i1", 200, CR_WIRE_UP, 3);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN);
    assert_int_equal(override(CR_WIRE_DOWN, 4), 0);
    registry_expire(registry, at(100000));
    put("ORDERS", "i1", 200, CR_WIRE_UP, 100001);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN);
}

/* Keys are ids without the application, as in Netflix' server. */
static void test_equal_ids_share_an_override(void **state)
{
    (void)state;
    put("ORDERS", "i1", 1, CR_WIRE_UP, 0);
    put("OTHER", "i1", 1, CR_WIRE_UP, 0);
    assert_int_equal(override(CR_WIRE_OUT_OF_SERVICE, 1), 0);
    assert_int_equal(find("OTHER", "i1")->status, CR_WIRE_UP);
    assert_int_equal(
        registry_renew(registry, CR_SLICE("OTHER"), I1, &(struct registry_beat){0}, at(2)),
        REGISTRY_RENEWED);
    assert_int_equal(find("OTHER", "i1")->status, CR_WIRE_OUT_OF_SERVICE);
}

static void test_restore(void **state)
{
    (void)state;
    struct cr_wire_instance record = record_of("ORDERS", "i1", 100, CR_WIRE_OUT_OF_SERVICE);
    record.overridden_status = CR_WIRE_OUT_OF_SERVICE;
    record.lease = (struct cr_wire_lease){30, 90, 5, 6, 0, 7};
    record.action = CR_WIRE_MODIFIED;
    assert_int_equal(registry_restore(registry, &record, at(1000)), 0);
    assert_int_equal(registry_restore(registry, &record, at(1000)), CR_EEXISTS);
    assert_int_equal(registry_restore_override(registry, I1, CR_WIRE_OUT_OF_SERVICE, at(1000)), 0);
    assert_status(CR_WIRE_OUT_OF_SERVICE, CR_WIRE_OUT_OF_SERVICE);
    assert_int_equal(find("ORDERS", "i1")->lease.registration_ms, 5);
    assert_int_equal(find("ORDERS", "i1")->lease.service_up_ms, 7);
    assert_int_equal(registry_next_due_ms(registry), 91000);
    assert_int_equal(renew(2000), REGISTRY_RENEWED);
    assert_null(lastn_at(registry_last_registered(registry), 0));
    assert_int_equal(end_override(CR_WIRE_UP, 3000), 0);
    assert_status(CR_WIRE_UP, CR_WIRE_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_40_a_peers_override),
        TEST(test_47_to_49_override),
        TEST(test_50_the_status_that_it_has),
        TEST(test_52_unknown_instance),
        TEST(test_53_end_without_a_value),
        TEST(test_54_end_with_a_value),
        TEST(test_55_end_without_an_override),
        TEST(test_56_dirty_timestamp_of_an_order),
        TEST(test_57_metadata),
        TEST(test_metadata_is_bounded),
        TEST(test_a_record_brings_its_override),
        TEST(test_equal_ids_share_an_override),
        TEST(test_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
