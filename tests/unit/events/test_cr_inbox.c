/* One event at a time: once, in order, or parked. */
#include "cr_inbox.h"
#include "database_fixture.h"

static int apply(struct cr_tx *tx, const struct cr_event *event, void *ctx, struct cr_err *err)
{
    (void)ctx;
    if (cr_slice_is(event->type, "unknown"))
        return CR_ENOTFOUND;
    if (cr_slice_is(event->type, "busy"))
        return cr_err_set(err, CR_EUNAVAILABLE, "later");
    int rc =
        cr_tx_exec(tx, "INSERT INTO effects(aggregate, version) VALUES($1, $2)",
                   CR_VALUES(cr_value_slice(event->aggregate), cr_value_int(event->version)), err);
    if (rc == 0 && cr_slice_is(event->type, "poison"))
        return cr_err_set(err, CR_EPARSE, "cannot read this");
    return rc;
}

static const struct cr_inbox inbox = {"topic", "/test", apply, NULL};

static enum cr_inbox_result take(struct cr_tx *tx, const char *type, const char *aggregate,
                                 int64_t version)
{
    struct cr_event event = {
        .seq = 1,
        .id = CR_SLICE("id"),
        .source = CR_SLICE("/test"),
        .type = cr_slice_of(type),
        .aggregate = cr_slice_of(aggregate),
        .version = version,
        .data = CR_SLICE("{}"),
    };
    const struct cr_event_header headers[] = {{CR_SLICE("ce_id"), CR_SLICE("id")}};
    struct cr_event_message message = {event.aggregate, event.data, headers, 1};
    static int64_t offset;
    struct cr_inbox_origin origin = {"cluster", 0, offset++, &message};
    enum cr_inbox_result result = CR_INBOX_GAP;
    struct cr_err err = {0};
    if (cr_inbox_take(&inbox, tx, &event, &origin, &result, &err) < 0)
        fail_msg("%s", err.text);
    return result;
}

static int64_t number(struct cr_tx *tx, const char *sql)
{
    int64_t value = -1;
    struct cr_err err = {0};
    if (cr_tx_query_int(tx, sql, CR_NO_VALUES, &value, &err) < 0)
        fail_msg("%s", err.text);
    return value;
}

static int make_table(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    return cr_tx_exec(tx, "CREATE TABLE effects(aggregate TEXT, version INTEGER)", CR_NO_VALUES,
                      err);
}

static int order(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    (void)err;
    assert_int_equal(take(tx, "t", "a", 2), CR_INBOX_GAP);
    assert_int_equal(take(tx, "t", "a", 1), CR_INBOX_APPLIED);
    assert_int_equal(take(tx, "t", "a", 1), CR_INBOX_REPEAT);
    assert_int_equal(take(tx, "t", "a", 2), CR_INBOX_APPLIED);
    assert_int_equal(take(tx, "t", "a", 1), CR_INBOX_REPEAT);
    assert_int_equal(take(tx, "t", "a", 4), CR_INBOX_GAP);
    assert_int_equal(take(tx, "unknown", "a", 3), CR_INBOX_APPLIED); /* its version counts */
    assert_int_equal(take(tx, "t", "a", 4), CR_INBOX_APPLIED);
    assert_int_equal(take(tx, "t", "b", 1), CR_INBOX_APPLIED);
    assert_int_equal(number(tx, "SELECT count(*) FROM effects"), 4);
    return 0;
}

static void test_once_and_in_order(void **state)
{
    in_transaction(state, make_table);
    in_transaction(state, order);
}

static int poison(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    (void)err;
    assert_int_equal(take(tx, "t", "a", 1), CR_INBOX_APPLIED);
    assert_int_equal(take(tx, "poison", "a", 2), CR_INBOX_PARKED);
    assert_int_equal(take(tx, "t", "a", 3), CR_INBOX_PARKED); /* so that order holds */
    assert_int_equal(take(tx, "t", "b", 1), CR_INBOX_APPLIED);
    assert_int_equal(take(tx, "poison", "a", 2), CR_INBOX_REPEAT); /* parked once */
    assert_int_equal(number(tx, "SELECT count(*) FROM effects"), 2);
    assert_int_equal(number(tx, "SELECT count(*) FROM dead_letter"), 2);
    assert_int_equal(number(tx, "SELECT version FROM dead_letter WHERE reason = 'cannot read this'"
                                " AND value = x'7b7d' AND headers = '{\"ce_id\":\"id\"}'"
                                " AND key = x'61' AND resolved_at IS NULL"),
                     2);
    struct cr_err ignored;
    assert_int_equal(
        cr_tx_exec(tx, "UPDATE dead_letter SET resolved_at = 'now'", CR_NO_VALUES, &ignored), 0);
    assert_int_equal(take(tx, "t", "a", 2), CR_INBOX_APPLIED); /* a person repaired it */
    return 0;
}

static void test_poison_is_parked_with_what_follows_it(void **state)
{
    in_transaction(state, make_table);
    in_transaction(state, poison);
}

static int transient(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    struct cr_event event = {.type = CR_SLICE("busy"), .aggregate = CR_SLICE("a"), .version = 1};
    enum cr_inbox_result result = CR_INBOX_GAP;
    assert_int_equal(cr_inbox_take(&inbox, tx, &event, NULL, &result, err), CR_EUNAVAILABLE);
    assert_string_equal(err->text, "later");
    assert_int_equal(number(tx, "SELECT count(*) FROM versions"), 0);
    return 0;
}

static void test_a_transient_error_is_handed_up(void **state)
{
    in_transaction(state, make_table);
    in_transaction(state, transient);
}

static int positions(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    int64_t value = 0;
    assert_int_equal(cr_inbox_offset(&inbox, tx, "one", 3, &value, err), 0);
    assert_int_equal(value, -1);
    assert_int_equal(cr_inbox_set_offset(&inbox, tx, "one", 3, 7, err), 0);
    assert_int_equal(cr_inbox_set_offset(&inbox, tx, "one", 3, 8, err), 0);
    assert_int_equal(cr_inbox_set_offset(&inbox, tx, "two", 3, 1, err), 0);
    assert_int_equal(cr_inbox_offset(&inbox, tx, "one", 3, &value, err), 0);
    assert_int_equal(value, 8);
    assert_int_equal(cr_inbox_keep_cluster(&inbox, tx, "two", err), 0);
    assert_int_equal(cr_inbox_offset(&inbox, tx, "one", 3, &value, err), 0);
    assert_int_equal(value, -1);
    assert_int_equal(cr_inbox_position(&inbox, tx, &value, err), 0);
    assert_int_equal(value, 0);
    assert_int_equal(cr_inbox_set_position(&inbox, tx, 12, err), 0);
    assert_int_equal(cr_inbox_set_position(&inbox, tx, 13, err), 0);
    assert_int_equal(cr_inbox_position(&inbox, tx, &value, err), 0);
    assert_int_equal(value, 13);
    return 0;
}

static void test_offsets_belong_to_a_cluster(void **state)
{
    in_transaction(state, positions);
}

static int full(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    struct cr_event event = {.aggregate = CR_SLICE("a"), .version = 1, .data = CR_SLICE("{}")};
    assert_int_equal(cr_tx_exec(tx,
                                "INSERT INTO dead_letter(id, source, topic, reason, parked_at)"
                                " VALUES(1, 's', 't', 'r', ''), (100001, 's', 't', 'r', '')",
                                CR_NO_VALUES, err),
                     0);
    assert_int_equal(cr_inbox_park(&inbox, tx, &event, NULL, "x", err), CR_EUNAVAILABLE);
    assert_non_null(strstr(err->text, "100000 are parked already"));
    return 0;
}

static void test_dead_letters_are_bounded(void **state)
{
    in_transaction(state, full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(test_once_and_in_order),
        WITH_DATABASE(test_poison_is_parked_with_what_follows_it),
        WITH_DATABASE(test_a_transient_error_is_handed_up),
        WITH_DATABASE(test_offsets_belong_to_a_cluster),
        WITH_DATABASE(test_dead_letters_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
