/* From records to services: names, order, ports, and when two snapshots say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cr_snapshot_private.h"

static struct cr_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = cr_arena_new(0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cr_arena_freep(&arena);
    return 0;
}

static struct cr_snapshot build(const char *json)
{
    struct cr_wire_instances list = {0};
    struct cr_snapshot snapshot = {0};
    struct cr_err err = {0};
    if (cr_wire_instances_read(cr_slice_of(json), arena, &list, NULL, &err) ||
        cr_snapshot_build(&list, arena, &snapshot, &err))
        fail_msg("%s", err.text);
    return snapshot;
}

#define APPS(instances)                                                                            \
    "{\"applications\":{\"application\":[{\"name\":\"X\",\"instance\":[" instances "]}]}}"
#define INSTANCE(app, id, more)                                                                    \
    "{\"app\":\"" app "\",\"instanceId\":\"" id "\",\"hostName\":\"h-" id                          \
    "\",\"ipAddr\":\"1.1.1.1\"" more "}"

static const struct cr_service *service(const struct cr_snapshot *snapshot, const char *id)
{
    return cr_snapshot_service(snapshot, cr_slice_of(id));
}

static void test_empty(void **state)
{
    (void)state;
    struct cr_snapshot snapshot = build(APPS(""));
    assert_int_equal(snapshot.instance_count, 0);
    assert_int_equal(snapshot.service_count, 0);
    assert_null(service(&snapshot, "orders"));
}

static void test_services_by_application_and_virtual_names(void **state)
{
    (void)state;
    struct cr_snapshot snapshot =
        build(APPS(INSTANCE("ORDERS", "2", ",\"vipAddress\":\"orders\"") "," INSTANCE(
            "ORDERS", "1", ",\"vipAddress\":\"orders,Special,,\"") "," INSTANCE("NODE", "n", "")));
    assert_int_equal(snapshot.instance_count, 3);
    assert_int_equal(snapshot.service_count, 3);
    const struct cr_service *orders = service(&snapshot, "Orders");
    assert_non_null(orders);
    assert_string_equal(orders->id, "orders");
    assert_true(orders->app);
    assert_int_equal(orders->count, 2); /* each once, though it has two reasons */
    assert_string_equal(orders->instances[0]->id, "1");
    assert_string_equal(orders->instances[1]->id, "2");
    const struct cr_service *special = service(&snapshot, "special");
    assert_non_null(special);
    assert_false(special->app);
    assert_int_equal(special->count, 1);
    assert_non_null(service(&snapshot, "NODE"));
    assert_null(service(&snapshot, "order"));
    assert_null(service(&snapshot, "orderss"));
    assert_null(service(&snapshot, ""));
}

static void test_instances_that_are_up_come_first(void **state)
{
    (void)state;
    struct cr_snapshot snapshot = build(
        APPS(INSTANCE("A", "1", ",\"status\":\"DOWN\"") "," INSTANCE("A", "2", "") "," INSTANCE(
            "A", "3", ",\"status\":\"STARTING\"") "," INSTANCE("A", "4", "")));
    const struct cr_service *a = service(&snapshot, "a");
    assert_non_null(a);
    assert_int_equal(a->count, 4);
    assert_int_equal(a->up_count, 2);
    assert_string_equal(a->instances[0]->id, "2");
    assert_string_equal(a->instances[1]->id, "4");
    assert_string_equal(a->instances[2]->id, "1");
    assert_int_equal(a->instances[3]->status, CR_WIRE_STARTING);
}

static void test_fields(void **state)
{
    (void)state;
    struct cr_snapshot snapshot = build(APPS(INSTANCE(
        "A", "1",
        ",\"port\":{\"$\":8080,\"@enabled\":\"true\"},\"securePort\":{\"$\":8443,\"@enabled\":true}"
        ","
        "\"lastDirtyTimestamp\":\"77\",\"statusPageUrl\":\"http://h/info\",\"metadata\":{"
        "\"zone\":\"east\",\"management.port\":\"9000\"}") "," INSTANCE("A", "2",
                                                                        ",\"port\":{\"$\":99999},"
                                                                        "\"securePort\":{\"$\":1,"
                                                                        "\"@enabled\":"
                                                                        "\"false\"}")));
    const struct cr_instance *one = &snapshot.instances[0];
    assert_string_equal(one->host, "h-1");
    assert_string_equal(one->ip, "1.1.1.1");
    assert_string_equal(one->app, "a");
    assert_string_equal(one->zone, "east");
    assert_int_equal(one->port, 8080);
    assert_int_equal(one->secure_port, 8443);
    assert_int_equal(one->management_port, 9000);
    assert_int_equal(one->dirty_ms, 77);
    assert_string_equal(one->status_page_url, "http://h/info");
    assert_string_equal(one->home_page_url, "");
    assert_string_equal(cr_instance_metadata(one, "zone"), "east");
    assert_null(cr_instance_metadata(one, "Zone"));
    const struct cr_instance *two = &snapshot.instances[1];
    assert_int_equal(two->port, 0);
    assert_int_equal(two->secure_port, 0);
    assert_int_equal(two->management_port, 0);
    assert_string_equal(two->zone, "");
}

static void test_the_later_of_two_with_one_identity(void **state)
{
    (void)state;
    struct cr_snapshot snapshot =
        build(APPS(INSTANCE("A", "1", ",\"status\":\"DOWN\"") "," INSTANCE("A", "1", "")));
    assert_int_equal(snapshot.instance_count, 1);
    assert_int_equal(snapshot.instances[0].status, CR_WIRE_UP);
}

static void test_virtual_names_are_bounded(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) json = {0};
    cr_buf_text(&json, "{\"application\":{\"instance\":{\"app\":\"A\",\"vipAddress\":\"");
    for (int i = 0; i < 1000; i++)
        cr_buf_printf(&json, "v%d,", i);
    cr_buf_text(&json, "\"}}}");
    struct cr_snapshot snapshot = build(json.data);
    assert_int_equal(snapshot.service_count, 65);
}

static void test_what_is_the_same(void **state)
{
    (void)state;
    const char *const base = APPS(INSTANCE("A", "1", "") "," INSTANCE("B", "2", ""));
    const char *const same =
        APPS(INSTANCE("B", "2", ",\"leaseInfo\":{\"durationInSecs\":5}") "," INSTANCE(
            "A", "1", ",\"lastUpdatedTimestamp\":\"9\""));
    const char *const others[] = {
        APPS(INSTANCE("A", "1", "")),
        APPS(INSTANCE("A", "1", "") "," INSTANCE("B", "3", "")),
        APPS(INSTANCE("A", "1", ",\"status\":\"DOWN\"") "," INSTANCE("B", "2", "")),
        APPS(INSTANCE("A", "1", ",\"port\":1") "," INSTANCE("B", "2", "")),
        APPS(INSTANCE("A", "1", ",\"vipAddress\":\"b\"") "," INSTANCE("B", "2", "")),
        APPS(INSTANCE("A", "1", ",\"vipAddress\":\"c\"") "," INSTANCE("B", "2", "")),
        APPS(INSTANCE("A", "1", ",\"metadata\":{\"k\":\"v\"}") "," INSTANCE("B", "2", "")),
        APPS(INSTANCE("A", "1", ",\"lastDirtyTimestamp\":5") "," INSTANCE("B", "2", "")),
        APPS(INSTANCE("A", "1", ",\"healthCheckUrl\":\"u\"") "," INSTANCE("B", "2", "")),
    };
    struct cr_snapshot a = build(base);
    struct cr_snapshot b = build(same);
    assert_true(cr_snapshot_same(&a, &b));
    for (size_t i = 0; i < CR_COUNT(others); i++) {
        b = build(others[i]);
        assert_false(cr_snapshot_same(&a, &b));
        assert_false(cr_snapshot_same(&b, &a));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_empty),
        TEST(test_services_by_application_and_virtual_names),
        TEST(test_instances_that_are_up_come_first),
        TEST(test_fields),
        TEST(test_the_later_of_two_with_one_identity),
        TEST(test_virtual_names_are_bounded),
        TEST(test_what_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
