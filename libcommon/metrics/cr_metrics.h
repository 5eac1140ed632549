/* cr_metrics: the process's counters, gauges and histograms, and their Prometheus text.
 *
 * Names:     as Micrometer's, dotted: "http.server.requests". In Prometheus text dots become
 *            underscores, a unit and "_total" are put behind: "http_server_requests_seconds".
 * Labels:    NULL or `key="value",key2="value2"` with values escaped by cr_metrics_label.
 * Ownership: instruments live as long as the process; names and helps are literals, labels are
 *            copied. Asking for the same name and labels again gives the same instrument.
 * Errors:    never NULL: beyond CR_METRICS_SERIES_MAX series of one name, or without memory, the
 *            caller gets an instrument that is not shown (and a counter says so). One name with two
 *            kinds is a programmer error.
 * Threads:   any; updates are relaxed atomics.
 * Source:    Prometheus text format 0.0.4, OpenMetrics 1.0, Micrometer's naming convention.
 */
#ifndef CR_METRICS_H
#define CR_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_attr.h"
#include "cr_buf.h"

struct cr_counter;
struct cr_gauge;
struct cr_histogram;

enum { CR_METRICS_SERIES_MAX = 1000 };

struct cr_counter *cr_metrics_counter(const char *name, const char *help, const char *labels);
void cr_counter_add(struct cr_counter *counter, int64_t amount);
int64_t cr_counter_value(const struct cr_counter *counter);

struct cr_gauge *cr_metrics_gauge(const char *name, const char *help, const char *labels);
void cr_gauge_set(struct cr_gauge *gauge, double value);
void cr_gauge_add(struct cr_gauge *gauge, double amount);
double cr_gauge_value(struct cr_gauge *gauge);
/* From now on the value is asked of read(ctx) when somebody looks; NULL detaches, and when this
 * returns no call is under way. read may take locks, but must not call cr_gauge_callback. */
void cr_gauge_callback(struct cr_gauge *gauge, double (*read)(void *ctx), void *ctx);

/* Non-negative integers in log-linear buckets (error <= 1/16), allocated on first use. */
struct cr_histogram *cr_metrics_histogram(const char *name, const char *help, const char *labels);
/* A histogram of durations: record microseconds, seconds are shown. */
struct cr_histogram *cr_metrics_timer(const char *name, const char *help, const char *labels);
void cr_histogram_record(struct cr_histogram *histogram, int64_t value);
int64_t cr_histogram_count(const struct cr_histogram *histogram);
/* quantile in 0..1; the middle of the bucket it falls into; 0 when empty. */
int64_t cr_histogram_quantile(const struct cr_histogram *histogram, double quantile);

/* The unit of a name ("bytes", "seconds", "files"), put behind its Prometheus name. */
void cr_metrics_unit(const char *name, const char *unit);

/* Appends `key="value"`, escaped, with a comma in front when labels is not empty. */
void cr_metrics_label(struct cr_buf *labels, const char *key, struct cr_slice value);

/* --- showing --- */

enum { CR_METRIC_POWERS = 32 };
enum cr_metric_kind { CR_METRIC_COUNTER, CR_METRIC_GAUGE, CR_METRIC_HISTOGRAM, CR_METRIC_TIMER };

/* One series at this moment. Texts are valid during the walk that shows it. */
struct cr_metric {
    enum cr_metric_kind kind;
    const char *name;
    const char *help;
    const char *unit;   /* NULL: none */
    const char *labels; /* "" : none */
    double value;       /* counter, gauge */
    double sum, max;    /* histogram, timer (in seconds); max of the last one to two minutes */
    int64_t count;
    const struct cr_histogram *histogram;
    /* Of a collector, instead: CR_METRIC_POWERS counts, of the values from 2^i to below 2^(i+1)
     * (and of 0 with the first). Copied. */
    const uint64_t *powers;
};

/* Series that somebody makes only when somebody looks (per command, per worker): a collector calls
 * cr_metrics_show once a series; its texts are copied. Detach as for callbacks. */
struct cr_metrics_view;
typedef void (*cr_metrics_collector)(struct cr_metrics_view *view, void *ctx);
CR_MUST_CHECK int cr_metrics_add_collector(cr_metrics_collector collect, void *ctx); /* CR_ELIMIT */
void cr_metrics_remove_collector(cr_metrics_collector collect, void *ctx);
void cr_metrics_show(struct cr_metrics_view *view, const struct cr_metric *metric);

/* Everything at this moment, ordered by name (then as registered). NULL without memory. */
struct cr_metrics_view *cr_metrics_view_new(void);
void cr_metrics_view_free(struct cr_metrics_view *view);
size_t cr_metrics_view_count(const struct cr_metrics_view *view);
const struct cr_metric *cr_metrics_view_at(const struct cr_metrics_view *view, size_t index);

/* Next `key="value"` of a series' labels: start with *cursor = 0; false at the end. The value is
 * appended unescaped. */
bool cr_metrics_next_label(const char *labels, size_t *cursor, struct cr_slice *out_key,
                           struct cr_buf *out_value);

/* Text for a scrape. openmetrics chooses application/openmetrics-text 1.0, else text 0.0.4. */
void cr_metrics_prometheus(struct cr_buf *out, bool openmetrics);

#endif
