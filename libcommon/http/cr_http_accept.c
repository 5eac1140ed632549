/* Accepting: who is let in, whose place is taken, and when nobody is any more.
 *
 * We accept ourselves instead of leaving it to libmicrohttpd: it would let the excess wait in the
 * backlog, and its way to stop listening can abort the process (MHD_quiesce_daemon races with the
 * workers' own removal of the descriptor from their epoll sets).
 */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_http_private.h"
#include "cr_int.h"

/* Deadlines are looked at this often, or at an eighth of the shortest one. */
enum { TICK_MIN_MS = 20, TICK_MAX_MS = 1000, NO_DESCRIPTORS_MS = 50 };

/* [lock held] Ends the connection that was silent longest (about: the threads of libmicrohttpd tell
 * us of new ones in their own order). It waits in the other list for its end,
 * so that the next search is as short. */
static bool evict_one(struct cr_http_server *server)
{
    if (server->evicted_count >= CR_HTTP_EVICTED_MAX || cr_list_empty(&server->silent))
        return false;
    struct cr_http_connection *oldest =
        CR_CONTAINER(server->silent.next, struct cr_http_connection, node);
    cr_list_remove(&oldest->node);
    cr_list_push_back(&server->connections, &oldest->node);
    oldest->evicted = true;
    server->evicted_count++;
    server->evicted++;
    if (!oldest->shut)
        shutdown(oldest->fd, SHUT_RDWR);
    oldest->shut = true;
    return true;
}

/* At the limit a newcomer takes the place of one that never sent a request, where there is one: a
 * crowd that only connects must not keep the others out. Otherwise the newcomer is the excess. */
static bool admit(struct cr_http_server *server)
{
    CR_LOCKED(&server->lock);
    bool room =
        server->connection_count - server->evicted_count < server->options.max_connections ||
        evict_one(server);
    if (room)
        server->connection_count++;
    else
        server->refused++;
    return room;
}

static void hand_over(struct cr_http_server *server, int fd, const struct sockaddr *addr,
                      socklen_t len)
{
    if (!admit(server)) {
        close(fd);
        return;
    }
    if (MHD_add_connection(server->mhd, fd, addr, len) == MHD_YES)
        return;
    CR_LOCKED(&server->lock);
    server->connection_count--;
}

/* Until nobody waits. False when the process has no descriptors left. */
static bool accept_all(struct cr_http_server *server)
{
    for (;;) {
        struct sockaddr_storage addr = {0};
        socklen_t len = sizeof addr;
        int fd = accept4(server->listen_fd, (struct sockaddr *)&addr, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            hand_over(server, fd, (const struct sockaddr *)&addr, len);
        else if (errno != EINTR && errno != ECONNABORTED)
            return errno == EAGAIN;
    }
}

static void stop_listening(struct cr_http_server *server)
{
    (void)accept_all(server); /* closing would reset those who wait */
    close(server->listen_fd);
    if (server->unix_path)
        unlink(server->unix_path);
    CR_LOCKED(&server->lock);
    server->listen_fd = -1;
    cr_cond_broadcast(&server->changed);
}

static void drain_wake(int fd)
{
    uint64_t count;
    while (read(fd, &count, sizeof count) > 0) {
    }
}

void cr_http_accept_wake(struct cr_http_server *server)
{
    uint64_t one = 1;
    if (write(server->wake_fd, &one, sizeof one) < 0)
        return; /* the counter is full: it is awake */
}

/* What a crowd needed is given back to the system once it has gone. */
static void give_back(size_t count, size_t *peak)
{
    enum { CROWD = 1000 };
    if (count > *peak)
        *peak = count;
    if (*peak < CROWD || count > *peak / 8)
        return;
    *peak = count;
    (void)malloc_trim(0);
}

static int64_t tick_ms(const struct cr_http_server_options *options)
{
    int64_t shortest = cr_min_i64(cr_min_i64(options->head_ms, options->body_ms),
                                  cr_min_i64(options->idle_ms, options->busy_idle_ms));
    shortest = cr_min_i64(shortest, options->answer_ms);
    return cr_max_i64(TICK_MIN_MS, cr_min_i64(TICK_MAX_MS, shortest / 8));
}

static void judge_all(struct cr_http_server *server, int64_t now_ms)
{
    CR_LOCKED(&server->lock);
    cr_http_connections_judge(server, now_ms);
    cr_http_streams_tick(server, now_ms);
}

void cr_http_accept_loop(void *cls)
{
    struct cr_http_server *server = cls;
    int64_t tick = tick_ms(&server->options), judged_ms = cr_clock_ms();
    size_t peak = 0;
    bool room = true;
    for (;;) {
        cr_mutex_lock(&server->lock);
        bool ending = server->ending, draining = server->draining;
        size_t count = server->connection_count;
        cr_mutex_unlock(&server->lock);
        bool idle = count == 0 && room;
        give_back(count, &peak);
        if ((draining || ending) && server->listen_fd >= 0)
            stop_listening(server);
        if (ending)
            return;
        struct pollfd fds[] = {{server->wake_fd, POLLIN, 0},
                               {room ? server->listen_fd : -1, POLLIN, 0}};
        int64_t wait_ms = cr_max_i64(0, judged_ms + tick - cr_clock_ms());
        if (!room)
            wait_ms = NO_DESCRIPTORS_MS;
        (void)poll(fds, CR_COUNT(fds), idle ? -1 : (int)wait_ms);
        drain_wake(server->wake_fd);
        room = server->listen_fd < 0 || accept_all(server);
        /* A crowd that connects must not make us look at all of it every time. */
        int64_t now_ms = cr_clock_ms();
        if (now_ms - judged_ms >= tick) {
            judged_ms = now_ms;
            judge_all(server, now_ms);
        }
    }
}
