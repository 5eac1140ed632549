/* The registry's documents: exact bytes, rendered once per change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "eureka_render.h"

static struct registry *registry;

static int setup(void **state)
{
    (void)state;
    registry = registry_new(&(struct registry_options){0});
    return registry ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    registry_freep(&registry);
    return 0;
}

static void put(const char *app, const char *id, enum cr_wire_status status)
{
    struct cr_wire_instance record = cr_wire_instance_default(5);
    record.instance_id = cr_slice_of(id);
    record.host_name = CR_SLICE("h");
    record.ip_addr = CR_SLICE("1.2.3.4");
    record.app = cr_slice_of(app);
    record.data_center = CR_WIRE_MY_OWN;
    record.status = status;
    struct registry_registration out = {0};
    assert_int_equal(
        registry_register(registry, &record, REGISTRY_CLIENT, (struct registry_now){0, 7}, &out),
        0);
}

static void assert_document(struct document *document, const char *text)
{
    assert_non_null(document);
    struct cr_slice bytes = document_bytes(document);
    if (bytes.len != strlen(text) || memcmp(bytes.ptr, text, bytes.len) != 0)
        fail_msg("is\n%.*s\nnot\n%s", CR_SLICE_ARG(bytes), text);
    document_unref(document);
}

#define RECORD(app, id, status)                                                                    \
    "{\"instanceId\":\"" id "\",\"hostName\":\"h\",\"app\":\"" app "\",\"ipAddr\":\"1.2.3.4\","    \
    "\"status\":\"" status "\",\"overriddenStatus\":\"UNKNOWN\","                                  \
    "\"port\":{\"$\":7001,\"@enabled\":\"true\"},"                                                 \
    "\"securePort\":{\"$\":7002,\"@enabled\":\"false\"},\"countryId\":1,"                          \
    "\"dataCenterInfo\":{\"@class\":"                                                              \
    "\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\",\"name\":\"MyOwn\"},"              \
    "\"leaseInfo\":{\"renewalIntervalInSecs\":30,\"durationInSecs\":90,"                           \
    "\"registrationTimestamp\":7,\"lastRenewalTimestamp\":7,\"evictionTimestamp\":0,"              \
    "\"serviceUpTimestamp\":7},\"metadata\":{\"@class\":\"java.util.Collections$EmptyMap\"},"      \
    "\"isCoordinatingDiscoveryServer\":\"false\",\"lastUpdatedTimestamp\":\"7\","                  \
    "\"lastDirtyTimestamp\":\"5\",\"actionType\":\"ADDED\"}"

static void test_1_empty(void **state)
{
    (void)state;
    assert_document(eureka_render_all(registry, CR_WIRE_JSON),
                    "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"\","
                    "\"application\":[]}}");
}

static void test_10_one_instance_in_all_three_documents(void **state)
{
    (void)state;
    put("ORDERS", "i1", CR_WIRE_UP);
    assert_document(eureka_render_all(registry, CR_WIRE_JSON),
                    "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"UP_1_\","
                    "\"application\":[{\"name\":\"ORDERS\",\"instance\":[" RECORD("ORDERS", "i1",
                                                                                  "UP") "]}]}}");
    assert_document(
        eureka_render_app(registry_app(registry, CR_SLICE("ORDERS")), CR_WIRE_JSON),
        "{\"application\":{\"name\":\"ORDERS\",\"instance\":[" RECORD("ORDERS", "i1", "UP") "]}}");
    struct registry_instance *instance = registry_find_any(registry, CR_SLICE("i1"));
    assert_document(eureka_render_instance(instance, CR_WIRE_JSON),
                    "{\"instance\":" RECORD("ORDERS", "i1", "UP") "}");
    assert_document(eureka_render_record(instance), RECORD("ORDERS", "i1", "UP"));
}

static void test_63_hash_code_by_name(void **state)
{
    (void)state;
    put("A", "1", CR_WIRE_UP);
    put("A", "2", CR_WIRE_DOWN);
    put("B", "3", CR_WIRE_OUT_OF_SERVICE);
    put("C", "4", CR_WIRE_UP);
    CR_AUTO(cr_buf) hash = {0};
    eureka_hash_code(registry, &hash);
    assert_string_equal(hash.data, "DOWN_1_OUT_OF_SERVICE_1_UP_2_");
}

/* What changed, and the sum of all: one who applies the one must come to the other. */
static void test_59_a_delta_has_the_hash_of_the_whole(void **state)
{
    (void)state;
    put("A", "1", CR_WIRE_UP);
    put("A", "2", CR_WIRE_DOWN);
    assert_true(registry_cancel(registry, CR_SLICE("A"), CR_SLICE("2"), REGISTRY_CLIENT,
                                (struct registry_now){0, 7}));
    struct document *delta = eureka_render_delta(registry, CR_WIRE_JSON);
    assert_true(cr_slice_starts(
        document_bytes(delta),
        CR_SLICE("{\"applications\":{\"versions__delta\":\"4\",\"apps__hashcode\":\"UP_1_\",")));
    assert_true(cr_slice_search(document_bytes(delta), CR_SLICE("\"DELETED\"")) > 0);
    document_unref(delta);
}

static void test_names_are_escaped(void **state)
{
    (void)state;
    put("A\"B", "<i>", CR_WIRE_UP);
    struct document *document = eureka_render_all(registry, CR_WIRE_JSON);
    struct cr_slice bytes = document_bytes(document);
    assert_true(cr_slice_search(bytes, CR_SLICE("{\"name\":\"A\\\"B\"")) > 0);
    document_unref(document);
}

static void test_rendered_once_per_change(void **state)
{
    (void)state;
    put("A", "1", CR_WIRE_UP);
    put("B", "2", CR_WIRE_UP);
    struct registry_app *a = registry_app(registry, CR_SLICE("A"));
    struct registry_app *b = registry_app(registry, CR_SLICE("B"));
    struct document *all = eureka_render_all(registry, CR_WIRE_JSON);
    struct document *app_a = eureka_render_app(a, CR_WIRE_JSON);
    struct document *app_b = eureka_render_app(b, CR_WIRE_JSON);
    assert_int_equal(registry_renew(registry, CR_SLICE("A"), CR_SLICE("1"),
                                    &(struct registry_beat){0}, (struct registry_now){1, 8}),
                     REGISTRY_RENEWED);
    struct document *again = eureka_render_all(registry, CR_WIRE_JSON);
    assert_ptr_equal(again, all); /* a renewal changes no document */
    document_unref(again);

    put("A", "1", CR_WIRE_DOWN);
    again = eureka_render_all(registry, CR_WIRE_JSON);
    assert_ptr_not_equal(again, all);
    document_unref(again);
    again = eureka_render_app(a, CR_WIRE_JSON);
    assert_ptr_not_equal(again, app_a);
    document_unref(again);
    again = eureka_render_app(b, CR_WIRE_JSON);
    assert_ptr_equal(again, app_b);
    document_unref(again);
    /* The old ones still stand for who holds them. */
    assert_true(cr_slice_search(document_bytes(all), CR_SLICE("\"UP_2_\"")) > 0);
    document_unref(all);
    document_unref(app_a);
    document_unref(app_b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_1_empty),
        TEST(test_10_one_instance_in_all_three_documents),
        TEST(test_63_hash_code_by_name),
        TEST(test_59_a_delta_has_the_hash_of_the_whole),
        TEST(test_names_are_escaped),
        TEST(test_rendered_once_per_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
