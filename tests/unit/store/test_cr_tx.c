/* Queries, parameters, errors, savepoints and the statement cache. */
#include "store_fixture.h"

static void write_ok(struct fixture *fixture, cr_store_fn fn, void *ctx)
{
    struct cr_err err = {0};
    if (cr_store_write(fixture->store, fn, ctx, &err) < 0)
        fail_msg("%s", err.text);
}

static int parameters_by_number(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    int rc =
        cr_tx_exec(tx, "INSERT INTO notes(body, name, count) VALUES($2, $1, $3)",
                   CR_VALUES(cr_value_text("name"), cr_value_text("body"), cr_value_int(7)), err);
    assert_int_equal(rc, 0);
    assert_int_equal(cr_tx_changes(tx), 1);
    CR_AUTO_STMT stmt = NULL;
    rc = cr_tx_query(tx, "SELECT name, body, count, NULL FROM notes WHERE name = $1 OR body = $1",
                     CR_VALUES(cr_value_slice(CR_SLICE("name"))), &stmt, err);
    assert_int_equal(rc, 0);
    assert_int_equal(cr_stmt_step(stmt, err), 1);
    assert_true(cr_slice_is(cr_stmt_text(stmt, 0), "name"));
    assert_true(cr_slice_is(cr_stmt_text(stmt, 1), "body"));
    assert_int_equal(cr_stmt_int(stmt, 2), 7);
    assert_true(cr_stmt_null(stmt, 3));
    assert_null(cr_stmt_text(stmt, 3).ptr);
    assert_false(cr_stmt_null(stmt, 2));
    assert_int_equal(cr_stmt_step(stmt, err), 0);
    return 0;
}

static void test_parameters_go_by_number(void **state)
{
    write_ok(*state, parameters_by_number, NULL);
}

static int texts(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    struct cr_slice with_nul = {"a\0b", 3};
    assert_int_equal(cr_tx_exec(tx, "INSERT INTO notes(name, body) VALUES($1, $2)",
                                CR_VALUES(cr_value_slice(with_nul), cr_value_text("")), err),
                     0);
    CR_AUTO_STMT stmt = NULL;
    assert_int_equal(cr_tx_query(tx, "SELECT name, body FROM notes", CR_NO_VALUES, &stmt, err), 0);
    assert_int_equal(cr_stmt_step(stmt, err), 1);
    assert_true(cr_slice_equal(cr_stmt_text(stmt, 0), with_nul));
    assert_non_null(cr_stmt_text(stmt, 1).ptr);
    assert_int_equal(cr_stmt_text(stmt, 1).len, 0);
    return 0;
}

static void test_empty_text_is_not_null_and_zero_bytes_survive(void **state)
{
    write_ok(*state, texts, NULL);
}

static int errors(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    char name[] = "twice";
    assert_int_equal(insert_note(tx, name, err), 0);
    assert_int_equal(insert_note(tx, name, err), CR_EEXISTS);
    assert_non_null(strstr(err->text, "notes.name"));
    assert_int_equal(cr_tx_exec(tx, "UPDATE notes SET count = -1", CR_NO_VALUES, err), CR_EINVAL);
    assert_int_equal(cr_tx_exec(tx, "SELECT nothing", CR_NO_VALUES, err), CR_EINVAL);
    assert_non_null(strstr(err->text, "SELECT nothing"));
    assert_int_equal(cr_tx_exec(tx, "SELECT $1", CR_NO_VALUES, err), CR_EINVAL);
    assert_int_equal(cr_tx_exec(tx, "SELECT $2", CR_VALUES(cr_value_int(1)), err), CR_EINVAL);
    int64_t value = 5;
    assert_int_equal(
        cr_tx_query_int(tx, "SELECT id FROM notes WHERE name = 'x'", CR_NO_VALUES, &value, err),
        CR_ENOTFOUND);
    assert_int_equal(value, 5);
    return 0;
}

static void test_errors_have_codes_and_name_the_query(void **state)
{
    write_ok(*state, errors, NULL);
}

static int upsert(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    int64_t count = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(cr_tx_query_int(tx,
                                         "INSERT INTO notes(name, count) VALUES($1, 1)"
                                         " ON CONFLICT(name) DO UPDATE SET count = notes.count + 1"
                                         " RETURNING count",
                                         CR_VALUES(cr_value_text("n")), &count, err),
                         0);
    assert_int_equal(count, 3);
    return 0;
}

static void test_on_conflict_and_returning(void **state)
{
    write_ok(*state, upsert, NULL);
}

static int fail_inside(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    assert_int_equal(insert_note(tx, ctx, err), 0);
    return cr_err_set(err, CR_EPARSE, "on purpose");
}

static int nest(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    char outer[] = "outer";
    char inner[] = "inner";
    char kept[] = "kept";
    (void)ctx;
    assert_int_equal(insert_note(tx, outer, err), 0);
    assert_int_equal(cr_tx_nested(tx, fail_inside, inner, err), CR_EPARSE);
    assert_string_equal(err->text, "on purpose");
    return cr_tx_nested(tx, insert_note, kept, err);
}

static void test_nested_failure_undoes_only_itself(void **state)
{
    struct fixture *fixture = *state;
    write_ok(fixture, nest, NULL);
    assert_int_equal(notes_in(fixture->store), 2);
}

/* The same text open twice, and more texts than the cache keeps. */
static int many_statements(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    static const char sql[] = "SELECT 1 UNION SELECT 2";
    CR_AUTO_STMT outer = NULL;
    assert_int_equal(cr_tx_query(tx, sql, CR_NO_VALUES, &outer, err), 0);
    assert_int_equal(cr_stmt_step(outer, err), 1);
    for (int i = 0; i < 200; i++) {
        char text[32];
        snprintf(text, sizeof text, "SELECT %d", i);
        int64_t value = -1;
        assert_int_equal(cr_tx_query_int(tx, text, CR_NO_VALUES, &value, err), 0);
        assert_int_equal(value, i);
        CR_AUTO_STMT inner = NULL;
        assert_int_equal(cr_tx_query(tx, sql, CR_NO_VALUES, &inner, err), 0);
        assert_int_equal(cr_stmt_step(inner, err), 1);
    }
    assert_int_equal(cr_stmt_step(outer, err), 1);
    assert_int_equal(cr_stmt_int(outer, 0), 2);
    return 0;
}

static void test_statement_cache_is_bounded_and_reentrant(void **state)
{
    write_ok(*state, many_statements, NULL);
}

static void test_readers_cannot_write(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    char name[] = "n";
    assert_int_equal(cr_store_read(fixture->store, insert_note, name, &err), CR_EINVAL);
    assert_non_null(strstr(err.text, "readonly"));
    assert_int_equal(notes_in(fixture->store), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parameters_go_by_number, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_empty_text_is_not_null_and_zero_bytes_survive,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_errors_have_codes_and_name_the_query, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_on_conflict_and_returning, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nested_failure_undoes_only_itself, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_statement_cache_is_bounded_and_reentrant,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_readers_cannot_write, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
