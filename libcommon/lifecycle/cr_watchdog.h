/* cr_watchdog: makes sure that a daemon which was told to end does end.
 *
 * The process is ended with code 1 and a line that names what it was doing
 *   at the start: when main has not looked at a SIGTERM or SIGINT limit_ms after it came;
 *   at the end:   limit_ms after the watch began, or at once when a second signal comes.
 *
 * Time in which the whole process stood still does not count.
 *
 * Ownership: the caller's struct, zeroed; the signals must outlive it.
 * Units:     milliseconds.
 * Threads:   start and stop: main; _doing from any.
 */
#ifndef CR_WATCHDOG_H
#define CR_WATCHDOG_H

#include <stdatomic.h>

#include "cr_signals.h"
#include "cr_thread.h"

struct cr_log;

enum cr_watch { CR_WATCH_START, CR_WATCH_END };

struct cr_watchdog {
    struct cr_thread thread;
    struct cr_signals *signals;
    const struct cr_log *log;
    enum cr_watch phase;
    int64_t limit_ms;
    _Atomic(const char *) doing;
    atomic_bool done;
    struct cr_signals ended; /* only its wake_fd is used */
};

CR_MUST_CHECK int cr_watchdog_start(struct cr_watchdog *watchdog, struct cr_signals *signals,
                                    const struct cr_log *log, enum cr_watch phase, int64_t limit_ms,
                                    struct cr_err *err);
/* what: a literal, or a text that outlives the watchdog. */
void cr_watchdog_doing(struct cr_watchdog *watchdog, const char *what);
/* Does nothing if it was not started; it may be started again. */
void cr_watchdog_stop(struct cr_watchdog *watchdog);

#endif
