/* Appending, reading back, and the feed's both ends. */
#include "cr_feed.h"
#include "database_fixture.h"

static int append(struct cr_tx *tx, const char *aggregate, int64_t version, const char *data,
                  struct cr_event *out_event, struct cr_err *err)
{
    static struct cr_outbox_texts texts;
    struct cr_event event = {
        .type = CR_SLICE("t.v1"),
        .aggregate = cr_slice_of(aggregate),
        .version = version,
        .data = cr_slice_of(data),
    };
    int rc = cr_outbox_append(tx, &event, &texts, err);
    if (rc == 0 && out_event)
        *out_event = event;
    return rc;
}

static int versions(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    struct cr_event event;
    assert_int_equal(append(tx, "a", 1, "{}", &event, err), 0);
    assert_int_equal(event.seq, 1);
    assert_int_equal(event.version, 1);
    assert_int_equal(event.id.len, 36);
    assert_true(cr_event_wall_ms(event.time) > 0);
    assert_int_equal(append(tx, "a", 0, "{}", &event, err), 0);
    assert_int_equal(event.version, 2);
    assert_int_equal(append(tx, "b", 0, "{}", &event, err), 0);
    assert_int_equal(event.version, 1);
    assert_int_equal(event.seq, 3);
    assert_int_equal(append(tx, "a", 2, "{}", NULL, err), CR_ECONFLICT);
    assert_string_equal(err->text, "'a' has version 2, not 1");
    assert_int_equal(append(tx, "a", 4, "{}", NULL, err), CR_ECONFLICT);
    int64_t number = 0;
    assert_int_equal(cr_outbox_version(tx, CR_SLICE("a"), &number, err), 0);
    assert_int_equal(number, 2);
    assert_int_equal(cr_outbox_version(tx, CR_SLICE("c"), &number, err), 0);
    assert_int_equal(number, 0);
    assert_int_equal(cr_outbox_head(tx, &number, err), 0);
    assert_int_equal(number, 3);
    return 0;
}

static void test_versions_count_per_aggregate(void **state)
{
    in_transaction(state, versions);
}

static int refused(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    assert_int_equal(append(tx, "a", 1, "{broken", NULL, err), CR_EINVAL);
    assert_non_null(strstr(err->text, "data is not JSON"));
    assert_int_equal(append(tx, "a", 1, "", NULL, err), CR_EINVAL);
    assert_int_equal(append(tx, "", 1, "{}", NULL, err), CR_EINVAL);
    assert_non_null(strstr(err->text, "'subject' is missing"));
    int64_t head = -1;
    assert_int_equal(cr_outbox_head(tx, &head, err), 0);
    assert_int_equal(head, 0);
    return 0;
}

static void test_what_cannot_be_told_is_not_stored(void **state)
{
    in_transaction(state, refused);
}

static struct cr_feed ask(struct cr_tx *tx, struct cr_arena *arena, int64_t after, size_t limit,
                          const char *aggregate)
{
    struct cr_feed_query query = {after, limit, cr_slice_of(aggregate)};
    CR_AUTO(cr_buf) body = {0};
    struct cr_feed feed = {0};
    struct cr_err err = {0};
    if (cr_feed_answer(tx, &query, "/test", &body, &err) < 0 ||
        cr_feed_parse(cr_buf_view(&body), arena, &feed, &err) < 0)
        fail_msg("%s", err.text);
    return feed;
}

static int feed(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_feed page = ask(tx, arena, 0, 10, NULL);
    assert_int_equal(page.head, 0);
    assert_int_equal(page.next, 0);
    assert_int_equal(page.count, 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(
            append(tx, i % 2 ? "odd" : "even", 0, "{\"n\": 1.50, \"t\":\"\\u00e9\"}", NULL, err),
            0);
    page = ask(tx, arena, 0, 4, NULL);
    assert_int_equal(page.head, 10);
    assert_int_equal(page.next, 4);
    assert_int_equal(page.count, 4);
    assert_int_equal(page.events[3].seq, 4);
    assert_int_equal(page.events[3].version, 2);
    assert_true(cr_slice_is(page.events[3].source, "/test"));
    assert_true(cr_slice_is(page.events[3].aggregate, "odd"));
    assert_true(cr_slice_is(page.events[3].data, "{\"n\":1.50,\"t\":\"\xc3\xa9\"}"));
    page = ask(tx, arena, 4, 100, "even");
    assert_int_equal(page.count, 3);
    assert_int_equal(page.events[0].seq, 5);
    page = ask(tx, arena, 10, 100, NULL);
    assert_int_equal(page.count, 0);
    assert_int_equal(page.next, 10);
    page = ask(tx, arena, 99, 100, NULL); /* another owner's position: the head tells */
    assert_int_equal(page.head, 10);
    return 0;
}

static void test_the_feed_pages_in_order(void **state)
{
    in_transaction(state, feed);
}

static int large(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    (void)ctx;
    static char data[800 * 1024];
    memset(data, ' ', sizeof data);
    data[0] = '1';
    data[sizeof data - 1] = '\0';
    for (int i = 0; i < 8; i++)
        assert_int_equal(append(tx, "a", 0, data, NULL, err), 0);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_outbox_query query = {.limit = 100, .source = "/test"};
    struct cr_event *events = NULL;
    size_t count = 0;
    assert_int_equal(cr_outbox_read(tx, &query, arena, &events, &count, err), 0);
    assert_int_equal(count, 6); /* the sixth passed 4 MiB */
    return 0;
}

static void test_a_page_is_bounded_in_bytes(void **state)
{
    in_transaction(state, large);
}

static void test_queries(void **state)
{
    (void)state;
    struct cr_feed_query query;
    struct cr_err err = {0};
    const struct cr_slice none = {NULL, 0};
    assert_int_equal(cr_feed_query_parse(none, none, none, &query, &err), 0);
    assert_int_equal(query.after, 0);
    assert_int_equal(query.limit, CR_FEED_LIMIT_DEFAULT);
    assert_int_equal(
        cr_feed_query_parse(CR_SLICE("7"), CR_SLICE("3"), CR_SLICE("a b"), &query, &err), 0);
    CR_AUTO(cr_buf) text = {0};
    cr_feed_query_write(&query, &text);
    assert_string_equal(text.data, "/internal/events?after=7&limit=3&aggregate=a%20b");
    assert_int_equal(cr_feed_query_parse(CR_SLICE("-1"), none, none, &query, &err), CR_EINVAL);
    assert_non_null(strstr(err.text, "'after' must be a number"));
    assert_int_equal(cr_feed_query_parse(none, CR_SLICE("1001"), none, &query, &err), CR_EINVAL);
    assert_int_equal(cr_feed_query_parse(none, CR_SLICE(""), none, &query, &err), CR_EINVAL);
    assert_int_equal(cr_feed_query_parse(none, CR_SLICE("x"), none, &query, &err), CR_EINVAL);
}

static void test_broken_answers_are_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "<html>",
        "{}",
        "{\"head\":1,\"next\":1}",
        "{\"head\":1,\"next\":1,\"events\":{}}",
        "{\"head\":-1,\"next\":1,\"events\":[]}",
        "{\"head\":1,\"next\":1,\"events\":[1]}",
        "{\"head\":1,\"next\":1,\"events\":[{\"specversion\":\"1.0\",\"id\":\"a\"}]}"};
    for (size_t i = 0; i < CR_COUNT(bodies); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_feed answer;
        struct cr_err err = {0};
        assert_int_equal(cr_feed_parse(cr_slice_of(bodies[i]), arena, &answer, &err), CR_EPARSE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(test_versions_count_per_aggregate),
        WITH_DATABASE(test_what_cannot_be_told_is_not_stored),
        WITH_DATABASE(test_the_feed_pages_in_order),
        WITH_DATABASE(test_a_page_is_bounded_in_bytes),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_broken_answers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
