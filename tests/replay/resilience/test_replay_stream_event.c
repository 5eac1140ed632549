/* Conformance 6.1: the event itself, cases 3, 8, 9, 10 and 15, and what a reader forgives (60, 61).
 * The cases about the endpoint are black-box tests of the spine. */
#include "replay_world.h"

#include <string.h>

#include "cr_json.h"
#include "cr_tree.h"

/* Table 1.3, copied from the reference rather than from the writer. */
static const char *const order[] = {
    "type",
    "name",
    "group",
    "currentTime",
    "isCircuitBreakerOpen",
    "errorPercentage",
    "errorCount",
    "requestCount",
    "rollingCountBadRequests",
    "rollingCountCollapsedRequests",
    "rollingCountEmit",
    "rollingCountExceptionsThrown",
    "rollingCountFailure",
    "rollingCountFallbackEmit",
    "rollingCountFallbackFailure",
    "rollingCountFallbackMissing",
    "rollingCountFallbackRejection",
    "rollingCountFallbackSuccess",
    "rollingCountResponsesFromCache",
    "rollingCountSemaphoreRejected",
    "rollingCountShortCircuited",
    "rollingCountSuccess",
    "rollingCountThreadPoolRejected",
    "rollingCountTimeout",
    "currentConcurrentExecutionCount",
    "rollingMaxConcurrentExecutionCount",
    "latencyExecute_mean",
    "latencyExecute",
    "latencyTotal_mean",
    "latencyTotal",
    "propertyValue_circuitBreakerRequestVolumeThreshold",
    "propertyValue_circuitBreakerSleepWindowInMilliseconds",
    "propertyValue_circuitBreakerErrorThresholdPercentage",
    "propertyValue_circuitBreakerForceOpen",
    "propertyValue_circuitBreakerForceClosed",
    "propertyValue_circuitBreakerEnabled",
    "propertyValue_executionIsolationStrategy",
    "propertyValue_executionIsolationThreadTimeoutInMilliseconds",
    "propertyValue_executionTimeoutInMilliseconds",
    "propertyValue_executionIsolationThreadInterruptOnTimeout",
    "propertyValue_executionIsolationThreadPoolKeyOverride",
    "propertyValue_executionIsolationSemaphoreMaxConcurrentRequests",
    "propertyValue_fallbackIsolationSemaphoreMaxConcurrentRequests",
    "propertyValue_metricsRollingStatisticalWindowInMilliseconds",
    "propertyValue_requestCacheEnabled",
    "propertyValue_requestLogEnabled",
    "reportingHosts",
    "threadPool",
};

static void stream_of(struct world *world, struct cr_buf *out)
{
    cr_commands_stream(world->commands, 1763824800123, out);
    assert_int_equal(cr_buf_status(out), 0);
}

static const struct cr_tree *first_event(struct world *world, struct cr_arena *arena)
{
    CR_AUTO(cr_buf) text = {0};
    stream_of(world, &text);
    struct cr_slice json = {0};
    assert_true(cr_wire_stream_data(cr_buf_view(&text), &json));
    const struct cr_tree *tree = NULL;
    assert_int_equal(cr_json_parse(json, arena, &tree, NULL), 0);
    return tree;
}

static void case_3_one_event_per_command(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    CR_AUTO(cr_buf) text = {0};
    stream_of(&world, &text);
    assert_memory_equal(text.data, "data: {\"type\":\"HystrixCommand\",\"name\":\"GetOrder\",", 49);
    assert_string_equal(text.data + text.len - 3, "}\n\n");
    assert_int_equal(cr_slice_find(cr_buf_view(&text), '\n'), text.len - 2);
    world_fini(&world);
}

static void case_8_fields_in_order(void **state)
{
    (void)state;
    assert_int_equal(CR_COUNT(order), 48);
    struct world world;
    world_init(&world, NULL);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_tree *event = first_event(&world, arena);
    assert_int_equal(cr_tree_count(event), 48);
    size_t i = 0;
    for (const struct cr_tree *value = cr_tree_first(event); value; value = cr_tree_next(value))
        assert_true(cr_slice_is(cr_tree_key(value), order[i++]));
    static const char *const keys[] = {"0", "25", "50", "75", "90", "95", "99", "99.5", "100"};
    const struct cr_tree *latency = cr_tree_get(event, "latencyExecute");
    assert_int_equal(cr_tree_count(latency), 9);
    i = 0;
    for (const struct cr_tree *value = cr_tree_first(latency); value; value = cr_tree_next(value))
        assert_true(cr_slice_is(cr_tree_key(value), keys[i++]));
    assert_string_equal(cr_tree_text(cr_tree_get(event, "threadPool"), NULL), "Orders");
    assert_string_equal(
        cr_tree_text(cr_tree_get(event, "propertyValue_executionIsolationStrategy"), NULL),
        "SEMAPHORE");
    world_fini(&world);
}

static void case_9_no_override_is_null(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    CR_AUTO(cr_buf) text = {0};
    stream_of(&world, &text);
    assert_non_null(
        strstr(text.data, "\"propertyValue_executionIsolationThreadPoolKeyOverride\":null"));
    world_fini(&world);
}

static void case_10_names_are_escaped(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    struct cr_command *command = NULL;
    struct cr_slice name = CR_SLICE("a\"b\\c \xc3\xa9\n");
    assert_int_equal(
        cr_commands_get(world.commands, name, CR_SLICE("g"), &cr_command_defaults, &command, NULL),
        0);
    CR_AUTO(cr_buf) text = {0};
    stream_of(&world, &text);
    int lines = 0;
    struct cr_slice rest = cr_buf_view(&text);
    struct cr_slice line;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_event event = {0};
    while (cr_slice_split(&rest, '\n', &line)) {
        struct cr_slice json;
        if (!cr_wire_stream_data(line, &json))
            continue;
        assert_int_equal(cr_wire_event_parse(json, arena, &event, NULL), 0);
        lines++;
    }
    assert_int_equal(lines, 2);
    assert_true(cr_slice_equal(event.name, name));
    world_fini(&world);
}

static void case_15_current_time(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, NULL);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    int64_t time_ms = 0;
    assert_int_equal(cr_tree_int(cr_tree_get(first_event(&world, arena), "currentTime"), 2147483648,
                                 INT64_MAX, &time_ms),
                     0);
    assert_int_equal(time_ms, 1763824800123);
    world_fini(&world);
}

static void case_60_other_lines_are_skipped(void **state)
{
    (void)state;
    static const char *const lines[] = {"ping: ", ": ping", ":ping",          "event: x",
                                        "",       "id: {",  "data: not json", "data:"};
    struct cr_slice json;
    for (size_t i = 0; i < CR_COUNT(lines); i++)
        assert_false(cr_wire_stream_data(cr_slice_of(lines[i]), &json));
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_event event;
    assert_true(cr_wire_stream_data(CR_SLICE("data:{\"type\":\"ping\"}\r"), &json));
    assert_int_equal(cr_wire_event_parse(json, arena, &event, NULL), CR_ENOTFOUND);
    assert_true(cr_wire_stream_data(CR_SLICE("data: {broken"), &json));
    assert_int_equal(cr_wire_event_parse(json, arena, &event, NULL), CR_EPARSE);
    assert_true(cr_wire_stream_data(CR_SLICE("data: {\"type\":1,\"name\":\"x\"}"), &json));
    assert_int_equal(cr_wire_event_parse(json, arena, &event, NULL), CR_ENOTFOUND);
}

static void case_61_with_and_without_a_blank(void **state)
{
    (void)state;
    struct cr_slice with, without;
    assert_true(cr_wire_stream_data(CR_SLICE("data: {\"a\":1}"), &with));
    assert_true(cr_wire_stream_data(CR_SLICE("data:{\"a\":1}"), &without));
    assert_true(cr_slice_equal(with, without));
}

/* Section 3.4: integers are numbers, objects are maps, everything else is a text. */
static void kinds_of_fields(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_event event;
    struct cr_slice json = CR_SLICE(
        "{\"type\":\"T\",\"a\":7,\"b\":true,\"c\":null,\"d\":12.5,\"e\":[1,\"x\"],\"f\":\"s\","
        "\"g\":{\"50\":3,\"x\":\"no\",\"99.5\":-4,\"h\":2.9},\"currentTime\":12345,\"name\":"
        "\"N\"}");
    assert_int_equal(cr_wire_event_parse(json, arena, &event, NULL), 0);
    assert_true(event.has_time);
    assert_int_equal(event.current_time_ms, 12345);
    assert_int_equal(event.reporting_hosts, 1);
    assert_int_equal(event.field_count, 7);
    assert_int_equal(event.fields[0].kind, CR_WIRE_NUMBER);
    assert_int_equal(event.fields[0].number, 7);
    static const char *const texts[] = {"true", "null", "12.5", "[1,\"x\"]", "s"};
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        assert_int_equal(event.fields[i + 1].kind, CR_WIRE_TEXT);
        assert_true(cr_slice_is(event.fields[i + 1].text, texts[i]));
    }
    const struct cr_wire_field *map = &event.fields[6];
    assert_int_equal(map->kind, CR_WIRE_MAP);
    assert_int_equal(map->entry_count, 3);
    assert_int_equal(map->entries[0].value, 3);
    assert_int_equal(map->entries[1].value, -4);
    assert_int_equal(map->entries[2].value, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_3_one_event_per_command),
        cmocka_unit_test(case_8_fields_in_order),
        cmocka_unit_test(case_9_no_override_is_null),
        cmocka_unit_test(case_10_names_are_escaped),
        cmocka_unit_test(case_15_current_time),
        cmocka_unit_test(case_60_other_lines_are_skipped),
        cmocka_unit_test(case_61_with_and_without_a_blank),
        cmocka_unit_test(kinds_of_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
