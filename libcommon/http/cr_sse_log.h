/* cr_sse_log: a stream of server-sent events that many clients follow, and resume where they left.
 *
 * The log keeps its last events in a ring. A client that follows it has a place in that ring and
 * nothing else: bytes go from the ring to its socket, so a thousand slow readers hold no queues.
 * Without Last-Event-ID a stream begins with the whole state (`event: state`); with a known one it
 * goes on behind that event; otherwise, and when a reader falls out of the ring, it gets
 * `event: reset` and the state.
 *
 * Changes within CR_SSE_LOG_COALESCE_MS are one event: their owner marks the log, and some
 * milliseconds later is asked, once for all marks, to append what changed.
 *
 * Ids:       "<epoch>-<sequence>", decimal.
 * Topics:    an event is for everybody, for who follows one topic, or for both.
 * Ownership: the caller owns the log; every stream must be closed (the server stopped) before it is
 *            freed.
 * Bounds:    entries_max, bytes_max, retention_ms and followers_max. An event of more than
 *            bytes_max is not kept: everybody gets the state instead.
 * Errors:    CR_ELIMIT: too many followers or streams; CR_EUNAVAILABLE: the server drains;
 *            CR_ENOMEM. The request is then still unanswered.
 * Threads:   any. collect and take_state are called without a lock of the log's, so both may take
 *            the owner's lock, and append, mark and sequence may be called under it.
 * Source:    WHATWG HTML, "Server-sent events": Last-Event-ID.
 */
#ifndef CR_SSE_LOG_H
#define CR_SSE_LOG_H

#include "cr_err.h"
#include "cr_http_request.h"
#include "cr_slice.h"

enum {
    CR_SSE_LOG_COALESCE_MS = 5,
    CR_SSE_LOG_ENTRIES = 8192,
    CR_SSE_LOG_BYTES = 4 * 1024 * 1024,
    CR_SSE_LOG_RETENTION_MS = 180 * 1000,
};

struct cr_sse_log;

/* The whole at one moment: the data of one event, which must not have line ends. */
struct cr_sse_state {
    const struct cr_slice *pieces; /* the data is all of them */
    size_t count;
    uint64_t sequence; /* cr_sse_log_sequence before the state was read, or under the same lock */
    void (*release)(void *owner); /* when the last byte has left, or the client has */
    void *owner;
};

struct cr_sse_log_options {
    uint64_t epoch; /* must differ from start to start */
    size_t followers_max;
    size_t entries_max;   /* 0: CR_SSE_LOG_ENTRIES */
    size_t bytes_max;     /* 0: CR_SSE_LOG_BYTES */
    int64_t retention_ms; /* 0: CR_SSE_LOG_RETENTION_MS */
    /* Appends what changed since it was last called; on the log's thread. May be NULL. */
    void (*collect)(void *ctx);
    /* topic empty: of all. A negative code ends the stream. */
    int (*take_state)(void *ctx, struct cr_slice topic, struct cr_sse_state *out);
    void *ctx;
};

CR_MUST_CHECK int cr_sse_log_new(const struct cr_sse_log_options *options,
                                 struct cr_sse_log **out_log, struct cr_err *err);
/* No collect is under way when it returns. Streams go on with what is in the ring. */
void cr_sse_log_stop(struct cr_sse_log *log);
void cr_sse_log_free(struct cr_sse_log *log); /* stops it, too; NULL is fine */

/* Something changed. */
void cr_sse_log_mark(struct cr_sse_log *log);

enum cr_sse_reach { CR_SSE_FOR_ALL = 1, CR_SSE_FOR_TOPIC = 2, CR_SSE_FOR_BOTH = 3 };

struct cr_sse_entry {
    const char *type;
    struct cr_slice data; /* without line ends */
    struct cr_slice topic;
    enum cr_sse_reach reach;
};

/* Copies it into the ring and wakes who follows. Without memory, everybody gets the state. */
void cr_sse_log_append(struct cr_sse_log *log, const struct cr_sse_entry *entry);
/* Empties the ring: everybody gets the state. */
void cr_sse_log_forget(struct cr_sse_log *log);
uint64_t cr_sse_log_sequence(struct cr_sse_log *log); /* of the last event */

/* Answers with the stream. */
CR_MUST_CHECK int cr_sse_log_follow(struct cr_sse_log *log, struct cr_http_request *req,
                                    struct cr_slice topic);

struct cr_sse_log_counts {
    size_t followers, entries, bytes;
    uint64_t events, states, resets; /* appended; sent */
};
struct cr_sse_log_counts cr_sse_log_counts(struct cr_sse_log *log);

#endif
