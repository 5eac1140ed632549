/* The relay against a broker that refuses, loses answers, goes away and comes back as another. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "events_fixture.h"

enum { PRODUCE = 0, METADATA = 3 };

static void test_refused_produce_requests_lose_nothing(void **state)
{
    struct bus *bus = *state;
    rd_kafka_mock_push_request_errors(
        broker_mock(bus->broker), PRODUCE, 6, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
    for (int i = 0; i < 20; i++)
        bus_append(bus, 11, 150);
    bus_wait_complete(bus);
}

static void test_a_cut_connection_loses_nothing(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
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
    bus->relay_options.request_timeout_ms = 500;
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
    bus_append(bus, 5, 50);
    bus_wait_complete(bus);
    rd_kafka_mock_broker_push_request_error_rtts(broker_mock(bus->broker), 1, PRODUCE, 1,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, 3000);
    bus_append(bus, 5, 50);
    bus_wait(bus, bus_relay_done, "sent again");
    bus_wait_complete(bus);
}

static void test_a_fatal_producer_is_replaced(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
    bus_append(bus, 5, 50);
    bus_wait_complete(bus);
    rd_kafka_mock_push_request_errors(broker_mock(bus->broker), PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    for (int i = 0; i < 10; i++)
        bus_append(bus, 5, 100);
    bus_wait_complete(bus);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    assert_true(bus_relay(bus).fatal >= 1);
}

/* The library takes this answer for a success: what it stands for was never written. */
static void test_an_event_that_only_counts_as_a_repeat_is_sent_again(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
    bus_append(bus, 5, 50);
    bus_wait_complete(bus);
    rd_kafka_mock_push_request_errors(broker_mock(bus->broker), PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
    bus_append(bus, 5, 100);
    bus_wait_complete(bus);
    bus_wait(bus, bus_relay_done, "all acknowledged");
    assert_int_equal(bus_relay(bus).fatal, 1);
}

static void test_an_outage_is_survived_in_order(void **state)
{
    struct bus *bus = *state;
    bus_start_relay(bus);
    bus_follow_topic_only(bus);
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
    return bus_relay(bus).rewinds == 1 && bus_relay(bus).published == 2500 && bus_relay_done(bus);
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
    return bus_relay(bus).state == CR_RELAY_STOPPED;
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
    assert_non_null(strstr(bus_relay(bus).reason, "crema.events.on-new-cluster=rewind"));
    bus_append(bus, 9, 50); /* accepted all the same */
    assert_int_equal(bus_relay(bus).published, 50);
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
    assert_non_null(strstr(bus_relay(bus).reason, "event 11"));
    bus_append(bus, 2, 1);
    assert_int_equal(bus_relay(bus).cursor, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUS(test_refused_produce_requests_lose_nothing),
        WITH_BUS(test_a_cut_connection_loses_nothing),
        WITH_BUS(test_a_lost_answer_repeats_but_has_one_effect),
        WITH_BUS(test_a_fatal_producer_is_replaced),
        WITH_BUS(test_an_event_that_only_counts_as_a_repeat_is_sent_again),
        WITH_BUS(test_an_outage_is_survived_in_order),
        WITH_BUS(test_a_new_embedded_cluster_is_given_the_last_thousand_again),
        WITH_BUS(test_a_new_cluster_stops_unless_a_rewind_is_wanted),
        WITH_BUS(test_an_event_that_the_broker_refuses_stops_the_relay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
