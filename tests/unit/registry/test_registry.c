/* The registry's rules, call by call. Numbers are those of the conformance cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cr_err.h"
#include "registry.h"

static const int64_t wall_zero_ms = 1700000000000;
static struct registry *registry;
static struct {
    int added, cancelled, expired;
} seen;

static void count_change(void *ctx, const struct registry_event *event)
{
    assert_ptr_equal(ctx, &seen);
    seen.added += event->change == REGISTRY_ADDED;
    seen.cancelled += event->change == REGISTRY_CANCELLED;
    seen.expired += event->change == REGISTRY_EXPIRED;
    bool gone = event->change != REGISTRY_ADDED;
    assert_int_equal(event->instance->record->action, gone ? CR_WIRE_DELETED : CR_WIRE_ADDED);
    assert_int_equal(event->instance->app == NULL, gone);
    assert_int_equal(event->version, registry_version(registry));
}

static int setup(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    registry = registry_new(
        &(struct registry_options){.instances_max = 4, .changed = count_change, .ctx = &seen});
    return registry ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    registry_freep(&registry);
    return 0;
}

static struct registry_now at(int64_t ms)
{
    return (struct registry_now){ms, wall_zero_ms + ms};
}

static struct cr_wire_instance record_of(const char *id, int64_t dirty_ms,
                                         enum cr_wire_status status)
{
    struct cr_wire_instance record = cr_wire_instance_default(0);
    record.instance_id = cr_slice_of(id);
    record.host_name = CR_SLICE("h");
    record.ip_addr = CR_SLICE("10.0.0.1");
    record.app = CR_SLICE("ORDERS");
    record.data_center = CR_WIRE_MY_OWN;
    record.last_dirty_ms = dirty_ms;
    record.status = status;
    record.lease = (struct cr_wire_lease){.renewal_s = 1, .duration_s = 2};
    return record;
}

static struct registry_registration put(const char *id, int64_t dirty_ms,
                                        enum cr_wire_status status, int64_t now_ms)
{
    struct cr_wire_instance record = record_of(id, dirty_ms, status);
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(now_ms), &out), 0);
    return out;
}

static struct registry_instance *find(const char *id)
{
    return registry_find(registry, CR_SLICE("ORDERS"), cr_slice_of(id));
}

static enum registry_renewal renew(const char *id, int64_t dirty_ms, bool replicated,
                                   int64_t now_ms)
{
    const struct registry_beat beat = {.dirty_ms = dirty_ms < 0 ? NULL : &dirty_ms,
                                       .origin = replicated ? REGISTRY_PEER : REGISTRY_CLIENT};
    return registry_renew(registry, CR_SLICE("ORDERS"), cr_slice_of(id), &beat, at(now_ms));
}

static bool cancel(const char *id, int64_t now_ms)
{
    return registry_cancel(registry, CR_SLICE("ORDERS"), cr_slice_of(id), REGISTRY_CLIENT,
                           at(now_ms));
}

static void test_7_to_11_register_and_find(void **state)
{
    (void)state;
    struct registry_registration out = put("i1", 100, CR_WIRE_UP, 0);
    assert_false(out.renewed);
    assert_int_equal(out.period_ms, 2000);
    const struct registry_instance *instance = find("i1");
    assert_non_null(instance);
    assert_null(find("I1"));
    assert_null(registry_app(registry, CR_SLICE("orders")));
    const struct cr_wire_instance *record = instance->record;
    assert_int_equal(record->action, CR_WIRE_ADDED);
    assert_int_equal(record->last_dirty_ms, 100);
    assert_int_equal(record->last_updated_ms, wall_zero_ms);
    assert_int_equal(record->lease.registration_ms, wall_zero_ms);
    assert_int_equal(record->lease.last_renewal_ms, wall_zero_ms);
    assert_int_equal(record->lease.service_up_ms, wall_zero_ms);
    assert_int_equal(record->lease.eviction_ms, 0);
    assert_int_equal(registry_count(registry), 1);
    assert_int_equal(registry_status_count(registry, CR_WIRE_UP), 1);
    assert_ptr_equal(registry_find_any(registry, CR_SLICE("i1")), instance);
    assert_null(registry_find_any(registry, CR_SLICE("i2")));
    assert_int_equal(seen.added, 1);
}

static void test_26_defaults_of_a_lease(void **state)
{
    (void)state;
    struct cr_wire_instance record = record_of("n", 1, CR_WIRE_UP);
    record.lease = (struct cr_wire_lease){.registration_ms = 7, .service_up_ms = 8};
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out), 0);
    assert_int_equal(out.period_ms, 90000);
    assert_int_equal(find("n")->record->lease.renewal_s, 30);
    assert_int_equal(find("n")->record->lease.duration_s, 90);
    assert_int_equal(find("n")->record->lease.registration_ms, wall_zero_ms);
    assert_int_equal(find("n")->record->lease.service_up_ms, wall_zero_ms);
}

static void test_30_unknown_status_is_not_renewed(void **state)
{
    (void)state;
    put("i1", 100, CR_WIRE_UNKNOWN, 0);
    assert_int_equal(renew("i1", -1, false, 1000), REGISTRY_UNKNOWN);
    registry_expire(registry, at(2000));
    assert_null(find("i1"));
}

static void test_34_to_39_renewals(void **state)
{
    (void)state;
    put("i1", 100, CR_WIRE_UP, 0);
    uint64_t version = registry_version(registry);
    assert_int_equal(renew("i1", -1, false, 500), REGISTRY_RENEWED);
    assert_int_equal(find("i1")->record->lease.last_renewal_ms, wall_zero_ms + 500 + 2000);
    assert_int_equal(renew("i2", -1, false, 500), REGISTRY_UNKNOWN);
    assert_int_equal(renew("i1", 100, false, 600), REGISTRY_RENEWED);
    assert_int_equal(renew("i1", 200, false, 700), REGISTRY_UNKNOWN);
    assert_int_equal(find("i1")->lease.due_ms, 2700); /* 37: renewed all the same */
    assert_int_equal(renew("i1", 50, false, 800), REGISTRY_RENEWED);
    assert_int_equal(renew("i1", 50, true, 900), REGISTRY_NEWER);
    assert_int_equal(find("i1")->lease.due_ms, 2900 + REGISTRY_SLACK_MS); /* a peer is late */
    assert_int_equal(registry_version(registry), version); /* renewals are not changes */
}

static void test_42_to_44_dirty_timestamps(void **state)
{
    (void)state;
    put("i1", 100, CR_WIRE_UP, 0);
    assert_true(put("i1", 50, CR_WIRE_DOWN, 100).kept);
    assert_int_equal(find("i1")->record->status, CR_WIRE_UP);
    assert_int_equal(find("i1")->record->last_dirty_ms, 100);
    assert_int_equal(find("i1")->lease.due_ms, 2100); /* a new lease all the same */
    struct registry_registration out = put("i1", 100, CR_WIRE_DOWN, 200);
    assert_true(out.renewed);
    assert_false(out.kept);
    assert_int_equal(find("i1")->record->status, CR_WIRE_DOWN);
    put("i1", 300, CR_WIRE_UP, 300);
    assert_int_equal(find("i1")->record->status, CR_WIRE_UP);
    assert_int_equal(find("i1")->record->lease.service_up_ms, wall_zero_ms);
    assert_int_equal(find("i1")->record->lease.registration_ms, wall_zero_ms + 300);
    assert_int_equal(registry_count(registry), 1);
    assert_int_equal(seen.added, 4);
}

static void test_45_46_a_client_may_not_leave_or_enter_service_by_itself(void **state)
{
    (void)state;
    put("a", 1, CR_WIRE_UP, 0);
    put("a", 2, CR_WIRE_OUT_OF_SERVICE, 1);
    assert_int_equal(find("a")->record->status, CR_WIRE_UP);
    put("b", 1, CR_WIRE_OUT_OF_SERVICE, 2);
    put("b", 2, CR_WIRE_UP, 3);
    assert_int_equal(find("b")->record->status, CR_WIRE_OUT_OF_SERVICE);
    put("b", 3, CR_WIRE_DOWN, 4);
    assert_int_equal(find("b")->record->status, CR_WIRE_DOWN);
    put("b", 4, CR_WIRE_UP, 5);
    assert_int_equal(find("b")->record->status, CR_WIRE_UP);
    assert_int_equal(registry_status_count(registry, CR_WIRE_UP), 2);
    assert_int_equal(registry_status_count(registry, CR_WIRE_OUT_OF_SERVICE), 0);
    /* What a peer says is taken. */
    struct cr_wire_instance record = record_of("a", 9, CR_WIRE_OUT_OF_SERVICE);
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, &record, REGISTRY_PEER, at(6), &out), 0);
    assert_int_equal(find("a")->record->status, CR_WIRE_OUT_OF_SERVICE);
}

static void test_58_cancel(void **state)
{
    (void)state;
    put("i1", 100, CR_WIRE_UP, 0);
    put("i2", 100, CR_WIRE_DOWN, 0);
    assert_true(cancel("i1", 10));
    assert_false(cancel("i1", 10));
    assert_non_null(registry_app(registry, CR_SLICE("ORDERS")));
    assert_true(cancel("i2", 10));
    assert_null(registry_app(registry, CR_SLICE("ORDERS")));
    assert_int_equal(registry_count(registry), 0);
    assert_int_equal(registry_status_count(registry, CR_WIRE_UP), 0);
    assert_int_equal(seen.cancelled, 2);
    assert_int_equal(registry_next_due_ms(registry), INT64_MAX);
}

static void test_86_gone_when_due(void **state)
{
    (void)state;
    put("i1", 100, CR_WIRE_UP, 0);
    assert_int_equal(registry_next_due_ms(registry), 2000);
    assert_int_equal(registry_expire(registry, at(1999)), 0);
    assert_int_equal(renew("i1", -1, false, 1999), REGISTRY_RENEWED);
    assert_int_equal(registry_expire(registry, at(3998)), 0);
    assert_int_equal(registry_expire(registry, at(3999)), 1);
    assert_null(find("i1"));
    assert_int_equal(seen.expired, 1);
    put("i1", 100, CR_WIRE_UP, 5000);
    /* Nobody looked in between: a renewal that comes too late finds nothing. */
    assert_int_equal(renew("i1", -1, false, 7000), REGISTRY_UNKNOWN);
    assert_int_equal(seen.expired, 2);
}

/* A clock that cuts to milliseconds makes no lease shorter than it is. */
static void test_86_not_early_for_the_clocks_sake(void **state)
{
    (void)state;
    registry_freep(&registry);
    registry = registry_new(&(struct registry_options){.clock_step_ms = 1});
    put("i1", 100, CR_WIRE_UP, 0);
    assert_int_equal(registry_next_due_ms(registry), 2001);
    assert_int_equal(renew("i1", -1, false, 2000), REGISTRY_RENEWED);
    assert_int_equal(registry_next_due_ms(registry), 4001);
    assert_int_equal(renew("i1", -1, true, 2000), REGISTRY_RENEWED);
    assert_int_equal(registry_next_due_ms(registry), 4001 + REGISTRY_SLACK_MS);
}

static void test_stretched_lease_is_said_once(void **state)
{
    (void)state;
    struct cr_wire_instance record = record_of("i1", 1, CR_WIRE_UP);
    record.lease = (struct cr_wire_lease){.renewal_s = 30, .duration_s = 10};
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out), 0);
    assert_true(out.stretched);
    assert_int_equal(out.period_ms, 60000);
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(1), &out), 0);
    assert_false(out.stretched);
    assert_int_equal(find("i1")->record->lease.duration_s, 10);
}

static void test_limit(void **state)
{
    (void)state;
    put("1", 1, CR_WIRE_UP, 0);
    put("2", 1, CR_WIRE_UP, 0);
    put("3", 1, CR_WIRE_UP, 0);
    put("4", 1, CR_WIRE_UP, 0);
    struct cr_wire_instance record = record_of("5", 1, CR_WIRE_UP);
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out), CR_ELIMIT);
    put("4", 2, CR_WIRE_DOWN, 0); /* who is in may come again */
    assert_true(cancel("1", 0));
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out), 0);
}

/* Few large ones fill a registry as well: 16 MiB where it is small. */
static void test_limit_of_all_texts(void **state)
{
    (void)state;
    static char large[REGISTRY_RECORD_MAX - 64];
    char id[16];
    registry_freep(&registry);
    registry = registry_new(&(struct registry_options){.instances_max = 1000});
    struct cr_wire_instance record = record_of("0", 1, CR_WIRE_UP);
    struct registry_registration out = {0};
    record.home_page_url = (struct cr_slice){large, sizeof large};
    int rc = 0;
    for (int i = 0; !rc && i < 1000; i++) {
        snprintf(id, sizeof id, "%d", i);
        record.instance_id = cr_slice_of(id);
        rc = registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out);
    }
    assert_int_equal(rc, CR_ELIMIT);
    assert_int_equal(registry_count(registry), 256);
    put("small", 1, CR_WIRE_UP, 0); /* there is a little room left */
    record.instance_id = CR_SLICE("small");
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out), CR_ELIMIT);
    assert_true(find("small")->record->home_page_url.ptr == NULL);
    record.instance_id = CR_SLICE("0");
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out), 0);
    assert_true(cancel("0", 0));
    record.instance_id = CR_SLICE("small");
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT, at(0), &out), 0);
}

static void assert_checked(const struct cr_wire_instance *record, const char *app, const char *says)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *fault = registry_check(record, cr_slice_of(app), arena);
    if (!says) {
        assert_null(fault);
        return;
    }
    assert_non_null(fault);
    assert_string_equal(fault, says);
}

static void test_14_to_20_what_a_record_needs(void **state)
{
    (void)state;
    struct cr_wire_instance record = record_of("i1", 1, CR_WIRE_UP);
    assert_checked(&record, "ORDERS", NULL);
    assert_checked(&record, "BAR", "Mismatched appName, expecting BAR but was ORDERS");
    record.data_center = CR_WIRE_DATA_CENTER_NAMELESS;
    assert_checked(&record, "ORDERS", "Missing dataCenterInfo Name");
    record.data_center = CR_WIRE_NO_DATA_CENTER;
    assert_checked(&record, "ORDERS", "Missing dataCenterInfo");
    record.app = CR_SLICE("");
    assert_checked(&record, "ORDERS", "Missing appName");
    record.ip_addr = (struct cr_slice){0};
    assert_checked(&record, "ORDERS", "Missing ip address");
    record.host_name = (struct cr_slice){0};
    assert_checked(&record, "ORDERS", "Missing hostname");
    record.instance_id = (struct cr_slice){0};
    assert_checked(&record, "ORDERS", "Missing instanceId");
}

static void test_names_are_bounded_and_clean(void **state)
{
    (void)state;
    char longer[REGISTRY_NAME_MAX + 2];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    struct cr_wire_instance record = record_of(longer, 1, CR_WIRE_UP);
    assert_checked(&record, "ORDERS", "instanceId is longer than 1024 bytes");
    record = record_of("a\nb", 1, CR_WIRE_UP);
    assert_checked(&record, "ORDERS", "instanceId has a control character");
    record = record_of("a", 1, CR_WIRE_UP);
    record.host_name = CR_SLICE("h\0h");
    assert_checked(&record, "ORDERS", "hostName has a control character");
    static char large[REGISTRY_RECORD_MAX];
    memset(large, 'x', sizeof large);
    record = record_of("a", 1, CR_WIRE_UP);
    record.home_page_url = (struct cr_slice){large, sizeof large};
    assert_checked(&record, "ORDERS", "the texts of the instance have 65552 bytes, at most 65536");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_7_to_11_register_and_find),
        TEST(test_26_defaults_of_a_lease),
        TEST(test_30_unknown_status_is_not_renewed),
        TEST(test_34_to_39_renewals),
        TEST(test_42_to_44_dirty_timestamps),
        TEST(test_45_46_a_client_may_not_leave_or_enter_service_by_itself),
        TEST(test_58_cancel),
        TEST(test_86_gone_when_due),
        TEST(test_86_not_early_for_the_clocks_sake),
        TEST(test_stretched_lease_is_said_once),
        TEST(test_limit),
        TEST(test_limit_of_all_texts),
        TEST(test_14_to_20_what_a_record_needs),
        TEST(test_names_are_bounded_and_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
