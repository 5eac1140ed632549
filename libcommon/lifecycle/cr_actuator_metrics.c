/* Metrics: Boot 2's names and measurements, Boot 1's flat figures, Prometheus' text. */
#include "cr_metrics.h"

#include <string.h>

#include "cr_actuator.h"
#include "cr_actuator_private.h"
#include "cr_commands.h"
#include "cr_json_writer.h"
#include "cr_log.h"
#include "cr_map.h"
#include "cr_process_metrics.h"

static void view_freep(struct cr_metrics_view **view)
{
    cr_metrics_view_free(*view);
}
#define AUTO_VIEW CR_CLEANUP(view_freep) struct cr_metrics_view *

static bool is_histogram(const struct cr_metric *metric)
{
    return metric->kind == CR_METRIC_TIMER || metric->kind == CR_METRIC_HISTOGRAM;
}

static void answer_no_memory(struct cr_http_request *req)
{
    cr_http_problem(req, 500, "no memory to look at the metrics");
}

void cr_actuator_metrics(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    AUTO_VIEW view = cr_metrics_view_new();
    if (!view) {
        answer_no_memory(req);
        return;
    }
    const char *last = "";
    cr_json_init(&w, &body);
    cr_json_begin_object(&w);
    cr_json_pair_array(&w, "names");
    for (size_t i = 0; i < cr_metrics_view_count(view); i++) {
        const char *name = cr_metrics_view_at(view, i)->name;
        if (strcmp(name, last) != 0)
            cr_json_text(&w, name);
        last = name;
    }
    cr_json_end_array(&w);
    cr_json_end_object(&w);
    cr_actuator_json(req, 200, &body);
}

/* --- one metric --- */

/* Does the series have the label key with that value? */
static bool has_tag(const struct cr_metric *metric, struct cr_slice key, struct cr_slice value)
{
    size_t cursor = 0;
    struct cr_slice name;
    CR_AUTO(cr_buf) text = {0};
    while (cr_metrics_next_label(metric->labels, &cursor, &name, &text)) {
        if (cr_slice_equal(name, key) && cr_slice_equal(cr_buf_view(&text), value))
            return true;
        cr_buf_reset(&text);
    }
    return false;
}

/* All of ?tag=key:value&tag=... */
static bool has_all_tags(const struct cr_http_request *req, const struct cr_metric *metric)
{
    size_t cursor = 0;
    struct cr_slice name;
    struct cr_slice value;
    while (cr_http_query_next(req, &cursor, &name, &value)) {
        ptrdiff_t colon = cr_slice_find(value, ':');
        if (!cr_slice_is(name, "tag"))
            continue;
        if (colon < 0 || !has_tag(metric, cr_slice_sub(value, 0, (size_t)colon),
                                  cr_slice_from(value, (size_t)colon + 1)))
            return false;
    }
    return true;
}

struct sum {
    const struct cr_metric *first; /* NULL: nothing was found */
    double value, total, max;
    int64_t count;
    struct cr_map *tags; /* key -> map of values, both in order of appearance */
};

static void free_values(void *values)
{
    cr_map_free(values);
}

static void add_tags(struct sum *sum, const struct cr_metric *metric)
{
    static char present;
    size_t cursor = 0;
    struct cr_slice key;
    CR_AUTO(cr_buf) value = {0};
    while (cr_metrics_next_label(metric->labels, &cursor, &key, &value)) {
        struct cr_map *values = cr_map_get(sum->tags, key);
        if (!values) {
            values = cr_map_new(0, NULL);
            if (!values || cr_map_put(sum->tags, key, values) != 0) {
                cr_map_free(values);
                return;
            }
        }
        if (cr_map_put(values, cr_buf_view(&value), &present) != 0)
            return;
        cr_buf_reset(&value);
    }
}

static void add_metric(struct sum *sum, const struct cr_metric *metric)
{
    if (!sum->first)
        sum->first = metric;
    sum->value += metric->value;
    sum->total += metric->sum;
    sum->count += metric->count;
    sum->max = metric->max > sum->max ? metric->max : sum->max;
    add_tags(sum, metric);
}

static void write_measurement(struct cr_json_writer *w, const char *statistic, double value)
{
    cr_json_begin_object(w);
    cr_json_pair_text(w, "statistic", statistic);
    cr_json_pair_double(w, "value", value);
    cr_json_end_object(w);
}

static void write_tags(struct cr_json_writer *w, const struct cr_map *tags)
{
    size_t cursor = 0;
    struct cr_slice key;
    void *values = NULL;
    cr_json_pair_array(w, "availableTags");
    while (cr_map_next(tags, &cursor, &key, &values)) {
        size_t inner = 0;
        struct cr_slice value;
        void *unused = NULL;
        cr_json_begin_object(w);
        cr_json_pair_string(w, "tag", key);
        cr_json_pair_array(w, "values");
        while (cr_map_next(values, &inner, &value, &unused))
            cr_json_string(w, value);
        cr_json_end_array(w);
        cr_json_end_object(w);
    }
    cr_json_end_array(w);
}

static void write_sum(struct cr_json_writer *w, const struct sum *sum)
{
    const struct cr_metric *metric = sum->first;
    cr_json_begin_object(w);
    cr_json_pair_text(w, "name", metric->name);
    cr_json_pair_text(w, "description", metric->help);
    cr_json_pair_text(w, "baseUnit", metric->unit);
    cr_json_pair_array(w, "measurements");
    if (is_histogram(metric)) {
        bool timer = metric->kind == CR_METRIC_TIMER;
        write_measurement(w, "COUNT", (double)sum->count);
        write_measurement(w, timer ? "TOTAL_TIME" : "TOTAL", sum->total);
        write_measurement(w, "MAX", sum->max);
    } else {
        write_measurement(w, metric->kind == CR_METRIC_COUNTER ? "COUNT" : "VALUE", sum->value);
    }
    cr_json_end_array(w);
    write_tags(w, sum->tags);
    cr_json_end_object(w);
}

void cr_actuator_metric(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_slice name = cr_http_param(req, "name");
    CR_AUTO_MAP tags = cr_map_new(0, free_values);
    struct sum sum = {.tags = tags};
    AUTO_VIEW view = cr_metrics_view_new();
    if (!view || !tags) {
        answer_no_memory(req);
        return;
    }
    for (size_t i = 0; i < cr_metrics_view_count(view); i++) {
        const struct cr_metric *metric = cr_metrics_view_at(view, i);
        if (cr_slice_is(name, metric->name) && has_all_tags(req, metric))
            add_metric(&sum, metric);
    }
    if (!sum.first) {
        cr_http_problem(req, 404,
                        "no metric '%.*s' with these tags; /actuator/metrics lists the names",
                        CR_SLICE_ARG(name));
        return;
    }
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &body);
    write_sum(&w, &sum);
    cr_actuator_json(req, 200, &body);
}

/* --- Boot 1 --- */

/* "http.server.requests.GET.200": the values of the labels behind the name. */
static void boot1_key(struct cr_buf *out, const struct cr_metric *metric, const char *suffix)
{
    size_t cursor = 0;
    struct cr_slice key;
    CR_AUTO(cr_buf) value = {0};
    cr_buf_text(out, metric->name);
    while (cr_metrics_next_label(metric->labels, &cursor, &key, &value)) {
        cr_buf_char(out, '.');
        cr_buf_slice(out, cr_buf_view(&value));
        cr_buf_reset(&value);
    }
    cr_buf_text(out, suffix);
}

static void boot1_pair(struct cr_json_writer *w, const struct cr_metric *metric, const char *suffix,
                       double value)
{
    CR_AUTO(cr_buf) key = {0};
    boot1_key(&key, metric, suffix);
    cr_json_key_slice(w, cr_buf_view(&key));
    cr_json_double(w, value);
}

void cr_actuator_metrics_boot1(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    AUTO_VIEW view = cr_metrics_view_new();
    if (!view) {
        answer_no_memory(req);
        return;
    }
    cr_json_init(&w, &body);
    cr_json_begin_object(&w);
    for (size_t i = 0; i < cr_metrics_view_count(view); i++) {
        const struct cr_metric *metric = cr_metrics_view_at(view, i);
        if (is_histogram(metric)) {
            boot1_pair(&w, metric, ".count", (double)metric->count);
            boot1_pair(&w, metric, ".total", metric->sum);
            boot1_pair(&w, metric, ".max", metric->max);
        } else {
            boot1_pair(&w, metric, "", metric->value);
        }
    }
    cr_json_end_object(&w);
    cr_actuator_json(req, 200, &body);
}

/* --- Prometheus --- */

void cr_actuator_prometheus(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    CR_AUTO(cr_buf) body = {0};
    bool openmetrics = cr_slice_search(cr_http_header(req, "Accept"),
                                       CR_SLICE("application/openmetrics-text")) >= 0;
    cr_metrics_prometheus(&body, openmetrics);
    cr_http_answer_buf(req, 200,
                       openmetrics ? "application/openmetrics-text;version=1.0.0;charset=utf-8"
                                   : "text/plain;version=0.0.4;charset=utf-8",
                       &body);
}

/* --- the spine's own figures --- */

static void collect(struct cr_metrics_view *view, void *ctx)
{
    (void)ctx;
    for (int level = CR_LOG_ERROR; level <= CR_LOG_TRACE; level++) {
        CR_AUTO(cr_buf) labels = {0};
        char word[8] = {0};
        const char *name = cr_log_level_name((enum cr_log_level)level);
        for (size_t i = 0; name[i] && i + 1 < sizeof word; i++)
            word[i] = (char)(name[i] | 0x20);
        cr_metrics_label(&labels, "level", cr_slice_of(word));
        cr_metrics_show(
            view, &(struct cr_metric){.kind = CR_METRIC_COUNTER,
                                      .name = "logback.events",
                                      .help = "Lines written to the log",
                                      .labels = labels.data,
                                      .value = (double)cr_log_count((enum cr_log_level)level)});
    }
    cr_metrics_show(view, &(struct cr_metric){.kind = CR_METRIC_COUNTER,
                                              .name = "crema.log.lost",
                                              .help = "Log lines that could not be written",
                                              .value = (double)cr_log_lost()});
}

int cr_actuator_register_metrics(struct cr_app *app)
{
    int rc = cr_process_metrics_register();
    if (rc == 0)
        rc = cr_metrics_add_collector(collect, NULL);
    if (rc == 0 && app->commands)
        rc = cr_metrics_add_collector(cr_commands_metrics, app->commands);
    return rc;
}

void cr_actuator_unregister_metrics(struct cr_app *app)
{
    cr_metrics_remove_collector(collect, NULL);
    if (app->commands)
        cr_metrics_remove_collector(cr_commands_metrics, app->commands);
}
