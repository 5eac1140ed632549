/* The loop of the serving programs. */
#include "serving.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *program;
static int epoll, listener;

void serving_die(const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program, what, strerror(errno));
    exit(1);
}

void serving_watch(int fd, void *tag)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data = {.ptr = tag}};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        serving_die("epoll_ctl");
}

void serving_open(const char *name)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    program = name;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (epoll < 0 || listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
        listen(listener, 4096) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        serving_die("listen");
    serving_watch(listener, &listener);
    serving_watch(STDIN_FILENO, &epoll);
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void accept_all(const struct serving_calls *calls)
{
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        calls->accepted(fd);
    }
}

void serving_run(const struct serving_calls *calls)
{
    struct epoll_event events[SERVING_EVENTS];
    for (;;) {
        int count = epoll_wait(epoll, events, SERVING_EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &epoll)
                return;
            if (events[i].data.ptr == &listener)
                accept_all(calls);
            else
                calls->event(events[i].data.ptr, events[i].events);
        }
        if (calls->after_turn)
            calls->after_turn();
    }
}
