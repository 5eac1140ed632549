/* Connections: what each is doing since when; ended when they have had their time. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cr_clock.h"
#include "cr_http_private.h"

enum { FRESH_MS = 100 };

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

/* --- deadlines --- */

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

static void judge_list(struct cr_http_server *server, struct cr_list *list, int64_t now_ms)
{
    cr_list_for (node, list)
        judge(server, CR_CONTAINER(node, struct cr_http_connection, node), now_ms);
}

void cr_http_connections_judge(struct cr_http_server *server, int64_t now_ms)
{
    judge_list(server, &server->silent, now_ms);
    judge_list(server, &server->connections, now_ms);
}
