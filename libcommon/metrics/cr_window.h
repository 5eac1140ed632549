/* cr_window: rolling counts in equal buckets of time; pure.
 *
 * What is visible is the last `bucket_count` CLOSED buckets; the one being filled is not counted.
 * A bucket closes when cr_window_roll is told a time at or beyond its end.
 *
 * Ownership: the caller owns the struct and calls cr_window_fini; the cells are heap memory.
 * Units:     milliseconds of the caller's clock.
 * Errors:    cr_window_init returns CR_ENOMEM or CR_EINVAL (a size of 0).
 * Threads:   one at a time.
 * Source:    Hystrix 1.5 BucketedRollingCounterStream and RollingConcurrencyStream.
 */
#ifndef CR_WINDOW_H
#define CR_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "cr_attr.h"

struct cr_window {
    int64_t bucket_ms;
    int64_t bucket_start_ms; /* of the one being filled */
    size_t bucket_count;     /* closed ones that count */
    size_t counter_count;
    size_t current; /* index of the one being filled, in a ring of bucket_count + 1 */
    uint64_t *cells;
};

CR_MUST_CHECK int cr_window_init(struct cr_window *window, int64_t bucket_ms, size_t bucket_count,
                                 size_t counter_count, int64_t now_ms);
void cr_window_fini(struct cr_window *window);

/* Into the bucket being filled: add, or keep the highest. */
void cr_window_add(struct cr_window *window, size_t counter, uint64_t n);
void cr_window_peak(struct cr_window *window, size_t counter, uint64_t value);

/* Closes what is due; returns how many buckets closed. */
int64_t cr_window_roll(struct cr_window *window, int64_t now_ms);

/* Over the closed buckets. */
uint64_t cr_window_sum(const struct cr_window *window, size_t counter);
uint64_t cr_window_max(const struct cr_window *window, size_t counter);

/* Forgets everything; the bucket being filled keeps its edges. */
void cr_window_clear(struct cr_window *window);

#endif
