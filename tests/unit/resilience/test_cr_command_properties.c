/* Hystrix' property names, their order of precedence (case 53) and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cr_command_properties.h"

struct pairs {
    const char *const (*rows)[2];
    size_t count;
};

static bool look_up(void *ctx, const char *key, struct cr_slice *out_value)
{
    const struct pairs *pairs = ctx;
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->rows[i][0], key) == 0) {
            *out_value = cr_slice_of(pairs->rows[i][1]);
            return true;
        }
    }
    return false;
}

#define TIMEOUT "execution.isolation.thread.timeoutInMilliseconds"

static int32_t timeout_with(const struct cr_command_preset *preset, const char *const (*rows)[2],
                            size_t count)
{
    struct pairs pairs = {rows, count};
    struct cr_command_presets presets = {preset, preset ? 1 : 0};
    struct cr_command_properties properties;
    assert_int_equal(cr_command_properties_load("K", presets, look_up, &pairs, &properties, NULL),
                     0);
    return properties.timeout_ms;
}

static void case_53_code_beats_the_default_key(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"hystrix.command.default." TIMEOUT, "700"},
        {"hystrix.command.K." TIMEOUT, "900"},
    };
    static const struct cr_command_preset code = {TIMEOUT, "300"};
    assert_int_equal(timeout_with(NULL, rows, 0), 1000);
    assert_int_equal(timeout_with(NULL, rows, 1), 700);
    assert_int_equal(timeout_with(&code, rows, 0), 300);
    assert_int_equal(timeout_with(&code, rows, 1), 300);
    assert_int_equal(timeout_with(&code, rows, 2), 900);
    assert_int_equal(timeout_with(NULL, rows, 2), 900);
}

static void every_name_can_be_set(void **state)
{
    (void)state;
    size_t count = 0;
    for (; cr_command_property_name(count); count++) {
        struct cr_slice name = cr_slice_of(cr_command_property_name(count));
        struct cr_command_properties properties = cr_command_defaults;
        bool flag = cr_slice_ends(name, CR_SLICE("nabled")) ||
                    cr_slice_search(name, CR_SLICE(".force")) >= 0 ||
                    cr_slice_search(name, CR_SLICE("interruptOn")) >= 0;
        struct cr_slice value = flag ? CR_SLICE("true") : CR_SLICE("7");
        if (cr_slice_ends(name, CR_SLICE("strategy")))
            value = CR_SLICE("SEMAPHORE");
        assert_int_equal(cr_command_property_set(&properties, name, value, NULL), 0);
        struct cr_err err = {0};
        assert_int_equal(cr_command_property_set(&properties, name, CR_SLICE("x"), &err),
                         CR_EPARSE);
        assert_non_null(strstr(err.text, cr_command_property_name(count)));
    }
    assert_int_equal(count, 23);
}

static void expect_refused(const char *key, const char *value, int code, const char *text)
{
    const char *const rows[][2] = {{key, value}};
    struct pairs pairs = {rows, 1};
    const struct cr_command_presets none = {NULL, 0};
    struct cr_command_properties properties;
    struct cr_err err = {0};
    assert_int_equal(cr_command_properties_load("K", none, look_up, &pairs, &properties, &err),
                     code);
    assert_non_null(strstr(err.text, "hystrix command 'K'"));
    assert_non_null(strstr(err.text, text));
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    expect_refused("hystrix.command.K.metrics.healthSnapshot.intervalInMilliseconds", "0",
                   CR_EINVAL, "intervalInMilliseconds");
    expect_refused("hystrix.command.K.metrics.healthSnapshot.intervalInMilliseconds", "20000",
                   CR_EINVAL, "makes 0 buckets");
    expect_refused("hystrix.command.K.metrics.healthSnapshot.intervalInMilliseconds", "1",
                   CR_EINVAL, "makes 10000 buckets");
    expect_refused("hystrix.command.K.metrics.rollingStats.numBuckets", "20000", CR_EINVAL,
                   "numBuckets");
    expect_refused("hystrix.command.K.metrics.rollingPercentile.numBuckets", "2000", CR_EINVAL,
                   "numBuckets");
    expect_refused("hystrix.command.default." TIMEOUT, "soon", CR_EPARSE, "soon");
    expect_refused("hystrix.command.K." TIMEOUT, "-1", CR_EINVAL, "-1");
    expect_refused("hystrix.command.K.circuitBreaker.enabled", "maybe", CR_EPARSE, "maybe");
    struct cr_command_properties properties = cr_command_defaults;
    assert_int_equal(
        cr_command_property_set(&properties, CR_SLICE("fallback"), CR_SLICE("1"), NULL),
        CR_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_53_code_beats_the_default_key),
        cmocka_unit_test(every_name_can_be_set),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
