/* Ends a process that does not end by itself. */
#include "cr_watchdog.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"

static CR_NORETURN void give_up(struct cr_watchdog *watchdog, const char *event, const char *why)
{
    cr_log_error(watchdog->log, event, "%s while %s; ending now, unfinished work is lost", why,
                 atomic_load(&watchdog->doing));
    _exit(1);
}

static void watch(void *ctx)
{
    struct cr_watchdog *watchdog = ctx;
    while (!atomic_load(&watchdog->done)) {
        int64_t left = watchdog->deadline_ms - cr_clock_ms();
        if (left <= 0)
            give_up(watchdog, "stop.overdue", "the time to end has passed");
        struct pollfd ready[] = {{.fd = watchdog->signals->signal_fd, .events = POLLIN},
                                 {.fd = watchdog->ended.wake_fd, .events = POLLIN}};
        (void)poll(ready, CR_COUNT(ready), (int)cr_min_i64(left, 60 * 1000));
        struct cr_signals only_signals = {watchdog->signals->signal_fd, -1};
        if ((ready[0].revents & POLLIN) && (cr_signals_wait(&only_signals, 0) & CR_SIGNALS_STOP))
            give_up(watchdog, "stop.forced", "a second signal came");
    }
}

int cr_watchdog_start(struct cr_watchdog *watchdog, struct cr_signals *signals,
                      const struct cr_log *log, int64_t deadline_ms, struct cr_err *err)
{
    watchdog->signals = signals;
    watchdog->log = log;
    watchdog->deadline_ms = deadline_ms;
    atomic_store(&watchdog->doing, "stopping");
    watchdog->ended = (struct cr_signals){-1, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (watchdog->ended.wake_fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "cannot make an event descriptor");
    return cr_thread_start(&watchdog->thread, "watchdog", watch, watchdog, err);
}

void cr_watchdog_doing(struct cr_watchdog *watchdog, const char *what)
{
    atomic_store(&watchdog->doing, what);
}

void cr_watchdog_stop(struct cr_watchdog *watchdog)
{
    if (!watchdog->thread.started)
        return;
    atomic_store(&watchdog->done, true);
    cr_signals_wake(&watchdog->ended);
    cr_thread_join(&watchdog->thread);
    cr_signals_close(&watchdog->ended);
}
