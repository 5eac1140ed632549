/* The projection under everything that a broker, an event or the owner can do to it. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <unistd.h>

#include "cr_clock.h"
#include "events_fixture.h"

static bool no_lag(struct bus *bus)
{
    return bus_consumer(bus).lag == 0;
}

static void test_follows_the_topic(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_wait(bus, bus_connected, "connected");
    for (int i = 0; i < 10; i++)
        bus_append(bus, 13, 100);
    bus_wait_complete(bus);
    bus_wait(bus, no_lag, "no lag");
    struct cr_consumer_status status = bus_consumer(bus);
    assert_true(status.embedded);
    assert_int_equal(status.parked, 0);
    assert_non_null(strstr(status.cluster, broker_epoch(bus->broker)));
}

static bool applied_sixty(struct bus *bus)
{
    return bus_consumer(bus).applied == 60;
}

static void test_resumes_where_it_stopped(void **state)
{
    struct bus *bus = *state;
    bus->consumer_options.sweep_interval_ms = -1;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append(bus, 3, 60);
    bus_wait_complete(bus);
    bus_stop_consumer(bus);
    bus_append(bus, 3, 60);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
    bus_wait(bus, applied_sixty, "sixty counted"); /* not one of the first again */
    assert_int_equal(bus_consumer(bus).dropped, 0);
}

static void test_without_any_broker_the_feed_carries(void **state)
{
    struct bus *bus = *state;
    bus_stop_broker(bus);
    bus_append(bus, 5, 1200);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
    bus_append(bus, 5, 30);
    bus_wait_complete(bus);
    struct cr_consumer_status status = bus_consumer(bus);
    assert_false(status.connected);
    assert_true(status.swept);
    assert_true(status.reason[0] != '\0');
}

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
    return bus_connected(bus) && bus_consumer(bus).applied > 0 && no_lag(bus);
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
    bus_wait(bus, no_lag, "no lag");
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
    return no_lag(bus) && bus_effects(bus) >= 20;
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

static bool parked_three(struct bus *bus)
{
    return bus_consumer(bus).parked == 3;
}

static void test_poison_is_parked_and_its_neighbours_applied(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append_one(bus, "bad", "1");
    bus_append_one(bus, "bad", "\"poison\"");
    bus_append_one(bus, "good", "1");
    bus_append_one(bus, "bad", "2");
    bus_append_one(bus, "bad", "3");
    bus_append_one(bus, "good", "2");
    bus->appended -= 3;
    bus_wait_complete(bus);
    bus_wait(bus, parked_three, "three parked");
    assert_int_equal(bus_number(bus->projection,
                                "SELECT count(*) FROM dead_letter WHERE aggregate = 'bad'"
                                " AND version BETWEEN 2 AND 4"),
                     3);
    assert_int_equal(bus_number(bus->projection,
                                "SELECT count(*) FROM dead_letter WHERE reason = 'this is poison'"),
                     1);
}

static void produce_raw(struct bus *bus, bool event, const char *value)
{
    char reason[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bus->bootstrap, reason, sizeof reason);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    assert_non_null(producer);
    char text[64];
    snprintf(text, sizeof text, "%s", value);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
    if (event)
        rd_kafka_header_add(headers, "ce_specversion", -1, "1.0", -1);
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = FIXTURE_TOPIC},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {text, strlen(text)}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    assert_null(rd_kafka_produceva(producer, parts, CR_COUNT(parts)));
    assert_int_equal(rd_kafka_flush(producer, 10000), 0);
    rd_kafka_destroy(producer);
}

static bool parked_one(struct bus *bus)
{
    return bus_consumer(bus).parked == 1 && no_lag(bus);
}

static void test_foreign_records_are_passed_over_and_broken_ones_parked(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_wait(bus, bus_connected, "connected");
    produce_raw(bus, false, "{\"hello\":\"world\"}");
    produce_raw(bus, true, "\xff\xfe not even text");
    bus_append(bus, 5, 50);
    bus_wait_complete(bus);
    bus_wait(bus, parked_one, "one parked");
    assert_int_equal(bus_number(bus->projection,
                                "SELECT count(*) FROM dead_letter WHERE aggregate IS NULL AND"
                                " value = x'fffe206e6f74206576656e2074657874' AND"
                                " reason LIKE '%id%missing%'"),
                     1);
}

static bool failing(struct bus *bus)
{
    return bus_consumer(bus).failing_ms > 0;
}

static void test_a_transient_error_is_retried_until_it_passes(void **state)
{
    struct bus *bus = *state;
    atomic_store(&bus->apply_rc, CR_EUNAVAILABLE);
    bus->consumer_options.sweep_interval_ms = -1;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append(bus, 5, 100);
    bus_wait(bus, failing, "failing");
    assert_int_equal(bus_effects(bus), 0);
    assert_string_equal(bus_consumer(bus).reason, "told to fail");
    bus_append(bus, 5, 100);
    atomic_store(&bus->apply_rc, 0);
    bus_wait_complete(bus);
    assert_int_equal(bus_consumer(bus).failing_ms, 0);
}

static void test_it_stops_quickly_while_it_fails(void **state)
{
    struct bus *bus = *state;
    atomic_store(&bus->apply_rc, CR_EIO);
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_append(bus, 5, 100);
    bus_wait(bus, failing, "failing");
    int64_t start_ms = cr_clock_ms();
    bus_stop_consumer(bus);
    assert_true(cr_clock_ms() - start_ms < 3000);
    atomic_store(&bus->apply_rc, 0);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
}

/* Offsets are told to the group for lag tools only: the end must not wait for a coordinator. */
static void test_it_stops_quickly_without_a_coordinator(void **state)
{
    enum { FIND_COORDINATOR = 10, REFUSALS = 200 };
    struct bus *bus = *state;
    rd_kafka_resp_err_t refusals[REFUSALS];
    for (size_t i = 0; i < REFUSALS; i++)
        refusals[i] = RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
    rd_kafka_mock_push_request_errors_array(broker_mock(bus->broker), FIND_COORDINATOR, REFUSALS,
                                            refusals);
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
    bus_append(bus, 5, 100);
    bus_wait_complete(bus);
    int64_t start_ms = cr_clock_ms();
    bus_stop_consumer(bus);
    assert_true(cr_clock_ms() - start_ms < 3000);
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
        WITH_BUS(test_follows_the_topic),
        WITH_BUS(test_resumes_where_it_stopped),
        WITH_BUS(test_without_any_broker_the_feed_carries),
        WITH_BUS(test_past_retention_a_sweep_completes),
        WITH_BUS(test_past_retention_without_a_sweep_events_are_lost),
        WITH_BUS(test_another_broker_with_a_shorter_log),
        WITH_BUS(test_another_broker_while_it_reads),
        WITH_BUS(test_a_log_that_shrank_is_read_from_its_beginning),
        WITH_BUS(test_a_gap_is_filled_from_the_feed),
        WITH_BUS(test_a_periodic_sweep_repairs_silent_losses),
        WITH_BUS(test_poison_is_parked_and_its_neighbours_applied),
        WITH_BUS(test_foreign_records_are_passed_over_and_broken_ones_parked),
        WITH_BUS(test_a_transient_error_is_retried_until_it_passes),
        WITH_BUS(test_it_stops_quickly_while_it_fails),
        WITH_BUS(test_it_stops_quickly_without_a_coordinator),
        WITH_BUS(test_a_feed_that_shrank_is_read_from_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
