/* The relay against a broker that refuses, loses answers, goes away and comes back as another. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "cr_clock.h"
#include "events_fixture.h"

enum { PRODUCE = 0, METADATA = 3 };

static struct cr_relay_status status_of(struct bus *bus)
{
    struct cr_relay_status status;
    cr_relay_status(bus->relay, &status);
    return status;
}

/* The consumer tells what is on the topic; without a sweep nothing helps it. */
static void follow_topic_only(struct bus *bus)
{
    bus->consumer_options.sweep_interval_ms = -1;
    bus_start_consumer(bus);
    bus_wait(bus, bus_connected, "connected");
}

static void test_publishes_in_order_and_keeps_its_cursor(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    follow_topic_only(bus);
    bus_append(bus, 7, 500);
    bus_wait_complete(bus);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    bus_stop_relay(bus);
    bus_start_relay(bus);
    bus_append(bus, 7, 100);
    bus_wait_complete(bus);
    struct cr_relay_status status = status_of(bus);
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
    assert_int_equal(status_of(bus).state, CR_RELAY_CONNECTING);
    bus_start_broker(bus);
    follow_topic_only(bus);
    bus_wait_complete(bus);
}

static bool knows_age(struct bus *bus)
{
    struct cr_relay_status status = status_of(bus);
    return status.head == bus->appended && status.oldest_age_ms > 0;
}

static void test_tells_what_waits_and_for_how_long(void **state)
{
    struct bus *bus = *state;
    bus_stop_broker(bus);
    bus_start_relay(bus);
    bus_append(bus, 3, 12);
    bus_wait(bus, knows_age, "the age of the oldest event");
    struct cr_relay_status status = status_of(bus);
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
    follow_topic_only(bus);
    bus_wait_complete(bus);
}

static void test_refused_produce_requests_lose_nothing(void **state)
{
    struct bus *bus = *state;
    rd_kafka_mock_push_request_errors(
        broker_mock(bus->broker), PRODUCE, 6, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
    bus_start_relay(bus);
    follow_topic_only(bus);
    for (int i = 0; i < 20; i++)
        bus_append(bus, 11, 150);
    bus_wait_complete(bus);
}

static void test_a_cut_connection_loses_nothing(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    follow_topic_only(bus);
    for (int i = 0; i < 5; i++) {
        rd_kafka_mock_push_request_errors(broker_mock(bus->broker), PRODUCE, 1,
                                          RD_KAFKA_RESP_ERR__TRANSPORT);
        rd_kafka_mock_push_request_errors(broker_mock(bus->broker), METADATA, 1,
                                          RD_KAFKA_RESP_ERR__TRANSPORT);
        bus_append(bus, 11, 200);
    }
    bus_wait_complete(bus);
}

/* The broker takes the request and answers too late: the events are sent again. */
static void test_a_lost_answer_repeats_but_has_one_effect(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    follow_topic_only(bus);
    bus_append(bus, 5, 50);
    bus_wait_complete(bus);
    rd_kafka_mock_broker_push_request_error_rtts(broker_mock(bus->broker), 1, PRODUCE, 1,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, 4000);
    bus_append(bus, 5, 50);
    bus_wait(bus, bus_relay_done, "sent again");
    bus_wait_complete(bus);
}

static void test_a_fatal_producer_is_replaced(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    follow_topic_only(bus);
    bus_append(bus, 5, 50);
    bus_wait_complete(bus);
    rd_kafka_mock_push_request_errors(broker_mock(bus->broker), PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    for (int i = 0; i < 10; i++)
        bus_append(bus, 5, 100);
    bus_wait_complete(bus);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    assert_true(status_of(bus).fatal >= 1);
}

static void test_an_outage_is_survived_in_order(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    follow_topic_only(bus);
    bus_append(bus, 9, 100);
    bus_wait_complete(bus);
    rd_kafka_mock_broker_set_down(broker_mock(bus->broker), 1);
    for (int i = 0; i < 10; i++)
        bus_append(bus, 9, 100);
    rd_kafka_mock_broker_set_up(broker_mock(bus->broker), 1);
    bus_wait_complete(bus);
}

static bool rewound(struct bus *bus)
{
    return status_of(bus).rewinds == 1 && status_of(bus).published == 2500 && bus_relay_done(bus);
}

static void test_a_new_embedded_cluster_is_given_the_last_thousand_again(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_append(bus, 9, 1500);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    bus_stop_broker(bus);
    bus_start_broker(bus);
    bus_wait(bus, rewound, "rewound and published again");
}

static bool stopped(struct bus *bus)
{
    return status_of(bus).state == CR_RELAY_STOPPED;
}

static void test_a_new_cluster_stops_unless_a_rewind_is_wanted(void **state)
{
    struct bus *bus = *state;
    bus->relay_options.on_new_cluster = CR_NEW_CLUSTER_STOP;
    bus_start_relay(bus);
    bus_append(bus, 9, 50);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    bus_stop_broker(bus);
    bus_start_broker(bus);
    bus_wait(bus, stopped, "stopped");
    assert_non_null(strstr(status_of(bus).reason, "crema.events.on-new-cluster=rewind"));
    bus_append(bus, 9, 50); /* accepted all the same */
    assert_int_equal(status_of(bus).published, 50);
}

static void test_an_event_that_the_broker_refuses_stops_the_relay(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_append(bus, 2, 10);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    rd_kafka_mock_push_request_errors(broker_mock(bus->broker), PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    bus_append(bus, 2, 1);
    bus_wait(bus, stopped, "stopped");
    assert_non_null(strstr(status_of(bus).reason, "event 11"));
    bus_append(bus, 2, 1);
    assert_int_equal(status_of(bus).cursor, 10);
}

static bool locked(struct bus *bus)
{
    return status_of(bus).state == CR_RELAY_LOCKED;
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
    follow_topic_only(bus);
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
        WITH_BUS(test_refused_produce_requests_lose_nothing),
        WITH_BUS(test_a_cut_connection_loses_nothing),
        WITH_BUS(test_a_lost_answer_repeats_but_has_one_effect),
        WITH_BUS(test_a_fatal_producer_is_replaced),
        WITH_BUS(test_an_outage_is_survived_in_order),
        WITH_BUS(test_a_new_embedded_cluster_is_given_the_last_thousand_again),
        WITH_BUS(test_a_new_cluster_stops_unless_a_rewind_is_wanted),
        WITH_BUS(test_an_event_that_the_broker_refuses_stops_the_relay),
        WITH_BUS(test_a_second_relay_of_one_store_waits),
        WITH_BUS(test_a_topic_that_is_missing_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
