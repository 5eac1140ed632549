/* Log-linear histograms: where a value falls, and what can be asked afterwards. */
#include <stdlib.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_metrics_private.h"

enum { MAX_TURN_MS = 60 * 1000 };

static size_t bucket_of(int64_t value)
{
    if (value < CR_HISTOGRAM_LINEAR)
        return value < 0 ? 0 : (size_t)value;
    int power = 63 - __builtin_clzll((unsigned long long)value);
    if (power > CR_HISTOGRAM_LAST_POWER)
        return CR_HISTOGRAM_BUCKETS - 1;
    size_t step = (size_t)(value >> (power - 3)) & (CR_HISTOGRAM_PER_POWER - 1);
    return CR_HISTOGRAM_LINEAR +
           (size_t)(power - CR_HISTOGRAM_FIRST_POWER) * CR_HISTOGRAM_PER_POWER + step;
}

/* The first value of a bucket. */
static int64_t bucket_start(size_t bucket)
{
    if (bucket < CR_HISTOGRAM_LINEAR)
        return (int64_t)bucket;
    size_t behind = bucket - CR_HISTOGRAM_LINEAR;
    size_t power = CR_HISTOGRAM_FIRST_POWER + behind / CR_HISTOGRAM_PER_POWER;
    int64_t step = (int64_t)(behind % CR_HISTOGRAM_PER_POWER);
    return (CR_HISTOGRAM_PER_POWER + step) << (power - 3);
}

/* NULL without memory: then only the sum is kept. */
static atomic_uint_fast64_t *get_buckets(struct cr_histogram *histogram)
{
    atomic_uint_fast64_t *buckets = atomic_load_explicit(&histogram->buckets, memory_order_acquire);
    if (buckets)
        return buckets;
    atomic_uint_fast64_t *fresh = calloc(CR_HISTOGRAM_BUCKETS, sizeof *fresh);
    if (!fresh)
        return NULL;
    if (atomic_compare_exchange_strong(&histogram->buckets, &buckets, fresh))
        return fresh;
    free(fresh);
    return buckets;
}

void cr_histogram_record(struct cr_histogram *histogram, int64_t value)
{
    value = cr_max_i64(value, 0);
    atomic_uint_fast64_t *buckets = get_buckets(histogram);
    if (buckets)
        atomic_fetch_add_explicit(&buckets[bucket_of(value)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->sum, value, memory_order_relaxed);
    int64_t max = atomic_load_explicit(&histogram->max_now, memory_order_relaxed);
    while (value > max &&
           !atomic_compare_exchange_weak_explicit(&histogram->max_now, &max, value,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

static int64_t count_until(const struct cr_histogram *histogram, size_t end)
{
    atomic_uint_fast64_t *buckets = atomic_load_explicit(&histogram->buckets, memory_order_acquire);
    uint64_t count = 0;
    for (size_t i = 0; buckets && i < end; i++)
        count += atomic_load_explicit(&buckets[i], memory_order_relaxed);
    return (int64_t)count;
}

int64_t cr_histogram_count(const struct cr_histogram *histogram)
{
    return count_until(histogram, CR_HISTOGRAM_BUCKETS);
}

int64_t cr_histogram_below(const struct cr_histogram *histogram, int power)
{
    return count_until(histogram, bucket_of((int64_t)1 << power));
}

int64_t cr_histogram_quantile(const struct cr_histogram *histogram, double quantile)
{
    int64_t count = cr_histogram_count(histogram);
    if (count == 0)
        return 0;
    atomic_uint_fast64_t *buckets = atomic_load_explicit(&histogram->buckets, memory_order_acquire);
    double wanted = quantile * (double)count;
    double seen = 0;
    size_t bucket = 0;
    for (size_t i = 0; i < CR_HISTOGRAM_BUCKETS; i++) {
        uint64_t here = atomic_load_explicit(&buckets[i], memory_order_relaxed);
        if (here == 0)
            continue;
        bucket = i;
        seen += (double)here;
        if (seen >= wanted)
            break;
    }
    int64_t start = bucket_start(bucket);
    return bucket + 1 < CR_HISTOGRAM_BUCKETS ? start + (bucket_start(bucket + 1) - start) / 2
                                             : start;
}

int64_t cr_histogram_recent_max(struct cr_histogram *histogram, int64_t now_ms)
{
    int64_t turned = atomic_load(&histogram->turned_ms);
    if (now_ms - turned >= MAX_TURN_MS &&
        atomic_compare_exchange_strong(&histogram->turned_ms, &turned, now_ms)) {
        int64_t last = atomic_exchange(&histogram->max_now, 0);
        atomic_store(&histogram->max_before,
                     turned == 0 || now_ms - turned < 2 * MAX_TURN_MS ? last : 0);
        return last;
    }
    return cr_max_i64(atomic_load(&histogram->max_now), atomic_load(&histogram->max_before));
}
