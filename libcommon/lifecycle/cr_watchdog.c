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

enum {
    TURN_MS = 50,
    TURN_COUNTED_MS = 100, /* of a turn that took longer */
};

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

/* Waits, and returns how much of the time counts: a machine that stands still, or a stopped
 * process, is no module that hangs. */
static int64_t wait_turn(struct pollfd *ready, nfds_t count)
{
    int64_t began_ms = cr_clock_ms();
    (void)poll(ready, count, TURN_MS);
    return cr_min_i64(cr_clock_ms() - began_ms, TURN_COUNTED_MS);
}

static void watch_start(struct cr_watchdog *watchdog)
{
    struct pollfd ended = {.fd = watchdog->ended.wake_fd, .events = POLLIN};
    int64_t pending_ms = 0;
    while (!atomic_load(&watchdog->done)) {
        if (pending_ms >= watchdog->limit_ms)
            give_up(watchdog, "stop.overdue", "the time to end has passed");
        bool pending = end_pending();
        int64_t turn_ms = wait_turn(&ended, 1);
        pending_ms = pending ? pending_ms + turn_ms : 0;
    }
}

static void watch_end(struct cr_watchdog *watchdog)
{
    int64_t spent_ms = 0;
    while (!atomic_load(&watchdog->done)) {
        if (spent_ms >= watchdog->limit_ms)
            give_up(watchdog, "stop.overdue", "the time to end has passed");
        struct pollfd ready[] = {{.fd = watchdog->signals->signal_fd, .events = POLLIN},
                                 {.fd = watchdog->ended.wake_fd, .events = POLLIN}};
        spent_ms += wait_turn(ready, CR_COUNT(ready));
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
