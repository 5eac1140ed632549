/* Prometheus' text of all metrics: names, escapes, histograms as cumulative buckets. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_err.h"
#include "cr_metrics_private.h"

/* Bucket edges that are shown, each four times the last: 64 us to 67 s for timers, 1 to 2^20 for
 * plain values. */
enum { TIMER_FIRST = 6, TIMER_LAST = 26, PLAIN_FIRST = 0, PLAIN_LAST = 20, EDGE_STEP = 2 };

struct writer {
    struct cr_buf *out;
    bool openmetrics;
    char name[256]; /* of the family, with unit, without "_total" */
};

static void put_number(struct cr_buf *out, double value)
{
    if (isnan(value)) {
        cr_buf_text(out, "NaN");
    } else if (isinf(value)) {
        cr_buf_text(out, value > 0 ? "+Inf" : "-Inf");
    } else if (value > -1e15 && value < 1e15 && (double)(int64_t)value == value) {
        cr_buf_printf(out, "%.0f", value);
    } else {
        char text[40];
        (void)snprintf(text, sizeof text, "%.15g", value);
        if (strtod(text, NULL) != value)
            (void)snprintf(text, sizeof text, "%.17g", value);
        cr_buf_text(out, text);
    }
}

static bool ends_with(const char *text, const char *suffix)
{
    return cr_slice_ends(cr_slice_of(text), cr_slice_of(suffix));
}

/* "http.server.requests" + "seconds" -> "http_server_requests_seconds". */
static void set_name(struct writer *w, const struct cr_metric *metric)
{
    size_t len = 0;
    const char *parts[] = {metric->name, metric->unit};
    for (size_t i = 0; i < CR_COUNT(parts); i++) {
        if (!parts[i] || (i == 1 && ends_with(metric->name, parts[i])))
            continue;
        if (i == 1 && len + 1 < sizeof w->name)
            w->name[len++] = '_';
        for (const char *p = parts[i]; *p && len + 1 < sizeof w->name; p++) {
            bool digit = *p >= '0' && *p <= '9';
            bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_' ||
                        *p == ':' || (digit && len > 0);
            w->name[len++] = word ? *p : '_';
        }
    }
    w->name[len] = '\0';
    if (metric->kind == CR_METRIC_COUNTER && ends_with(w->name, "_total"))
        w->name[len - strlen("_total")] = '\0';
}

static void put_head(struct writer *w, const char *suffix, const char *help, const char *type)
{
    cr_buf_printf(w->out, "# HELP %s%s ", w->name, suffix);
    for (const char *p = help; *p; p++) {
        if (*p == '\\')
            cr_buf_text(w->out, "\\\\");
        else if (*p == '\n')
            cr_buf_text(w->out, "\\n");
        else if (*p == '"' && w->openmetrics)
            cr_buf_text(w->out, "\\\"");
        else
            cr_buf_char(w->out, *p);
    }
    cr_buf_printf(w->out, "\n# TYPE %s%s %s\n", w->name, suffix, type);
}

static void put_sample(struct writer *w, const char *suffix, const char *labels, double value)
{
    cr_buf_printf(w->out, "%s%s", w->name, suffix);
    if (labels[0])
        cr_buf_printf(w->out, "{%s}", labels);
    cr_buf_char(w->out, ' ');
    put_number(w->out, value);
    cr_buf_char(w->out, '\n');
}

static void put_bucket(struct writer *w, const char *labels, const char *edge, int64_t count)
{
    cr_buf_printf(w->out, "%s_bucket{%s%sle=\"%s\"} %" PRId64 "\n", w->name, labels,
                  labels[0] ? "," : "", edge, count);
}

/* How many values were below 2^power. */
static int64_t count_below(const struct cr_metric *metric, int power)
{
    uint64_t count = 0;
    if (metric->histogram)
        return cr_histogram_below(metric->histogram, power);
    for (int i = 0; i < power && i < CR_METRIC_POWERS; i++)
        count += metric->powers[i];
    return (int64_t)count;
}

static void put_histogram(struct writer *w, const struct cr_metric *metric)
{
    bool timer = metric->kind == CR_METRIC_TIMER;
    int first = timer ? TIMER_FIRST : PLAIN_FIRST;
    int last = timer ? TIMER_LAST : PLAIN_LAST;
    int64_t count = metric->count;
    bool known = metric->histogram || metric->powers;
    for (int power = first; known && power <= last; power += EDGE_STEP) {
        CR_AUTO(cr_buf) edge = {0};
        double limit = (double)((int64_t)1 << power);
        /* Durations are cut to whole microseconds, so "below" is "at most"; plain values are exact.
         */
        put_number(&edge, timer ? limit * 1e-6 : limit - 1);
        /* A record between the two counts must not show more in a bucket than in +Inf. */
        int64_t below = count_below(metric, power);
        put_bucket(w, metric->labels, edge.data ? edge.data : "0", below < count ? below : count);
    }
    put_bucket(w, metric->labels, "+Inf", count);
    put_sample(w, "_sum", metric->labels, metric->sum);
    put_sample(w, "_count", metric->labels, (double)count);
}

/* One family: the entries from start to end of the view. */
static void put_family(struct writer *w, const struct cr_metrics_view *view, size_t start,
                       size_t end)
{
    const struct cr_metric *first = cr_metrics_view_at(view, start);
    set_name(w, first);
    if (first->kind == CR_METRIC_COUNTER || first->kind == CR_METRIC_GAUGE) {
        bool counter = first->kind == CR_METRIC_COUNTER;
        const char *suffix = counter ? "_total" : "";
        put_head(w, w->openmetrics ? "" : suffix, first->help, counter ? "counter" : "gauge");
        for (size_t i = start; i < end; i++) {
            const struct cr_metric *metric = cr_metrics_view_at(view, i);
            put_sample(w, suffix, metric->labels, metric->value);
        }
        return;
    }
    put_head(w, "", first->help, "histogram");
    for (size_t i = start; i < end; i++)
        put_histogram(w, cr_metrics_view_at(view, i));
    put_head(w, "_max", first->help, "gauge");
    for (size_t i = start; i < end; i++) {
        const struct cr_metric *metric = cr_metrics_view_at(view, i);
        put_sample(w, "_max", metric->labels, metric->max);
    }
}

void cr_metrics_prometheus(struct cr_buf *out, bool openmetrics)
{
    struct cr_metrics_view *view = cr_metrics_view_new();
    if (!view) {
        out->failed = CR_ENOMEM;
        return;
    }
    struct writer w = {.out = out, .openmetrics = openmetrics};
    size_t count = cr_metrics_view_count(view);
    for (size_t start = 0, end = 0; start < count; start = end) {
        const char *name = cr_metrics_view_at(view, start)->name;
        for (end = start + 1; end < count; end++)
            if (strcmp(cr_metrics_view_at(view, end)->name, name) != 0)
                break;
        put_family(&w, view, start, end);
    }
    if (openmetrics)
        cr_buf_text(out, "# EOF\n");
    cr_metrics_view_free(view);
}
