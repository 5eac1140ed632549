/* The text of a scrape, in both formats. */
#include "cr_metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_text(bool openmetrics, const char *expected)
{
    CR_AUTO(cr_buf) out = {0};
    cr_metrics_prometheus(&out, openmetrics);
    assert_int_equal(cr_buf_status(&out), 0);
    if (!strstr(out.data, expected))
        fail_msg("no <%s> in <%s>", expected, out.data);
}

static int register_all(void **state)
{
    (void)state;
    cr_counter_add(cr_metrics_counter("http.calls", "Calls \\ of\nall", "a=\"1\""), 3);
    cr_counter_add(cr_metrics_counter("http.calls", "Calls \\ of\nall", "a=\"2\""), 4);
    cr_gauge_set(cr_metrics_gauge("queue-size", "Queue", NULL), 0.25);
    cr_gauge_set(cr_metrics_gauge("memory", "Memory", NULL), 1e16);
    cr_metrics_unit("memory", "bytes");
    struct cr_histogram *timer = cr_metrics_timer("http.server.requests", "Requests", "s=\"x\"");
    cr_histogram_record(timer, 63);
    cr_histogram_record(timer, 64);
    cr_histogram_record(timer, 1000);
    struct cr_histogram *plain = cr_metrics_histogram("batch", "Batch", NULL);
    cr_histogram_record(plain, 1);
    cr_histogram_record(plain, 2);
    return 0;
}

static void test_counters(void **state)
{
    (void)state;
    assert_text(false, "# HELP http_calls_total Calls \\\\ of\\nall\n"
                       "# TYPE http_calls_total counter\n"
                       "http_calls_total{a=\"1\"} 3\nhttp_calls_total{a=\"2\"} 4\n");
    assert_text(true, "# TYPE http_calls counter\nhttp_calls_total{a=\"1\"} 3\n");
}

static void test_gauges(void **state)
{
    (void)state;
    assert_text(false, "# TYPE queue_size gauge\nqueue_size 0.25\n");
    assert_text(false, "memory_bytes 1e+16\n");
}

static void test_histograms(void **state)
{
    (void)state;
    assert_text(false, "# TYPE http_server_requests_seconds histogram\n"
                       "http_server_requests_seconds_bucket{s=\"x\",le=\"6.4e-05\"} 1\n"
                       "http_server_requests_seconds_bucket{s=\"x\",le=\"0.000256\"} 2\n");
    assert_text(false, "http_server_requests_seconds_bucket{s=\"x\",le=\"+Inf\"} 3\n"
                       "http_server_requests_seconds_sum{s=\"x\"} 0.001127\n"
                       "http_server_requests_seconds_count{s=\"x\"} 3\n");
    assert_text(false, "# TYPE http_server_requests_seconds_max gauge\n"
                       "http_server_requests_seconds_max{s=\"x\"} 0.001\n");
    assert_text(false, "batch_bucket{le=\"0\"} 0\nbatch_bucket{le=\"3\"} 2\n"
                       "batch_bucket{le=\"15\"} 2\n");
}

static void test_openmetrics_ends(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    cr_metrics_prometheus(&out, true);
    assert_true(cr_slice_ends(cr_buf_view(&out), CR_SLICE("\n# EOF\n")));
    cr_buf_reset(&out);
    cr_metrics_prometheus(&out, false);
    assert_int_equal(cr_slice_search(cr_buf_view(&out), CR_SLICE("# EOF")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters),
        cmocka_unit_test(test_gauges),
        cmocka_unit_test(test_histograms),
        cmocka_unit_test(test_openmetrics_ends),
    };
    return cmocka_run_group_tests(tests, register_all, NULL);
}
