/* The relay while its broker does as it should, or is not there. */
#include "cr_clock.h"
#include "events_fixture.h"

static void test_publishes_in_order_and_keeps_its_cursor(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
    bus_append(bus, 7, 500);
    bus_wait_complete(bus);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    bus_stop_relay(bus);
    bus_start_relay(bus);
    bus_append(bus, 7, 100);
    bus_wait_complete(bus);
    struct cr_relay_status status = bus_relay(bus);
    assert_int_equal(status.published, 100); /* nothing again */
    assert_true(status.embedded);
    assert_int_equal(status.fatal, 0);
    assert_non_null(strstr(status.cluster, broker_epoch(bus->broker)));
}

static void test_starts_and_accepts_without_a_broker(void **state)
{
    struct bus *bus = *state;
    bus_stop_broker(bus);
    bus_start_relay(bus);
    bus_append(bus, 10, 300);
    assert_int_equal(bus_relay(bus).state, CR_RELAY_CONNECTING);
    bus_start_broker(bus);
    bus_follow_topic_only(bus);
    bus_wait_complete(bus);
}

static bool knows_age(struct bus *bus)
{
    struct cr_relay_status status = bus_relay(bus);
    return status.head == bus->appended && status.oldest_age_ms > 0;
}

static void test_tells_what_waits_and_for_how_long(void **state)
{
    struct bus *bus = *state;
    bus_stop_broker(bus);
    bus_start_relay(bus);
    bus_append(bus, 3, 12);
    bus_wait(bus, knows_age, "the age of the oldest event");
    struct cr_relay_status status = bus_relay(bus);
    assert_int_equal(status.head - status.cursor, 12);
    assert_true(status.reason[0] != '\0');
}

static void test_stop_without_a_broker_is_quick(void **state)
{
    struct bus *bus = *state;
    bus_stop_broker(bus);
    bus_start_relay(bus);
    bus_append(bus, 3, 10);
    int64_t start_ms = cr_clock_ms();
    bus_stop_relay(bus);
    assert_true(cr_clock_ms() - start_ms < 3000);
}

static void test_stop_publishes_what_is_left(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_append(bus, 3, 10);
    bus_wait(bus, bus_relay_done, "connected");
    bus_append(bus, 3, 2000);
    bus_stop_relay(bus);
    bus_follow_topic_only(bus);
    bus_wait_complete(bus);
}

static bool locked(struct bus *bus)
{
    return bus_relay(bus).state == CR_RELAY_LOCKED;
}

static void test_a_second_relay_of_one_store_waits(void **state)
{
    struct bus *bus = *state;
    struct cr_relay *first = NULL;
    struct cr_err err = {0};
    bus_start_relay(bus);
    bus_append(bus, 2, 10);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    first = bus->relay;
    assert_int_equal(cr_relay_start(&bus->relay_options, &bus->relay, &err), 0);
    bus_wait(bus, locked, "locked");
    cr_relay_stop(first, cr_clock_ms() + 1000);
    bus_append(bus, 2, 10);
    bus_wait(bus, bus_relay_done, "taken over");
}

static void test_a_topic_that_is_missing_is_made(void **state)
{
    struct bus *bus = *state;
    bus->relay_options.topic = "test.made";
    bus->consumer_options.topic = "test.made";
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
    bus_append(bus, 4, 40);
    bus_wait_complete(bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUS(test_publishes_in_order_and_keeps_its_cursor),
        WITH_BUS(test_starts_and_accepts_without_a_broker),
        WITH_BUS(test_tells_what_waits_and_for_how_long),
        WITH_BUS(test_stop_without_a_broker_is_quick),
        WITH_BUS(test_stop_publishes_what_is_left),
        WITH_BUS(test_a_second_relay_of_one_store_waits),
        WITH_BUS(test_a_topic_that_is_missing_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
