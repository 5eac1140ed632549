/* The bounded queue: order, bound, and nothing lost or doubled between threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdatomic.h>

#include "cr_err.h"
#include "cr_ring.h"
#include "cr_thread.h"

enum { THREADS = 3, PER_THREAD = 20000 };

static void test_is_first_in_first_out_and_bounded(void **state)
{
    (void)state;
    int items[8];
    struct cr_ring *ring = cr_ring_new(5); /* rounded up to 8 */
    assert_non_null(ring);
    assert_null(cr_ring_pop(ring));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i++)
            assert_int_equal(cr_ring_push(ring, &items[i]), 0);
        assert_int_equal(cr_ring_push(ring, &items[0]), CR_ELIMIT);
        for (int i = 0; i < 8; i++)
            assert_ptr_equal(cr_ring_pop(ring), &items[i]);
        assert_null(cr_ring_pop(ring));
    }
    cr_ring_free(ring);
    cr_ring_free(NULL);
    assert_null(cr_ring_new(SIZE_MAX));
}

static _Atomic unsigned char seen[THREADS * PER_THREAD + 1];
static atomic_int taken;

struct worker {
    struct cr_thread thread;
    struct cr_ring *ring;
    int first;
};

static void produce(void *ctx)
{
    struct worker *worker = ctx;
    for (int i = 0; i < PER_THREAD; i++)
        while (cr_ring_push(worker->ring, (void *)(uintptr_t)(worker->first + i + 1)))
            sched_yield();
}

static void consume(void *ctx)
{
    struct worker *worker = ctx;
    while (atomic_load(&taken) < THREADS * PER_THREAD) {
        uintptr_t number = (uintptr_t)cr_ring_pop(worker->ring);
        if (number == 0) {
            sched_yield();
            continue;
        }
        atomic_fetch_add(&seen[number], 1);
        atomic_fetch_add(&taken, 1);
    }
}

static void test_loses_and_doubles_nothing_between_threads(void **state)
{
    (void)state;
    struct cr_ring *ring = cr_ring_new(64);
    struct worker workers[2 * THREADS] = {0};
    for (int i = 0; i < 2 * THREADS; i++) {
        workers[i].ring = ring;
        workers[i].first = i / 2 * PER_THREAD;
        assert_int_equal(cr_thread_start(&workers[i].thread, "ring", i % 2 ? consume : produce,
                                         &workers[i], NULL),
                         0);
    }
    for (int i = 0; i < 2 * THREADS; i++)
        cr_thread_join(&workers[i].thread);
    for (size_t i = 1; i <= THREADS * PER_THREAD; i++)
        assert_int_equal(seen[i], 1);
    cr_ring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_first_in_first_out_and_bounded),
        cmocka_unit_test(test_loses_and_doubles_nothing_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
