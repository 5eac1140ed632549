/* cr_http_private: what the files of the server side share. Never included outside this room.
 *
 * A walk through a request, all on one of libmicrohttpd's threads but where it says otherwise:
 *   1. cr_http_request_new: the request line is in; the raw target is kept.
 *   2. cr_http_exchange, first call: the head is in. Framing is checked, the route is found, the
 *      body's size is judged. A refusal that must not wait for the body is queued here.
 *   3. cr_http_exchange, more calls: pieces of the body.
 *   4. cr_http_exchange, last call: the handler runs. It answered: the answer is queued. It did
 *      not: the connection is suspended, and some thread's answer resumes it.
 *   5. cr_http_exchange after a resume: the answer is queued.
 *   6. cr_http_request_done: the answer is out, or the connection is gone.
 *
 * Ownership: a request has two holders, the exchange (until 6) and whoever answers (from 4 until
 *            the answer); the server lives until its last request does.
 * Threads:   the server's lock guards everything marked [lock]. Lock order: server, then stream,
 *            then libmicrohttpd's own.
 */
#ifndef CR_HTTP_PRIVATE_H
#define CR_HTTP_PRIVATE_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>

#include "cr_http_request.h"
#include "cr_http_router.h"
#include "cr_http_server.h"
#include "cr_http_stream.h"
#include "cr_list.h"
#include "cr_log.h"
#include "cr_metrics.h"
#include "cr_thread.h"

/* Has libmicrohttpd not wait while it has work: cr_http_epoll.c. */
void cr_http_epoll_use(void);

/* --- connections and their deadlines: cr_http_connections.c --- */

enum cr_http_phase {
    CR_HTTP_IDLE, /* between two requests */
    CR_HTTP_HEAD,
    CR_HTTP_BODY,
    CR_HTTP_BUSY,   /* a handler's, or a stream's */
    CR_HTTP_ANSWER, /* an answer that has an end is being sent */
};

/* Connections that were shut to make room and are not closed yet: these may be open over the limit.
 */
enum { CR_HTTP_EVICTED_MAX = 512 };

struct cr_http_connection {
    struct cr_list node; /* [lock] in server->silent, then in server->connections */
    struct cr_http_server *server;
    int fd;
    bool asked;   /* a whole head has come; the exchange's alone */
    bool shut;    /* [lock] */
    bool evicted; /* [lock] shut to make room for another */
    _Atomic int phase;
    _Atomic int64_t since_ms;
    char peer[INET6_ADDRSTRLEN];
};

/* The status codes of one route that were answered so far, each with its timer. */
enum { CR_HTTP_TIMERS_MAX = 6 };
struct cr_http_timers {
    _Atomic int status[CR_HTTP_TIMERS_MAX];
    struct cr_histogram *_Atomic timer[CR_HTTP_TIMERS_MAX];
};

struct cr_http_server {
    _Atomic size_t refs; /* the owner's and one per request */
    struct MHD_Daemon *mhd;
    struct cr_http_server_options options; /* zeros replaced */
    struct cr_http_router *router;
    struct MHD_Response *nothing;  /* an answer without fields and body, for all that are so */
    struct cr_http_timers *timers; /* one per route and one for no route */
    char *unix_path;
    char *credentials; /* "user:password"; NULL: everybody is served */
    int port;
    int listen_fd; /* the accepting thread's; -1 once it is closed, [lock] to see that */
    int wake_fd;   /* wakes that thread */
    const struct cr_log *log;
    struct cr_gauge *gauges[2];

    struct cr_mutex lock;
    struct cr_cond changed; /* fewer requests or streams */
    struct cr_list silent; /* [lock] connections that never sent a whole head, oldest about first */
    struct cr_list connections; /* [lock] the others */
    struct cr_list requests;    /* [lock] handed to a handler, not answered */
    struct cr_list streams;     /* [lock] */
    size_t connection_count;    /* [lock] */
    size_t evicted_count;       /* [lock] of those, the ones that are shut to make room */
    size_t request_count;       /* [lock] handed to a handler, answer not yet sent */
    size_t stream_count;        /* [lock] */
    size_t filled_count;        /* [lock] of those, the ones without a queue */
    uint64_t refused;           /* [lock] */
    uint64_t reaped;            /* [lock] */
    uint64_t evicted;           /* [lock] */
    _Atomic bool closing;       /* no keep-alive */
    bool draining;              /* [lock] no new streams */
    bool abandoning;            /* [lock] the wait is over: unanswered requests get 503 */
    bool ending;                /* [lock] the accepting thread leaves */
    struct cr_thread acceptor;
};

/* cr_http_server_memory.c: it lives as long as the last of its requests. */
void cr_http_server_ref(struct cr_http_server *server);
void cr_http_server_unref(struct cr_http_server *server);

void cr_http_connection_event(void *cls, struct MHD_Connection *mhd, void **socket_context,
                              enum MHD_ConnectionNotificationCode code);
struct cr_http_connection *cr_http_connection_of(struct MHD_Connection *mhd);
/* What it does from now on, or from now_ms on. */
void cr_http_connection_phase(struct cr_http_connection *connection, enum cr_http_phase phase);
void cr_http_connection_phase_at(struct cr_http_connection *connection, enum cr_http_phase phase,
                                 int64_t now_ms);
/* The phase that has no limit: nobody asks since when. */
void cr_http_connection_busy(struct cr_http_connection *connection);
/* [lock held] Is there a connection on which a request may be on its way to a handler? */
bool cr_http_connections_expect(struct cr_http_server *server, int64_t now_ms);
/* A whole head has come: from now on the connection is not given up for another's sake. */
void cr_http_connection_asked(struct cr_http_connection *connection);
/* [lock held] Ends those whose time is over. */
void cr_http_connections_judge(struct cr_http_server *server, int64_t now_ms);

/* --- who is let in: cr_http_accept.c --- */

void cr_http_accept_loop(void *server); /* the accepting thread */
void cr_http_accept_wake(struct cr_http_server *server);

/* --- sockets: cr_http_listen.c --- */

/* A listening socket, or a negative code. *out_port is 0 for a Unix socket. silence_ms: how long a
 * peer may leave what was sent unacknowledged. */
int cr_http_listen(const struct cr_http_server_options *options, int64_t silence_ms, int *out_port,
                   struct cr_err *err);

/* --- one request: cr_http_request.c, cr_http_exchange.c, cr_http_answer.c --- */

enum cr_http_state {
    CR_HTTP_READING,   /* the exchange's alone */
    CR_HTTP_RUNNING,   /* the handler has it, the exchange waits for the handler's return */
    CR_HTTP_SUSPENDED, /* the handler returned, nobody answered yet */
    CR_HTTP_ANSWERED,
    CR_HTTP_ABANDONED, /* drain gave up: 503, and the late answer is dropped */
};

struct cr_http_field {
    struct cr_slice name;
    struct cr_slice value;
};

struct cr_http_answer {
    int status;
    const char *content_type;
    struct cr_http_answer_field *fields; /* newest last */
    struct cr_buf body;
    struct MHD_Response *made; /* instead of a body: of pieces, or a stream */
    bool endless;              /* it is a stream */
};

struct cr_http_answer_field {
    struct cr_http_answer_field *next;
    const char *name;
    const char *value;
};

struct cr_http_request {
    struct cr_list node; /* [lock] in server->requests */
    struct cr_http_server *server;
    struct MHD_Connection *mhd; /* valid until the exchange's end */
    struct cr_http_connection *connection;
    _Atomic int holders;
    enum cr_http_state state; /* [lock] */
    bool begun;               /* the head was seen */
    bool bad_target;
    bool dispatched; /* counted in request_count */
    bool head_only;
    bool close_after;
    bool streams; /* the answer has no end */
    struct cr_arena *arena;
    const char *method;
    const char *peer;
    struct cr_slice target, path, query;
    struct cr_http_field *fields;
    size_t field_count;
    struct cr_http_match match;
    struct cr_buf body;
    size_t drained; /* bytes of a refused body that were thrown away */
    int refusal;    /* status; 0: none */
    const char *refusal_text;
    const char *allow; /* for 405 and OPTIONS */
    int64_t started_ns;
    struct cr_http_answer answer;
    int sent_status; /* what the exchange queued */
};

/* libmicrohttpd's MHD_OPTION_URI_LOG_CALLBACK: NULL without memory. */
void *cr_http_request_new(void *cls, const char *target, struct MHD_Connection *mhd);
void cr_http_request_unref(struct cr_http_request *req);
/* Copies the head's fields into the request. CR_EPARSE: two readers could read it differently. */
CR_MUST_CHECK int cr_http_request_take_head(struct cr_http_request *req, const char *method,
                                            const char *version);

/* False: the body's Content-Encoding is not understood. */
bool cr_http_request_readable(const struct cr_http_request *req);
/* Replaces a compressed body by what it holds. CR_EPARSE, CR_ELIMIT (over the route's limit),
 * CR_ENOMEM. */
CR_MUST_CHECK int cr_http_request_unpack(struct cr_http_request *req);

enum MHD_Result cr_http_exchange(void *cls, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *size, void **con_cls);
void cr_http_request_done(void *cls, struct MHD_Connection *mhd, void **con_cls,
                          enum MHD_RequestTerminationCode code);

/* Queues what stands in req->answer, on the exchange's thread. */
enum MHD_Result cr_http_answer_queue(struct cr_http_request *req);
/* Queues a problem that no handler made. */
enum MHD_Result cr_http_refuse(struct cr_http_request *req, int status, const char *text);
/* Appends the problem document. */
void cr_http_problem_write(struct cr_buf *out, int status, struct cr_slice path,
                           const char *detail);

/* --- streams: cr_http_stream.c --- */

/* [lock held] heartbeats that are due. */
void cr_http_streams_tick(struct cr_http_server *server, int64_t now_ms);
/* [lock held] ends all of them: after what is queued, or at once. */
void cr_http_streams_end(struct cr_http_server *server, bool at_once);

/* [lock held] req is the caller's to answer: makes it answered and resumes its connection.
 * False when it was abandoned. */
bool cr_http_answer_settle(struct cr_http_request *req);

#endif
