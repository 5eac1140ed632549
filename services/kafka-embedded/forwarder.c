/* A poll loop over pairs of sockets. */
#include "forwarder.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cr_thread.h"

enum { CONNECTIONS_DEFAULT = 64, BUFFER_BYTES = 16384, BACKLOG = 64 };

/* Bytes on their way from one socket to the other. */
struct flow {
    int from;
    int to;
    size_t start;
    size_t len;
    bool ended;  /* from is at its end */
    bool closed; /* and to has been told */
    char bytes[BUFFER_BYTES];
};

struct pair {
    int fds[2];
    struct flow flows[2]; /* flows[i] reads fds[i] */
};

struct forwarder {
    int listen_fd;
    int wake_fd;
    int port;
    size_t pairs_max;
    size_t pair_count;
    struct pair **pairs;
    struct pollfd *polls; /* listen, wake, then two a pair */
    struct cr_thread thread;

    struct cr_mutex mutex;
    int target_port;
    bool drop_all;
    bool stopping;
};

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

/* --- one flow --- */

static bool would_block(void)
{
    return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
}

/* False when the connection is broken. */
static bool flow_read(struct flow *flow)
{
    if (flow->ended || flow->len > 0)
        return true;
    ssize_t got = recv(flow->from, flow->bytes, sizeof flow->bytes, 0);
    if (got < 0)
        return would_block();
    flow->ended = got == 0;
    flow->start = 0;
    flow->len = (size_t)got;
    return true;
}

static bool flow_write(struct flow *flow)
{
    while (flow->len > 0) {
        ssize_t put = send(flow->to, flow->bytes + flow->start, flow->len, MSG_NOSIGNAL);
        if (put < 0)
            return would_block();
        flow->start += (size_t)put;
        flow->len -= (size_t)put;
    }
    if (flow->ended && !flow->closed) {
        flow->closed = true;
        shutdown(flow->to, SHUT_WR);
    }
    return true;
}

/* --- pairs --- */

static void pair_free(struct pair *pair)
{
    cr_closep(&pair->fds[0]);
    cr_closep(&pair->fds[1]);
    free(pair);
}

static int connect_target(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(port);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0 &&
        errno != EINPROGRESS)
        cr_closep(&fd);
    return fd;
}

/* Takes over client, also when it returns NULL. */
static struct pair *pair_new(int client, int target_port)
{
    struct pair *pair = calloc(1, sizeof *pair);
    if (!pair) {
        close(client);
        return NULL;
    }
    pair->fds[0] = client;
    pair->fds[1] = connect_target(target_port);
    if (pair->fds[1] < 0) {
        pair_free(pair);
        return NULL;
    }
    pair->flows[0].from = pair->flows[1].to = pair->fds[0];
    pair->flows[1].from = pair->flows[0].to = pair->fds[1];
    return pair;
}

static void accept_one(struct forwarder *forwarder, int target_port)
{
    int client = accept4(forwarder->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0)
        return;
    if (forwarder->pair_count == forwarder->pairs_max) {
        close(client);
        return;
    }
    struct pair *pair = pair_new(client, target_port);
    if (pair)
        forwarder->pairs[forwarder->pair_count++] = pair;
}

/* What a socket is waited for: bytes to read if there is room, room to write if there are bytes. */
static short wanted(const struct pair *pair, int side)
{
    const struct flow *in = &pair->flows[side];
    const struct flow *out = &pair->flows[1 - side];
    short events = 0;
    if (!in->ended && in->len == 0)
        events |= POLLIN;
    if (out->len > 0)
        events |= POLLOUT;
    return events;
}

/* Moves what can be moved. False when the pair is finished or broken. */
static bool pair_serve(struct pair *pair, const struct pollfd polls[2])
{
    for (int side = 0; side < 2; side++) {
        if (polls[side].revents & (POLLERR | POLLNVAL))
            return false;
        if (polls[side].revents & (POLLIN | POLLHUP) && !flow_read(&pair->flows[side]))
            return false;
    }
    for (int side = 0; side < 2; side++)
        if (!flow_write(&pair->flows[side]))
            return false;
    return !(pair->flows[0].closed && pair->flows[1].closed);
}

/* --- the loop --- */

static size_t prepare(struct forwarder *forwarder)
{
    struct pollfd *polls = forwarder->polls;
    polls[0] = (struct pollfd){forwarder->listen_fd, POLLIN, 0};
    polls[1] = (struct pollfd){forwarder->wake_fd, POLLIN, 0};
    size_t count = 2;
    for (size_t i = 0; i < forwarder->pair_count; i++)
        for (int side = 0; side < 2; side++) {
            short events = wanted(forwarder->pairs[i], side);
            /* Without anything to wait for, a hang-up would be told again and again. */
            int fd = events ? forwarder->pairs[i]->fds[side] : -1;
            polls[count++] = (struct pollfd){fd, events, 0};
        }
    return count;
}

static void serve_pairs(struct forwarder *forwarder, bool drop_all)
{
    size_t kept = 0;
    for (size_t i = 0; i < forwarder->pair_count; i++) {
        struct pair *pair = forwarder->pairs[i];
        if (!drop_all && pair_serve(pair, &forwarder->polls[2 + 2 * i]))
            forwarder->pairs[kept++] = pair;
        else
            pair_free(pair);
    }
    forwarder->pair_count = kept;
}

static void forwarder_run(void *ctx)
{
    struct forwarder *forwarder = ctx;
    for (;;) {
        size_t count = prepare(forwarder);
        if (poll(forwarder->polls, (nfds_t)count, -1) < 0 && errno != EINTR)
            return;
        cr_mutex_lock(&forwarder->mutex);
        bool stopping = forwarder->stopping;
        bool drop_all = forwarder->drop_all;
        int target_port = forwarder->target_port;
        forwarder->drop_all = false;
        cr_mutex_unlock(&forwarder->mutex);
        if (stopping)
            return;
        uint64_t ignored;
        if (forwarder->polls[1].revents)
            (void)!read(forwarder->wake_fd, &ignored, sizeof ignored);
        bool incoming = (forwarder->polls[0].revents & POLLIN) != 0;
        serve_pairs(forwarder, drop_all);
        if (incoming)
            accept_one(forwarder, target_port);
    }
}

/* --- start and stop --- */

static int open_listener(struct forwarder *forwarder, int port, struct cr_err *err)
{
    int on = 1;
    struct sockaddr_in address = loopback(port);
    socklen_t size = sizeof address;
    forwarder->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (forwarder->listen_fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "forwarder: no socket");
    setsockopt(forwarder->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(forwarder->listen_fd, (struct sockaddr *)&address, sizeof address) < 0)
        return cr_err_errno(err, errno == EADDRINUSE ? CR_EEXISTS : CR_EIO, errno,
                            "port %d on 127.0.0.1 cannot be taken; is another broker running?",
                            port);
    if (listen(forwarder->listen_fd, BACKLOG) < 0 ||
        getsockname(forwarder->listen_fd, (struct sockaddr *)&address, &size) < 0)
        return cr_err_errno(err, CR_EIO, errno, "forwarder: port %d", port);
    forwarder->port = ntohs(address.sin_port);
    return 0;
}

static int set_up(struct forwarder *forwarder, const struct forwarder_options *options,
                  struct cr_err *err)
{
    size_t max =
        options->connections_max > 0 ? (size_t)options->connections_max : CONNECTIONS_DEFAULT;
    forwarder->pairs_max = max;
    forwarder->target_port = options->target_port;
    forwarder->pairs = calloc(max, sizeof(struct pair *));
    forwarder->polls = calloc(2 + 2 * max, sizeof *forwarder->polls);
    if (!forwarder->pairs || !forwarder->polls)
        return cr_err_set(err, CR_ENOMEM, "forwarder: out of memory");
    forwarder->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (forwarder->wake_fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "forwarder: no event descriptor");
    int rc = open_listener(forwarder, options->port, err);
    return rc < 0 ? rc
                  : cr_thread_start(&forwarder->thread, "forwarder", forwarder_run, forwarder, err);
}

int forwarder_start(const struct forwarder_options *options, struct forwarder **out_forwarder,
                    struct cr_err *err)
{
    struct forwarder *forwarder = calloc(1, sizeof *forwarder);
    if (!forwarder)
        return cr_err_set(err, CR_ENOMEM, "forwarder: out of memory");
    forwarder->listen_fd = -1;
    forwarder->wake_fd = -1;
    cr_mutex_init(&forwarder->mutex);
    int rc = set_up(forwarder, options, err);
    if (rc < 0) {
        forwarder_stop(forwarder);
        return rc;
    }
    *out_forwarder = forwarder;
    return 0;
}

static void wake(struct forwarder *forwarder)
{
    const uint64_t one = 1;
    (void)!write(forwarder->wake_fd, &one, sizeof one);
}

void forwarder_stop(struct forwarder *forwarder)
{
    if (!forwarder)
        return;
    cr_mutex_lock(&forwarder->mutex);
    forwarder->stopping = true;
    cr_mutex_unlock(&forwarder->mutex);
    if (forwarder->thread.started)
        wake(forwarder);
    cr_thread_join(&forwarder->thread);
    serve_pairs(forwarder, true);
    cr_closep(&forwarder->listen_fd);
    cr_closep(&forwarder->wake_fd);
    cr_mutex_fini(&forwarder->mutex);
    free(forwarder->pairs);
    free(forwarder->polls);
    free(forwarder);
}

int forwarder_port(const struct forwarder *forwarder)
{
    return forwarder->port;
}

void forwarder_retarget(struct forwarder *forwarder, int target_port)
{
    cr_mutex_lock(&forwarder->mutex);
    forwarder->target_port = target_port;
    forwarder->drop_all = true;
    cr_mutex_unlock(&forwarder->mutex);
    wake(forwarder);
}
