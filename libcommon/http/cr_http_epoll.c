/* cr_http_epoll: stands before the C library's epoll_wait, for libmicrohttpd's threads.
 *
 * libmicrohttpd (0.9.75) takes up to 128 events at a time, and asks for more with its whole timeout
 * where it got 128, before it serves any of those. When no other event comes, 128 clients wait
 * until one does: some of 500 that connect at once until their deadline ends them. Here the
 * question after a full answer never waits. */
#include <sys/epoll.h>

#include "cr_http_private.h"

enum { THEIRS_MAX = 128 }; /* MAX_EVENTS of libmicrohttpd's daemon.c */

/* Found by libmicrohttpd, as by everybody in the process, instead of the C library's. */
__attribute__((visibility("default"))) int epoll_wait(int epoll_fd, struct epoll_event *events,
                                                      int max, int timeout_ms)
{
    static _Thread_local int full_fd = -1;
    if (max == THEIRS_MAX && epoll_fd == full_fd)
        timeout_ms = 0;
    int count = epoll_pwait(epoll_fd, events, max, timeout_ms, NULL);
    full_fd = count == THEIRS_MAX ? epoll_fd : -1;
    return count;
}

void cr_http_epoll_use(void)
{
    /* Nothing: who calls it has the linker take this file. */
}
