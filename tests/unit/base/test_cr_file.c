/* Whole files: bounds, replacement, modes, directories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_file.h"

static char place[64];

static const char *in_place(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s%s", place, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(place, sizeof place, "/tmp/crema-test-XXXXXX");
    return mkdtemp(place) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"/f", "/target", "/f.tmp", "/a/b/c", "/a/b", "/a", ""};
    for (size_t i = 0; i < CR_COUNT(names); i++)
        remove(in_place(names[i]));
    return 0;
}

static void test_reads_what_it_wrote(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) large = {0};
    for (int i = 0; i < 20000; i++)
        cr_buf_printf(&large, "%d", i);
    const char *path = in_place("/f");
    assert_int_equal(cr_file_write(path, cr_buf_view(&large), 0600, NULL), 0);
    CR_AUTO(cr_buf) back = {0};
    assert_int_equal(cr_file_read(path, &back, NULL), 0);
    assert_true(cr_slice_equal(cr_buf_view(&back), cr_buf_view(&large)));
    assert_int_equal(cr_file_write(path, CR_SLICE(""), 0600, NULL), 0);
    cr_buf_reset(&back);
    assert_int_equal(cr_file_read(path, &back, NULL), 0);
    assert_int_equal(back.len, 0);
}

static void test_reading_is_bounded_and_tells_why(void **state)
{
    (void)state;
    struct cr_err err = {0};
    const char *path = in_place("/f");
    CR_AUTO(cr_buf) small = {.max = 3};
    assert_int_equal(cr_file_write(path, CR_SLICE("abcd"), 0600, NULL), 0);
    assert_int_equal(cr_file_read(path, &small, &err), CR_ELIMIT);
    assert_non_null(strstr(err.text, "larger than 3 bytes"));
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(cr_file_read(in_place("/none"), &out, &err), CR_ENOTFOUND);
    assert_non_null(strstr(err.text, "/none': No such file"));
    assert_int_equal(cr_file_read(place, &out, &err), CR_EIO);
    assert_non_null(strstr(err.text, "Is a directory"));
}

static void test_a_leftover_does_not_decide_the_mode(void **state)
{
    (void)state;
    struct stat status;
    /* a crash left a readable temporary file; and one that is a link to somewhere else */
    FILE *leftover = fopen(in_place("/f.tmp"), "w");
    assert_non_null(leftover);
    fclose(leftover);
    assert_int_equal(chmod(in_place("/f.tmp"), 0666), 0);
    assert_int_equal(cr_file_write(in_place("/f"), CR_SLICE("secret"), 0600, NULL), 0);
    assert_int_equal(stat(in_place("/f"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);

    char target[128];
    snprintf(target, sizeof target, "%s", in_place("/target"));
    assert_int_equal(symlink(target, in_place("/f.tmp")), 0);
    assert_int_equal(cr_file_write(in_place("/f"), CR_SLICE("secret"), 0600, NULL), 0);
    assert_int_equal(stat(target, &status), -1);
}

static void test_makes_directories(void **state)
{
    (void)state;
    struct cr_err err = {0};
    assert_int_equal(cr_file_make_dirs(in_place("/a/b/c"), 0700, &err), 0);
    assert_int_equal(cr_file_make_dirs(in_place("/a/b/c"), 0700, &err), 0);
    assert_int_equal(cr_file_make_dirs("/", 0700, &err), 0);
    assert_int_equal(cr_file_make_dirs("", 0700, &err), CR_EINVAL);
    assert_int_equal(cr_file_write(in_place("/f"), CR_SLICE("x"), 0600, NULL), 0);
    assert_int_equal(cr_file_make_dirs(in_place("/f"), 0700, &err), CR_EIO);
    assert_non_null(strstr(err.text, "Not a directory"));
    assert_int_equal(cr_file_make_dirs(in_place("/f/g"), 0700, &err), CR_EIO);
}

static void test_a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    struct cr_err err = {0};
    assert_int_equal(cr_file_write(in_place("/none/f"), CR_SLICE("x"), 0600, &err), CR_EIO);
    assert_non_null(strstr(err.text, "No such file"));
    assert_int_equal(cr_file_make_dirs(in_place("/a"), 0700, NULL), 0);
    assert_int_equal(cr_file_write(in_place("/a"), CR_SLICE("x"), 0600, &err), CR_EIO);
    assert_int_not_equal(access(in_place("/a.tmp"), F_OK), 0);
    char path[5000];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(cr_file_write(path, CR_SLICE("x"), 0600, &err), CR_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads_what_it_wrote, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reading_is_bounded_and_tells_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_leftover_does_not_decide_the_mode, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_makes_directories, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_failed_write_leaves_the_old_file, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
