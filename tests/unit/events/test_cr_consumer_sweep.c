/* What the topic lost, the sweep of the feed brings: retention, new brokers, holes, new owners. */
#include <unistd.h>

#include "events_fixture.h"

/* A partition keeps 5 MiB: what was published before the consumer came is partly gone. */
static void publish_past_retention(struct bus *bus)
{
    bus->relay_options.topic = FIXTURE_SINGLE;
    bus->consumer_options.topic = FIXTURE_SINGLE;
    bus_start_relay(bus);
    for (int i = 0; i < 90; i++)
        bus_append_large(bus, 100 * 1024);
    bus_wait(bus, bus_relay_done, "all acknowledged");
}

static void test_past_retention_a_sweep_completes(void **state)
{
    struct bus *bus = *state;
    publish_past_retention(bus);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
}

static bool applied_all_there_is(struct bus *bus)
{
    return bus_connected(bus) && bus_consumer(bus).applied > 0 && bus_no_lag(bus);
}

static void test_past_retention_without_a_sweep_events_are_lost(void **state)
{
    struct bus *bus = *state;
    bus->consumer_options.sweep_interval_ms = -1;
    publish_past_retention(bus);
    bus_start_consumer(bus);
    bus_wait(bus, applied_all_there_is, "the end of the topic");
    int64_t effects = bus_effects(bus);
    assert_true(effects < bus->appended);
    assert_true(effects > 30);
    assert_int_equal(atomic_load(&bus->fetches), 0);
    bus_stop_consumer(bus);
    bus->consumer_options.sweep_interval_ms = 0;
    bus_start_consumer(bus); /* and with it they come back */
    bus_wait_complete(bus);
}

static void test_another_broker_with_a_shorter_log(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append(bus, 7, 1500);
    bus_wait_complete(bus);
    bus_stop_consumer(bus);
    bus_append(bus, 7, 200);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    bus_stop_broker(bus); /* what was acknowledged is gone with it */
    bus_append(bus, 7, 100);
    bus_start_broker(bus);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
    bus_append(bus, 7, 100);
    bus_wait_complete(bus);
}

static void test_another_broker_while_it_reads(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    for (int i = 0; i < 3; i++) {
        bus_append(bus, 7, 400);
        bus_stop_broker(bus);
        bus_append(bus, 7, 50);
        bus_start_broker(bus);
        bus_append(bus, 7, 50);
        bus_wait_complete(bus);
    }
    bus_wait(bus, bus_connected, "connected to the last one");
}

static bool offsets_are_small(struct bus *bus)
{
    return bus_number(bus->projection, "SELECT max(next) FROM offsets") < 1000000;
}

/* The same cluster by name, but its log is shorter than what was read of it. */
static void test_a_log_that_shrank_is_read_from_its_beginning(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append(bus, 7, 70);
    bus_wait_complete(bus);
    bus_wait(bus, bus_connected, "connected");
    bus_append(bus, 7, 70);
    bus_wait(bus, bus_no_lag, "no lag");
    bus_wait_complete(bus);
    bus_stop_consumer(bus);
    assert_true(bus_number(bus->projection, "SELECT count(*) FROM offsets") > 0);
    bus_exec(bus->projection, "UPDATE offsets SET next = next + 1000000");
    bus_append(bus, 7, 70);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
    bus_wait(bus, bus_connected, "connected");
    bus_append(bus, 7, 70);
    bus_wait_complete(bus);
    bus_wait(bus, offsets_are_small, "offsets of the new log");
}

static bool found_a_gap(struct bus *bus)
{
    return bus_no_lag(bus) && bus_effects(bus) >= 20;
}

/* The owner cannot be asked at first, and the topic lacks the beginning of some aggregates. */
static void test_a_gap_is_filled_from_the_feed(void **state)
{
    struct bus *bus = *state;
    bus_append(bus, 10, 30);
    bus_exec(bus->owner, "UPDATE relay SET cursor = 30"); /* never published */
    atomic_store(&bus->feed_down, true);
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append(bus, 20, 40); /* order-0 to 9 with version 4 on, 10 to 19 new */
    bus_wait(bus, bus_connected, "connected");
    bus_wait(bus, found_a_gap, "the topic read to its end");
    assert_int_equal(bus_effects(bus), 20);
    assert_false(bus_consumer(bus).swept);
    atomic_store(&bus->feed_down, false);
    bus_wait_complete(bus);
}

static bool swept_often(struct bus *bus)
{
    return bus_consumer(bus).sweeps >= 4;
}

static bool repaired(struct bus *bus)
{
    return bus_consumer(bus).repaired == 20;
}

static void test_a_periodic_sweep_repairs_silent_losses(void **state)
{
    struct bus *bus = *state;
    bus->consumer_options.sweep_interval_ms = 300;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append(bus, 10, 30);
    bus_wait_complete(bus);
    bus_wait(bus, bus_connected, "connected");
    bus_wait(bus, swept_often, "swept for all reasons there are at a start");
    bus_wait(bus, bus_relay_done, "all acknowledged");
    bus_stop_relay(bus);
    bus_append(bus, 20, 20); /* published by nobody: found once they are no longer young */
    bus_wait(bus, repaired, "repaired");
    bus_wait_complete(bus);
}

static void remove_owner(struct bus *bus)
{
    cr_store_close(bus->owner);
    unlink(bus->owner_path);
    const struct cr_schema *owner[] = {&cr_outbox_schema};
    struct cr_store_options options = {
        .path = bus->owner_path, .schemas = owner, .schema_count = 1};
    struct cr_err err = {0};
    if (cr_store_open(&options, &bus->owner, &err) < 0)
        fail_msg("%s", err.text);
    bus->relay_options.store = bus->owner;
}

static bool at_two(struct bus *bus)
{
    return bus_consumer(bus).feed_position == 2;
}

/* An owner that began anew: the position in its old feed means nothing. */
static void test_a_feed_that_shrank_is_read_from_its_beginning(void **state)
{
    struct bus *bus = *state;
    bus_stop_broker(bus);
    bus_append(bus, 5, 100);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
    bus_stop_consumer(bus);
    remove_owner(bus);
    bus_append_one(bus, "new", "1");
    bus_append_one(bus, "new", "2");
    bus_start_consumer(bus);
    bus_wait_complete(bus);
    bus_wait(bus, at_two, "the position in the new feed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUS(test_past_retention_a_sweep_completes),
        WITH_BUS(test_past_retention_without_a_sweep_events_are_lost),
        WITH_BUS(test_another_broker_with_a_shorter_log),
        WITH_BUS(test_another_broker_while_it_reads),
        WITH_BUS(test_a_log_that_shrank_is_read_from_its_beginning),
        WITH_BUS(test_a_gap_is_filled_from_the_feed),
        WITH_BUS(test_a_periodic_sweep_repairs_silent_losses),
        WITH_BUS(test_a_feed_that_shrank_is_read_from_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
