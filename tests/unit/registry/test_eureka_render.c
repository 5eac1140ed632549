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

/* Has the text a place in the document? */
static bool says(const struct document *document, const char *text)
{
    CR_AUTO(cr_buf) written = {0};
    document_write(document, &written);
    return cr_slice_search(cr_buf_view(&written), cr_slice_of(text)) >= 0;
}

static void assert_document(struct document *document, const char *text)
{
    assert_non_null(document);
    CR_AUTO(cr_buf) written = {0};
    document_write(document, &written);
    struct cr_slice bytes = cr_buf_view(&written);
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
    assert_document(eureka_render_all(registry, CR_WIRE_JSON, 0),
                    "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"\","
                    "\"application\":[]}}");
}

static void test_10_one_instance_in_all_three_documents(void **state)
{
    (void)state;
    put("ORDERS", "i1", CR_WIRE_UP);
    assert_document(eureka_render_all(registry, CR_WIRE_JSON, 0),
                    "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"UP_1_\","
                    "\"application\":[{\"name\":\"ORDERS\",\"instance\":[" RECORD("ORDERS", "i1",
                                                                                  "UP") "]}]}}");
    assert_document(
        eureka_render_app(registry_app(registry, CR_SLICE("ORDERS")), CR_WIRE_JSON, 0),
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
    struct document *delta = eureka_render_delta(registry, CR_WIRE_JSON, 0);
    assert_true(says(delta, "{\"applications\":{\"versions__delta\":\"4\","
                            "\"apps__hashcode\":\"UP_1_\","));
    assert_true(says(delta, "\"DELETED\""));
    document_unref(delta);
}

static void test_names_are_escaped(void **state)
{
    (void)state;
    put("A\"B", "<i>", CR_WIRE_UP);
    struct document *document = eureka_render_all(registry, CR_WIRE_JSON, 0);
    assert_true(says(document, "{\"name\":\"A\\\"B\""));
    document_unref(document);
}

static void test_rendered_once_per_change(void **state)
{
    (void)state;
    put("A", "1", CR_WIRE_UP);
    put("B", "2", CR_WIRE_UP);
    struct registry_app *a = registry_app(registry, CR_SLICE("A"));
    struct registry_app *b = registry_app(registry, CR_SLICE("B"));
    struct document *all = eureka_render_all(registry, CR_WIRE_JSON, 0);
    struct document *app_a = eureka_render_app(a, CR_WIRE_JSON, 0);
    struct document *app_b = eureka_render_app(b, CR_WIRE_JSON, 0);
    assert_int_equal(registry_renew(registry, CR_SLICE("A"), CR_SLICE("1"),
                                    &(struct registry_beat){0}, (struct registry_now){1, 8}),
                     REGISTRY_RENEWED);
    struct document *again = eureka_render_all(registry, CR_WIRE_JSON, 0);
    assert_ptr_equal(again, all); /* a renewal changes no document */
    document_unref(again);

    put("A", "1", CR_WIRE_DOWN);
    again = eureka_render_all(registry, CR_WIRE_JSON, 0);
    assert_ptr_not_equal(again, all);
    document_unref(again);
    again = eureka_render_app(a, CR_WIRE_JSON, 0);
    assert_ptr_not_equal(again, app_a);
    document_unref(again);
    again = eureka_render_app(b, CR_WIRE_JSON, 0);
    assert_ptr_equal(again, app_b);
    document_unref(again);
    /* The old ones still stand for who holds them. */
    assert_true(says(all, "\"UP_2_\""));
    document_unref(all);
    document_unref(app_a);
    document_unref(app_b);
}

/* Kept as long as somebody asks: five minutes after the last one did it is made anew. */
static void test_what_nobody_reads_is_dropped(void **state)
{
    (void)state;
    put("A", "1", CR_WIRE_UP);
    struct document *all = eureka_render_all(registry, CR_WIRE_XML, 1000);
    struct document *delta = eureka_render_delta(registry, CR_WIRE_JSON, 1000);
    const struct registry_instance *instance = registry_find_any(registry, CR_SLICE("1"));
    document_unref(eureka_render_all(registry, CR_WIRE_XML, 200000));
    eureka_render_idle(registry, 1000 + EUREKA_RENDER_IDLE_MS);
    assert_ptr_equal(registry_rendered(registry, REGISTRY_ALL, CR_WIRE_XML)->document, all);
    assert_non_null(instance->fragments[REGISTRY_ALL][CR_WIRE_XML].home);
    assert_null(registry_rendered(registry, REGISTRY_DELTA, CR_WIRE_JSON)->document);
    assert_null(instance->fragments[REGISTRY_DELTA][CR_WIRE_JSON].home);
    eureka_render_idle(registry, 200000 + EUREKA_RENDER_IDLE_MS);
    assert_null(registry_rendered(registry, REGISTRY_ALL, CR_WIRE_XML)->document);
    assert_null(instance->fragments[REGISTRY_ALL][CR_WIRE_XML].home);
    assert_true(says(all, "<app>A</app>")); /* who holds it has it */
    document_unref(all);
    document_unref(delta);
}

/* A delta is shared, too, until a change comes or one is too old to be told. */
static void test_a_delta_is_composed_once(void **state)
{
    (void)state;
    put("A", "1", CR_WIRE_UP);
    struct document *first = eureka_render_delta(registry, CR_WIRE_JSON, 0);
    struct document *second = eureka_render_delta(registry, CR_WIRE_JSON, 0);
    assert_ptr_equal(first, second);
    document_unref(second);
    (void)registry_expire(registry, (struct registry_now){DELTA_RETENTION_MS + 1, 9});
    second = eureka_render_delta(registry, CR_WIRE_JSON, 0);
    assert_ptr_not_equal(first, second);
    assert_false(says(second, "ADDED"));
    document_unref(first);
    document_unref(second);
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
        TEST(test_what_nobody_reads_is_dropped),
        TEST(test_a_delta_is_composed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
