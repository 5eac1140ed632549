/* Configured instances: <client>.ribbon.listOfServers. */
#include "configured.h"

#include <string.h>

#include "gateway_servers.h"

static void test_servers(void **state)
{
    (void)state;
    struct configured c;
    struct gateway_servers *servers = NULL;
    size_t count;
    configure(&c, "Users.ribbon.listOfServers: h1:81,http://h2,[::1]:83\n"
                  "slow.ribbon.ReadTimeout: 100\n"
                  "ribbon.ReadTimeout: 200\n");
    assert_int_equal(gateway_servers_new(c.environment, &servers, &c.err), 0);
    const struct directory_service *all = gateway_servers_all(servers, &count);
    assert_int_equal(count, 1);
    assert_string_equal(all[0].id, "users");
    assert_false(all[0].discovered);
    assert_int_equal(all[0].count, 3);
    assert_string_equal(all[0].instances[0].host, "h1");
    assert_int_equal(all[0].instances[0].port, 81);
    assert_string_equal(all[0].instances[1].host, "h2");
    assert_int_equal(all[0].instances[1].port, 80);
    assert_string_equal(all[0].instances[2].host, "::1");
    assert_int_equal(all[0].instances[2].port, 83);
    assert_true(gateway_servers_has(servers, "users"));
    assert_false(gateway_servers_has(servers, "slow"));
    gateway_servers_free(servers);
    release(&c);
}

static void test_not_a_server(void **state)
{
    (void)state;
    struct configured c;
    struct gateway_servers *servers = NULL;
    configure(&c, "users.ribbon.listOfServers: h1:81,h2:99999\n");
    assert_int_equal(gateway_servers_new(c.environment, &servers, &c.err), CR_EINVAL);
    assert_non_null(strstr(c.err.text, "users.ribbon.listOfServers: 'h2:99999'"));
    assert_null(servers);
    release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_not_a_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
