/* The projection as it follows the topic, under everything that an event can do to it. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "cr_clock.h"
#include "events_fixture.h"

static void test_follows_the_topic(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_wait(bus, bus_connected, "connected");
    for (int i = 0; i < 10; i++)
        bus_append(bus, 13, 100);
    bus_wait_complete(bus);
    bus_wait(bus, bus_no_lag, "no lag");
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
    return bus_consumer(bus).parked == 1 && bus_no_lag(bus);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUS(test_follows_the_topic),
        WITH_BUS(test_resumes_where_it_stopped),
        WITH_BUS(test_without_any_broker_the_feed_carries),
        WITH_BUS(test_poison_is_parked_and_its_neighbours_applied),
        WITH_BUS(test_foreign_records_are_passed_over_and_broken_ones_parked),
        WITH_BUS(test_a_transient_error_is_retried_until_it_passes),
        WITH_BUS(test_it_stops_quickly_while_it_fails),
        WITH_BUS(test_it_stops_quickly_without_a_coordinator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
