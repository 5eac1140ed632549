/* lease: when an instance is due, and the queue that knows which one is next.
 *
 * A lease is due at its last contact plus its period, not later: the queue is a heap by due time,
 * so that the next one is known at any moment and nothing is ever scanned.
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
#include "cr_wire_instance.h"

struct lease {
    int64_t due_ms;
    int64_t period_ms;
    size_t place; /* in the heap, from 1; 0: in no queue */
};

struct lease_queue {
    struct lease **heap;
    size_t count;
    size_t capacity;
};

/* What the client's terms come to. The period is the duration, but twice the renewal interval where
 * a client announces an interval that is not shorter than its duration: it would lapse between any
 * two renewals. out_stretched says that this happened. */
int64_t lease_period_ms(const struct cr_wire_lease *terms, bool *out_stretched);

void lease_queue_fini(struct lease_queue *queue);

/* Puts a lease in, or moves it after its due_ms changed. */
CR_MUST_CHECK int lease_queue_put(struct lease_queue *queue, struct lease *lease);
void lease_queue_remove(struct lease_queue *queue, struct lease *lease); /* fine if in none */
struct lease *lease_queue_first(const struct lease_queue *queue);        /* NULL when empty */

/* Contact: due a full period from now. The lease must be in the queue. */
void lease_renew(struct lease_queue *queue, struct lease *lease, int64_t now_ms);

static inline bool lease_is_due(const struct lease *lease, int64_t now_ms)
{
    return lease->due_ms <= now_ms;
}

#endif
