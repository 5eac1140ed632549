/* cr_http_epoll: who got a full answer is not kept waiting for another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_clock.h"
#include "cr_http_private.h"

enum { THEIRS_MAX = 128, LONG_MS = 20000 };

static void wait_twice(int count, int *out_first, int *out_second, int second_ms)
{
    struct epoll_event events[THEIRS_MAX];
    int fds[THEIRS_MAX], epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLET};
        fds[i] = eventfd(1, EFD_CLOEXEC);
        assert_int_equal(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i], &event), 0);
    }
    *out_first = epoll_wait(epoll_fd, events, THEIRS_MAX, LONG_MS);
    *out_second = epoll_wait(epoll_fd, events, THEIRS_MAX, second_ms);
    for (int i = 0; i < count; i++)
        close(fds[i]);
    close(epoll_fd);
}

static void a_full_answer_is_served_first(void **state)
{
    (void)state;
    int first, second;
    int64_t began_ms = cr_clock_ms();
    wait_twice(THEIRS_MAX, &first, &second, LONG_MS);
    assert_int_equal(first, THEIRS_MAX);
    assert_int_equal(second, 0);
    assert_true(cr_clock_ms() - began_ms < LONG_MS / 2);
}

static void others_wait(void **state)
{
    (void)state;
    int first, second;
    int64_t began_ms = cr_clock_ms();
    wait_twice(THEIRS_MAX - 1, &first, &second, 50);
    assert_int_equal(first, THEIRS_MAX - 1);
    assert_int_equal(second, 0);
    assert_true(cr_clock_ms() - began_ms >= 49);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_answer_is_served_first),
        cmocka_unit_test(others_wait),
    };
    cr_http_epoll_use(); /* has the linker take ours, also where a sanitizer has its own */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
