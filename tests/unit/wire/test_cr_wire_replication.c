/* Batches between registries: what an item may lack, and what spoils a batch. */
#include "cr_wire_replication.h"
#include "wire_fixture.h"

static struct cr_wire_replications read_ok(struct cr_arena *arena, const char *json)
{
    struct cr_wire_replications list = {0};
    struct cr_err err = {0};
    if (cr_wire_replications_read(cr_slice_of(json), fixture_now_ms, arena, &list, &err))
        fail_msg("%s: %s", json, err.text);
    return list;
}

static void read_fails(const char *json, int code, const char *words)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_replications list = {0};
    struct cr_err err = {0};
    int rc = cr_wire_replications_read(cr_slice_of(json), fixture_now_ms, arena, &list, &err);
    if (rc != code || !strstr(err.text, words))
        fail_msg("%.200s: %d \"%s\" instead of %d \"%s\"", json, rc, err.text, code, words);
}

/* eureka.md 4.3 */
static void test_netflix_batch(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_replications list = read_ok(
        arena,
        "{\"replicationList\":["
        "{\"appName\":\"orders\",\"id\":\"h1:orders:8080\",\"lastDirtyTimestamp\":1699999999000,"
        "\"status\":\"UP\",\"instanceInfo\":{\"instanceId\":\"h1:orders:8080\",\"app\":\"orders\","
        "\"lastDirtyTimestamp\":\"1699999999000\"},\"action\":\"Register\"},"
        "{\"appName\":\"ORDERS\",\"id\":\"h1:orders:8080\",\"lastDirtyTimestamp\":\"-5\","
        "\"overriddenStatus\":\"OUT_OF_SERVICE\",\"status\":\"UP\",\"action\":\"Heartbeat\"},"
        "{\"appName\":\"ORDERS\",\"id\":\"h1:orders:8080\",\"overriddenStatus\":null,"
        "\"instanceInfo\":null,\"action\":\"Cancel\"}]}");
    assert_int_equal(list.count, 3);
    assert_int_equal(list.items[0].action, CR_WIRE_REGISTER);
    fixture_is(list.items[0].app, "ORDERS");
    fixture_is(list.items[0].instance->app, "ORDERS");
    assert_int_equal(list.items[0].instance->last_dirty_ms, 1699999999000);
    assert_null(list.items[0].fault);
    assert_int_equal(list.items[1].action, CR_WIRE_HEARTBEAT);
    assert_true(list.items[1].has_last_dirty);
    assert_int_equal(list.items[1].last_dirty_ms, -5);
    fixture_is(list.items[1].overridden_status, "OUT_OF_SERVICE");
    assert_null(list.items[1].instance);
    assert_int_equal(list.items[2].action, CR_WIRE_CANCEL);
    assert_false(list.items[2].has_last_dirty);
    assert_null(list.items[2].overridden_status.ptr);
    assert_null(list.items[2].status.ptr);
}

static void test_one_bad_item_does_not_spoil_the_others(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_replications list = read_ok(
        arena, "{\"replicationList\":["
               "{\"appName\":\"A\",\"id\":\"1\",\"action\":\"Register\"},"
               "{\"appName\":\"A\",\"id\":\"1\",\"action\":\"Register\",\"instanceInfo\":"
               "{\"app\":\"A\",\"port\":{\"$\":\"x\"}}},"
               "{\"appName\":\"A\",\"id\":\"1\",\"action\":\"DeleteStatusOverride\"},"
               "{\"id\":\"1\",\"action\":\"Cancel\"},"
               "{\"appName\":\"A\",\"id\":null,\"action\":\"Cancel\"},"
               "{\"appName\":\"A\",\"id\":\"1\",\"action\":\"StatusUpdate\",\"status\":\"?\"}]}");
    assert_int_equal(list.count, 6);
    assert_string_equal(list.items[0].fault, "a Register without 'instanceInfo'");
    assert_string_equal(list.items[1].fault, "instance: 'port' is not a number");
    assert_null(list.items[1].instance);
    assert_string_equal(list.items[2].fault, "a DeleteStatusOverride without 'lastDirtyTimestamp'");
    assert_string_equal(list.items[3].fault, "an item without 'appName'");
    assert_string_equal(list.items[4].fault, "an item without 'id'");
    assert_null(list.items[5].fault);
    fixture_is(list.items[5].status, "?");
}

static void test_what_is_refused_as_a_whole(void **state)
{
    (void)state;
    read_fails("", CR_EPARSE, "JSON line 1");
    read_fails("[]", CR_EPARSE, "'replicationList' must be an array, not null");
    read_fails("{\"replicationList\":{}}", CR_EPARSE, "must be an array, not an object");
    read_fails("{\"replicationList\":[7]}", CR_EPARSE, "item 0: expected an object");
    read_fails("{\"replicationList\":[{\"appName\":\"A\",\"id\":\"1\",\"action\":\"Cancel\"},"
               "{\"appName\":\"A\",\"id\":\"1\",\"action\":\"Explode\"}]}",
               CR_EPARSE, "item 1: action 'Explode' is none of");
    read_fails("{\"replicationList\":[{\"appName\":\"A\",\"id\":\"1\"}]}", CR_EPARSE, "action ''");
    read_fails("{\"replicationList\":[{\"appName\":[],\"id\":\"1\",\"action\":\"Cancel\"}]}",
               CR_EPARSE, "item 0: 'appName' may not be an array");
    read_fails("{\"replicationList\":[{\"appName\":\"A\",\"id\":\"1\",\"action\":\"Cancel\","
               "\"lastDirtyTimestamp\":\"now\"}]}",
               CR_EPARSE, "item 0: 'lastDirtyTimestamp' is not a whole number");
}

static void test_bounds(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) json = {0};
    cr_buf_text(&json, "{\"replicationList\":[0");
    for (int i = 0; i < CR_WIRE_REPLICATIONS_MAX; i++)
        cr_buf_text(&json, ",0");
    cr_buf_text(&json, "]}");
    read_fails(json.data, CR_ELIMIT, "10001 items, at most 10000");
    cr_buf_reset(&json);
    cr_buf_text(&json, "{\"replicationList\":[{\"action\":\"Cancel\",\"appName\":\"A\",\"id\":\"");
    for (int i = 0; i <= CR_WIRE_NAME_MAX; i++)
        cr_buf_char(&json, 'x');
    cr_buf_text(&json, "\"}]}");
    read_fails(json.data, CR_ELIMIT, "'id' has 1025 bytes");
}

static void test_results(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    cr_wire_replication_results_write(NULL, 0, &out);
    assert_string_equal(out.data, "{\"responseList\":[]}");
    const struct cr_wire_replication_result results[] = {
        {200, {0}}, {409, CR_SLICE("{\"instanceId\":\"1\"}")}, {404, {0}}};
    cr_buf_reset(&out);
    cr_wire_replication_results_write(results, CR_COUNT(results), &out);
    assert_string_equal(out.data, "{\"responseList\":[{\"statusCode\":200},{\"statusCode\":409,"
                                  "\"responseEntity\":{\"instanceId\":\"1\"}},"
                                  "{\"statusCode\":404}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_netflix_batch),
        cmocka_unit_test(test_one_bad_item_does_not_spoil_the_others),
        cmocka_unit_test(test_what_is_refused_as_a_whole),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
