/* delta: what changed of late: each instance once, in the order of the last changes.
 *
 * The queue is not consumed by reading; an entry leaves when its retention is over. A client that
 * asks every 30 s gets each change several times and must apply it as if it were one.
 *
 * Ownership: an entry lives inside its instance; the queue only links it.
 * Units:     milliseconds of a monotonic clock, passed in.
 * Threads:   pure; one at a time.
 * Source:    Netflix/eureka AbstractInstanceRegistry.recentlyChangedQueue. There the queue holds
 *            every change and a reader keeps the last of each instance: the same to see.
 */
#ifndef DELTA_H
#define DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cr_list.h"

enum { DELTA_RETENTION_MS = 180 * 1000 };

struct delta_entry {
    struct cr_list link; /* not linked: did not change of late */
    int64_t changed_ms;
};

struct delta {
    struct cr_list queue;
    size_t count;
    int64_t retention_ms;
};

void delta_init(struct delta *delta, int64_t retention_ms); /* 0: DELTA_RETENTION_MS */

/* To the end of the queue, whether or not it is in it. */
void delta_put(struct delta *delta, struct delta_entry *entry, int64_t now_ms);
void delta_remove(struct delta *delta, struct delta_entry *entry); /* fine if it is not in */
/* The longest unchanged entry whose retention is over; NULL if there is none. */
struct delta_entry *delta_over(const struct delta *delta, int64_t now_ms);

/* Walks in order: NULL at first; NULL at the end. */
struct delta_entry *delta_next(const struct delta *delta, const struct delta_entry *entry);
/* The other way: NULL at first for the last change. */
struct delta_entry *delta_before(const struct delta *delta, const struct delta_entry *entry);

#endif
