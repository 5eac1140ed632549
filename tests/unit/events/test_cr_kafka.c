/* What a producer reports as delivered is on the topic, once and in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "broker.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_kafka.h"

#define TOPIC "test.single"

enum { PRODUCE = 0, EVENTS = 150, RTT_MS = 30, PACE_MS = 2, DEADLINE_MS = 20000 };

struct wire {
    struct broker *broker;
    char bootstrap[32];
    struct cr_kafka *producer;
    int reported;
    int delivered;
    int failed;
};

static void on_delivered(void *ctx, int64_t seq, int rc, const char *reason)
{
    struct wire *wire = ctx;
    (void)seq;
    assert_non_null(reason);
    wire->reported++;
    wire->delivered += rc == 0;
    wire->failed += rc == CR_EUNAVAILABLE;
}

static struct cr_kafka *connect_as(struct wire *wire, bool consumer, bool embedded)
{
    struct cr_kafka_options options = {
        .consumer = consumer,
        .embedded = embedded,
        .bootstrap_servers = wire->bootstrap,
        .client_id = "test",
        .group = "test",
        .delivered = on_delivered,
        .ctx = wire,
    };
    struct cr_kafka *kafka = NULL;
    struct cr_err err = {0};
    if (cr_kafka_new(&options, &kafka, &err) < 0)
        fail_msg("%s", err.text);
    return kafka;
}

static int set_up(void **state)
{
    const struct broker_topic topics[] = {{TOPIC, 1}};
    struct wire *wire = calloc(1, sizeof *wire);
    struct cr_err err = {0};
    assert_non_null(wire);
    if (broker_open(topics, CR_COUNT(topics), &wire->broker, &err) < 0)
        fail_msg("%s", err.text);
    snprintf(wire->bootstrap, sizeof wire->bootstrap, "127.0.0.1:%d", broker_port(wire->broker));
    *state = wire;
    return 0;
}

static int tear_down(void **state)
{
    struct wire *wire = *state;
    cr_kafka_free(wire->producer);
    broker_close(wire->broker);
    free(wire);
    return 0;
}

/* Events from this number on, one behind the other: each request takes what came meanwhile. */
static void produce(struct wire *wire, int from, int until)
{
    for (int i = from; i < until; i++) {
        char text[16];
        struct cr_err err = {0};
        snprintf(text, sizeof text, "%d", i);
        struct cr_event_message message = {.key = CR_SLICE("key"), .value = cr_slice_of(text)};
        if (cr_kafka_produce(wire->producer, TOPIC, &message, i, &err) < 0)
            fail_msg("%s", err.text);
        cr_kafka_poll(wire->producer, PACE_MS);
    }
    int64_t deadline_ms = cr_clock_ms() + DEADLINE_MS;
    while (wire->reported < until && cr_clock_ms() < deadline_ms)
        cr_kafka_poll(wire->producer, PACE_MS);
    assert_int_equal(wire->reported, until);
}

static void expect_on_topic(struct wire *wire, int count)
{
    struct cr_kafka *consumer = connect_as(wire, true, true);
    const struct cr_kafka_start start = {0, -1};
    struct cr_err err = {0};
    int next = 0;
    if (cr_kafka_assign(consumer, TOPIC, &start, 1, &err) < 0)
        fail_msg("%s", err.text);
    int64_t deadline_ms = cr_clock_ms() + DEADLINE_MS;
    while (next < count && cr_clock_ms() < deadline_ms) {
        struct cr_kafka_record *record = cr_kafka_next(consumer, PACE_MS);
        if (!record)
            continue;
        struct cr_kafka_view view = {0};
        int64_t number = -1;
        cr_kafka_record_view(record, &view);
        assert_int_equal(cr_int_parse(view.message.value, 0, count, &number), 0);
        cr_kafka_record_free(record);
        assert_int_equal(number, next++);
    }
    cr_kafka_free(consumer);
    assert_int_equal(next, count);
}

/* As a partition does that was just made: not its leader yet, and with the next request it is. A
 * broker without state of the producer does not miss what it refused. */
static void refuse_one(struct wire *wire, bool embedded)
{
    rd_kafka_mock_cluster_t *mock = broker_mock(wire->broker);
    wire->producer = connect_as(wire, false, embedded);
    produce(wire, 0, 1); /* while it connects, all would gather in one request */
    rd_kafka_mock_broker_set_rtt(mock, 1, RTT_MS);
    rd_kafka_mock_push_request_errors(mock, PRODUCE, 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    produce(wire, 1, EVENTS);
    assert_int_equal(wire->delivered, EVENTS);
    rd_kafka_mock_broker_set_rtt(mock, 1, 0);
    expect_on_topic(wire, EVENTS);
}

static void test_a_refused_request_is_not_passed_by_a_later_one(void **state)
{
    refuse_one(*state, false);
}

static void test_nor_on_the_embedded_broker(void **state)
{
    refuse_one(*state, true);
}

/* The library calls this answer a success, and knows no offset. */
static void test_a_success_without_an_offset_is_none(void **state)
{
    struct wire *wire = *state;
    wire->producer = connect_as(wire, false, false);
    rd_kafka_mock_push_request_errors(broker_mock(wire->broker), PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
    produce(wire, 0, 1);
    assert_int_equal(wire->delivered, 0);
    assert_int_equal(wire->failed, 1);
}

#define WITH_WIRE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WIRE(test_a_refused_request_is_not_passed_by_a_later_one),
        WITH_WIRE(test_nor_on_the_embedded_broker),
        WITH_WIRE(test_a_success_without_an_offset_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
