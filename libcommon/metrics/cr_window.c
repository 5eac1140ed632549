/* Rolling counts: a ring of rows, one per bucket, the current one among them. */
#include "cr_window.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_err.h"
#include "cr_int.h"

int cr_window_init(struct cr_window *window, int64_t bucket_ms, size_t bucket_count,
                   size_t counter_count, int64_t now_ms)
{
    if (bucket_ms <= 0 || bucket_count == 0 || counter_count == 0)
        return CR_EINVAL;
    size_t rows = 0, cells = 0;
    if (cr_add_overflows(bucket_count, 1U, &rows) || cr_mul_overflows(rows, counter_count, &cells))
        return CR_EINVAL;
    *window = (struct cr_window){
        .bucket_ms = bucket_ms,
        .bucket_start_ms = now_ms,
        .bucket_count = bucket_count,
        .counter_count = counter_count,
        .cells = calloc(cells, sizeof(uint64_t)),
    };
    return window->cells ? 0 : CR_ENOMEM;
}

void cr_window_fini(struct cr_window *window)
{
    free(window->cells);
    *window = (struct cr_window){0};
}

static uint64_t *cell(const struct cr_window *window, size_t bucket, size_t counter)
{
    CR_ASSERT(counter < window->counter_count);
    return &window->cells[bucket * window->counter_count + counter];
}

void cr_window_add(struct cr_window *window, size_t counter, uint64_t n)
{
    *cell(window, window->current, counter) += n;
}

void cr_window_peak(struct cr_window *window, size_t counter, uint64_t value)
{
    uint64_t *highest = cell(window, window->current, counter);
    if (value > *highest)
        *highest = value;
}

static void empty_bucket(struct cr_window *window, size_t bucket)
{
    memset(cell(window, bucket, 0), 0, window->counter_count * sizeof(uint64_t));
}

int64_t cr_window_roll(struct cr_window *window, int64_t now_ms)
{
    if (now_ms < window->bucket_start_ms + window->bucket_ms)
        return 0;
    int64_t closed = (now_ms - window->bucket_start_ms) / window->bucket_ms;
    window->bucket_start_ms += closed * window->bucket_ms;
    /* After a pause longer than the window every bucket is empty: no need to turn further. */
    int64_t turns = cr_min_i64(closed, (int64_t)window->bucket_count + 1);
    for (int64_t i = 0; i < turns; i++) {
        window->current = (window->current + 1) % (window->bucket_count + 1);
        empty_bucket(window, window->current);
    }
    return closed;
}

uint64_t cr_window_sum(const struct cr_window *window, size_t counter)
{
    uint64_t sum = 0;
    for (size_t bucket = 0; bucket <= window->bucket_count; bucket++) {
        if (bucket != window->current)
            sum += *cell(window, bucket, counter);
    }
    return sum;
}

uint64_t cr_window_max(const struct cr_window *window, size_t counter)
{
    uint64_t max = 0;
    for (size_t bucket = 0; bucket <= window->bucket_count; bucket++) {
        uint64_t value = *cell(window, bucket, counter);
        if (bucket != window->current && value > max)
            max = value;
    }
    return max;
}

void cr_window_clear(struct cr_window *window)
{
    for (size_t bucket = 0; bucket <= window->bucket_count; bucket++)
        empty_bucket(window, bucket);
}
