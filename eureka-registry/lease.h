/* lease: when an instance is due, and the queue that knows which one is next.
 *
 * A lease is due at its last contact plus its period, not later: the queue is a heap by due time,
 * so that the next one is known at any moment and nothing is ever scanned. A lease that is due but
 * may not go (self_preservation) is held: it leaves the heap for a list, the longest due first, and
 * a renewal brings it back.
 *
 * Ownership: a lease lives inside its instance; the queue only points to it.
 * Units:     milliseconds of a monotonic clock, passed in.
 * Errors:    lease_queue_put returns CR_ENOMEM, and then leaves the queue as it was.
 * Threads:   pure; one at a time.
 */
#ifndef LEASE_H
#define LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cr_attr.h"
#include "cr_list.h"
#include "cr_wire_instance.h"

struct lease {
    int64_t due_ms;
    int64_t period_ms;
    int64_t contact_ms;  /* the last one */
    uint64_t turn;       /* among leases that are due together the one that came first goes first */
    size_t place;        /* in the heap, from 1; 0: not there */
    struct cr_list held; /* linked while it is held */
};

struct lease_queue {
    struct lease **heap;
    size_t count;
    size_t capacity;
    uint64_t turns;
    struct cr_list held;
    size_t held_count;
};

/* What the client's terms come to. The period is the duration, but twice the renewal interval where
 * a client announces an interval that is not shorter than its duration: it would lapse between any
 * two renewals. out_stretched says that this happened. */
int64_t lease_period_ms(const struct cr_wire_lease *terms, bool *out_stretched);

void lease_queue_init(struct lease_queue *queue);
void lease_queue_fini(struct lease_queue *queue);

/* Puts a lease in, or moves it after its due_ms changed. */
CR_MUST_CHECK int lease_queue_put(struct lease_queue *queue, struct lease *lease);
void lease_queue_remove(struct lease_queue *queue, struct lease *lease); /* fine if in none */
struct lease *lease_queue_first(const struct lease_queue *queue); /* NULL: no lease to come */

/* From the heap to the end of the held ones. */
void lease_queue_hold(struct lease_queue *queue, struct lease *lease);
struct lease *lease_queue_first_held(const struct lease_queue *queue); /* NULL: none is held */

/* Contact: due a full period and slack_ms from now. The lease must be in the queue. */
void lease_renew(struct lease_queue *queue, struct lease *lease, int64_t now_ms, int64_t slack_ms);

static inline bool lease_is_held(const struct lease *lease)
{
    return cr_list_linked(&lease->held);
}

static inline bool lease_is_due(const struct lease *lease, int64_t now_ms)
{
    return lease->due_ms <= now_ms;
}

#endif
