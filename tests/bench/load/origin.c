/* origin: a back end that costs next to nothing: it answers every request with as many octets as
 * the last number in the target says ("/195", "/some/where/65536").
 *
 *     origin
 *
 * One thread, keep-alive, requests without a body. Prints its port; ends with its standard input.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serving.h"

enum { HEAD_MAX = 8192, BODY_MAX = 4 * 1024 * 1024 };

struct connection {
    int fd;
    size_t len; /* of the head so far */
    char head[HEAD_MAX];
    size_t answer_len, sent; /* of the answer in work; both 0 between requests */
    size_t answer_head_len;
    char answer_head[256];
};

static char body[BODY_MAX];

static void accepted(int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        serving_die("memory");
    c->fd = fd;
    serving_watch(fd, c);
}

/* The number behind the last slash of the request line. */
static size_t wanted(const struct connection *c)
{
    const char *end = memchr(c->head, '\r', c->len);
    const char *target_end = end ? memrchr(c->head, ' ', (size_t)(end - c->head)) : NULL;
    const char *slash = target_end ? memrchr(c->head, '/', (size_t)(target_end - c->head)) : NULL;
    size_t size = slash ? strtoul(slash + 1, NULL, 10) : 0;
    return size < BODY_MAX ? size : BODY_MAX;
}

/* False when the socket is full. */
static bool send_on(struct connection *c)
{
    while (c->sent < c->answer_len) {
        size_t head_sent = c->sent < c->answer_head_len ? c->sent : c->answer_head_len;
        struct iovec parts[2] = {
            {c->answer_head + head_sent, c->answer_head_len - head_sent},
            {body, c->answer_len - c->answer_head_len - (c->sent - head_sent)},
        };
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        c->sent += (size_t)sent;
    }
    c->answer_len = c->sent = 0;
    return true;
}

/* Answers the requests that are there, one after the other. */
static void answer(struct connection *c)
{
    const char *end;
    while (c->answer_len == 0 && (end = memmem(c->head, c->len, "\r\n\r\n", 4)) != NULL) {
        size_t size = wanted(c), used = (size_t)(end - c->head) + 4;
        int len = snprintf(c->answer_head, sizeof c->answer_head,
                           "HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Sun, 29 Nov 2026 12:00:00 "
                           "GMT\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                           size);
        c->answer_head_len = (size_t)len;
        c->answer_len = c->answer_head_len + size;
        c->len -= used;
        memmove(c->head, c->head + used, c->len);
        send_on(c);
    }
}

/* False: the connection has ended. */
static bool read_on(struct connection *c)
{
    for (;;) {
        if (c->len == HEAD_MAX)
            return false;
        ssize_t len = recv(c->fd, c->head + c->len, HEAD_MAX - c->len, 0);
        if (len < 0 && errno == EAGAIN)
            return true;
        if (len <= 0)
            return false;
        bool all = c->len + (size_t)len < HEAD_MAX;
        c->len += (size_t)len;
        answer(c);
        if (all)
            return true;
    }
}

static void event(void *tag, unsigned events)
{
    struct connection *c = tag;
    if ((events & EPOLLOUT) && c->answer_len && send_on(c))
        answer(c);
    if ((events & EPOLLIN) && read_on(c) && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
        return;
    if (events & ~(unsigned)EPOLLOUT) {
        close(c->fd);
        free(c);
    }
}

int main(void)
{
    static const struct serving_calls calls = {accepted, event, NULL};
    memset(body, 'x', sizeof body);
    serving_open("origin");
    serving_run(&calls);
    return 0;
}
