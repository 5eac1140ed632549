/* Where the proxy may lead: URLs, patterns, instances, addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cr_attr.h"
#include "origin.h"

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

static int make(const char *text, const struct origin_pair *extra, size_t count,
                struct origin *out_origin)
{
    struct cr_err err = {0};
    int rc = origin_of(cr_slice_of(text), extra, count, arena, out_origin, &err);
    if (rc)
        assert_true(strlen(err.text) > 0);
    return rc;
}

static void test_case_99_url_and_parameters(void **state)
{
    (void)state;
    struct origin origin;
    const struct origin_pair delay[] = {{CR_SLICE("delay"), CR_SLICE("2000")},
                                        {CR_SLICE("delay"), CR_SLICE("1")},
                                        {CR_SLICE("a b"), CR_SLICE("x&y")}};
    assert_int_equal(make(" host:8080/turbine.stream?cluster=X ", delay, 1, &origin), 0);
    assert_string_equal(origin.url, "http://host:8080/turbine.stream?cluster=X&delay=2000");
    assert_true(cr_slice_is(origin.host, "host"));
    assert_int_equal(origin.port, 8080);
    assert_int_equal(make("https://h/s", delay, 3, &origin), 0);
    assert_string_equal(origin.url, "https://h/s?delay=2000&a%20b=x%26y");
    assert_int_equal(origin.port, 443);
    assert_int_equal(make("httpbin.example/s", NULL, 0, &origin), 0);
    assert_string_equal(origin.url, "http://httpbin.example/s");
    assert_int_equal(make("http://[::1]:99/s", NULL, 0, &origin), 0);
    assert_true(cr_slice_is(origin.host, "::1"));
}

static void test_what_is_no_origin(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "http://",
        "file:///etc/passwd",
        "ftp://h/s",
        "gopher://h/s",
        "http://h:99999/s",
        "http://h:x/s",
        "http://user:password@h/s",
        "http://registered@elsewhere/s",
        "http://registered\\@elsewhere/s",
        "http://h/s#fragment",
        "http://registered#@elsewhere/s",
        "http://h\r\nHost: x/s",
        "http://h%2eexample/s",
        "http://h\xC2\xAD/s",
        "h h/s",
    };
    struct origin origin;
    for (size_t i = 0; i < CR_COUNT(wrong); i++) {
        if (make(wrong[i], NULL, 0, &origin) != CR_EINVAL)
            fail_msg("taken: '%s'", wrong[i]);
    }
    char longer[9000];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(make(longer, NULL, 0, &origin), CR_EINVAL);
}

static void test_case_98_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *host;
        int port;
        bool fits;
    } rows[] = {
        {"*.example.com", "a.example.com", 80, true},
        {"*.example.com", "A.Example.COM", 80, true},
        {"*.example.com", "a.b.example.com", 80, false},
        {"*.example.com", "example.com", 80, false},
        {"*.example.com", "10.0.0.5", 80, false},
        {"**.example.com", "a.b.example.com", 80, true},
        {"**.example.com", "example.com", 80, true},
        {"**", "10.0.0.5", 80, true},
        {"**", "a", 80, true},
        {"*", "localhost", 80, true},
        {"*", "10.0.0.5", 80, false},
        {"bar.*", "bar.com", 80, true},
        {"*world.com", "helloworld.com", 80, true},
        {"h?st", "host", 80, true},
        {"h?st", "hst", 80, false},
        {"host", "host.example.com", 80, false},
        {"host:8080", "host", 8080, true},
        {"host:8080", "host", 8081, false},
        {" host ", "host", 1, true},
        {"::1", "::1", 80, true},
        {"", "host", 80, false},
        {"a.**.z", "a.z", 80, true},
        {"a.**.z", "a.b.c.z", 80, true},
        {"a.**.z", "a.b.c.y", 80, false},
        {"*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 80, false},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        if (origin_fits(rows[i].pattern, cr_slice_of(rows[i].host), rows[i].port) != rows[i].fits)
            fail_msg("'%s' and %s:%d", rows[i].pattern, rows[i].host, rows[i].port);
    }
    char dots[256];
    memset(dots, '.', sizeof dots - 1);
    dots[sizeof dots - 1] = '\0';
    assert_false(origin_fits(dots, CR_SLICE("a"), 80)); /* more labels than are looked at */
    assert_false(origin_fits("**", cr_slice_of(dots), 80));
}

static void test_instances(void **state)
{
    (void)state;
    const struct cr_instance instances[] = {
        {.host = "orders.local", .ip = "10.0.0.7", .port = 8080, .management_port = 8081},
        {.host = "secure.local", .ip = "", .secure_port = 8443, .management_port = 0},
    };
    const struct cr_snapshot snapshot = {.version = 1, .instances = instances, .instance_count = 2};
    assert_true(origin_is_registered(&snapshot, CR_SLICE("ORDERS.local"), 8080));
    assert_true(origin_is_registered(&snapshot, CR_SLICE("10.0.0.7"), 8081));
    assert_true(origin_is_registered(&snapshot, CR_SLICE("secure.local"), 8443));
    assert_false(origin_is_registered(&snapshot, CR_SLICE("orders.local"), 22));
    assert_false(origin_is_registered(&snapshot, CR_SLICE("orders.local.evil"), 8080));
    assert_false(origin_is_registered(&snapshot, CR_SLICE("secure.local"), 0));
    assert_false(origin_is_registered(&snapshot, CR_SLICE(""), 8443));
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        enum origin_address kind;
    } rows[] = {
        {"10.0.0.5", ORIGIN_ADDRESS_FREE},
        {"192.168.1.1", ORIGIN_ADDRESS_FREE},
        {"8.8.8.8", ORIGIN_ADDRESS_FREE},
        {"fd00::1", ORIGIN_ADDRESS_FREE},
        {"2001:db8::1", ORIGIN_ADDRESS_FREE},
        {"127.0.0.1", ORIGIN_ADDRESS_LOOPBACK},
        {"127.9.9.9", ORIGIN_ADDRESS_LOOPBACK},
        {"::1", ORIGIN_ADDRESS_LOOPBACK},
        {"::ffff:127.0.0.1", ORIGIN_ADDRESS_LOOPBACK},
        {"64:ff9b::127.0.0.1", ORIGIN_ADDRESS_LOOPBACK},
        {"169.254.169.254", ORIGIN_ADDRESS_BLOCKED},
        {"::ffff:169.254.169.254", ORIGIN_ADDRESS_BLOCKED},
        {"64:ff9b::169.254.169.254", ORIGIN_ADDRESS_BLOCKED},
        {"fe80::1", ORIGIN_ADDRESS_BLOCKED},
        {"fe80::1%eth0", ORIGIN_ADDRESS_BLOCKED},
        {"0.0.0.0", ORIGIN_ADDRESS_BLOCKED},
        {"::", ORIGIN_ADDRESS_BLOCKED},
        {"224.0.0.1", ORIGIN_ADDRESS_BLOCKED},
        {"255.255.255.255", ORIGIN_ADDRESS_BLOCKED},
        {"ff02::1", ORIGIN_ADDRESS_BLOCKED},
        {"host", ORIGIN_ADDRESS_BLOCKED},
        {"", ORIGIN_ADDRESS_BLOCKED},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        if (origin_address(rows[i].address) != rows[i].kind)
            fail_msg("%s is taken for %d", rows[i].address, origin_address(rows[i].address));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_99_url_and_parameters),
        cmocka_unit_test(test_what_is_no_origin),
        cmocka_unit_test(test_case_98_patterns),
        cmocka_unit_test(test_instances),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
