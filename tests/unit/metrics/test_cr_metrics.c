/* Counters, gauges, histograms, their limits, and the view of all of them. */
#include "cr_metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cr_process_metrics.h"
#include "cr_thread.h"

/* The one series of that name and labels in a view of now; fails if there is none. */
static struct cr_metric look(const char *name, const char *labels)
{
    struct cr_metrics_view *view = cr_metrics_view_new();
    assert_non_null(view);
    struct cr_metric found = {0};
    for (size_t i = 0; i < cr_metrics_view_count(view); i++) {
        const struct cr_metric *metric = cr_metrics_view_at(view, i);
        if (strcmp(metric->name, name) == 0 && strcmp(metric->labels, labels) == 0)
            found = *metric;
    }
    cr_metrics_view_free(view);
    if (!found.name)
        fail_msg("no %s{%s}", name, labels);
    return found;
}

static void test_counters(void **state)
{
    (void)state;
    struct cr_counter *a = cr_metrics_counter("t.counter", "help", "k=\"a\"");
    struct cr_counter *b = cr_metrics_counter("t.counter", "help", "k=\"b\"");
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(a, cr_metrics_counter("t.counter", "help", "k=\"a\""));
    cr_counter_add(a, 2);
    cr_counter_add(a, 3);
    assert_int_equal(cr_counter_value(a), 5);
    assert_int_equal(cr_counter_value(b), 0);
    assert_true(look("t.counter", "k=\"a\"").value == 5);
}

static double read_seven(void *ctx)
{
    return *(double *)ctx;
}

static void test_gauges(void **state)
{
    (void)state;
    struct cr_gauge *gauge = cr_metrics_gauge("t.gauge", "help", NULL);
    cr_metrics_unit("t.gauge", "bytes");
    cr_gauge_set(gauge, 1.5);
    cr_gauge_add(gauge, -0.5);
    assert_true(cr_gauge_value(gauge) == 1.0);
    double seven = 7;
    cr_gauge_callback(gauge, read_seven, &seven);
    struct cr_metric shown = look("t.gauge", "");
    assert_true(shown.value == 7.0);
    assert_string_equal(shown.unit, "bytes");
    cr_gauge_callback(gauge, NULL, NULL);
    assert_true(cr_gauge_value(gauge) == 1.0);
}

static void test_histogram_buckets_are_within_a_sixteenth(void **state)
{
    (void)state;
    char name[32];
    int64_t value = 1;
    for (int i = 0; i < 60; i++, value = value * 7 / 4 + 1) {
        (void)snprintf(name, sizeof name, "n=\"%d\"", i);
        struct cr_histogram *h = cr_metrics_histogram("t.width", "help", name);
        cr_histogram_record(h, value);
        if (value >= (int64_t)1 << 40)
            break;
        int64_t middle = cr_histogram_quantile(h, 0.5);
        int64_t off = middle > value ? middle - value : value - middle;
        assert_true(off * 16 <= value);
    }
}

static void test_histogram_figures(void **state)
{
    (void)state;
    struct cr_histogram *h = cr_metrics_timer("t.timer", "help", NULL);
    assert_int_equal(cr_histogram_quantile(h, 0.5), 0);
    for (int64_t i = 1; i <= 1000; i++)
        cr_histogram_record(h, i * 1000);
    cr_histogram_record(h, -5);
    assert_int_equal(cr_histogram_count(h), 1001);
    int64_t p90 = cr_histogram_quantile(h, 0.9);
    assert_in_range(p90, 840000, 960000);
    struct cr_metric shown = look("t.timer", "");
    assert_int_equal(shown.count, 1001);
    assert_true(shown.sum > 500.4 && shown.sum < 500.6);
    assert_true(shown.max == 1.0);
    assert_string_equal(shown.unit, "seconds");
}

/* A value beyond the last bucket is counted, not lost and not written elsewhere. */
static void test_huge_values(void **state)
{
    (void)state;
    struct cr_histogram *h = cr_metrics_histogram("t.huge", "help", NULL);
    cr_histogram_record(h, INT64_MAX / 2);
    assert_int_equal(cr_histogram_count(h), 1);
    assert_true(cr_histogram_quantile(h, 1) >= (int64_t)1 << 40);
}

static void test_too_many_series_are_hidden(void **state)
{
    (void)state;
    char labels[32];
    struct cr_counter *last = NULL;
    for (int i = 0; i < CR_METRICS_SERIES_MAX + 3; i++) {
        (void)snprintf(labels, sizeof labels, "i=\"%d\"", i);
        last = cr_metrics_counter("t.many", "help", labels);
        assert_non_null(last);
        cr_counter_add(last, 1);
    }
    assert_int_equal(cr_counter_value(last), 3);
    assert_true(look("crema.metrics.hidden", "").value == 3.0);
    struct cr_metrics_view *view = cr_metrics_view_new();
    int shown = 0;
    for (size_t i = 0; i < cr_metrics_view_count(view); i++)
        shown += strcmp(cr_metrics_view_at(view, i)->name, "t.many") == 0;
    cr_metrics_view_free(view);
    assert_int_equal(shown, CR_METRICS_SERIES_MAX);
}

static void test_labels(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) labels = {0};
    cr_metrics_label(&labels, "uri", CR_SLICE("/a\"b\\c\nd"));
    cr_metrics_label(&labels, "status", CR_SLICE("200"));
    assert_string_equal(labels.data, "uri=\"/a\\\"b\\\\c\\nd\",status=\"200\"");
    size_t cursor = 0;
    struct cr_slice key;
    CR_AUTO(cr_buf) value = {0};
    assert_true(cr_metrics_next_label(labels.data, &cursor, &key, &value));
    assert_true(cr_slice_is(key, "uri"));
    assert_string_equal(value.data, "/a\"b\\c\nd");
    cr_buf_reset(&value);
    assert_true(cr_metrics_next_label(labels.data, &cursor, &key, &value));
    assert_true(cr_slice_is(key, "status"));
    assert_string_equal(value.data, "200");
    assert_false(cr_metrics_next_label(labels.data, &cursor, &key, &value));
}

static void collect_one(struct cr_metrics_view *view, void *ctx)
{
    char name[16] = "t.collected";
    cr_metrics_show(view, &(struct cr_metric){.kind = CR_METRIC_GAUGE,
                                              .name = name,
                                              .labels = "worker=\"0\"",
                                              .value = *(int *)ctx});
    memset(name, 'x', sizeof name - 1); /* the view has its own copy */
}

static void test_collectors(void **state)
{
    (void)state;
    int value = 42;
    assert_int_equal(cr_metrics_add_collector(collect_one, &value), 0);
    assert_true(look("t.collected", "worker=\"0\"").value == 42.0);
    cr_metrics_remove_collector(collect_one, &value);
    struct cr_metrics_view *view = cr_metrics_view_new();
    for (size_t i = 0; i < cr_metrics_view_count(view); i++)
        assert_string_not_equal(cr_metrics_view_at(view, i)->name, "t.collected");
    cr_metrics_view_free(view);
}

static void test_the_view_is_ordered(void **state)
{
    (void)state;
    struct cr_metrics_view *view = cr_metrics_view_new();
    for (size_t i = 1; i < cr_metrics_view_count(view); i++)
        assert_true(
            strcmp(cr_metrics_view_at(view, i - 1)->name, cr_metrics_view_at(view, i)->name) <= 0);
    assert_null(cr_metrics_view_at(view, cr_metrics_view_count(view)));
    cr_metrics_view_free(view);
}

static void test_process_metrics(void **state)
{
    (void)state;
    assert_int_equal(cr_process_metrics_register(), 0);
    assert_true(cr_process_private_bytes() > 0);
    assert_true(cr_process_open_fds() >= 3);
    assert_true(look("process.private.memory", "").value > 0);
    assert_true(look("process.cpu", "").value >= 0);
}

enum { ADDERS = 4, ADDS = 2000 };

static void add_all(void *ctx)
{
    (void)ctx;
    for (int i = 0; i < ADDS; i++) {
        cr_counter_add(cr_metrics_counter("t.threads", "help", NULL), 1);
        cr_gauge_add(cr_metrics_gauge("t.threads.gauge", "help", NULL), 1);
        cr_histogram_record(cr_metrics_timer("t.threads.timer", "help", NULL), i);
    }
}

static void test_threads(void **state)
{
    (void)state;
    struct cr_thread threads[ADDERS] = {0};
    for (int i = 0; i < ADDERS; i++)
        assert_int_equal(cr_thread_start(&threads[i], "adder", add_all, NULL, NULL), 0);
    for (int i = 0; i < 10; i++)
        cr_metrics_view_free(cr_metrics_view_new());
    for (int i = 0; i < ADDERS; i++)
        cr_thread_join(&threads[i]);
    assert_true(look("t.threads", "").value == ADDERS * ADDS);
    assert_true(look("t.threads.gauge", "").value == ADDERS * ADDS);
    assert_int_equal(look("t.threads.timer", "").count, ADDERS * ADDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters),
        cmocka_unit_test(test_gauges),
        cmocka_unit_test(test_histogram_buckets_are_within_a_sixteenth),
        cmocka_unit_test(test_histogram_figures),
        cmocka_unit_test(test_huge_values),
        cmocka_unit_test(test_too_many_series_are_hidden),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_collectors),
        cmocka_unit_test(test_the_view_is_ordered),
        cmocka_unit_test(test_process_metrics),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
