/* poller: which descriptors can go on; the only file that knows how the kernel tells us.
 *
 * Edge-triggered: an event says that something changed since the last EAGAIN, each descriptor is
 * added once, and closing it removes it.
 *
 * Ownership: the caller owns the struct and the descriptors; tags are its own pointers.
 * Errors:    CR_EIO with the reason.
 * Threads:   one.
 * Source:    epoll(7).
 */
#ifndef GATEWAY_POLLER_H
#define GATEWAY_POLLER_H

#include "cr_err.h"

enum poller_flag {
    POLLER_READ = 1,
    POLLER_WRITE = 2,
    POLLER_HANGUP = 4, /* the peer sends no more; what it sent may still be read */
    POLLER_ERROR = 8,  /* the connection is gone in both directions */
};

struct poller_event {
    void *tag;
    unsigned flags;
};

enum { POLLER_EVENTS_MAX = 256 };

struct poller {
    int fd;
};

CR_MUST_CHECK int poller_open(struct poller *poller, struct cr_err *err);
void poller_close(struct poller *poller);
CR_MUST_CHECK int poller_add(struct poller *poller, int fd, void *tag);

/* Waits up to timeout_ms (-1: for ever); the number of events, 0 when none came. */
size_t poller_wait(struct poller *poller, struct poller_event events[POLLER_EVENTS_MAX],
                   int timeout_ms);

#endif
