/* relay: a TCP relay that understands nothing: the floor for whoever stands between two sockets.
 *
 *     relay BACK_END_PORT
 *
 * One thread; each connection of a client gets one of its own to the back end, and what one side
 * says is said to the other with one recv and one send. Prints its port; ends with its standard
 * input.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serving.h"

enum { READ_MAX = 128 * 1024 };

/* One end of a pair. */
struct end {
    int fd;
    struct end *other;
    char *unsent; /* what its kernel did not take */
    size_t len, sent;
    bool readable; /* left unread while the other end is full */
    bool dead;
    struct end *next_dead;
};

static struct sockaddr_in back_end;
static char scratch[READ_MAX];
static struct end *dead;

static struct end *end_new(int fd)
{
    struct end *end = calloc(1, sizeof *end);
    if (!end)
        serving_die("memory");
    end->fd = fd;
    return end;
}

/* Events of this turn may still name them. */
static void close_pair(struct end *end)
{
    close(end->fd);
    close(end->other->fd);
    end->dead = end->other->dead = true;
    end->next_dead = dead;
    dead = end;
}

static void bury(void)
{
    while (dead) {
        struct end *end = dead;
        dead = end->next_dead;
        free(end->unsent);
        free(end->other->unsent);
        free(end->other);
        free(end);
    }
}

static void accepted(int fd)
{
    int to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (to < 0 || connect(to, (struct sockaddr *)&back_end, sizeof back_end) != 0)
        serving_die("connect");
    setsockopt(to, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(to, F_SETFL, O_NONBLOCK);
    struct end *client = end_new(fd), *origin = end_new(to);
    client->other = origin;
    origin->other = client;
    serving_watch(fd, client);
    serving_watch(to, origin);
}

/* Says to `end` what was read for it and keeps what does not go. */
static void pass(struct end *end, size_t len)
{
    ssize_t sent = send(end->fd, scratch, len, MSG_NOSIGNAL);
    size_t taken = sent > 0 ? (size_t)sent : 0;
    if (taken == len)
        return;
    end->len = len - taken;
    end->sent = 0;
    end->unsent = malloc(end->len);
    if (!end->unsent)
        serving_die("memory");
    memcpy(end->unsent, scratch + taken, end->len);
}

/* A short read emptied the socket, but does not show the end: ended says that it is to be read. */
static void read_on(struct end *end, bool ended)
{
    end->readable = true;
    while (!end->dead && end->readable && !end->other->unsent) {
        ssize_t len = recv(end->fd, scratch, READ_MAX, 0);
        if (len < 0 && errno == EAGAIN) {
            end->readable = false;
        } else if (len <= 0) {
            close_pair(end);
        } else {
            end->readable = ended || len == READ_MAX;
            pass(end->other, (size_t)len);
        }
    }
}

static void write_on(struct end *end)
{
    if (!end->unsent)
        return;
    ssize_t sent = send(end->fd, end->unsent + end->sent, end->len - end->sent, MSG_NOSIGNAL);
    if (sent > 0)
        end->sent += (size_t)sent;
    if (end->sent < end->len)
        return;
    free(end->unsent);
    end->unsent = NULL;
    if (end->other->readable)
        read_on(end->other, true);
}

static void event(void *tag, unsigned events)
{
    struct end *end = tag;
    if (!end->dead && (events & EPOLLOUT))
        write_on(end);
    if (!end->dead && (events & ~(unsigned)EPOLLOUT))
        read_on(end, (events & ~(unsigned)(EPOLLIN | EPOLLOUT)) != 0);
}

int main(int argc, char **argv)
{
    static const struct serving_calls calls = {accepted, event, bury};
    if (argc != 2) {
        fprintf(stderr, "usage: relay BACK_END_PORT\n");
        return 2;
    }
    back_end.sin_family = AF_INET;
    back_end.sin_port = htons((uint16_t)strtol(argv[1], NULL, 10));
    back_end.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    serving_open("relay");
    serving_run(&calls);
    return 0;
}
