/* Settings into the data plane's options, and the check that runs at the start and at a refresh. */
#include "configured.h"

#include <string.h>

#include "gateway_options.h"

static void test_defaults(void **state)
{
    (void)state;
    struct configured c;
    struct plane_options options;
    configure(&c, "a: 1\n");
    assert_int_equal(gateway_options_fill(&options, &c.settings, c.arena, &c.err), 0);
    assert_true(options.workers >= 1);
    assert_int_equal(options.request_limits.target_max, 8192);
    assert_int_equal(options.request_limits.head_max, 32768);
    assert_int_equal(options.request_limits.count_max, 100);
    assert_int_equal(options.response_limits.head_max, 32768);
    assert_int_equal(options.requests_max, 1000);
    assert_int_equal(options.connections_max, 50000);
    assert_int_equal(options.body_max, 0);
    assert_int_equal(options.head_ms, 10000);
    assert_int_equal(options.idle_ms, 60000);
    assert_int_equal(options.body_rate, 240);
    assert_int_equal(options.stream_idle_ms, 3600000);
    assert_int_equal(options.drain_idle_ms, 5000);
    assert_int_equal(options.trusted_count, 0);
    assert_string_equal(options.admin_paths[0], "/actuator/**");
    assert_string_equal(options.via, "Zuul-Server");
    release(&c);
}

static void test_given(void **state)
{
    (void)state;
    struct configured c;
    struct plane_options options;
    configure(&c, "crema.gateway:\n"
                  "  workers: 3\n"
                  "  body-max: 5MB\n"
                  "  head-ms: 2s\n"
                  "  access-log-every: 0\n"
                  "  trusted-proxies: 10.0.0.0/8,::1\n"
                  "  admin-paths: /manage/**\n"
                  "crema.shutdown.drain-ms: 700\n");
    assert_int_equal(gateway_options_fill(&options, &c.settings, c.arena, &c.err), 0);
    assert_int_equal(options.workers, 3);
    assert_int_equal(options.body_max, 5 * 1024 * 1024);
    assert_int_equal(options.head_ms, 2000);
    assert_int_equal(options.log_every, 0);
    assert_int_equal(options.trusted_count, 2);
    assert_int_equal(options.admin_path_count, 1);
    assert_int_equal(options.drain_idle_ms, 700);
    release(&c);
}

static void assert_refused(const char *yaml, const char *part)
{
    struct configured c;
    configure(&c, yaml);
    assert_int_equal(gateway_settings_check(&c.settings, c.environment, &c.err), CR_EINVAL);
    if (!strstr(c.err.text, part))
        fail_msg("'%s' is not in '%s'", part, c.err.text);
    release(&c);
}

static void test_check(void **state)
{
    (void)state;
    struct configured c;
    configure(&c, "zuul.routes.a: /a/**\n");
    assert_int_equal(gateway_settings_check(&c.settings, c.environment, &c.err), 0);
    release(&c);
    assert_refused("crema.gateway.trusted-proxies: 10.0.0.0/33\n", "'10.0.0.0/33' is no address");
    assert_refused("a.ribbon.listOfServers: 'x:y'\n", "a.ribbon.listOfServers");
    assert_refused("zuul.routes.a.url: https://h\n", "https");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
