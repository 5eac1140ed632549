/* Which Authorization headers open the door. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "cr_attr.h"
#include "cr_buf.h"
#include "cr_http_basic.h"

static bool opens(const char *header, const char *credentials)
{
    return cr_http_basic_matches(cr_slice_of(header), cr_slice_of(credentials));
}

static void test_the_right_one(void **state)
{
    (void)state;
    assert_true(opens("Basic dXNlcjpwYXNz", "user:pass"));
    assert_true(opens("basic dXNlcjpwYXNz", "user:pass"));
    assert_true(opens("BASIC   dXNlcjpwYXNz  ", "user:pass"));
    assert_true(opens("Basic dXNlcjpwYXM=", "user:pas"));
    assert_true(opens("Basic dXNlcjpwYXM", "user:pas"));
    assert_true(opens("Basic dXNlcjpwYQ==", "user:pa"));
    assert_true(opens("Basic dXNlcjpwYQ", "user:pa"));
    assert_true(opens("Basic dXNlcjpwQHM6cy/DpCU=", "user:p@s:s/\xc3\xa4%"));
    assert_true(opens("Basic OnBhc3M=", ":pass"));
}

static void test_all_others(void **state)
{
    static const char *const headers[] = {
        "",
        "Basic",
        "Basic ",
        "Basicd XNlcjpwYXNz",
        "Bearer dXNlcjpwYXNz",
        "dXNlcjpwYXNz",
        "Basic dXNlcjpwYXNy",             /* user:pasr */
        "Basic dXNlcjpwYXNzcw==",         /* user:passs */
        "Basic dXNlcjpwYXM=",             /* user:pas */
        "Basic dXNlcjpwYXNzdXNlcjpwYXNz", /* twice */
        "Basic VXNlcjpwYXNz",             /* User:pass */
        "Basic dXNlcg==",
        "Basic dXNlcjpwYXNz=",
        "Basic dXNlcjpwYXNz====",
        "Basic dXNlcjpw YXNz",
        "Basic dXNlcjpwYXNz, Basic x",
        "Basic d-NlcjpwYXNz",
        "Basic \xc3\xa4",
        "Basic ====",
        "Basic d",
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(headers); i++)
        if (opens(headers[i], "user:pass"))
            fail_msg("'%s' opens", headers[i]);
    assert_false(opens("Basic dXNlcjpwYR==", "user:pa")); /* bits behind the end */
    assert_false(opens("Basic ", ""));
    assert_false(cr_http_basic_matches((struct cr_slice){NULL, 0}, CR_SLICE("user:pass")));
}

static void test_a_long_one(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) header = {0};
    CR_AUTO(cr_buf) plain = {0};
    cr_buf_text(&header, "Basic ");
    for (int i = 0; i < CR_HTTP_BASIC_MAX / 3; i++) {
        cr_buf_text(&header, "YTph");
        cr_buf_text(&plain, "a:a");
    }
    assert_true(opens(header.data, plain.data));
    cr_buf_text(&header, "YTph");
    cr_buf_text(&plain, "a:a");
    assert_false(opens(header.data, plain.data));
    for (int i = 0; i < 4000; i++)
        cr_buf_text(&header, "YTph");
    assert_false(opens(header.data, plain.data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_right_one),
        cmocka_unit_test(test_all_others),
        cmocka_unit_test(test_a_long_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
