/* worker: one thread that owns a listener, a poller, its connections and its pools.
 *
 * Workers share nothing on the path of a request but the snapshot, which they read, and the atomics
 * of a Hystrix command and of the connection counts. A connection never changes its worker.
 *
 * Ownership: the plane owns its workers; a worker owns its connections and exchanges.
 * Units:     milliseconds and microseconds, read once per turn of the loop.
 * Errors:    worker_open says what failed; a running worker cannot fail.
 * Threads:   everything here belongs to the worker's own thread, but worker_start, worker_wake,
 *            worker_call and worker_join.
 *
 * One turn: wait for events; enter the epoch and take the newest snapshot; serve the events, then
 * the connections that wanted another go, then the timers, then who waited for a connection that
 * came free; send what came of all that, and serve who waited for it; free what was closed; leave.
 */
#ifndef GATEWAY_WORKER_H
#define GATEWAY_WORKER_H

#include "access_ring.h"
#include "chunk.h"
#include "conn.h"
#include "cr_thread.h"
#include "directory.h"
#include "forward.h"
#include "outbox.h"
#include "plane_options.h"
#include "poller.h"
#include "spares.h"

enum {
    WORKER_SCRATCH = 128 * 1024,  /* octets of one read: 64 KiB and their head in one */
    WORKER_TIGHT_READ = 4 * 1024, /* ... when too much is unsent */
    WORKER_HEAD_AREA = 32 * 1024 + FORWARD_EXTRA + 8 * 1024,
    WORKER_TRAILER_AREA = CHUNK_TRAILERS_MAX + 16,
    WORKER_READS_MAX = 16, /* of one connection in one turn */
    WORKER_PIECE = 4096,   /* octets at most that leave by the outbox */
};

struct plane;

/* What one worker has done, for metrics; written by it alone. */
struct worker_counts {
    _Atomic uint64_t accepted;
    _Atomic uint64_t shed; /* refused because there were too many */
    _Atomic uint64_t requests;
    _Atomic uint64_t upstream_connects;
    _Atomic uint64_t upstream_reuses;
    _Atomic uint64_t retries;
    _Atomic uint64_t waits; /* requests that found no connection free at once */
    _Atomic uint64_t log_lost;
    _Atomic uint64_t failures[FAILURE_COUNT];
    _Atomic uint64_t clients;   /* open now */
    _Atomic uint64_t exchanges; /* in work now */
};

struct worker {
    struct plane *plane;
    const struct plane_options *options;
    size_t index;
    struct cr_thread thread;
    struct poller poller;
    struct outbox outbox;
    struct conn listener; /* fd -1 soon after the drain began */
    struct conn waker;
    struct wheel wheel;
    int64_t now_us;
    int64_t now_ms;
    int64_t wall_ms;
    uint64_t random;                 /* state of worker_random */
    const struct snapshot *snapshot; /* of this turn */
    uint64_t version;                /* of the last one that was seen */
    const struct lanes *lanes;
    struct cr_list clients;
    struct cr_list idle;   /* pooled upstream connections */
    struct cr_list queues; /* service lanes with requests that wait for a connection */
    _Atomic bool called;   /* one of them may find one now */
    struct cr_list again;
    struct cr_list dead;
    size_t unsent;
    bool draining;
    int64_t drain_end_ms;
    struct spares spare_clients;
    struct spares spare_upstreams;
    struct spares spare_exchanges;
    uint64_t next_request; /* for ids and for sampling the log */
    struct worker_counts counts;
    struct access_ring *log; /* NULL: no access log */
    char *scratch;
    char *head_area;
    char *trailer_area;
    char *path_area;  /* the canonical path of the request at hand */
    struct head head; /* of the message at hand */
};

CR_MUST_CHECK int worker_open(struct worker *worker, struct plane *plane, size_t index,
                              int listener_fd, struct cr_err *err);
CR_MUST_CHECK int worker_start(struct worker *worker, struct cr_err *err);

/* A number that comes no second time, for ids. */
uint64_t worker_random(struct worker *worker);

/* Makes the worker look up: a new snapshot, drain, stop. */
void worker_wake(struct worker *worker);

/* Makes it look at those of its requests that wait for a connection, before it waits itself. From
 * any worker: self is the caller. Costs a wake-up only if it is another one and not called yet. */
void worker_call(struct worker *worker, const struct worker *self);
void worker_join(struct worker *worker);
void worker_close(struct worker *worker); /* after join */

#endif
