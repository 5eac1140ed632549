/* Conformance 6.4: the sums, cases 54 to 59, 64, 82 and 83 by their numbers. */
#include "replay_event.h"

static int begin(void **state)
{
    *state = aggregate_new(CR_SLICE("HystrixCommand"), CR_SLICE("GetOrder"));
    return *state ? 0 : -1;
}

static int end(void **state)
{
    aggregate_free(*state);
    return 0;
}

static void case_54_successive_sums(void **state)
{
    says(*state, "A", "\"requestCount\":10");
    expect_shown(*state, "\"requestCount\":10");
    says(*state, "B", "\"requestCount\":20");
    expect_shown(*state, "\"requestCount\":30");
    says(*state, "A", "\"requestCount\":7");
    expect_shown(*state, "\"requestCount\":27");
}

#define HOST_A                                                                                     \
    "\"requestCount\":120,\"errorPercentage\":20,\"errorCount\":24,"                               \
    "\"latencyExecute\":{\"50\":10,\"90\":35},\"latencyExecute_mean\":13,"                         \
    "\"isCircuitBreakerOpen\":true,\"allClosed\":false,"                                           \
    "\"propertyValue_circuitBreakerRequestVolumeThreshold\":20,"                                   \
    "\"propertyValue_metricsRollingStatisticalWindowInMilliseconds\":10000,"                       \
    "\"propertyValue_executionIsolationThreadPoolKeyOverride\":null,"                              \
    "\"propertyValue_executionIsolationStrategy\":\"THREAD\",\"currentTime\":1763824800123,"       \
    "\"reportingHosts\":1"
#define HOST_B                                                                                     \
    "\"requestCount\":80,\"errorPercentage\":40,\"errorCount\":32,"                                \
    "\"latencyExecute\":{\"50\":20,\"90\":50},\"latencyExecute_mean\":16,"                         \
    "\"isCircuitBreakerOpen\":false,\"allClosed\":false,"                                          \
    "\"propertyValue_circuitBreakerRequestVolumeThreshold\":20,"                                   \
    "\"propertyValue_metricsRollingStatisticalWindowInMilliseconds\":10000,"                       \
    "\"propertyValue_executionIsolationThreadPoolKeyOverride\":null,"                              \
    "\"propertyValue_executionIsolationStrategy\":\"SEMAPHORE\",\"currentTime\":1763824800124,"    \
    "\"reportingHosts\":1"

static void case_55_every_row_of_the_table(void **state)
{
    says(*state, "A", HOST_A);
    says(*state, "B", HOST_B);
    static const char *const pairs[] = {
        "{\"type\":\"HystrixCommand\",\"name\":\"GetOrder\",",
        "\"requestCount\":200,",
        "\"errorPercentage\":60,",
        "\"errorCount\":56,",
        "\"latencyExecute\":{\"50\":30,\"90\":85},",
        "\"latencyExecute_mean\":29,",
        "\"allClosed\":false,",
        "\"isCircuitBreakerOpen\":\"{\\\"true\\\":1,\\\"false\\\":1}\",",
        "\"propertyValue_circuitBreakerRequestVolumeThreshold\":40,",
        "\"propertyValue_metricsRollingStatisticalWindowInMilliseconds\":20000,",
        "\"propertyValue_executionIsolationThreadPoolKeyOverride\":\"null\",",
        "\"propertyValue_executionIsolationStrategy\":\"{\\\"THREAD\\\":1,\\\"SEMAPHORE\\\":1}\",",
        "\"reportingHosts\":2,",
        "\"propertyValuesSummed\":true}",
    };
    for (size_t i = 0; i < CR_COUNT(pairs); i++)
        expect_shown(*state, pairs[i]);
    expect_absent(*state, "currentTime");
}

static void case_56_a_host_leaves(void **state)
{
    says(*state, "A", HOST_A);
    says(*state, "B", HOST_B);
    assert_true(aggregate_drop(*state, CR_SLICE("B")));
    assert_false(aggregate_drop(*state, CR_SLICE("B")));
    expect_shown(*state, "\"requestCount\":120,");
    expect_shown(*state, "\"isCircuitBreakerOpen\":true,");
    expect_shown(*state, "\"latencyExecute\":{\"50\":10,\"90\":35},");
    expect_shown(*state, "\"reportingHosts\":1,");
    assert_true(aggregate_drop(*state, CR_SLICE("A")));
    assert_int_equal(aggregate_host_count(*state), 0);
    expect_shown(*state, "\"requestCount\":0,");
    expect_shown(*state, "\"isCircuitBreakerOpen\":\"\",");
    expect_shown(*state, "\"allClosed\":false,");
    expect_shown(*state, "\"reportingHosts\":0,");
}

static void case_57_agreement_is_a_boolean_again(void **state)
{
    says(*state, "A", "\"isCircuitBreakerOpen\":false");
    says(*state, "B", "\"isCircuitBreakerOpen\":true");
    expect_shown(*state, "\"isCircuitBreakerOpen\":\"{\\\"false\\\":1,\\\"true\\\":1}\"");
    says(*state, "B", "\"isCircuitBreakerOpen\":false");
    expect_shown(*state, "\"isCircuitBreakerOpen\":false,");
}

static void case_58_what_is_no_integer_is_a_text(void **state)
{
    says(*state, "A", "\"a\":null,\"b\":12.5,\"c\":true");
    says(*state, "B", "\"a\":null,\"b\":12.5,\"c\":true");
    expect_shown(*state, "\"a\":\"null\",\"b\":\"12.5\",\"c\":true,");
}

static void case_59_reporting_hosts(void **state)
{
    says(*state, "A", "\"requestCount\":1");
    expect_shown(*state, "\"reportingHosts\":1,");
    says(*state, "B", "\"requestCount\":1,\"reportingHosts\":3");
    expect_shown(*state, "\"reportingHosts\":4,");
}

/* A chain of aggregators: the marker of the one below is not doubled. */
static void case_59_chained_marker(void **state)
{
    says(*state, "A", "\"requestCount\":1,\"reportingHosts\":3,\"propertyValuesSummed\":true");
    CR_AUTO(cr_buf) json = {0};
    aggregate_render(*state, &json);
    const char *first = strstr(json.data, "propertyValuesSummed");
    assert_non_null(first);
    assert_null(strstr(first + 1, "propertyValuesSummed"));
}

static void case_64_a_host_that_comes_back_is_not_counted_twice(void **state)
{
    says(*state, "A", "\"requestCount\":10");
    aggregate_drop(*state, CR_SLICE("A"));
    says(*state, "A", "\"requestCount\":10");
    says(*state, "A", "\"requestCount\":10");
    expect_shown(*state, "\"requestCount\":10,");
    expect_shown(*state, "\"reportingHosts\":1,");
}

static void case_82_turbine_2_window_stays_a_text(void **state)
{
    says(*state, "A", "\"propertyValue_metricsRollingStatisticalWindowInMilliseconds\":\"10000\"");
    expect_shown(*state,
                 "\"propertyValue_metricsRollingStatisticalWindowInMilliseconds\":\"10000\"");
}

static void case_83_turbine_2_flags_are_summed_per_key(void **state)
{
    says(*state, "A", "\"isCircuitBreakerOpen\":{\"false\":2,\"true\":1},\"reportingHosts\":3");
    says(*state, "B", "\"isCircuitBreakerOpen\":{\"true\":2},\"reportingHosts\":2");
    expect_shown(*state, "\"isCircuitBreakerOpen\":{\"false\":2,\"true\":3}");
    expect_shown(*state, "\"reportingHosts\":5,");
}

/* A sum never shows below zero, nor wraps around. */
static void sums_are_clamped(void **state)
{
    says(*state, "A", "\"a\":-5,\"b\":9223372036854775807,\"m\":{\"k\":-1}");
    says(*state, "B", "\"a\":2,\"b\":9223372036854775807,\"m\":{\"k\":0}");
    expect_shown(*state, "\"a\":0,\"b\":9223372036854775807,\"m\":{\"k\":0},");
}

static void tables_are_bounded(void **state)
{
    CR_AUTO(cr_buf) fields = {0};
    for (int i = 0; i < AGGREGATE_FIELDS_MAX + 10; i++)
        cr_buf_printf(&fields, "%s\"f%d\":1", i ? "," : "", i);
    says(*state, "A", fields.data);
    expect_shown(*state, "\"f255\":1,");
    expect_absent(*state, "\"f256\"");
    for (int i = 0; i < AGGREGATE_TEXTS_MAX + 10; i++) {
        CR_AUTO(cr_buf) text = {0};
        cr_buf_printf(&text, "\"f0\":\"value %d\"", i);
        says(*state, "A", text.data);
    }
    expect_shown(*state, "\"f0\":\"\",");
    CR_AUTO(cr_buf) map = {0};
    cr_buf_text(&map, "\"f1\":{");
    for (int i = 0; i < AGGREGATE_KEYS_MAX + 10; i++)
        cr_buf_printf(&map, "%s\"k%d\":1", i ? "," : "", i);
    cr_buf_text(&map, "}");
    says(*state, "A", map.data);
    expect_shown(*state, "\"k63\":1}");
    expect_absent(*state, "\"k64\"");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(case_54_successive_sums),
        CASE(case_55_every_row_of_the_table),
        CASE(case_56_a_host_leaves),
        CASE(case_57_agreement_is_a_boolean_again),
        CASE(case_58_what_is_no_integer_is_a_text),
        CASE(case_59_reporting_hosts),
        CASE(case_59_chained_marker),
        CASE(case_64_a_host_that_comes_back_is_not_counted_twice),
        CASE(case_82_turbine_2_window_stays_a_text),
        CASE(case_83_turbine_2_flags_are_summed_per_key),
        CASE(sums_are_clamped),
        CASE(tables_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
