/* The file by which a running daemon is found. */
#include "cr_run_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_file.h"

static char home[] = "/tmp/cr_run_file.XXXXXX";
static char run_dir[64];
static char path[64];

static int make_home(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(home));
    (void)snprintf(run_dir, sizeof run_dir, "%s/run", home);
    (void)snprintf(path, sizeof path, "%s/run/d.json", home);
    return cr_file_make_dirs(run_dir, 0700, NULL);
}

static int remove_home(void **state)
{
    (void)state;
    return rmdir(run_dir) != 0 || rmdir(home) != 0;
}

static void test_write_read_remove(void **state)
{
    (void)state;
    int port = 0;
    assert_int_equal(cr_run_file_port(home, "d", &port), CR_ENOTFOUND);
    assert_int_equal(cr_run_file_write(home, "d", 9091, NULL), 0);
    assert_int_equal(cr_run_file_port(home, "d", &port), 0);
    assert_int_equal(port, 9091);
    cr_run_file_remove(home, "d");
    assert_int_equal(cr_run_file_port(home, "d", &port), CR_ENOTFOUND);
}

/* A pid that was ours a moment ago: the process has ended and was reaped. */
static long dead_pid(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return (long)pid;
}

static void test_a_file_of_the_dead_counts_as_none(void **state)
{
    (void)state;
    char text[64];
    int port = 7;
    (void)snprintf(text, sizeof text, "{\"pid\":%ld,\"port\":1}", dead_pid());
    assert_int_equal(cr_file_write(path, cr_slice_of(text), 0600, NULL), 0);
    assert_int_equal(cr_run_file_port(home, "d", &port), CR_ENOTFOUND);
    assert_int_equal(port, 7);
    cr_run_file_remove(home, "d"); /* not ours: stays */
    assert_int_equal(unlink(path), 0);
}

static void test_damaged_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "{", "[]", "{\"pid\":\"x\",\"port\":1}",
                                        "{\"pid\":1,\"port\":99999}"};
    int port = 7;
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        assert_int_equal(cr_file_write(path, cr_slice_of(texts[i]), 0600, NULL), 0);
        assert_int_equal(cr_run_file_port(home, "d", &port), CR_ENOTFOUND);
    }
    assert_int_equal(port, 7);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_read_remove),
        cmocka_unit_test(test_a_file_of_the_dead_counts_as_none),
        cmocka_unit_test(test_damaged_files),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
