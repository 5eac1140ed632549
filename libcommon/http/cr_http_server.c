/* The server's life: start, drain, stop. */
#include "cr_http_server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "cr_clock.h"
#include "cr_http_basic.h"
#include "cr_http_global.h"
#include "cr_http_private.h"
#include "cr_int.h"

enum {
    THREADS = 2,
    THREADS_MAX = 64,
    MAX_CONNECTIONS = 4096,
    MAX_STREAMS = 256,
    BODY_MAX = 64 * 1024,
    ARENA_MAX = 16 * 1024 * 1024,
    GZIP_MIN = 1024,
    HEAD_MS = 10000,
    BODY_MS = 30000,
    ANSWER_MS = 60000,
    IDLE_MS = 30000,
    BUSY_IDLE_MS = 2000,
    BUSY_CONNECTIONS = 1000,
    POOL_BYTES = 8192, /* per connection: the largest head, and what an idle one costs */
};

/* --- start --- */

static void take_options(struct cr_http_server *server, const struct cr_http_server_options *given)
{
    struct cr_http_server_options *o = &server->options;
    *o = *given;
    o->threads = o->threads ? (o->threads > THREADS_MAX ? THREADS_MAX : o->threads) : THREADS;
    o->max_connections = o->max_connections ? o->max_connections : MAX_CONNECTIONS;
    o->max_streams = o->max_streams ? o->max_streams : MAX_STREAMS;
    o->body_max = o->body_max ? o->body_max : BODY_MAX;
    o->arena_max = o->arena_max ? o->arena_max : ARENA_MAX;
    o->gzip_min = o->gzip_min ? o->gzip_min : GZIP_MIN;
    o->head_ms = o->head_ms ? o->head_ms : HEAD_MS;
    o->body_ms = o->body_ms ? o->body_ms : BODY_MS;
    o->answer_ms = o->answer_ms ? o->answer_ms : ANSWER_MS;
    o->idle_ms = o->idle_ms ? o->idle_ms : IDLE_MS;
    o->busy_idle_ms = o->busy_idle_ms ? o->busy_idle_ms : BUSY_IDLE_MS;
    o->busy_connections = o->busy_connections ? o->busy_connections : BUSY_CONNECTIONS;
    o->host = NULL; /* the caller's texts are not kept */
    o->unix_path = NULL;
    o->user = NULL;
    o->password = NULL;
}

/* Descriptors that are not there must not keep newcomers waiting in the backlog. */
static void fit_connections(struct cr_http_server *server)
{
    enum { RESERVE = 256 }; /* for files, databases, outgoing calls */
    struct cr_http_server_options *o = &server->options;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    size_t all = (size_t)limit.rlim_cur;
    size_t room = all > (size_t)2 * RESERVE ? all - RESERVE : all / 2;
    if (o->max_connections <= room)
        return;
    cr_log_warn(server->log, "http.connections",
                "%zu connections at most instead of %zu: the process may open %zu descriptors; "
                "raise that limit (ulimit -Hn)",
                room, o->max_connections, all);
    o->max_connections = room;
}

/* "user:password", as clients send it. */
static int take_credentials(struct cr_http_server *server,
                            const struct cr_http_server_options *given, struct cr_err *err)
{
    if (!given->password || !*given->password)
        return 0;
    const char *user = given->user ? given->user : "";
    CR_AUTO(cr_buf) text = {0};
    if (strchr(user, ':'))
        return cr_err_set(err, CR_EINVAL, "the user '%s' has a ':', which Basic cannot carry",
                          user);
    cr_buf_printf(&text, "%s:%s", user, given->password);
    if (text.len > CR_HTTP_BASIC_MAX)
        return cr_err_set(err, CR_EINVAL, "user and password are longer than %d bytes",
                          CR_HTTP_BASIC_MAX);
    server->credentials = cr_buf_steal(&text);
    return server->credentials ? 0 : cr_err_set(err, CR_ENOMEM, "HTTP server: no memory");
}

/* Segments are split before they are decoded, and by us. */
static size_t keep_escapes(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

static struct MHD_Daemon *start_mhd(struct cr_http_server *server)
{
    const struct cr_http_server_options *o = &server->options;
    /* Every thread may hold all connections: the limit that counts is ours. */
    unsigned limit =
        (unsigned)((o->max_connections + CR_HTTP_EVICTED_MAX + o->threads + 1) * o->threads);
    unsigned stall_s = (unsigned)((o->idle_ms + 999) / 1000);
    cr_http_epoll_use();
    struct MHD_OptionItem threads[] = {
        {o->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)o->threads, NULL},
        {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET |
            MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL, cr_http_exchange, server, MHD_OPTION_CONNECTION_LIMIT, limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        stall_s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, cr_http_request_new,
        server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED,
        cr_http_request_done, server, MHD_OPTION_NOTIFY_CONNECTION, cr_http_connection_event,
        server, MHD_OPTION_ARRAY, threads, MHD_OPTION_END);
}

/* Threads take over the mask of the thread that makes them; signals are main's. */
static struct MHD_Daemon *start_mhd_without_signals(struct cr_http_server *server)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *mhd = start_mhd(server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return mhd;
}

static double count_connections(void *ctx)
{
    struct cr_http_server_counts counts;
    cr_http_server_counts(ctx, &counts);
    return (double)counts.connections;
}

static double count_streams(void *ctx)
{
    struct cr_http_server_counts counts;
    cr_http_server_counts(ctx, &counts);
    return (double)counts.streams;
}

static void show_metrics(struct cr_http_server *server)
{
    CR_AUTO(cr_buf) labels = {0};
    char port[CR_LOG_INT_SIZE];
    cr_metrics_label(&labels, "listener",
                     server->unix_path ? CR_SLICE("unix") : cr_log_int(server->port, port));
    const char *text = cr_buf_status(&labels) ? NULL : labels.data;
    server->gauges[0] = cr_metrics_gauge("http.server.connections", "Connections open now", text);
    server->gauges[1] = cr_metrics_gauge("http.server.streams", "Streams open now", text);
    cr_gauge_callback(server->gauges[0], count_connections, server);
    cr_gauge_callback(server->gauges[1], count_streams, server);
}

static struct cr_http_server *server_new(const struct cr_http_server_options *options)
{
    struct cr_http_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->refs = 1;
    server->listen_fd = -1;
    server->wake_fd = -1;
    take_options(server, options);
    cr_mutex_init(&server->lock);
    cr_cond_init(&server->changed);
    cr_list_init(&server->silent);
    cr_list_init(&server->connections);
    cr_list_init(&server->requests);
    cr_list_init(&server->streams);
    server->log = cr_log_get("http");
    server->unix_path = options->unix_path ? strdup(options->unix_path) : NULL;
    return server;
}

static int prepare(struct cr_http_server *server, const struct cr_http_routes *tables,
                   size_t table_count, struct cr_err *err)
{
    int rc = cr_http_global_init(err);
    if (rc == 0)
        fit_connections(server);
    if (rc)
        return rc;
    rc = cr_http_router_new(tables, table_count, &server->router, err);
    if (rc)
        return rc;
    server->timers = calloc(cr_http_router_count(server->router) + 1, sizeof *server->timers);
    return server->timers ? 0 : cr_err_set(err, CR_ENOMEM, "HTTP server: no memory");
}

static int serve(struct cr_http_server *server, const struct cr_http_server_options *options,
                 struct cr_err *err)
{
    server->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (server->wake_fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "HTTP server: eventfd");
    int fd = cr_http_listen(options, server->options.idle_ms, &server->port, err);
    if (fd < 0)
        return fd;
    server->listen_fd = fd;
    server->nothing = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!server->nothing)
        return cr_err_set(err, CR_ENOMEM, "HTTP server: no memory");
    server->mhd = start_mhd_without_signals(server);
    if (!server->mhd)
        return cr_err_set(err, CR_EIO, "HTTP server: libmicrohttpd could not start its threads");
    return cr_thread_start(&server->acceptor, "http-accept", cr_http_accept_loop, server, err);
}

int cr_http_server_start(const struct cr_http_server_options *options,
                         const struct cr_http_routes *tables, size_t table_count,
                         struct cr_http_server **out, struct cr_err *err)
{
    struct cr_http_server *server = server_new(options);
    if (!server || (options->unix_path && !server->unix_path)) {
        cr_http_server_stop(server);
        return cr_err_set(err, CR_ENOMEM, "HTTP server: no memory");
    }
    int rc = take_credentials(server, options, err);
    if (rc == 0)
        rc = prepare(server, tables, table_count, err);
    if (rc == 0)
        rc = serve(server, options, err);
    if (rc) {
        cr_http_server_stop(server);
        return rc;
    }
    show_metrics(server);
    *out = server;
    return 0;
}

int cr_http_server_port(const struct cr_http_server *server)
{
    return server->port;
}

void cr_http_server_counts(struct cr_http_server *server, struct cr_http_server_counts *out)
{
    CR_LOCKED(&server->lock);
    *out = (struct cr_http_server_counts){.connections = server->connection_count,
                                          .requests = server->request_count,
                                          .streams = server->stream_count,
                                          .refused = server->refused,
                                          .reaped = server->reaped,
                                          .evicted = server->evicted};
    cr_list_for (node, &server->silent)
        out->silent++;
}

/* --- the end --- */

/* [lock held] Every suspended request is resumed with a 503; a handler that is running will find
 * out when it returns. */
static size_t abandon(struct cr_http_server *server)
{
    size_t count = 0;
    server->abandoning = true;
    cr_list_for (node, &server->requests) {
        struct cr_http_request *req = CR_CONTAINER(node, struct cr_http_request, node);
        count++;
        if (req->state != CR_HTTP_SUSPENDED)
            continue;
        cr_list_remove(&req->node);
        req->state = CR_HTTP_ABANDONED;
        MHD_resume_connection(req->mhd);
    }
    cr_http_streams_end(server, true);
    return count;
}

/* [lock held] */
static bool in_work(const struct cr_http_server *server)
{
    return server->request_count + server->stream_count > 0;
}

/* [lock held] Until nothing is in work; false at the deadline. A request that was sent before the
 * end may still be on its way to a handler: so nothing may be expected either, two looks in a row.
 */
static bool wait_quiet(struct cr_http_server *server, int64_t deadline_ms)
{
    enum { LOOK_MS = 5, LOOKS = 2 };
    int calm = 0;
    for (int64_t now_ms = cr_clock_ms(); now_ms < deadline_ms; now_ms = cr_clock_ms()) {
        calm = in_work(server) || cr_http_connections_expect(server, now_ms) ? 0 : calm + 1;
        if (calm == LOOKS)
            return true;
        int64_t look_ms = in_work(server) ? deadline_ms : now_ms + LOOK_MS;
        (void)cr_cond_wait_until(&server->changed, &server->lock, cr_min_i64(look_ms, deadline_ms));
    }
    return !in_work(server);
}

void cr_http_server_wind_down(struct cr_http_server *server)
{
    server->closing = true;
}

size_t cr_http_server_drain(struct cr_http_server *server, int64_t wait_ms)
{
    enum { LAST_WORDS_MS = 250 }; /* for the 503s to leave */
    CR_LOCKED(&server->lock);
    server->draining = true;
    server->closing = true;
    cr_http_accept_wake(server);
    while (server->listen_fd >= 0)
        cr_cond_wait(&server->changed, &server->lock);
    cr_http_streams_end(server, false);
    if (wait_quiet(server, cr_clock_ms() + wait_ms)) {
        server->abandoning = true;
        return 0;
    }
    size_t count = abandon(server);
    (void)wait_quiet(server, cr_clock_ms() + LAST_WORDS_MS);
    return count;
}

static void end_acceptor(struct cr_http_server *server)
{
    cr_mutex_lock(&server->lock);
    server->ending = true;
    cr_http_accept_wake(server);
    cr_mutex_unlock(&server->lock);
    cr_thread_join(&server->acceptor);
}

void cr_http_server_stop(struct cr_http_server *server)
{
    if (!server)
        return;
    if (server->gauges[0]) {
        cr_gauge_callback(server->gauges[0], NULL, NULL);
        cr_gauge_callback(server->gauges[1], NULL, NULL);
    }
    if (server->acceptor.started) {
        cr_mutex_lock(&server->lock);
        bool drained = server->abandoning;
        cr_mutex_unlock(&server->lock);
        if (!drained)
            (void)cr_http_server_drain(server, 0);
        end_acceptor(server);
    }
    if (server->mhd)
        MHD_stop_daemon(server->mhd);
    cr_http_server_unref(server);
}
