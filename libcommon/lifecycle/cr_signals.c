/* Blocks the signals that mean something to a daemon and reads them from a descriptor. */
#include "cr_signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const struct {
    int number;
    unsigned event;
} meanings[] = {
    {SIGTERM, CR_SIGNALS_STOP},
    {SIGINT, CR_SIGNALS_STOP},
    {SIGHUP, CR_SIGNALS_REFRESH},
};

static void fill(sigset_t *set, unsigned events)
{
    sigemptyset(set);
    for (size_t i = 0; i < CR_COUNT(meanings); i++)
        if (meanings[i].event & events)
            sigaddset(set, meanings[i].number);
}

int cr_signals_open(struct cr_signals *signals, struct cr_err *err)
{
    sigset_t set;
    fill(&set, CR_SIGNALS_STOP | CR_SIGNALS_REFRESH);
    /* An inherited "ignore" (nohup) would drop them before the descriptor sees them. */
    signal(SIGHUP, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    int rc = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (rc != 0)
        return cr_err_errno(err, CR_EIO, rc, "cannot block signals");
    signals->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    signals->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signals->signal_fd >= 0 && signals->wake_fd >= 0)
        return 0;
    rc = errno;
    cr_signals_close(signals);
    return cr_err_errno(err, CR_EIO, rc, "cannot make the signal descriptors");
}

void cr_signals_close(struct cr_signals *signals)
{
    cr_closep(&signals->signal_fd);
    cr_closep(&signals->wake_fd);
}

static unsigned read_signals(int fd)
{
    unsigned events = 0;
    struct signalfd_siginfo info;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info)
        for (size_t i = 0; i < CR_COUNT(meanings); i++)
            if ((uint32_t)meanings[i].number == info.ssi_signo)
                events |= meanings[i].event;
    return events;
}

unsigned cr_signals_wait(struct cr_signals *signals, int timeout_ms)
{
    struct pollfd ready[] = {{.fd = signals->signal_fd, .events = POLLIN},
                             {.fd = signals->wake_fd, .events = POLLIN}};
    if (poll(ready, CR_COUNT(ready), timeout_ms) <= 0)
        return 0;
    unsigned events = read_signals(signals->signal_fd);
    uint64_t count = 0;
    if (read(signals->wake_fd, &count, sizeof count) == (ssize_t)sizeof count)
        events |= CR_SIGNALS_WAKE;
    return events;
}

void cr_signals_wake(struct cr_signals *signals)
{
    uint64_t one = 1;
    ssize_t n = write(signals->wake_fd, &one, sizeof one);
    (void)n; /* a full counter wakes just as well */
}

static void end_now(int number)
{
    (void)number;
    _exit(0);
}

void cr_signals_end_at_once(bool on)
{
    sigset_t set;
    fill(&set, CR_SIGNALS_STOP);
    struct sigaction action = {.sa_handler = on ? end_now : SIG_DFL};
    if (!on)
        (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    if (on)
        (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
