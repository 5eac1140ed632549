/* The registry's record: exact output, tolerant input, copies that stand alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cr_wire_instance.h"

static const int64_t now_ms = 1700000000001;

static struct cr_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = cr_arena_new(0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cr_arena_freep(&arena);
    return 0;
}

static struct cr_wire_instance read_ok(const char *json)
{
    struct cr_wire_instance instance = {0};
    struct cr_err err = {0};
    int rc = cr_wire_instance_read(cr_slice_of(json), now_ms, arena, &instance, &err);
    if (rc)
        fail_msg("%s: %s", json, err.text);
    return instance;
}

static void read_fails(const char *json, int code, const char *text)
{
    struct cr_wire_instance instance = {0};
    struct cr_err err = {0};
    int rc = cr_wire_instance_read(cr_slice_of(json), now_ms, arena, &instance, &err);
    assert_int_equal(rc, code);
    if (!strstr(err.text, text))
        fail_msg("%s: says \"%s\" instead of \"%s\"", json, err.text, text);
}

static void assert_slice(struct cr_slice slice, const char *text)
{
    assert_non_null(slice.ptr);
    assert_int_equal(slice.len, strlen(text));
    assert_memory_equal(slice.ptr, text, slice.len);
}

static void assert_written(const struct cr_wire_instance *instance, const char *json)
{
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write(instance, &out);
    assert_int_equal(cr_buf_status(&out), 0);
    assert_string_equal(out.data, json);
}

/* The document of eureka.md 2.1, in its order and its types. */
static const char full[] =
    "{\"instanceId\":\"h1:orders:8080\",\"hostName\":\"h1\",\"app\":\"ORDERS\",\"ipAddr\":\"10.0.0."
    "5\","
    "\"status\":\"UP\",\"overriddenStatus\":\"UNKNOWN\",\"port\":{\"$\":8080,\"@enabled\":\"true\"}"
    ","
    "\"securePort\":{\"$\":443,\"@enabled\":\"false\"},\"countryId\":1,"
    "\"dataCenterInfo\":{\"@class\":\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\","
    "\"name\":\"MyOwn\"},\"leaseInfo\":{\"renewalIntervalInSecs\":30,\"durationInSecs\":90,"
    "\"registrationTimestamp\":1700000000000,\"lastRenewalTimestamp\":1700000000000,"
    "\"evictionTimestamp\":0,\"serviceUpTimestamp\":1700000000000},"
    "\"metadata\":{\"management.port\":\"8080\"},\"homePageUrl\":\"http://h1:8080/\","
    "\"statusPageUrl\":\"http://h1:8080/info\",\"healthCheckUrl\":\"http://h1:8080/health\","
    "\"vipAddress\":\"orders\",\"secureVipAddress\":\"orders\","
    "\"isCoordinatingDiscoveryServer\":\"false\",\"lastUpdatedTimestamp\":\"1700000000001\","
    "\"lastDirtyTimestamp\":\"1699999999000\",\"actionType\":\"ADDED\"}";

static void test_full_document_reads_and_writes_the_same(void **state)
{
    (void)state;
    struct cr_wire_instance instance = read_ok(full);
    assert_written(&instance, full);
    assert_int_equal(instance.lease.duration_s, 90);
    assert_int_equal(instance.last_dirty_ms, 1699999999000);
    assert_int_equal(instance.action, CR_WIRE_ADDED);
}

static void test_copy_outlives_its_original(void **state)
{
    (void)state;
    struct cr_wire_instance instance = read_ok(full);
    struct cr_wire_instance *copy = cr_wire_instance_copy(&instance);
    assert_non_null(copy);
    cr_arena_reset(arena);
    memset(cr_arena_alloc(arena, 1500), 'x', 1500);
    assert_written(copy, full);
    assert_null(copy->asg_name.ptr);
    cr_wire_instance_free(copy);
}

static void test_amazon_keeps_its_metadata(void **state)
{
    (void)state;
    struct cr_wire_instance instance =
        read_ok("{\"app\":\"a\",\"hostName\":\"h\",\"dataCenterInfo\":{\"name\":\"Amazon\","
                "\"metadata\":{\"instance-id\":\"i-1\",\"ami-id\":\"ami-2\"},"
                "\"@class\":\"com.netflix.appinfo.AmazonInfo\"}}");
    assert_int_equal(instance.data_center, CR_WIRE_AMAZON);
    assert_slice(cr_wire_instance_id(&instance), "i-1");
    struct cr_wire_instance *copy = cr_wire_instance_copy(&instance);
    assert_non_null(copy);
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write(copy, &out);
    assert_non_null(strstr(out.data,
                           "\"dataCenterInfo\":{\"@class\":\"com.netflix.appinfo.AmazonInfo\","
                           "\"name\":\"Amazon\",\"metadata\":{\"instance-id\":\"i-1\","
                           "\"ami-id\":\"ami-2\"}}"));
    cr_wire_instance_free(copy);
}

/* eureka.md 2.7: null for what is absent, native numbers and booleans. */
static void test_spring_body(void **state)
{
    (void)state;
    struct cr_wire_instance instance = read_ok(
        "{\"instance\":{\"instanceId\":\"h1:orders:8080\",\"app\":\"ORDERS\",\"appGroupName\":null,"
        "\"ipAddr\":\"10.0.0.5\",\"sid\":\"na\",\"homePageUrl\":\"http://h1:8080/\","
        "\"secureHealthCheckUrl\":null,\"vipAddress\":\"orders\",\"countryId\":1,"
        "\"dataCenterInfo\":{\"@class\":\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\","
        "\"name\":\"MyOwn\"},\"hostName\":\"h1\",\"status\":\"UP\",\"overriddenStatus\":"
        "\"UNKNOWN\","
        "\"leaseInfo\":{\"renewalIntervalInSecs\":30,\"durationInSecs\":90,"
        "\"registrationTimestamp\":0,\"lastRenewalTimestamp\":0,\"evictionTimestamp\":0,"
        "\"serviceUpTimestamp\":0},\"isCoordinatingDiscoveryServer\":false,"
        "\"lastUpdatedTimestamp\":1700000000001,\"lastDirtyTimestamp\":1699999999000,"
        "\"actionType\":null,\"asgName\":null,\"port\":{\"$\":8080,\"@enabled\":\"true\"},"
        "\"securePort\":{\"$\":443,\"@enabled\":\"false\"},\"metadata\":{\"management.port\":"
        "\"8080\"}}}");
    assert_null(instance.sid.ptr);
    assert_null(instance.app_group_name.ptr);
    assert_null(instance.asg_name.ptr);
    assert_int_equal(instance.action, CR_WIRE_NO_ACTION);
    assert_int_equal(instance.last_dirty_ms, 1699999999000);
    assert_int_equal(instance.port.number, 8080);
}

/* eureka.md 2.7: eureka-js-client in its older style. */
static void test_node_body_gets_the_defaults(void **state)
{
    (void)state;
    struct cr_wire_instance instance = read_ok(
        "{\"instance\":{\"app\":\"jqservice\",\"hostName\":\"localhost\",\"ipAddr\":\"127.0.0.1\","
        "\"port\":8080,\"vipAddress\":\"jq.test\",\"dataCenterInfo\":{\"name\":\"MyOwn\"}}}");
    assert_slice(instance.app, "JQSERVICE");
    assert_slice(cr_wire_instance_id(&instance), "localhost");
    assert_int_equal(instance.port.number, 8080);
    assert_true(instance.port.enabled);
    assert_int_equal(instance.secure_port.number, 7002);
    assert_false(instance.secure_port.enabled);
    assert_int_equal(instance.status, CR_WIRE_UP);
    assert_int_equal(instance.last_dirty_ms, now_ms);
    assert_int_equal(instance.lease.duration_s, 0);
    assert_written(&instance,
                   "{\"hostName\":\"localhost\",\"app\":\"JQSERVICE\",\"ipAddr\":\"127.0.0.1\","
                   "\"status\":\"UP\",\"overriddenStatus\":\"UNKNOWN\","
                   "\"port\":{\"$\":8080,\"@enabled\":\"true\"},"
                   "\"securePort\":{\"$\":7002,\"@enabled\":\"false\"},\"countryId\":1,"
                   "\"dataCenterInfo\":{\"@class\":"
                   "\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\",\"name\":\"MyOwn\"},"
                   "\"leaseInfo\":{\"renewalIntervalInSecs\":30,\"durationInSecs\":90,"
                   "\"registrationTimestamp\":0,\"lastRenewalTimestamp\":0,\"evictionTimestamp\":0,"
                   "\"serviceUpTimestamp\":0},"
                   "\"metadata\":{\"@class\":\"java.util.Collections$EmptyMap\"},"
                   "\"vipAddress\":\"jq.test\",\"isCoordinatingDiscoveryServer\":\"false\","
                   "\"lastUpdatedTimestamp\":\"1700000000001\","
                   "\"lastDirtyTimestamp\":\"1700000000001\"}");
}

/* fargo sends port numbers as strings, Python an empty override. */
static void test_strings_for_numbers_and_booleans(void **state)
{
    (void)state;
    struct cr_wire_instance instance = read_ok(
        "{\"app\":\"a\",\"hostName\":\"h\",\"port\":{\"$\":\"8080\",\"@enabled\":false,\"x\":[]},"
        "\"securePort\":{\"$\":\"443\",\"@enabled\":\"true\"},\"countryId\":\"7\","
        "\"overriddenstatus\":\"\",\"leaseInfo\":{\"durationInSecs\":\"10\","
        "\"renewalIntervalInSecs\":\"\"},\"isCoordinatingDiscoveryServer\":\"true\","
        "\"lastDirtyTimestamp\":\"5\",\"unknown\":{\"deep\":[1]}}");
    assert_int_equal(instance.port.number, 8080);
    assert_false(instance.port.enabled);
    assert_int_equal(instance.secure_port.number, 443);
    assert_true(instance.secure_port.enabled);
    assert_int_equal(instance.country_id, 7);
    assert_int_equal(instance.overridden_status, CR_WIRE_UNKNOWN);
    assert_int_equal(instance.lease.duration_s, 10);
    assert_int_equal(instance.lease.renewal_s, 0);
    assert_true(instance.coordinating_discovery_server);
    assert_int_equal(instance.last_dirty_ms, 5);
}

static void test_metadata_becomes_text(void **state)
{
    (void)state;
    struct cr_wire_instance instance =
        read_ok("{\"app\":\"a\",\"metadata\":{\"n\":5,\"b\":true,\"none\":null,\"s\":\"x\","
                "\"@class\":\"java.util.Collections$EmptyMap\",\"o\":{\"k\":[1,\"2\"]}}}");
    assert_int_equal(instance.metadata_count, 4);
    assert_slice(cr_wire_instance_metadata(&instance, CR_SLICE("n")), "5");
    assert_slice(cr_wire_instance_metadata(&instance, CR_SLICE("b")), "true");
    assert_slice(cr_wire_instance_metadata(&instance, CR_SLICE("s")), "x");
    assert_slice(cr_wire_instance_metadata(&instance, CR_SLICE("o")), "{\"k\":[1,\"2\"]}");
    assert_null(cr_wire_instance_metadata(&instance, CR_SLICE("none")).ptr);
}

static void test_id_from_metadata_as_springs_server(void **state)
{
    (void)state;
    struct cr_wire_instance instance =
        read_ok("{\"app\":\"a\",\"hostName\":\"h\",\"metadata\":{\"instanceId\":\"77\"}}");
    assert_slice(cr_wire_instance_id(&instance), "h:77");
    instance = read_ok("{\"app\":\"a\",\"hostName\":\"h\",\"metadata\":{\"instanceId\":\"h-77\"}}");
    assert_slice(cr_wire_instance_id(&instance), "h-77");
}

static void test_status_words(void **state)
{
    (void)state;
    assert_int_equal(read_ok("{\"app\":\"a\",\"status\":\"up\"}").status, CR_WIRE_UNKNOWN);
    assert_int_equal(read_ok("{\"app\":\"a\",\"status\":\"DOWN\"}").status, CR_WIRE_DOWN);
    assert_int_equal(read_ok("{\"app\":\"a\",\"status\":null}").status, CR_WIRE_UP);
    assert_int_equal(
        read_ok("{\"app\":\"a\",\"overriddenStatus\":\"OUT_OF_SERVICE\"}").overridden_status,
        CR_WIRE_OUT_OF_SERVICE);
    assert_string_equal(cr_wire_status_name(CR_WIRE_STARTING), "STARTING");
}

static void test_data_center_states(void **state)
{
    (void)state;
    assert_int_equal(read_ok("{\"app\":\"a\"}").data_center, CR_WIRE_NO_DATA_CENTER);
    assert_int_equal(read_ok("{\"app\":\"a\",\"dataCenterInfo\":null}").data_center,
                     CR_WIRE_NO_DATA_CENTER);
    assert_int_equal(read_ok("{\"app\":\"a\",\"dataCenterInfo\":{\"@class\":\"x\"}}").data_center,
                     CR_WIRE_DATA_CENTER_NAMELESS);
    assert_int_equal(
        read_ok("{\"app\":\"a\",\"dataCenterInfo\":{\"name\":\"Netflix\",\"metadata\":{}}}")
            .data_center,
        CR_WIRE_NETFLIX);
}

static void test_bad_records_say_what_is_wrong(void **state)
{
    (void)state;
    read_fails("{", CR_EPARSE, "");
    read_fails("[]", CR_EPARSE, "expected an object");
    read_fails("{\"instance\":7}", CR_EPARSE, "expected an object");
    read_fails("{\"hostName\":\"h\"}", CR_EPARSE, "'app' is missing");
    read_fails("{\"app\":null}", CR_EPARSE, "'app' is missing");
    read_fails("{\"app\":\"a\",\"hostName\":{}}", CR_EPARSE, "'hostName' may not be an object");
    read_fails("{\"app\":\"a\",\"port\":[1]}", CR_EPARSE, "'port' may not be an array");
    read_fails("{\"app\":\"a\",\"port\":{\"$\":\"http\"}}", CR_EPARSE, "'port' is not a number");
    read_fails("{\"app\":\"a\",\"leaseInfo\":3}", CR_EPARSE, "'leaseInfo'");
    read_fails("{\"app\":\"a\",\"leaseInfo\":{\"durationInSecs\":\"soon\"}}", CR_EPARSE,
               "'durationInSecs' is not a number");
    read_fails("{\"app\":\"a\",\"metadata\":[]}", CR_EPARSE, "'metadata' may not be an array");
    read_fails("{\"app\":\"a\",\"dataCenterInfo\":{\"name\":\"Moon\"}}", CR_EPARSE,
               "MyOwn, Netflix or Amazon");
}

static void test_of_equal_names_the_last_counts(void **state)
{
    (void)state;
    struct cr_wire_instance instance =
        read_ok("{\"app\":\"a\",\"app\":\"b\",\"metadata\":{\"x\":1,\"y\":2,\"x\":3}}");
    assert_slice(instance.app, "B");
    assert_int_equal(instance.metadata_count, 2);
    assert_slice(instance.metadata[0].key, "x");
    assert_slice(instance.metadata[0].value, "3");
}

/* Java keeps these in an int: one that does not fit would break every client. */
static void test_numbers_fit_java(void **state)
{
    (void)state;
    assert_int_equal(read_ok("{\"app\":\"a\",\"port\":2147483647}").port.number, INT32_MAX);
    read_fails("{\"app\":\"a\",\"port\":{\"$\":2147483648}}", CR_EPARSE, "'port' is out of range");
    read_fails("{\"app\":\"a\",\"securePort\":-2147483649}", CR_EPARSE,
               "'securePort' is out of range");
    assert_int_equal(read_ok("{\"app\":\"a\",\"countryId\":1e3}").country_id, 1000);
    assert_int_equal(
        read_ok("{\"app\":\"a\",\"lastDirtyTimestamp\":1700000000001.75}").last_dirty_ms,
        1700000000001);
    assert_int_equal(read_ok("{\"app\":\"a\",\"port\":{\"$\":\"-1.9\"}}").port.number, -1);
    read_fails("{\"app\":\"a\",\"countryId\":1e10}", CR_EPARSE, "'countryId' is out of range");
    read_fails("{\"app\":\"a\",\"countryId\":true}", CR_EPARSE, "'countryId' is not a number");
    assert_int_equal(read_ok("{\"app\":\"a\",\"lastUpdatedTimestamp\":\"x\"}").last_updated_ms,
                     now_ms);
    read_fails("{\"app\":\"a\",\"leaseInfo\":{\"durationInSecs\":9999999999}}", CR_EPARSE,
               "'durationInSecs' is out of range");
    read_fails("{\"app\":\"a\",\"lastDirtyTimestamp\":9223372036854775808}", CR_EPARSE,
               "'lastDirtyTimestamp' is out of range");
}

/* Java asks for the word "true" and nothing else. */
static void test_enabled_words(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool enabled;
    } cases[] = {{"true", true},       {"false", false},    {"\"true\"", true},
                 {"\"false\"", false}, {"\"TRUE\"", false}, {"null", false}};
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO(cr_buf) json = {0};
        cr_buf_printf(&json, "{\"app\":\"a\",\"port\":{\"$\":1,\"@enabled\":%s}}", cases[i].value);
        assert_int_equal(read_ok(json.data).port.enabled, cases[i].enabled);
    }
    assert_true(read_ok("{\"app\":\"a\",\"port\":{\"$\":1}}").port.enabled);
}

static void test_amazon_gets_an_instance_id(void **state)
{
    (void)state;
    struct cr_wire_instance instance =
        read_ok("{\"app\":\"a\",\"hostName\":\"h\",\"dataCenterInfo\":{\"name\":\"Amazon\","
                "\"metadata\":{\"ami-id\":\"x\"}}}");
    assert_int_equal(instance.data_center_metadata_count, 2);
    assert_slice(instance.data_center_metadata[1].key, "instance-id");
    assert_slice(instance.data_center_metadata[1].value, "h");
}

static void test_the_last_override_counts(void **state)
{
    (void)state;
    assert_int_equal(
        read_ok("{\"app\":\"a\",\"overriddenStatus\":\"DOWN\",\"overriddenstatus\":\"UP\"}")
            .overridden_status,
        CR_WIRE_UP);
    assert_int_equal(
        read_ok("{\"app\":\"a\",\"overriddenstatus\":\"UP\",\"overriddenStatus\":\"DOWN\"}")
            .overridden_status,
        CR_WIRE_DOWN);
}

static void read_long(const char *before, int length, const char *behind, const char *words)
{
    CR_AUTO(cr_buf) json = {0};
    cr_buf_text(&json, before);
    for (int i = 0; i < length; i++)
        cr_buf_char(&json, 'x');
    cr_buf_text(&json, behind);
    if (words)
        read_fails(json.data, CR_ELIMIT, words);
    else
        read_ok(json.data);
}

static void test_texts_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *before, *behind;
        int max;
        const char *words;
    } cases[] = {
        {"{\"app\":\"", "\"}", CR_WIRE_NAME_MAX, "'app' has 1025 bytes, at most 1024"},
        {"{\"app\":\"a\",\"instanceId\":\"", "\"}", CR_WIRE_NAME_MAX, "'instanceId' has"},
        {"{\"app\":\"a\",\"homePageUrl\":\"", "\"}", CR_WIRE_TEXT_MAX, "'homePageUrl' has 8193"},
        {"{\"app\":\"a\",\"metadata\":{\"", "\":1}}", CR_WIRE_NAME_MAX, "metadata key 'xxx"},
        {"{\"app\":\"a\",\"metadata\":{\"k\":\"", "\"}}", CR_WIRE_VALUE_MAX,
         "metadata 'k' has 32769 bytes"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        read_long(cases[i].before, cases[i].max, cases[i].behind, NULL);
        read_long(cases[i].before, cases[i].max + 1, cases[i].behind, cases[i].words);
    }
    /* made of two texts that are each short enough */
    CR_AUTO(cr_buf) json = {0};
    cr_buf_text(&json, "{\"app\":\"a\",\"hostName\":\"");
    for (int i = 0; i < 600; i++)
        cr_buf_char(&json, 'h');
    cr_buf_text(&json, "\",\"metadata\":{\"instanceId\":\"");
    read_long(json.data, 600, "\"}}", "makes an id of 1201 bytes");
}

static void test_metadata_is_bounded(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) json = {0};
    cr_buf_text(&json, "{\"app\":\"a\",\"metadata\":{\"k\":1");
    for (int i = 0; i < CR_WIRE_METADATA_MAX; i++)
        cr_buf_printf(&json, ",\"k%d\":1", i);
    cr_buf_text(&json, "}}");
    read_fails(json.data, CR_ELIMIT, "1025 metadata entries");
}

static struct cr_wire_instances read_list(const char *json, size_t *out_skipped)
{
    struct cr_wire_instances list = {0};
    struct cr_err err = {0};
    int rc = cr_wire_instances_read(cr_slice_of(json), arena, &list, out_skipped, &err);
    if (rc)
        fail_msg("%s: %s", json, err.text);
    return list;
}

static void test_lists(void **state)
{
    (void)state;
    size_t skipped = 0;
    struct cr_wire_instances list = read_list(
        "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"\",\"application\":[]}}",
        &skipped);
    assert_int_equal(list.count, 0);
    list = read_list(
        "{\"applications\":{\"versions__delta\":1,\"application\":[{\"name\":\"A\","
        "\"instance\":[{\"app\":\"A\",\"hostName\":\"1\"},{\"app\":\"A\",\"hostName\":{}},"
        "{\"app\":\"A\",\"hostName\":\"2\"}]},{\"name\":\"B\",\"instance\":"
        "{\"app\":\"B\",\"hostName\":\"3\"}}]}}",
        &skipped);
    assert_int_equal(list.count, 3);
    assert_int_equal(skipped, 1);
    assert_slice(list.items[2].host_name, "3");
    list = read_list("{\"application\":{\"name\":\"B\",\"instance\":[{\"app\":\"B\"}]}}", NULL);
    assert_int_equal(list.count, 1);
    list = read_list("{\"applications\":{}}", &skipped);
    assert_int_equal(list.count, 0);

    struct cr_err err = {0};
    assert_int_equal(cr_wire_instances_read(CR_SLICE("{\"error\":1}"), arena, &list, NULL, &err),
                     CR_EPARSE);
    assert_int_equal(cr_wire_instances_read(CR_SLICE("<html>"), arena, &list, NULL, &err),
                     CR_EPARSE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_full_document_reads_and_writes_the_same),
        TEST(test_copy_outlives_its_original),
        TEST(test_amazon_keeps_its_metadata),
        TEST(test_spring_body),
        TEST(test_node_body_gets_the_defaults),
        TEST(test_strings_for_numbers_and_booleans),
        TEST(test_metadata_becomes_text),
        TEST(test_id_from_metadata_as_springs_server),
        TEST(test_status_words),
        TEST(test_data_center_states),
        TEST(test_bad_records_say_what_is_wrong),
        TEST(test_of_equal_names_the_last_counts),
        TEST(test_numbers_fit_java),
        TEST(test_enabled_words),
        TEST(test_amazon_gets_an_instance_id),
        TEST(test_the_last_override_counts),
        TEST(test_texts_are_bounded),
        TEST(test_metadata_is_bounded),
        TEST(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
