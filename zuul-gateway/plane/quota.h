/* quota: how many connections to a service's instances are in work, and who waits for one.
 *
 * Two limits hold for each connection, that of its instance and that of its quota: a service has a
 * quota of its own, all url: routes share one. They are limits of the whole process, so the counts
 * are atomics; while no limit is reached, taking and giving back is one exchange of each count and
 * one look at `waiting`. Only where somebody has to wait there is a lock, and a list in the order
 * of arrival, over all workers.
 *
 * Who waits takes its connection itself, on its own worker: who gives one back only calls the
 * worker of the first that could go. No call is lost: a waiter counts itself in `waiting` before it
 * looks at the counts once more, and who gives back looks at `waiting` after it lowered them.
 *
 * Counted are connections in work. One that rests in a worker's pool costs the instance no work and
 * is bounded by crema.gateway.pool-max.
 *
 * Ownership: a waiter lives in its exchange's memory and must be out of the list before that goes.
 * Errors:    none.
 * Threads:   counts: any. The list: behind the lock; a waiter is put in and taken out by its own
 *            worker only.
 * Source:    Apache HttpClient's pool as Zuul and Ribbon set it up; HAProxy's queue for maxconn;
 *            decision G2; gateway reference 4, "Least-connection queueing".
 */
#ifndef GATEWAY_QUOTA_H
#define GATEWAY_QUOTA_H

#include <stdatomic.h>

#include "cr_list.h"
#include "cr_thread.h"

struct instance;
struct worker;

struct quota {
    _Alignas(64) _Atomic uint32_t used; /* connections in work */
    _Atomic uint32_t waiting;           /* length of the list */
    _Alignas(64) struct cr_mutex lock;  /* of what follows */
    struct cr_list waiters;             /* the longest waiting first */
};

struct waiter {
    struct cr_list node;
    struct worker *worker;
    const struct instance *instance; /* the only one that it can go to; NULL: any */
};

void quota_init(struct quota *quota);
void quota_fini(struct quota *quota);

/* One more, unless there are max already. Never counts too many, not even for a moment: nobody else
 * is turned away by an attempt that failed. */
static inline bool quota_count(_Atomic uint32_t *used, uint32_t max)
{
    uint32_t now = atomic_load(used);
    while (now < max)
        if (atomic_compare_exchange_weak(used, &now, now + 1))
            return true;
    return false;
}

/* Is there anybody whom a newcomer must not overtake? */
static inline bool quota_is_awaited(const struct quota *quota)
{
    return atomic_load(&quota->waiting) != 0;
}

/* --- with the lock held --- */

void quota_join(struct quota *quota, struct waiter *waiter); /* at the end */
void quota_leave(struct quota *quota, struct waiter *waiter);

/* The first whom only the counts that all share can stop; NULL: there is none. */
struct waiter *quota_first(const struct quota *quota);

/* --- without it --- */

/* Something came free, or a waiter left that may have been called: calls the first one's worker. */
void quota_call(struct quota *quota, const struct worker *self);

#endif
