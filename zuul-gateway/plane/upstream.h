/* upstream: a connection that we opened to an instance; in work, or waiting in the pool.
 *
 * The pool of an instance is a stack: the connection that was used last is taken first. A
 * connection is used again only without any doubt: its answer was complete, nothing came behind it,
 * nothing of the request was left unsent.
 *
 * Ownership: the worker owns its connections; each holds its instance through the worker's lane.
 * Errors:    as said below.
 * Threads:   the worker's.
 * Source:    RFC 9112 section 9.3; gateway reference 3.5 (C3, C9), 3.4 (A8).
 */
#ifndef GATEWAY_UPSTREAM_H
#define GATEWAY_UPSTREAM_H

#include "worker.h"

struct gather;

struct upstream {
    struct conn conn;
    struct instance *instance;
    struct exchange *exchange; /* NULL: in the pool */
    struct cr_list pooled;     /* in the instance's lane */
    struct cr_list idle;       /* in the worker's list */
    struct cr_buf in;          /* an answer's head that is not complete */
    struct cr_buf replay;      /* what was sent on it, while the answer has not begun */
    struct head_scan scan;
    unsigned requests;
    bool reused;
    int64_t connect_deadline_ms;
};

/* One from the pool, or NULL. */
struct upstream *upstream_take(struct worker *worker, struct instance *instance);

/* A new one that is connecting; NULL with errno set when that failed at once. */
struct upstream *upstream_connect(struct worker *worker, struct instance *instance,
                                  int64_t connect_ms);

/* Back into the pool, or closed. */
void upstream_release(struct upstream *upstream, bool reusable);
void upstream_close(struct upstream *upstream);

void upstream_forget_replay(struct upstream *upstream);

/* The deadline of what it is doing now. */
void upstream_set_deadline(struct upstream *upstream, int64_t deadline_ms);

/* The worker's calls. */
void upstream_ready(struct conn *conn, unsigned flags);
void upstream_again(struct conn *conn);
void upstream_expired(struct conn *conn);
void upstream_free(struct conn *conn);

/* Closes pooled connections to instances that are gone; with all, every one. */
void upstream_sweep(struct worker *worker, bool all);

#endif
