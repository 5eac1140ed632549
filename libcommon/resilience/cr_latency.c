/* Log-linear counts of milliseconds with HdrHistogram's arithmetic. */
#include "cr_latency.h"

#include <stdlib.h>

enum { LINEAR = 2048, HALF = 1024, HALF_BITS = 10 };

struct quantum {
    int64_t lower;
    int64_t size;
};

static size_t index_of(int64_t ms)
{
    if (ms < LINEAR)
        return (size_t)ms;
    int shift = 63 - __builtin_clzll((unsigned long long)ms) - HALF_BITS;
    return (size_t)(LINEAR + (shift - 1) * HALF + (ms >> shift) - HALF);
}

static struct quantum quantum_of(size_t index)
{
    if (index < LINEAR)
        return (struct quantum){(int64_t)index, 1};
    size_t shift = (index - LINEAR) / HALF + 1;
    int64_t position = (int64_t)((index - LINEAR) % HALF) + HALF;
    return (struct quantum){position << shift, (int64_t)1 << shift};
}

void cr_latency_fini(struct cr_latency *latency)
{
    for (size_t i = 0; i < CR_LATENCY_PAGES; i++) {
        free(atomic_load_explicit(&latency->pages[i], memory_order_relaxed));
        atomic_store_explicit(&latency->pages[i], NULL, memory_order_relaxed);
    }
}

static struct cr_latency_page *page_of(struct cr_latency *latency, size_t number)
{
    struct cr_latency_page *page =
        atomic_load_explicit(&latency->pages[number], memory_order_acquire);
    if (page)
        return page;
    struct cr_latency_page *fresh = calloc(1, sizeof *fresh);
    if (!fresh || atomic_compare_exchange_strong(&latency->pages[number], &page, fresh))
        return fresh;
    free(fresh); /* another thread was first */
    return page;
}

static void count(struct cr_latency *latency, size_t index, uint32_t n)
{
    struct cr_latency_page *page = page_of(latency, index / CR_LATENCY_PAGE);
    if (page)
        atomic_fetch_add_explicit(&page->counts[index % CR_LATENCY_PAGE], n, memory_order_relaxed);
}

void cr_latency_record(struct cr_latency *latency, int64_t ms)
{
    if (ms < 0)
        ms = 0;
    count(latency, index_of(ms > CR_LATENCY_MAX_MS ? CR_LATENCY_MAX_MS : ms), 1);
}

static uint32_t take(struct cr_latency_page *page, size_t i)
{
    if (atomic_load_explicit(&page->counts[i], memory_order_relaxed) == 0)
        return 0;
    return atomic_exchange_explicit(&page->counts[i], 0, memory_order_relaxed);
}

void cr_latency_drain(struct cr_latency *from, struct cr_latency *to)
{
    for (size_t number = 0; number < CR_LATENCY_PAGES; number++) {
        struct cr_latency_page *page =
            atomic_load_explicit(&from->pages[number], memory_order_acquire);
        for (size_t i = 0; page && i < CR_LATENCY_PAGE; i++) {
            uint32_t n = take(page, i);
            if (n > 0)
                count(to, number * CR_LATENCY_PAGE + i, n);
        }
    }
}

void cr_latency_add(const struct cr_latency *from, struct cr_latency *to)
{
    for (size_t number = 0; number < CR_LATENCY_PAGES; number++) {
        struct cr_latency_page *page =
            atomic_load_explicit(&from->pages[number], memory_order_acquire);
        for (size_t i = 0; page && i < CR_LATENCY_PAGE; i++) {
            uint32_t n = atomic_load_explicit(&page->counts[i], memory_order_relaxed);
            if (n > 0)
                count(to, number * CR_LATENCY_PAGE + i, n);
        }
    }
}

/* Calls visit for every counter above zero, in ascending order of latency. */
static void each_count(const struct cr_latency *latency,
                       void (*visit)(void *ctx, struct quantum quantum, int64_t n), void *ctx)
{
    for (size_t number = 0; number < CR_LATENCY_PAGES; number++) {
        struct cr_latency_page *page =
            atomic_load_explicit(&latency->pages[number], memory_order_acquire);
        for (size_t i = 0; page && i < CR_LATENCY_PAGE; i++) {
            uint32_t n = atomic_load_explicit(&page->counts[i], memory_order_relaxed);
            if (n > 0)
                visit(ctx, quantum_of(number * CR_LATENCY_PAGE + i), n);
        }
    }
}

struct totals {
    int64_t count;
    double sum; /* of the quanta's middles, as getMean adds them */
};

static void add_to_totals(void *ctx, struct quantum quantum, int64_t n)
{
    struct totals *totals = ctx;
    totals->count += n;
    int64_t middle = quantum.lower + quantum.size / 2;
    totals->sum += (double)(middle * n);
}

struct ranking {
    int64_t total;
    int64_t seen;
    size_t next; /* percentile that is looked for */
    struct cr_wire_latency *out;
};

/* Which sample, counted from 1, stands at a percentile. */
static int64_t rank_of(double percentile, int64_t total)
{
    int64_t rank = (int64_t)(percentile / 100.0 * (double)total + 0.5);
    return rank > 1 ? rank : 1;
}

static void rank_count(void *ctx, struct quantum quantum, int64_t n)
{
    struct ranking *ranking = ctx;
    ranking->seen += n;
    while (ranking->next < CR_WIRE_PERCENTILES) {
        double percentile = cr_wire_percentiles[ranking->next];
        if (rank_of(percentile, ranking->total) > ranking->seen)
            return;
        /* The lowest percentile shows the lower edge of its quantum, all others the upper one. */
        ranking->out->at[ranking->next] =
            percentile > 0 ? quantum.lower + quantum.size - 1 : quantum.lower;
        ranking->next++;
    }
}

struct cr_wire_latency cr_latency_summary(const struct cr_latency *latency)
{
    struct cr_wire_latency summary = {0};
    struct totals totals = {0};
    each_count(latency, add_to_totals, &totals);
    if (totals.count == 0)
        return summary;
    summary.mean = (int64_t)(totals.sum / (double)totals.count);
    struct ranking ranking = {.total = totals.count, .out = &summary};
    each_count(latency, rank_count, &ranking);
    return summary;
}
