/* Everything at one moment: registered series and those of collectors, ordered by name. */
#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_array.h"
#include "cr_clock.h"
#include "cr_metrics_private.h"

struct entry {
    struct cr_metric metric;
    size_t order;
};

struct cr_metrics_view {
    struct entry *entries;
    size_t count;
    size_t capacity;
    struct cr_arena *texts;
    bool failed;
};

static void add(struct cr_metrics_view *view, const struct cr_metric *metric)
{
    if (!CR_ARRAY_ROOM(view->entries, view->count, view->capacity)) {
        view->failed = true;
        return;
    }
    view->entries[view->count] = (struct entry){*metric, view->count};
    view->count++;
}

void cr_metrics_show(struct cr_metrics_view *view, const struct cr_metric *metric)
{
    struct cr_metric copy = *metric;
    copy.name = cr_arena_text(view->texts, metric->name);
    copy.help = cr_arena_text(view->texts, metric->help ? metric->help : "");
    copy.labels = cr_arena_text(view->texts, metric->labels ? metric->labels : "");
    copy.unit = metric->unit ? cr_arena_text(view->texts, metric->unit) : NULL;
    if (metric->powers) {
        uint64_t *powers = cr_arena_array(view->texts, CR_METRIC_POWERS, sizeof *powers);
        if (powers)
            memcpy(powers, metric->powers, CR_METRIC_POWERS * sizeof *powers);
        copy.powers = powers;
    }
    if (cr_arena_failed(view->texts)) {
        view->failed = true;
        return;
    }
    add(view, &copy);
}

static void fill_histogram(struct cr_metric *metric, struct cr_histogram *histogram, int64_t now_ms)
{
    double scale = metric->kind == CR_METRIC_TIMER ? 1e-6 : 1;
    metric->histogram = histogram;
    metric->count = cr_histogram_count(histogram);
    metric->sum = (double)atomic_load(&histogram->sum) * scale;
    metric->max = (double)cr_histogram_recent_max(histogram, now_ms) * scale;
}

static void add_family(struct cr_metrics_view *view, struct cr_family *family, int64_t now_ms)
{
    for (struct cr_series *s = atomic_load(&family->first); s; s = atomic_load(&s->next)) {
        struct cr_metric metric = {.kind = family->kind,
                                   .name = family->name,
                                   .help = family->help,
                                   .unit = atomic_load(&family->unit),
                                   .labels = s->labels};
        switch (family->kind) {
        case CR_METRIC_COUNTER:
            metric.value = (double)cr_counter_value(CR_CONTAINER(s, struct cr_counter, series));
            break;
        case CR_METRIC_GAUGE:
            metric.value = cr_gauge_value(CR_CONTAINER(s, struct cr_gauge, series));
            break;
        case CR_METRIC_TIMER:
            metric.unit = "seconds";
            fill_histogram(&metric, CR_CONTAINER(s, struct cr_histogram, series), now_ms);
            break;
        case CR_METRIC_HISTOGRAM:
            fill_histogram(&metric, CR_CONTAINER(s, struct cr_histogram, series), now_ms);
            break;
        }
        add(view, &metric);
    }
}

static int by_name(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    int order = strcmp(a->metric.name, b->metric.name);
    if (order != 0)
        return order;
    return a->order < b->order ? -1 : a->order > b->order;
}

struct cr_metrics_view *cr_metrics_view_new(void)
{
    struct cr_metrics_view *view = calloc(1, sizeof *view);
    if (!view)
        return NULL;
    view->texts = cr_arena_new(0);
    if (!view->texts) {
        cr_metrics_view_free(view);
        return NULL;
    }
    int64_t now_ms = cr_clock_ms();
    for (struct cr_family *f = cr_metrics_families(); f; f = atomic_load(&f->next))
        add_family(view, f, now_ms);
    cr_metrics_collect(view);
    if (view->failed) {
        cr_metrics_view_free(view);
        return NULL;
    }
    if (view->count > 0)
        qsort(view->entries, view->count, sizeof *view->entries, by_name);
    return view;
}

void cr_metrics_view_free(struct cr_metrics_view *view)
{
    if (!view)
        return;
    free(view->entries);
    cr_arena_free(view->texts);
    free(view);
}

size_t cr_metrics_view_count(const struct cr_metrics_view *view)
{
    return view->count;
}

const struct cr_metric *cr_metrics_view_at(const struct cr_metrics_view *view, size_t index)
{
    return index < view->count ? &view->entries[index].metric : NULL;
}

bool cr_metrics_next_label(const char *labels, size_t *cursor, struct cr_slice *out_key,
                           struct cr_buf *out_value)
{
    const char *start = labels + *cursor;
    const char *equals = strstr(start, "=\"");
    if (!equals)
        return false;
    *out_key = (struct cr_slice){start, (size_t)(equals - start)};
    const char *p = equals + 2;
    for (; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1]) {
            p++;
            cr_buf_char(out_value, *p == 'n' ? '\n' : *p);
        } else {
            cr_buf_char(out_value, *p);
        }
    }
    p += *p == '"';
    p += *p == ',';
    *cursor = (size_t)(p - labels);
    return true;
}
