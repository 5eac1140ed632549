/* CloudEvents as records and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cr_event.h"

static const struct cr_event example = {
    .seq = 42,
    .id = {"01-a", 4},
    .source = {"/coffee/order", 13},
    .type = {"coffee.order.placed.v1", 22},
    .time = {"2026-11-25T03:08:48.123Z", 24},
    .aggregate = {"order-7", 7},
    .version = 3,
    .traceparent = {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", 55},
    .data = {"{\"coffee\":\"espresso\"}", 21},
};

static int setup(void **state)
{
    *state = cr_arena_new(1 << 20);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    cr_arena_free(*state);
    return 0;
}

static struct cr_slice find(const struct cr_event_message *message, const char *name)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (cr_slice_is(message->headers[i].name, name))
            return message->headers[i].value;
    return (struct cr_slice){NULL, 0};
}

static void assert_same(const struct cr_event *a, const struct cr_event *b)
{
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->version, b->version);
    assert_true(cr_slice_equal(a->id, b->id));
    assert_true(cr_slice_equal(a->source, b->source));
    assert_true(cr_slice_equal(a->type, b->type));
    assert_true(cr_slice_equal(a->time, b->time));
    assert_true(cr_slice_equal(a->aggregate, b->aggregate));
    assert_true(cr_slice_equal(a->traceparent, b->traceparent));
    assert_true(cr_slice_equal(a->data, b->data));
}

static void test_a_record_carries_the_attributes_as_headers(void **state)
{
    struct cr_event_header headers[CR_EVENT_HEADERS_MAX];
    struct cr_event_message message;
    struct cr_err err;
    assert_int_equal(cr_event_to_message(&example, *state, headers, &message, &err), 0);
    assert_true(cr_slice_equal(message.key, example.aggregate));
    assert_true(cr_slice_equal(message.value, example.data));
    assert_true(cr_slice_is(find(&message, "content-type"), "application/json"));
    assert_true(cr_slice_is(find(&message, "contentType"), "application/json"));
    assert_true(cr_slice_is(find(&message, "ce_specversion"), "1.0"));
    assert_true(cr_slice_is(find(&message, "ce_id"), "01-a"));
    assert_true(cr_slice_is(find(&message, "ce_subject"), "order-7"));
    assert_true(cr_slice_is(find(&message, "ce_sequence"), "42"));
    assert_true(cr_slice_is(find(&message, "ce_aggregateversion"), "3"));
    assert_true(cr_slice_equal(find(&message, "traceparent"), example.traceparent));
    /* Spring reads a header as a String only if its class is named. */
    struct cr_slice types = find(&message, "spring_json_header_types");
    for (size_t i = 0; i < message.header_count; i++)
        if (!cr_slice_is(message.headers[i].name, "spring_json_header_types"))
            assert_true(cr_slice_search(types, message.headers[i].name) > 0);
    struct cr_event event;
    assert_int_equal(cr_event_from_message(&message, *state, &event, &err), 0);
    assert_same(&event, &example);
}

static void test_structured_mode_is_read_too(void **state)
{
    CR_AUTO(cr_buf) json = {0};
    cr_event_write_json(&example, &json);
    const struct cr_event_header headers[] = {
        {CR_SLICE("Content-Type"), CR_SLICE("application/cloudevents+json; charset=UTF-8")}};
    struct cr_event_message message = {CR_SLICE("key"), cr_buf_view(&json), headers, 1};
    struct cr_event event;
    struct cr_err err;
    assert_int_equal(cr_event_from_message(&message, *state, &event, &err), 0);
    assert_same(&event, &example);
}

static int read_with(struct cr_arena *arena, const struct cr_event_header *headers, size_t count,
                     struct cr_event *event, struct cr_err *err)
{
    struct cr_event_message message = {CR_SLICE("key"), CR_SLICE("{}"), headers, count};
    return cr_event_from_message(&message, arena, event, err);
}

static void test_foreign_and_broken_records_are_told_apart(void **state)
{
    struct cr_event event;
    struct cr_err err = {0};
    const struct cr_event_header plain[] = {
        {CR_SLICE("content-type"), CR_SLICE("application/json")}};
    assert_int_equal(read_with(*state, NULL, 0, &event, &err), CR_ENOTFOUND);
    assert_int_equal(read_with(*state, plain, 1, &event, &err), CR_ENOTFOUND);

    struct cr_event_header headers[] = {
        {CR_SLICE("ce_specversion"), CR_SLICE("1.0")},    {CR_SLICE("ce_id"), CR_SLICE("a")},
        {CR_SLICE("ce_source"), CR_SLICE("/s")},          {CR_SLICE("ce_type"), CR_SLICE("t")},
        {CR_SLICE("ce_aggregateversion"), CR_SLICE("1")},
    };
    assert_int_equal(read_with(*state, headers, 5, &event, &err), 0);
    assert_true(cr_slice_is(event.aggregate, "key")); /* no subject: the record's key */
    headers[4].value = CR_SLICE("many");
    assert_int_equal(read_with(*state, headers, 5, &event, &err), CR_EPARSE);
    assert_non_null(strstr(err.text, "'aggregateversion' is no number: 'many'"));
    headers[4].value = CR_SLICE("99999999999999999999");
    assert_int_equal(read_with(*state, headers, 5, &event, &err), CR_EPARSE);
    assert_int_equal(read_with(*state, headers, 3, &event, &err), CR_EPARSE);
    assert_non_null(strstr(err.text, "'type' is missing"));
    headers[0].value = CR_SLICE("0.3");
    assert_int_equal(read_with(*state, headers, 4, &event, &err), CR_EPARSE);
    assert_non_null(strstr(err.text, "0.3"));
}

static void test_broken_structured_records(void **state)
{
    const struct cr_event_header headers[] = {
        {CR_SLICE("content-type"), CR_SLICE("application/cloudevents+json")}};
    static const char *const bodies[] = {"", "{", "[]", "{\"specversion\":\"1.0\"}",
                                         "{\"specversion\":1.0,\"id\":{}}"};
    for (size_t i = 0; i < CR_COUNT(bodies); i++) {
        struct cr_event_message message = {CR_SLICE(""), cr_slice_of(bodies[i]), headers, 1};
        struct cr_event event;
        struct cr_err err = {0};
        assert_int_equal(cr_event_from_message(&message, *state, &event, &err), CR_EPARSE);
        assert_true(err.text[0] != '\0');
    }
}

static void test_over_long_values_are_refused(void **state)
{
    (void)state;
    struct cr_err err = {0};
    struct cr_event event = example;
    char name[300];
    memset(name, 'n', sizeof name);
    event.aggregate = (struct cr_slice){name, sizeof name};
    assert_int_equal(cr_event_check(&event, &err), CR_ELIMIT);
    assert_non_null(strstr(err.text, "'subject' is longer than 256 bytes"));
    event = example;
    event.data.len = CR_EVENT_DATA_MAX + 1; /* not looked at */
    assert_int_equal(cr_event_check(&event, &err), CR_ELIMIT);
    event.data.len = 0;
    assert_int_equal(cr_event_check(&event, &err), CR_EINVAL);
}

static void test_times(void **state)
{
    (void)state;
    assert_int_equal(cr_event_wall_ms(CR_SLICE("1970-01-01T00:00:01Z")), 1000);
    assert_int_equal(cr_event_wall_ms(CR_SLICE("1970-01-01T00:00:01.5Z")), 1500);
    assert_int_equal(cr_event_wall_ms(CR_SLICE("2026-11-25T03:08:48.123Z")), 1795576128123);
    assert_int_equal(cr_event_wall_ms(CR_SLICE("2026-11-25T03:08:48.123456789Z")), 1795576128123);
    assert_int_equal(cr_event_wall_ms(CR_SLICE("2026-11-25T03:08:48+01:00")), -1);
    assert_int_equal(cr_event_wall_ms(CR_SLICE("yesterday")), -1);
    assert_int_equal(cr_event_wall_ms(CR_SLICE("")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_record_carries_the_attributes_as_headers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_structured_mode_is_read_too, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_and_broken_records_are_told_apart, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_broken_structured_records, setup, teardown),
        cmocka_unit_test_setup_teardown(test_over_long_values_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_times, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
