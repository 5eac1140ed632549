/* Ends a process that does not end by itself. */
#include "cr_watchdog.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"

enum { START_TURN_MS = 50 };

static CR_NORETURN void give_up(struct cr_watchdog *watchdog, const char *event, const char *why)
{
    cr_log_error(watchdog->log, event, "%s while %s; ending now, unfinished work is lost", why,
                 atomic_load(&watchdog->doing));
    _exit(1);
}

/* Has main a signal before it that asks for the end? Asking does not take it away. */
static bool end_pending(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

static void watch_start(struct cr_watchdog *watchdog)
{
    struct pollfd ended = {.fd = watchdog->ended.wake_fd, .events = POLLIN};
    int64_t pending_since = 0;
    while (!atomic_load(&watchdog->done)) {
        int64_t now_ms = cr_clock_ms();
        pending_since = !end_pending() ? 0 : pending_since == 0 ? now_ms : pending_since;
        if (pending_since != 0 && now_ms - pending_since >= watchdog->limit_ms)
            give_up(watchdog, "stop.overdue", "the time to end has passed");
        (void)poll(&ended, 1, START_TURN_MS);
    }
}

static void watch_end(struct cr_watchdog *watchdog)
{
    int64_t deadline_ms = cr_clock_ms() + watchdog->limit_ms;
    while (!atomic_load(&watchdog->done)) {
        int64_t left = deadline_ms - cr_clock_ms();
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

static void watch(void *ctx)
{
    struct cr_watchdog *watchdog = ctx;
    if (watchdog->phase == CR_WATCH_START)
        watch_start(watchdog);
    else
        watch_end(watchdog);
}

int cr_watchdog_start(struct cr_watchdog *watchdog, struct cr_signals *signals,
                      const struct cr_log *log, enum cr_watch phase, int64_t limit_ms,
                      struct cr_err *err)
{
    watchdog->signals = signals;
    watchdog->log = log;
    watchdog->phase = phase;
    watchdog->limit_ms = limit_ms;
    atomic_store(&watchdog->done, false);
    atomic_store(&watchdog->doing, phase == CR_WATCH_START ? "starting" : "stopping");
    watchdog->ended = (struct cr_signals){-1, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (watchdog->ended.wake_fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "cannot make an event descriptor");
    int rc = cr_thread_start(&watchdog->thread, "watchdog", watch, watchdog, err);
    if (rc != 0)
        cr_signals_close(&watchdog->ended);
    return rc;
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
