/* Which stream the first page shows, and which a visitor can choose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cr_attr.h"
#include "default_stream.h"
#include "stream_list.h"

static struct cr_arena *arena;
static struct cr_instances *instances;
static struct dashboard_settings settings;

static int setup(void **state)
{
    (void)state;
    arena = cr_arena_new(0);
    instances = cr_instances_new();
    settings = (struct dashboard_settings){.stream = "", .turbine_service = "turbine"};
    return arena && instances ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cr_instances_free(instances);
    cr_arena_freep(&arena);
    return 0;
}

static struct cr_wire_instance instance(const char *app, const char *ip, enum cr_wire_status status)
{
    struct cr_wire_instance made = cr_wire_instance_default(0);
    made.app = cr_slice_of(app);
    made.instance_id = cr_slice_of(ip);
    made.host_name = CR_SLICE("h");
    made.ip_addr = cr_slice_of(ip);
    made.vip_address = cr_slice_of(app);
    made.port = (struct cr_wire_port){9999, true};
    made.status = status;
    return made;
}

static void publish(const struct cr_wire_instance *items, size_t count)
{
    struct cr_err err = {0};
    const struct cr_wire_instances records = {items, count};
    assert_int_equal(cr_instances_publish(instances, &records, NULL, &err), 0);
}

static const char *url_of(const char *path, const char *cluster)
{
    struct cr_err err = {0};
    const char *url = NULL;
    const struct default_stream_part part = {path, cr_slice_of(cluster)};
    if (default_stream_url(&settings, instances, &part, arena, &url, &err))
        return cr_arena_text(arena, err.text);
    return url;
}

static void test_nothing_known_says_what_is_missing(void **state)
{
    (void)state;
    assert_non_null(strstr(url_of("turbine.stream", ""), "the registry has not answered"));
    publish(NULL, 0);
    assert_non_null(strstr(url_of("turbine.stream", ""), "knows no 'turbine' that is UP"));
    const struct cr_wire_instance down = instance("TURBINE", "10.0.0.1", CR_WIRE_DOWN);
    publish(&down, 1);
    assert_non_null(strstr(url_of("turbine.stream", ""), "knows no 'turbine' that is UP"));
}

static void test_registered(void **state)
{
    (void)state;
    const struct cr_wire_instance items[] = {instance("TURBINE", "10.0.0.1", CR_WIRE_DOWN),
                                             instance("TURBINE", "10.0.0.2", CR_WIRE_UP),
                                             instance("TURBINE", "fd00::3", CR_WIRE_DOWN)};
    publish(items, 3);
    assert_string_equal(url_of("turbine.stream", ""), "http://10.0.0.2:9999/turbine.stream");
    assert_string_equal(url_of("turbine.stream", "a b"),
                        "http://10.0.0.2:9999/turbine.stream?cluster=a%20b");
    assert_string_equal(url_of("hosts", "x"), "http://10.0.0.2:9999/hosts?cluster=x");
    const struct cr_wire_instance v6 = instance("TURBINE", "fd00::3", CR_WIRE_UP);
    publish(&v6, 1);
    assert_string_equal(url_of("hosts", ""), "http://[fd00::3]:9999/hosts");
}

static void test_configured(void **state)
{
    (void)state;
    settings.stream = "https://t.example/a/turbine.stream?x=1";
    assert_string_equal(url_of("turbine.stream", "c"),
                        "https://t.example/a/turbine.stream?x=1&cluster=c");
    assert_string_equal(url_of("hosts", "c"), "https://t.example/hosts?cluster=c");
    settings.stream = "http://t:1";
    assert_string_equal(url_of("hosts", ""), "http://t:1/hosts");
    settings.stream = "nonsense";
    assert_non_null(strstr(url_of("hosts", ""), "'nonsense' is not a URL"));
    settings.stream = "";
}

static void test_list(void **state)
{
    (void)state;
    const struct cr_wire_instance items[] = {instance("ORDERS", "10.0.0.1", CR_WIRE_UP),
                                             instance("TURBINE", "10.0.0.2", CR_WIRE_UP),
                                             instance("GONE", "10.0.0.3", CR_WIRE_DOWN)};
    publish(items, 3);
    CR_AUTO(cr_buf) json = {0};
    struct cr_instances_pin pin = cr_instances_pin(instances);
    stream_list_json(pin.snapshot, "Turbine", &json);
    cr_instances_unpin(instances, &pin);
    assert_true(cr_slice_is(
        cr_buf_view(&json),
        "[{\"title\":\"turbine, h:9999\",\"stream\":\"http://10.0.0.2:9999/turbine.stream\"},"
        "{\"title\":\"orders, h:9999\","
        "\"stream\":\"http://10.0.0.1:9999/actuator/hystrix.stream\"}]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_known_says_what_is_missing),
        cmocka_unit_test(test_registered),
        cmocka_unit_test(test_configured),
        cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
