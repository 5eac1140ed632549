/* The poller over epoll. */
#include "poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

int poller_open(struct poller *poller, struct cr_err *err)
{
    poller->fd = epoll_create1(EPOLL_CLOEXEC);
    if (poller->fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "epoll");
    return 0;
}

void poller_close(struct poller *poller)
{
    cr_closep(&poller->fd);
}

int poller_add(struct poller *poller, int fd, void *tag)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = tag};
    return epoll_ctl(poller->fd, EPOLL_CTL_ADD, fd, &event) ? CR_EIO : 0;
}

static unsigned flags_of(uint32_t events)
{
    unsigned flags = 0;
    if (events & EPOLLIN)
        flags |= POLLER_READ;
    if (events & EPOLLOUT)
        flags |= POLLER_WRITE;
    if (events & EPOLLRDHUP)
        flags |= POLLER_HANGUP;
    if (events & (EPOLLERR | EPOLLHUP))
        flags |= POLLER_ERROR;
    return flags;
}

size_t poller_wait(struct poller *poller, struct poller_event events[POLLER_EVENTS_MAX],
                   int timeout_ms)
{
    struct epoll_event raw[POLLER_EVENTS_MAX];
    int count = epoll_wait(poller->fd, raw, POLLER_EVENTS_MAX, timeout_ms);
    for (int i = 0; i < count; i++)
        events[i] = (struct poller_event){raw[i].data.ptr, flags_of(raw[i].events)};
    return count > 0 ? (size_t)count : 0;
}
