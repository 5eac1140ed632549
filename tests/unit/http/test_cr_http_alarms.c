/* The heap of alarms against a plain list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cr_err.h"
#include "cr_http_alarms.h"

static void ignore(void *ctx)
{
    (void)ctx;
}

static void test_in_order_of_time(void **state)
{
    (void)state;
    struct cr_http_alarms alarms = {0};
    uint64_t ids[1000];
    uint32_t random = 1;
    int64_t due[1000];
    for (size_t i = 0; i < 1000; i++) {
        random = random * 1103515245U + 12345U;
        due[i] = random >> 16 & 1023;
        assert_int_equal(cr_http_alarms_add(&alarms, due[i], ignore, &due[i], &ids[i]), 0);
        assert_int_not_equal(ids[i], 0);
    }
    size_t cancelled = 0;
    for (size_t i = 0; i < 1000; i += 3, cancelled++) {
        assert_true(cr_http_alarms_cancel(&alarms, ids[i]));
        assert_false(cr_http_alarms_cancel(&alarms, ids[i]));
        due[i] = -1;
    }
    int64_t last = 0;
    void (*fn)(void *ctx);
    void *ctx;
    size_t fired = 0;
    while (cr_http_alarms_next_ms(&alarms) != INT64_MAX) {
        int64_t now = cr_http_alarms_next_ms(&alarms);
        assert_false(cr_http_alarms_pop(&alarms, now - 1, &fn, &ctx));
        assert_true(cr_http_alarms_pop(&alarms, now, &fn, &ctx));
        assert_int_equal(*(int64_t *)ctx, now);
        assert_true(now >= last);
        last = now;
        fired++;
    }
    assert_int_equal(fired, 1000 - cancelled);
    cr_http_alarms_fini(&alarms);
}

static void test_an_old_id_does_not_cancel_the_next_alarm(void **state)
{
    (void)state;
    struct cr_http_alarms alarms = {0};
    uint64_t first, second;
    void (*fn)(void *ctx);
    void *ctx;
    assert_false(cr_http_alarms_cancel(&alarms, 0));
    assert_false(cr_http_alarms_cancel(&alarms, 7));
    assert_int_equal(cr_http_alarms_add(&alarms, 1, ignore, NULL, &first), 0);
    assert_true(cr_http_alarms_pop(&alarms, 1, &fn, &ctx));
    assert_int_equal(cr_http_alarms_add(&alarms, 1, ignore, NULL, &second), 0);
    assert_false(cr_http_alarms_cancel(&alarms, first));
    assert_true(cr_http_alarms_cancel(&alarms, second));
    cr_http_alarms_fini(&alarms);
}

static void test_there_is_a_limit(void **state)
{
    (void)state;
    struct cr_http_alarms alarms = {0};
    uint64_t id;
    for (size_t i = 0; i < CR_HTTP_ALARMS_MAX; i++)
        assert_int_equal(cr_http_alarms_add(&alarms, 1, ignore, NULL, &id), 0);
    assert_int_equal(cr_http_alarms_add(&alarms, 1, ignore, NULL, &id), CR_ELIMIT);
    assert_true(cr_http_alarms_cancel(&alarms, id));
    assert_int_equal(cr_http_alarms_add(&alarms, 1, ignore, NULL, &id), 0);
    cr_http_alarms_fini(&alarms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order_of_time),
        cmocka_unit_test(test_an_old_id_does_not_cancel_the_next_alarm),
        cmocka_unit_test(test_there_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
