/* Opening, migrating, group commit, readers, watching and closing. */
#include <stdatomic.h>

#include "cr_thread.h"
#include "store_fixture.h"

static void reopen(struct fixture *fixture)
{
    cr_store_close(fixture->store);
    fixture->store = NULL;
    fixture_open(fixture);
}

static void test_what_was_written_is_there_after_reopening(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    char name[] = "kept";
    assert_int_equal(cr_store_write(fixture->store, insert_note, name, &err), 0);
    reopen(fixture);
    assert_int_equal(notes_in(fixture->store), 1);
    char log[128];
    snprintf(log, sizeof log, "%s-wal", fixture->path);
    struct stat file;
    assert_true(stat(log, &file) < 0 || file.st_size == 0);
}

static const struct cr_migration newer_steps[] = {
    {1, "a", "SELECT 1;"}, {2, "b", "SELECT 1;"}, {3, "c", "ALTER TABLE notes ADD COLUMN more;"}};
static const struct cr_schema newer_schema = {"notes", newer_steps, 3};
static const struct cr_migration broken_steps[] = {{1, "fine", "CREATE TABLE fine(id INTEGER);"},
                                                   {2, "broken", "CREATE TABLE oops("}};
static const struct cr_schema broken_schema = {"other", broken_steps, 2};

static int more_columns(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    return cr_tx_query_int(tx, "SELECT count(more) FROM notes", CR_NO_VALUES, ctx, err);
}

static void test_migrations_go_on_and_an_older_program_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    int64_t count;
    cr_store_close(fixture->store);
    fixture->schemas[0] = &newer_schema;
    fixture_open(fixture);
    assert_int_equal(cr_store_read(fixture->store, more_columns, &count, &err), 0);
    cr_store_close(fixture->store);
    fixture->store = NULL;
    fixture->schemas[0] = &notes_schema;
    assert_int_equal(cr_store_open(&fixture->options, &fixture->store, &err), CR_ECONFLICT);
    assert_non_null(strstr(err.text, "has version 3, this program knows 2"));
    assert_null(fixture->store);
}

static int table_fine(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    return cr_tx_query_int(tx, "SELECT count(*) FROM sqlite_master WHERE name = 'fine'",
                           CR_NO_VALUES, ctx, err);
}

static void test_a_broken_migration_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    cr_store_close(fixture->store);
    fixture->store = NULL;
    fixture->schemas[0] = &broken_schema;
    assert_int_equal(cr_store_open(&fixture->options, &fixture->store, &err), CR_EINVAL);
    assert_non_null(strstr(err.text, "migration 'broken' of 'other'"));
    fixture->schemas[0] = &notes_schema;
    fixture_open(fixture);
    int64_t count = -1;
    assert_int_equal(cr_store_read(fixture->store, table_fine, &count, &err), 0);
    assert_int_equal(count, 0);
}

static void test_a_path_that_cannot_be_opened_is_named(void **state)
{
    struct fixture *fixture = *state;
    struct cr_store_options options = fixture->options;
    struct cr_store *store = NULL;
    struct cr_err err = {0};
    options.path = "/nowhere/at/all.db";
    assert_int_equal(cr_store_open(&options, &store, &err), CR_EIO);
    assert_non_null(strstr(err.text, "/nowhere/at/all.db"));
    assert_null(store);
}

/* --- group commit --- */

enum { WRITERS = 8, WRITES = 50 };

struct crowd {
    struct fixture *fixture;
    atomic_int next;
    atomic_int failed;
};

static void crowd_run(void *ctx)
{
    struct crowd *crowd = ctx;
    for (int i = 0; i < WRITES; i++) {
        char name[32];
        struct cr_err err = {0};
        int number = atomic_fetch_add(&crowd->next, 1);
        /* Every fifth takes a name that is taken: it fails, its neighbours do not. */
        snprintf(name, sizeof name, "note %d", number % 5 == 4 ? 0 : number);
        int rc = cr_store_write(crowd->fixture->store, insert_note, name, &err);
        if (rc == CR_EEXISTS)
            atomic_fetch_add(&crowd->failed, 1);
        else if (rc < 0)
            abort();
        int64_t count;
        if (cr_store_read(crowd->fixture->store, count_notes, &count, &err) < 0)
            abort();
    }
}

static void test_a_crowd_of_writers_and_readers(void **state)
{
    struct fixture *fixture = *state;
    struct crowd crowd = {.fixture = fixture};
    struct cr_thread threads[WRITERS] = {0};
    struct cr_err err = {0};
    char first[] = "note 0";
    assert_int_equal(cr_store_write(fixture->store, insert_note, first, &err), 0);
    atomic_store(&crowd.next, 1);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(cr_thread_start(&threads[i], "crowd", crowd_run, &crowd, &err), 0);
    for (int i = 0; i < WRITERS; i++)
        cr_thread_join(&threads[i]);
    int total = WRITERS * WRITES + 1;
    assert_int_equal(atomic_load(&crowd.failed), 80);
    assert_int_equal(notes_in(fixture->store), total - 80);
    struct cr_store_stats stats;
    cr_store_stats(fixture->store, &stats);
    assert_int_equal(stats.closures, total - 80);
    assert_int_equal(stats.failures, 80);
    assert_int_equal(stats.queued, 0);
    assert_true(stats.commits <= (uint64_t)total);
}

/* Holds the store thread until it may go on, so that a queue builds up behind it. */
struct gate {
    struct cr_mutex mutex;
    struct cr_cond cond;
    bool entered;
    bool open;
};

static int gate_wait(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)tx;
    (void)err;
    struct gate *gate = ctx;
    CR_LOCKED(&gate->mutex);
    gate->entered = true;
    cr_cond_broadcast(&gate->cond);
    while (!gate->open)
        cr_cond_wait(&gate->cond, &gate->mutex);
    return 0;
}

static void gate_close(struct fixture *fixture, struct gate *gate)
{
    struct cr_err err = {0};
    cr_mutex_init(&gate->mutex);
    cr_cond_init(&gate->cond);
    assert_int_equal(cr_store_submit(fixture->store, gate_wait, NULL, gate, &err), 0);
    CR_LOCKED(&gate->mutex);
    while (!gate->entered)
        cr_cond_wait(&gate->cond, &gate->mutex);
}

static void gate_open(struct gate *gate)
{
    CR_LOCKED(&gate->mutex);
    gate->open = true;
    cr_cond_broadcast(&gate->cond);
}

static void gate_fini(struct gate *gate)
{
    cr_cond_fini(&gate->cond);
    cr_mutex_fini(&gate->mutex);
}

struct order_check {
    int64_t calls;
    int64_t watched;
};

static int insert_numbered(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    return cr_tx_exec(tx, "INSERT INTO notes(name) SELECT 'n' || count(*) FROM notes", CR_NO_VALUES,
                      err);
}

static void count_done(void *ctx, int rc, const struct cr_err *err)
{
    struct order_check *check = ctx;
    assert_int_equal(rc, 0);
    assert_null(err);
    assert_true(check->watched >= 1);
    check->calls++;
}

static void count_watch(void *ctx)
{
    struct order_check *check = ctx;
    check->watched++;
}

static void test_what_waits_is_one_commit_and_close_finishes_it(void **state)
{
    struct fixture *fixture = *state;
    struct gate gate = {0};
    struct order_check check = {0};
    struct cr_err err = {0};
    assert_int_equal(cr_store_watch(fixture->store, count_watch, &check), 0);
    gate_close(fixture, &gate);
    for (int i = 0; i < 100; i++)
        assert_int_equal(cr_store_submit(fixture->store, insert_numbered, count_done, &check, &err),
                         0);
    gate_open(&gate);
    reopen(fixture);
    gate_fini(&gate);
    assert_int_equal(check.calls, 100);
    assert_int_equal(check.watched, 2); /* the gate's commit, and one for all */
    assert_int_equal(notes_in(fixture->store), 100);
}

static void test_a_full_queue_refuses(void **state)
{
    struct fixture *fixture = *state;
    struct gate gate = {0};
    struct cr_err err = {0};
    fixture->options.queue_max = 10;
    reopen(fixture);
    gate_close(fixture, &gate);
    for (int i = 0; i < 9; i++)
        assert_int_equal(cr_store_submit(fixture->store, insert_numbered, NULL, NULL, &err), 0);
    assert_int_equal(cr_store_submit(fixture->store, insert_numbered, NULL, NULL, &err),
                     CR_EUNAVAILABLE);
    assert_non_null(strstr(err.text, "10 writes are waiting"));
    gate_open(&gate);
    reopen(fixture);
    gate_fini(&gate);
    assert_int_equal(notes_in(fixture->store), 9);
}

static void test_unwatched_is_not_called_again(void **state)
{
    struct fixture *fixture = *state;
    struct order_check check = {0};
    struct cr_err err = {0};
    assert_int_equal(cr_store_watch(fixture->store, count_watch, &check), 0);
    assert_int_equal(cr_store_write(fixture->store, insert_numbered, NULL, &err), 0);
    cr_store_unwatch(fixture->store, count_watch, &check);
    assert_int_equal(cr_store_write(fixture->store, insert_numbered, NULL, &err), 0);
    assert_int_equal(check.watched, 1);
}

/* A reader inside its snapshot while all other connections are lent, too. */
static int read_while_written(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct fixture *fixture = ctx;
    int64_t before;
    int64_t after;
    assert_int_equal(count_notes(tx, &before, err), 0);
    assert_int_equal(cr_store_write(fixture->store, insert_numbered, NULL, err), 0);
    assert_int_equal(count_notes(tx, &after, err), 0);
    assert_int_equal(before, after);
    assert_int_equal(notes_in(fixture->store), before + 1);
    return 0;
}

static void test_a_read_is_one_snapshot(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    assert_int_equal(cr_store_read(fixture->store, read_while_written, fixture, &err), 0);
}

static int read_nested(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct fixture *fixture = ctx;
    int64_t count;
    (void)tx;
    return cr_store_read(fixture->store, count_notes, &count, err);
}

static void test_busy_readers_are_a_clear_error(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    fixture->options.readers_max = 1;
    reopen(fixture);
    assert_int_equal(cr_store_read(fixture->store, read_nested, fixture, &err), CR_EUNAVAILABLE);
    assert_non_null(strstr(err.text, "all 1 read connections are busy"));
    assert_int_equal(notes_in(fixture->store), 0);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_what_was_written_is_there_after_reopening),
        WITH_STORE(test_migrations_go_on_and_an_older_program_is_refused),
        WITH_STORE(test_a_broken_migration_changes_nothing),
        WITH_STORE(test_a_path_that_cannot_be_opened_is_named),
        WITH_STORE(test_a_crowd_of_writers_and_readers),
        WITH_STORE(test_what_waits_is_one_commit_and_close_finishes_it),
        WITH_STORE(test_a_full_queue_refuses),
        WITH_STORE(test_unwatched_is_not_called_again),
        WITH_STORE(test_a_read_is_one_snapshot),
        WITH_STORE(test_busy_readers_are_a_clear_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
