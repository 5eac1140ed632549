/* The queue of leases and the length of a lease. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lease.h"

static void test_period(void **state)
{
    (void)state;
    const struct {
        int64_t renewal_s, duration_s, period_ms;
        bool stretched;
    } rows[] = {
        {30, 90, 90000, false},
        {0, 0, 90000, false},
        {-5, -1, 90000, false},
        {1, 2, 2000, false},
        {0, 2, 2000, false}, /* names no interval */
        {30, 10, 60000, true},
        {10, 10, 20000, true},
        {9, 10, 10000, false},
        {90, 0, 180000, true},
        {1, INT64_MAX, INT32_MAX * INT64_C(1000), false},
        {INT64_MAX, 1, INT32_MAX * INT64_C(2000), true},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        struct cr_wire_lease terms = {.renewal_s = rows[i].renewal_s,
                                      .duration_s = rows[i].duration_s};
        bool stretched = !rows[i].stretched;
        assert_int_equal(lease_period_ms(&terms, &stretched), rows[i].period_ms);
        assert_int_equal(stretched, rows[i].stretched);
    }
}

static void test_first_is_the_next_due(void **state)
{
    (void)state;
    struct lease_queue queue;
    lease_queue_init(&queue);
    struct lease leases[5] = {
        {.due_ms = 50}, {.due_ms = 10}, {.due_ms = 40}, {.due_ms = 20}, {.due_ms = 30}};
    assert_null(lease_queue_first(&queue));
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(lease_queue_put(&queue, &leases[i]), 0);
    assert_ptr_equal(lease_queue_first(&queue), &leases[1]);
    leases[1].period_ms = 100;
    lease_renew(&queue, &leases[1], 5, 0);
    assert_int_equal(leases[1].due_ms, 105);
    const size_t order[] = {3, 4, 2, 0, 1};
    for (size_t i = 0; i < 5; i++) {
        assert_ptr_equal(lease_queue_first(&queue), &leases[order[i]]);
        lease_queue_remove(&queue, &leases[order[i]]);
        lease_queue_remove(&queue, &leases[order[i]]); /* a second time is fine */
    }
    assert_null(lease_queue_first(&queue));
    lease_queue_fini(&queue);
}

enum { LEASES = 300, ROUNDS = 20000 };

static void heap_holds(const struct lease_queue *queue)
{
    for (size_t place = 1; place <= queue->count; place++) {
        assert_int_equal(queue->heap[place - 1]->place, place);
        if (place > 1)
            assert_true(queue->heap[place / 2 - 1]->due_ms <= queue->heap[place - 1]->due_ms);
    }
}

static void test_random_operations_keep_the_order(void **state)
{
    (void)state;
    struct lease_queue queue;
    lease_queue_init(&queue);
    static struct lease leases[LEASES];
    uint32_t random = 12345;
    for (int round = 0; round < ROUNDS; round++) {
        random = random * 1664525U + 1013904223U;
        struct lease *lease = &leases[(random >> 8) % LEASES];
        if ((random >> 4) % 3 == 0) {
            lease_queue_remove(&queue, lease);
        } else {
            lease->due_ms = (random >> 10) % 1000;
            assert_int_equal(lease_queue_put(&queue, lease), 0);
        }
        if (round % 50 == 0)
            heap_holds(&queue);
    }
    heap_holds(&queue);
    int64_t last = 0;
    while (lease_queue_first(&queue)) {
        struct lease *first = lease_queue_first(&queue);
        assert_true(first->due_ms >= last);
        last = first->due_ms;
        lease_queue_remove(&queue, first);
    }
    lease_queue_fini(&queue);
}

static void test_due_is_inclusive(void **state)
{
    (void)state;
    struct lease lease = {.due_ms = 2000};
    assert_false(lease_is_due(&lease, 1999));
    assert_true(lease_is_due(&lease, 2000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_period),
        cmocka_unit_test(test_first_is_the_next_due),
        cmocka_unit_test(test_random_operations_keep_the_order),
        cmocka_unit_test(test_due_is_inclusive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
