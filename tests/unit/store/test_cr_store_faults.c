/* The disk fills up, and the process is killed while it writes. */
#include <sys/resource.h>
#include <sys/wait.h>

#include <signal.h>

#include "store_fixture.h"

/* One note and a large body: half of it must never be seen. */
static int insert_large(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    static char body[256 * 1024];
    memset(body, 'x', sizeof body);
    int rc = insert_note(tx, ctx, err);
    if (rc < 0)
        return rc;
    return cr_tx_exec(
        tx, "UPDATE notes SET body = $2 WHERE name = $1",
        CR_VALUES(cr_value_text(ctx), cr_value_slice((struct cr_slice){body, sizeof body})), err);
}

static int count_halves(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    return cr_tx_query_int(tx, "SELECT count(*) FROM notes WHERE body IS NULL", CR_NO_VALUES, ctx,
                           err);
}

/* A limit on the size of files stands for a full disk: writes fail in the middle. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_no_space_is_an_error_without_half_writes_and_passes(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    signal(SIGXFSZ, SIG_IGN);
    limit_files(1 << 20);
    int64_t written = 0;
    int rc = 0;
    while (rc == 0 && written < 100) {
        char name[32];
        snprintf(name, sizeof name, "large %d", (int)written);
        rc = cr_store_write(fixture->store, insert_large, name, &err);
        written += rc == 0;
    }
    limit_files(RLIM_INFINITY);
    assert_true(rc == CR_EUNAVAILABLE || rc == CR_EIO);
    assert_non_null(strstr(err.text, fixture->path));
    struct cr_store_stats stats;
    cr_store_stats(fixture->store, &stats);
    assert_true(stats.refusing);
    assert_int_equal(notes_in(fixture->store), written);
    int64_t halves = -1;
    assert_int_equal(cr_store_read(fixture->store, count_halves, &halves, &err), 0);
    assert_int_equal(halves, 0);

    char name[] = "there is room again";
    if (cr_store_write(fixture->store, insert_large, name, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(notes_in(fixture->store), written + 1);
    cr_store_stats(fixture->store, &stats);
    assert_false(stats.refusing);
}

static void test_below_the_floor_nothing_is_tried(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    char name[] = "n";
    cr_store_close(fixture->store);
    fixture->options.free_min_bytes = INT64_MAX;
    fixture_open(fixture);
    assert_int_equal(cr_store_write(fixture->store, insert_note, name, &err), CR_EUNAVAILABLE);
    assert_non_null(strstr(err.text, "the disk is full"));
    assert_int_equal(notes_in(fixture->store), 0);
}

/* The child writes and tells each commit over the pipe until it is killed. */
static void child_writes(const struct fixture *fixture, int pipe_fd)
{
    struct cr_store *store = NULL;
    struct cr_err err;
    if (cr_store_open(&fixture->options, &store, &err) < 0)
        _exit(1);
    for (int i = 0;; i++) {
        char name[32];
        snprintf(name, sizeof name, "note %d", i);
        if (cr_store_write(store, insert_note, name, &err) < 0 || write(pipe_fd, "x", 1) != 1)
            _exit(1);
    }
}

static void test_what_was_told_survives_a_kill(void **state)
{
    struct fixture *fixture = *state;
    cr_store_close(fixture->store);
    fixture->store = NULL;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        child_writes(fixture, pipes[1]);
    close(pipes[1]);
    int64_t told = 0;
    char buffer[64];
    while (told < 50) {
        ssize_t got = read(pipes[0], buffer, sizeof buffer);
        assert_true(got > 0);
        told += got;
    }
    kill(child, SIGKILL);
    ssize_t got;
    while ((got = read(pipes[0], buffer, sizeof buffer)) > 0)
        told += got;
    waitpid(child, NULL, 0);
    close(pipes[0]);
    fixture_open(fixture);
    int64_t stored = notes_in(fixture->store);
    assert_true(stored >= told && stored <= told + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_space_is_an_error_without_half_writes_and_passes,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_below_the_floor_nothing_is_tried, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_told_survives_a_kill, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
