/* The registry of the process's instruments, and counters and gauges. */
#include "cr_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_err.h"
#include "cr_map.h"
#include "cr_metrics_private.h"
#include "cr_thread.h"

enum { COLLECTORS_MAX = 32 };

static struct {
    struct cr_mutex lock; /* registration */
    struct cr_map *series;
    struct cr_map *families;
    _Atomic(struct cr_family *) first;
    struct cr_family *last;
    struct cr_counter *hidden; /* how many asked in vain */

    struct cr_mutex callbacks; /* held while foreign code is called */
    struct {
        cr_metrics_collector collect;
        void *ctx;
    } collectors[COLLECTORS_MAX];
} registry = {.lock = {PTHREAD_MUTEX_INITIALIZER}, .callbacks = {PTHREAD_MUTEX_INITIALIZER}};

/* What a caller gets who is over a limit: works, but is not shown. */
static struct cr_counter hidden_counter;
static struct cr_gauge hidden_gauge;
static struct cr_histogram hidden_histogram;

struct cr_family *cr_metrics_families(void)
{
    return atomic_load(&registry.first);
}

/* --- registration, under the lock --- */

static bool make_maps(void)
{
    if (!registry.series)
        registry.series = cr_map_new(0, NULL);
    if (!registry.families)
        registry.families = cr_map_new(0, NULL);
    return registry.series && registry.families;
}

static struct cr_family *get_family(enum cr_metric_kind kind, const char *name, const char *help)
{
    struct cr_family *family = cr_map_get(registry.families, cr_slice_of(name));
    if (family) {
        CR_ASSERT(family->kind == kind);
        return family;
    }
    family = calloc(1, sizeof *family);
    if (!family)
        return NULL;
    family->kind = kind;
    family->name = name;
    family->help = help ? help : "";
    if (cr_map_put(registry.families, cr_slice_of(name), family) != 0) {
        free(family);
        return NULL;
    }
    if (registry.last)
        atomic_store(&registry.last->next, family);
    else
        atomic_store(&registry.first, family);
    registry.last = family;
    return family;
}

static struct cr_series *add_series(struct cr_family *family, struct cr_slice key,
                                    const char *labels, size_t size)
{
    if (family->count >= CR_METRICS_SERIES_MAX)
        return NULL;
    struct cr_series *series = calloc(1, size);
    char *copy = strdup(labels);
    if (!series || !copy || cr_map_put(registry.series, key, series) != 0) {
        free(series);
        free(copy);
        return NULL;
    }
    series->labels = copy;
    if (family->last)
        atomic_store(&family->last->next, series);
    else
        atomic_store(&family->first, series);
    family->last = series;
    family->count++;
    return series;
}

/* NULL: the caller gets a hidden one. */
static struct cr_series *get_series(enum cr_metric_kind kind, const char *name, const char *help,
                                    const char *labels, size_t size)
{
    CR_AUTO(cr_buf) key = {0};
    labels = labels ? labels : "";
    cr_buf_printf(&key, "%s{%s}", name, labels);
    CR_LOCKED(&registry.lock);
    if (cr_buf_status(&key) != 0 || !make_maps())
        return NULL;
    struct cr_family *family = get_family(kind, name, help);
    if (!family)
        return NULL;
    struct cr_series *series = cr_map_get(registry.series, cr_buf_view(&key));
    return series ? series : add_series(family, cr_buf_view(&key), labels, size);
}

static void count_hidden(void)
{
    static const char name[] = "crema.metrics.hidden";
    struct cr_series *series = get_series(
        CR_METRIC_COUNTER, name, "Series that were asked for over the limit and are not shown",
        NULL, sizeof(struct cr_counter));
    if (series)
        cr_counter_add(CR_CONTAINER(series, struct cr_counter, series), 1);
}

struct cr_counter *cr_metrics_counter(const char *name, const char *help, const char *labels)
{
    struct cr_series *series =
        get_series(CR_METRIC_COUNTER, name, help, labels, sizeof(struct cr_counter));
    if (series)
        return CR_CONTAINER(series, struct cr_counter, series);
    count_hidden();
    return &hidden_counter;
}

struct cr_gauge *cr_metrics_gauge(const char *name, const char *help, const char *labels)
{
    struct cr_series *series =
        get_series(CR_METRIC_GAUGE, name, help, labels, sizeof(struct cr_gauge));
    if (series)
        return CR_CONTAINER(series, struct cr_gauge, series);
    count_hidden();
    return &hidden_gauge;
}

static struct cr_histogram *get_histogram(enum cr_metric_kind kind, const char *name,
                                          const char *help, const char *labels)
{
    struct cr_series *series = get_series(kind, name, help, labels, sizeof(struct cr_histogram));
    if (series)
        return CR_CONTAINER(series, struct cr_histogram, series);
    count_hidden();
    return &hidden_histogram;
}

struct cr_histogram *cr_metrics_histogram(const char *name, const char *help, const char *labels)
{
    return get_histogram(CR_METRIC_HISTOGRAM, name, help, labels);
}

struct cr_histogram *cr_metrics_timer(const char *name, const char *help, const char *labels)
{
    return get_histogram(CR_METRIC_TIMER, name, help, labels);
}

void cr_metrics_unit(const char *name, const char *unit)
{
    CR_LOCKED(&registry.lock);
    struct cr_family *family =
        registry.families ? cr_map_get(registry.families, cr_slice_of(name)) : NULL;
    if (family)
        atomic_store(&family->unit, unit);
}

void cr_metrics_label(struct cr_buf *labels, const char *key, struct cr_slice value)
{
    if (labels->len > 0)
        cr_buf_char(labels, ',');
    cr_buf_text(labels, key);
    cr_buf_text(labels, "=\"");
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '"' || c == '\\')
            cr_buf_char(labels, '\\');
        if (c == '\n')
            cr_buf_text(labels, "\\n");
        else
            cr_buf_char(labels, c);
    }
    cr_buf_char(labels, '"');
}

/* --- counters and gauges --- */

void cr_counter_add(struct cr_counter *counter, int64_t amount)
{
    atomic_fetch_add_explicit(&counter->value, amount, memory_order_relaxed);
}

int64_t cr_counter_value(const struct cr_counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

void cr_gauge_set(struct cr_gauge *gauge, double value)
{
    atomic_store_explicit(&gauge->value, value, memory_order_relaxed);
}

void cr_gauge_add(struct cr_gauge *gauge, double amount)
{
    double old = atomic_load_explicit(&gauge->value, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&gauge->value, &old, old + amount,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

double cr_gauge_value(struct cr_gauge *gauge)
{
    CR_LOCKED(&registry.callbacks);
    if (gauge->read)
        return gauge->read(gauge->ctx);
    return atomic_load_explicit(&gauge->value, memory_order_relaxed);
}

void cr_gauge_callback(struct cr_gauge *gauge, double (*read)(void *ctx), void *ctx)
{
    CR_LOCKED(&registry.callbacks);
    gauge->read = gauge == &hidden_gauge ? NULL : read;
    gauge->ctx = ctx;
}

/* --- collectors --- */

int cr_metrics_add_collector(cr_metrics_collector collect, void *ctx)
{
    CR_LOCKED(&registry.callbacks);
    for (size_t i = 0; i < COLLECTORS_MAX; i++)
        if (!registry.collectors[i].collect) {
            registry.collectors[i].collect = collect;
            registry.collectors[i].ctx = ctx;
            return 0;
        }
    return CR_ELIMIT;
}

void cr_metrics_remove_collector(cr_metrics_collector collect, void *ctx)
{
    CR_LOCKED(&registry.callbacks);
    for (size_t i = 0; i < COLLECTORS_MAX; i++)
        if (registry.collectors[i].collect == collect && registry.collectors[i].ctx == ctx)
            registry.collectors[i].collect = NULL;
}

void cr_metrics_collect(struct cr_metrics_view *view)
{
    CR_LOCKED(&registry.callbacks);
    for (size_t i = 0; i < COLLECTORS_MAX; i++)
        if (registry.collectors[i].collect)
            registry.collectors[i].collect(view, registry.collectors[i].ctx);
}
