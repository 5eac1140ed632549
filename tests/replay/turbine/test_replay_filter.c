/* Conformance 6.4: filterCriteria and delay, cases 70 and 71. */
#include "filter.h"
#include "replay_event.h"

static bool wants(const char *criteria, const char *type, const char *name)
{
    struct filter filter;
    assert_int_equal(filter_parse(cr_slice_of(criteria), (struct cr_slice){0}, &filter, NULL), 0);
    return filter_matches(&filter, cr_slice_of(type), cr_slice_of(name));
}

static void case_70_delay(void **state)
{
    (void)state;
    struct filter filter;
    struct cr_err err = {0};
    assert_int_equal(filter_parse((struct cr_slice){0}, CR_SLICE("abc"), &filter, &err), CR_EINVAL);
    assert_non_null(strstr(err.text, "delay: 'abc'"));
    assert_int_equal(filter_parse((struct cr_slice){0}, CR_SLICE("-1"), &filter, NULL), CR_EINVAL);
    assert_int_equal(filter_parse((struct cr_slice){0}, CR_SLICE("5000"), &filter, NULL), 0);
    assert_int_equal(filter.delay_ms, 5000);
}

static void case_71_filter_criteria(void **state)
{
    (void)state;
    const char *one = "type:HystrixCommand|name:GetOrder";
    assert_true(wants(one, "HystrixCommand", "GetOrder"));
    assert_false(wants(one, "HystrixCommand", "GetOrders"));
    assert_false(wants(one, "HystrixThreadPool", "GetOrder"));
    assert_true(wants("prefix:Ord", "HystrixCommand", "GetOrder"));
    assert_false(wants("prefix:Ord", "HystrixCommand", "PutOne"));
    assert_true(wants("name:A,name:B", "T", "B"));
    assert_false(wants("name:A,name:B", "T", "C"));
    assert_true(wants("type:T|topN:5|requestCount:1", "T", "C"));
    assert_true(wants("", "T", "C"));
    struct filter filter;
    assert_int_equal(filter_parse(CR_SLICE("name"), (struct cr_slice){0}, &filter, NULL),
                     CR_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_70_delay),
        cmocka_unit_test(case_71_filter_criteria),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
