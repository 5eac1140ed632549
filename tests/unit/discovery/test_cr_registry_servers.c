/* Which registry is asked for its stream, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_registry_servers_private.h"

static struct cr_registry_servers two(void)
{
    return (struct cr_registry_servers){.count = 2};
}

static void test_in_their_order_from_the_one_in_use(void **state)
{
    (void)state;
    struct cr_registry_servers servers = two();
    int64_t wake_ms = INT64_MAX;
    assert_int_equal(cr_registry_servers_due(&servers, 0, 1000, &wake_ms), 0);
    assert_int_equal(cr_registry_servers_due(&servers, 1, 1000, &wake_ms), 1);
    assert_true(wake_ms == INT64_MAX);
}

static void test_one_without_a_stream_is_looked_at_meanwhile(void **state)
{
    (void)state;
    struct cr_registry_servers servers = two();
    int64_t wake_ms = INT64_MAX;
    assert_false(cr_registry_servers_answer(&servers));
    cr_registry_servers_rest(&servers, 0, 1000, 30000, true);
    assert_true(cr_registry_servers_answer(&servers));
    assert_int_equal(cr_registry_servers_due(&servers, 0, 1000, &wake_ms), 1);
    cr_registry_servers_rest(&servers, 1, 1000, 2000, true);
    assert_int_equal(cr_registry_servers_due(&servers, 0, 1000, &wake_ms), 2);
    assert_true(wake_ms == 3000);
    assert_int_equal(cr_registry_servers_due(&servers, 0, 31000, &wake_ms), 0);
}

static void test_pauses_grow_and_spread(void **state)
{
    (void)state;
    struct cr_registry_servers servers = two();
    int64_t longest_ms = 0;
    for (int i = 0; i < 20; i++) {
        cr_registry_servers_away(&servers, 0, 1000, 0);
        int64_t pause_ms = servers.at[0].watch_ms - 1000;
        assert_true(pause_ms >= longest_ms && pause_ms <= CR_REGISTRY_AWAY_MOST_MS);
        longest_ms = pause_ms;
    }
    assert_true(longest_ms == CR_REGISTRY_AWAY_MOST_MS / 2);
    cr_registry_servers_away(&servers, 0, 1000, UINT64_MAX);
    assert_true(servers.at[0].watch_ms > 2000 && servers.at[0].watch_ms <= 3000);
    assert_false(servers.at[0].answers);
    cr_registry_servers_steady(&servers, 0);
    cr_registry_servers_away(&servers, 0, 1000, 0);
    assert_true(servers.at[0].watch_ms == 1000 + CR_REGISTRY_AWAY_FIRST_MS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_their_order_from_the_one_in_use),
        cmocka_unit_test(test_one_without_a_stream_is_looked_at_meanwhile),
        cmocka_unit_test(test_pauses_grow_and_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
