/* Error texts: set, prefixed, cut to their size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "cr_err.h"

static void test_sets_and_prefixes(void **state)
{
    (void)state;
    struct cr_err err;
    assert_int_equal(cr_err_set(&err, CR_EINVAL, "'%s': not a %s", "port", "number"), CR_EINVAL);
    assert_int_equal(cr_err_prefix(&err, "%s: ", "config"), CR_EINVAL);
    assert_string_equal(err.text, "config: 'port': not a number");
    assert_int_equal(cr_err_errno(&err, CR_EIO, ENOENT, "'%s'", "/x"), CR_EIO);
    assert_string_equal(err.text, "'/x': No such file or directory");
    assert_int_equal(err.code, CR_EIO);
}

static void test_accepts_null(void **state)
{
    (void)state;
    assert_int_equal(cr_err_set(NULL, CR_EPARSE, "x"), CR_EPARSE);
    assert_int_equal(cr_err_errno(NULL, CR_EIO, EPERM, "x"), CR_EIO);
    assert_int_equal(cr_err_prefix(NULL, "x"), CR_EINTERNAL);
}

static void test_cuts_long_texts(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct cr_err err;
    cr_err_set(&err, CR_EINVAL, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    cr_err_errno(&err, CR_EIO, ENOENT, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    cr_err_prefix(&err, "front: ");
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(strncmp(err.text, "front: xxx", 10), 0);
    cr_err_prefix(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void test_names_every_code(void **state)
{
    (void)state;
    assert_string_equal(cr_code_name(CR_OK), "ok");
    assert_string_equal(cr_code_name(CR_ENOTFOUND), "not found");
    assert_string_equal(cr_code_name(CR_EINTERNAL), "internal error");
    assert_string_equal(cr_code_name(CR_EINTERNAL - 1), "unknown");
    assert_string_equal(cr_code_name(1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets_and_prefixes),
        cmocka_unit_test(test_accepts_null),
        cmocka_unit_test(test_cuts_long_texts),
        cmocka_unit_test(test_names_every_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
