/* The timers of the client's thread. */
#include "client_world.h"

struct times {
    struct cr_http_client *client;
    _Atomic size_t fired;
    _Atomic int order[8];
    int next;
};

struct timer_ctx {
    struct times *times;
    int number;
};

static void on_timer(void *ctx)
{
    struct timer_ctx *timer = ctx;
    timer->times->order[timer->times->fired] = timer->number;
    timer->times->fired++;
}

static bool three_fired(void *ctx)
{
    return ((struct times *)ctx)->fired >= 3;
}

static void repeat(void *ctx)
{
    struct times *times = ctx;
    times->fired++;
    if (times->fired < 3)
        assert_int_equal(cr_http_client_after(times->client, 1, repeat, times, NULL), 0);
}

static void test_timers(void **state)
{
    struct world *world = *state;
    struct times times = {.client = world->client};
    struct timer_ctx a = {&times, 1}, b = {&times, 2}, c = {&times, 3}, d = {&times, 4};
    uint64_t id;
    assert_int_equal(cr_http_client_after(world->client, 90, on_timer, &c, NULL), 0);
    assert_int_equal(cr_http_client_after(world->client, 60, on_timer, &b, NULL), 0);
    assert_int_equal(cr_http_client_after(world->client, 30, on_timer, &a, NULL), 0);
    assert_int_equal(cr_http_client_after(world->client, 45, on_timer, &d, &id), 0);
    assert_true(cr_http_client_after_cancel(world->client, id));
    assert_false(cr_http_client_after_cancel(world->client, id));
    assert_true(peer_until(three_fired, &times));
    assert_int_equal(times.order[0], 1);
    assert_int_equal(times.order[1], 2);
    assert_int_equal(times.order[2], 3);
    times.fired = 0;
    assert_int_equal(cr_http_client_after(world->client, 0, repeat, &times, NULL), 0);
    assert_true(peer_until(three_fired, &times));
}

static void test_free_fires_what_is_left(void **state)
{
    (void)state;
    struct cr_http_client *client;
    assert_int_equal(cr_http_client_new(NULL, &client, NULL), 0);
    struct times times = {.client = client};
    struct timer_ctx a = {&times, 1};
    assert_int_equal(cr_http_client_after(client, 1000000, on_timer, &a, NULL), 0);
    cr_http_client_free(client);
    assert_int_equal(times.fired, 1);
    cr_http_client_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_timers),
        IN_WORLD(test_free_fires_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
