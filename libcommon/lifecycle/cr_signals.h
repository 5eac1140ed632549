/* cr_signals: the process's signals as something that main waits for, together with wake-ups from
 * other threads.
 *
 * Ownership: the caller's struct; one per process.
 * Units:     milliseconds.
 * Errors:    CR_EIO.
 * Threads:   cr_signals_open before any other thread starts: all of them inherit the blocked mask.
 *            cr_signals_wake from any thread; the rest belongs to main.
 * Source:    signalfd(2), eventfd(2).
 */
#ifndef CR_SIGNALS_H
#define CR_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_err.h"

struct cr_signals {
    int signal_fd;
    int wake_fd;
};

/* What came; several at a time. */
enum cr_signals_event {
    CR_SIGNALS_STOP = 1 << 0,    /* SIGTERM or SIGINT */
    CR_SIGNALS_REFRESH = 1 << 1, /* SIGHUP */
    CR_SIGNALS_WAKE = 1 << 2,
};

CR_MUST_CHECK int cr_signals_open(struct cr_signals *signals, struct cr_err *err);
void cr_signals_close(struct cr_signals *signals);

/* Waits up to timeout_ms (negative: for ever) and returns the events. */
unsigned cr_signals_wait(struct cr_signals *signals, int timeout_ms);
void cr_signals_wake(struct cr_signals *signals);

/* Between on and off SIGTERM and SIGINT end the process at once with code 0: for the time when main
 * waits for somebody else and nothing is open yet. */
void cr_signals_end_at_once(bool on);

#endif
