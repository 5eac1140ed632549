/* Connections: accepted and counted here, and ended when they have had their time.
 *
 * We accept ourselves instead of leaving it to libmicrohttpd: it would let the excess wait in the
 * backlog, and its way to stop listening can abort the process (MHD_quiesce_daemon races with the
 * workers' own removal of the descriptor from their epoll sets).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_http_private.h"
#include "cr_int.h"

/* Deadlines are looked at this often, or at an eighth of the shortest one. */
enum { TICK_MIN_MS = 20, TICK_MAX_MS = 1000, NO_DESCRIPTORS_MS = 50, FRESH_MS = 100 };

/* --- libmicrohttpd's calls --- */

static void name_peer(struct cr_http_connection *connection, const struct sockaddr *addr)
{
    const void *ip = NULL;
    int family = addr ? addr->sa_family : AF_UNIX;
    struct sockaddr_in6 six;
    if (family == AF_INET) {
        ip = &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
    } else if (family == AF_INET6) {
        memcpy(&six, addr, sizeof six);
        ip = &six.sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
            family = AF_INET;
            ip = six.sin6_addr.s6_addr + 12;
        }
    }
    if (!ip || !inet_ntop(family, ip, connection->peer, sizeof connection->peer))
        memcpy(connection->peer, "unix", sizeof "unix");
}

static void opened(struct cr_http_server *server, struct MHD_Connection *mhd, void **socket_context)
{
    struct cr_http_connection *connection = calloc(1, sizeof *connection);
    *socket_context = connection;
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *addr =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!connection || !fd)
        return;
    connection->server = server;
    connection->fd = fd->connect_fd;
    name_peer(connection, addr ? addr->client_addr : NULL);
    cr_http_connection_phase(connection, CR_HTTP_HEAD);
    CR_LOCKED(&server->lock);
    cr_list_push_back(&server->silent, &connection->node);
}

/* Called before the descriptor is closed, so the reaper never meets somebody else's. */
static void closed(struct cr_http_server *server, struct cr_http_connection *connection)
{
    cr_mutex_lock(&server->lock);
    server->connection_count--;
    if (connection) {
        cr_list_remove(&connection->node);
        server->evicted_count -= connection->evicted;
    }
    cr_mutex_unlock(&server->lock);
    free(connection);
}

void cr_http_connection_event(void *cls, struct MHD_Connection *mhd, void **socket_context,
                              enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        opened(cls, mhd, socket_context);
    } else {
        closed(cls, *socket_context);
        *socket_context = NULL;
    }
}

struct cr_http_connection *cr_http_connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void cr_http_connection_phase(struct cr_http_connection *connection, enum cr_http_phase phase)
{
    cr_http_connection_phase_at(connection, phase, cr_clock_ms());
}

void cr_http_connection_phase_at(struct cr_http_connection *connection, enum cr_http_phase phase,
                                 int64_t now_ms)
{
    atomic_store_explicit(&connection->since_ms, now_ms, memory_order_relaxed);
    atomic_store_explicit(&connection->phase, (int)phase, memory_order_release);
}

void cr_http_connection_busy(struct cr_http_connection *connection)
{
    atomic_store_explicit(&connection->phase, CR_HTTP_BUSY, memory_order_release);
}

void cr_http_connection_asked(struct cr_http_connection *connection)
{
    if (connection->asked)
        return;
    connection->asked = true;
    struct cr_http_server *server = connection->server;
    CR_LOCKED(&server->lock);
    cr_list_remove(&connection->node);
    cr_list_push_back(&server->connections, &connection->node);
}

/* --- the thread --- */

/* INT64_MAX: no limit. */
static int64_t limit_ms(const struct cr_http_server *server, int phase)
{
    const struct cr_http_server_options *options = &server->options;
    switch ((enum cr_http_phase)phase) {
    case CR_HTTP_IDLE:
        return server->connection_count < options->busy_connections ? options->idle_ms
                                                                    : options->busy_idle_ms;
    case CR_HTTP_HEAD:
        return options->head_ms;
    case CR_HTTP_BODY:
        return options->body_ms;
    case CR_HTTP_ANSWER:
        return options->answer_ms;
    case CR_HTTP_BUSY:
        break;
    }
    return INT64_MAX;
}

static void judge(struct cr_http_server *server, struct cr_http_connection *connection,
                  int64_t now_ms)
{
    int phase = atomic_load_explicit(&connection->phase, memory_order_acquire);
    int64_t since = atomic_load_explicit(&connection->since_ms, memory_order_relaxed);
    if (connection->shut || now_ms - since < limit_ms(server, phase))
        return;
    connection->shut = true;
    if (phase != CR_HTTP_IDLE)
        server->reaped++;
    shutdown(connection->fd, SHUT_RDWR);
}

/* A fresh connection brings its first request, or one has octets that nobody read yet. */
static bool expects(const struct cr_http_connection *connection, int64_t now_ms)
{
    int phase = atomic_load_explicit(&connection->phase, memory_order_acquire);
    int64_t since = atomic_load_explicit(&connection->since_ms, memory_order_relaxed);
    char octet;
    if (phase == CR_HTTP_HEAD && now_ms - since < FRESH_MS)
        return true;
    return (phase == CR_HTTP_HEAD || phase == CR_HTTP_IDLE) &&
           recv(connection->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Counts those that it has looked at. */
static bool list_expects(struct cr_list *list, int64_t now_ms, size_t *known)
{
    cr_list_for (node, list) {
        ++*known;
        if (expects(CR_CONTAINER(node, struct cr_http_connection, node), now_ms))
            return true;
    }
    return false;
}

bool cr_http_connections_expect(struct cr_http_server *server, int64_t now_ms)
{
    size_t known = 0;
    return list_expects(&server->silent, now_ms, &known) ||
           list_expects(&server->connections, now_ms, &known) ||
           known < server->connection_count; /* accepted, and not seen by a thread yet */
}

static int64_t tick_ms(const struct cr_http_server_options *options)
{
    int64_t shortest = cr_min_i64(cr_min_i64(options->head_ms, options->body_ms),
                                  cr_min_i64(options->idle_ms, options->busy_idle_ms));
    shortest = cr_min_i64(shortest, options->answer_ms);
    return cr_max_i64(TICK_MIN_MS, cr_min_i64(TICK_MAX_MS, shortest / 8));
}

static void judge_list(struct cr_http_server *server, struct cr_list *list, int64_t now_ms)
{
    cr_list_for (node, list)
        judge(server, CR_CONTAINER(node, struct cr_http_connection, node), now_ms);
}

static void judge_all(struct cr_http_server *server, int64_t now_ms)
{
    CR_LOCKED(&server->lock);
    judge_list(server, &server->silent, now_ms);
    judge_list(server, &server->connections, now_ms);
    cr_http_streams_tick(server, now_ms);
}

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

void cr_http_server_wake(struct cr_http_server *server)
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
