/* The time limit of a request by Ribbon's arithmetic, and where its numbers come from. */
#include "configured.h"

#include "gateway_commands.h"

static int64_t limit_of(const char *yaml, const char *service)
{
    struct configured c;
    struct gateway_ribbon_settings ribbon;
    configure(&c, yaml);
    if (cr_settings_bind_member(&gateway_ribbon_table, c.environment, service, &ribbon, c.arena,
                                &c.err) != 0)
        fail_msg("%s", c.err.text);
    release(&c);
    return gateway_commands_limit_ms(&ribbon);
}

static void test_limit(void **state)
{
    (void)state;
    assert_int_equal(limit_of("a: 1\n", "users"), 4000);
    assert_int_equal(limit_of("ribbon.ReadTimeout: 5000\n", "users"), 12000);
    assert_int_equal(limit_of("ribbon: {ReadTimeout: 5000, MaxAutoRetriesNextServer: 0}\n"
                              "users.ribbon.ConnectTimeout: 500\n",
                              "users"),
                     5500);
    assert_int_equal(limit_of("users.ribbon: {ReadTimeout: 20, MaxAutoRetries: 1}\n"
                              "ribbon.ReadTimeout: 7\n",
                              "users"),
                     4080);
    assert_int_equal(limit_of("users.ribbon.ReadTimeout: 1h\n"
                              "users.ribbon.MaxAutoRetries: 100\n"
                              "users.ribbon.MaxAutoRetriesNextServer: 100\n",
                              "users"),
                     INT32_MAX);
}

static void test_semaphores(void **state)
{
    (void)state;
    struct configured c;
    int64_t permits = 0;
    configure(&c, "zuul.semaphore.maxSemaphores: 7\n"
                  "zuul.eureka.users.semaphore.maxSemaphores: 3\n");
    assert_int_equal(cr_settings_bind_member(&gateway_semaphore_table, c.environment, "users",
                                             &permits, c.arena, &c.err),
                     0);
    assert_int_equal(permits, 3);
    assert_int_equal(cr_settings_bind_member(&gateway_semaphore_table, c.environment, "orders",
                                             &permits, c.arena, &c.err),
                     0);
    assert_int_equal(permits, 7);
    release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_semaphores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
