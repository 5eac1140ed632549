/* JSON text to tree: what is read, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cr_buf.h"
#include "cr_json.h"
#include "cr_json_writer.h"

static int parse(struct cr_arena *arena, const char *text, const struct cr_tree **out_tree,
                 struct cr_err *err)
{
    return cr_json_parse(cr_slice_of(text), arena, out_tree, err);
}

static void test_reads_every_kind(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_tree *t;
    struct cr_err err;
    assert_int_equal(parse(arena,
                           "\xef\xbb\xbf {\"s\":\"a\\u00e9\\n\\ud83d\\ude00\",\"n\":-12.50e3,"
                           "\"b\":true,\"z\":null,\"a\":[1,[],{}],\"big\":12345678901234567890}",
                           &t, &err),
                     0);
    assert_int_equal(cr_tree_kind(t), CR_TREE_OBJECT);
    assert_int_equal(cr_tree_count(t), 6);
    assert_string_equal(cr_tree_text(cr_tree_get(t, "s"), ""), "a\xc3\xa9\n\xf0\x9f\x98\x80");
    assert_true(cr_slice_is(cr_tree_slice(cr_tree_get(t, "n")), "-12.50e3"));
    assert_true(cr_slice_is(cr_tree_slice(cr_tree_get(t, "big")), "12345678901234567890"));
    assert_true(cr_tree_bool(cr_tree_get(t, "b"), false));
    assert_int_equal(cr_tree_kind(cr_tree_get(t, "z")), CR_TREE_NULL);
    assert_int_equal(cr_tree_int_or(cr_tree_at(cr_tree_get(t, "a"), 0), 0), 1);
    assert_null(cr_tree_at(cr_tree_get(t, "a"), 3));
    assert_int_equal(cr_tree_kind(cr_tree_at(cr_tree_get(t, "a"), 2)), CR_TREE_OBJECT);
}

static void test_looks_up_through_absent_values(void **state)
{
    (void)state;
    assert_string_equal(cr_tree_text(cr_tree_get(cr_tree_get(NULL, "a"), "b"), "none"), "none");
    assert_int_equal(cr_tree_count(NULL), 0);
    assert_null(cr_tree_first(NULL));
}

static void test_reads_integers_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int rc;
        int64_t value;
    } cases[] = {
        {"8080", 0, 8080},
        {"\"8080\"", 0, 8080},
        {"1.0", 0, 1},
        {"-9223372036854775808", 0, INT64_MIN},
        {"9223372036854775808", CR_ELIMIT, 0},
        {"1.5", CR_EINVAL, 0},
        {"1e3", CR_EINVAL, 0},
        {"true", CR_EINVAL, 0},
        {"\"x\"", CR_EINVAL, 0},
        {"null", CR_ENOTFOUND, 0},
    };
    CR_AUTO_ARENA arena = cr_arena_new(0);
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        const struct cr_tree *t;
        int64_t value = 0;
        assert_int_equal(parse(arena, cases[i].json, &t, NULL), 0);
        assert_int_equal(cr_tree_int(t, INT64_MIN, INT64_MAX, &value), cases[i].rc);
        assert_int_equal(value, cases[i].value);
    }
}

static void test_equal_names_last_wins(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_tree *t;
    assert_int_equal(parse(arena, "{\"a\":1,\"a\":2}", &t, NULL), 0);
    assert_int_equal(cr_tree_int_or(cr_tree_get(t, "a"), 0), 2);
}

static void test_refuses_malformed_text_and_names_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *words;
    } cases[] = {
        {"", "line 1 column 1: the document ends too early"},
        {"{\"a\":\n 01}", "line 2 column 4: a number with a leading zero"},
        {"[1,]", "column 4: a value is expected"},
        {"[1 2]", "',' or ']' is expected"},
        {"{\"a\" 1}", "':' is expected"},
        {"{a:1}", "a member's name in quotes"},
        {"{\"a\":1,}", "a member's name in quotes"},
        {"\"abc", "a string is not closed"},
        {"\"a\\\"", "a string is not closed"},
        {"\"a\tb\"", "a control character"},
        {"\"\\x\"", "an unknown escape"},
        {"\"\\u12\"", "four hexadecimal digits"},
        {"\"\\ud800x\"", "a surrogate without its pair"},
        {"\"\\udc00\"", "a surrogate without its pair"},
        {"\"\\ud800\\u0041\"", "a surrogate without its pair"},
        {"\"\xff\"", "bytes that are not UTF-8"},
        {"\"\xc0\xaf\"", "bytes that are not UTF-8"},
        {"1.", "a digit is expected after the decimal point"},
        {"1e", "a digit is expected in the exponent"},
        {"-", "a value is expected"},
        {"NaN", "a value is expected"},
        {"tru", "a value is expected"},
        {"{} x", "text behind the end"},
        {"// no\n1", "a value is expected"},
    };
    CR_AUTO_ARENA arena = cr_arena_new(0);
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        const struct cr_tree *t;
        struct cr_err err = {0};
        assert_int_equal(parse(arena, cases[i].json, &t, &err), CR_EPARSE);
        if (!strstr(err.text, cases[i].words))
            fail_msg("'%s' says: %s", cases[i].json, err.text);
    }
}

static void test_refuses_every_cut(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":[1.5e-3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":-1}}";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        const struct cr_tree *t;
        char *copy = malloc(len + 1); /* its own allocation, so that ASan sees an over-read */
        assert_non_null(copy);
        memcpy(copy, whole, len);
        int rc = cr_json_parse((struct cr_slice){copy, len}, arena, &t, NULL);
        free(copy);
        assert_int_equal(rc, CR_EPARSE);
    }
}

static void test_nul_bytes_are_kept_in_strings_only(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_tree *t;
    assert_int_equal(parse(arena, "\"a\\u0000b\"", &t, NULL), 0);
    assert_int_equal(cr_tree_slice(t).len, 3);
    assert_int_equal(cr_json_parse(CR_SLICE("1\0"), arena, &t, NULL), CR_EPARSE);
    assert_int_equal(cr_json_parse(CR_SLICE("\"a\0b\""), arena, &t, NULL), CR_EPARSE);
}

static void nested(struct cr_buf *buf, size_t levels)
{
    cr_buf_reset(buf);
    for (size_t i = 0; i < levels; i++)
        cr_buf_char(buf, '[');
    for (size_t i = 0; i < levels; i++)
        cr_buf_char(buf, ']');
}

static void test_bounds_depth_and_memory(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {0};
    const struct cr_tree *t;
    struct cr_err err;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    nested(&buf, CR_JSON_DEPTH_MAX);
    assert_int_equal(cr_json_parse(cr_buf_view(&buf), arena, &t, NULL), 0);
    nested(&buf, CR_JSON_DEPTH_MAX + 1);
    assert_int_equal(cr_json_parse(cr_buf_view(&buf), arena, &t, &err), CR_ELIMIT);
    assert_non_null(strstr(err.text, "more than 128 levels"));

    CR_AUTO_ARENA small = cr_arena_new(1000);
    assert_int_equal(parse(small, "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]", &t, &err), CR_ELIMIT);
}

static void test_writes_back_what_it_read(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,2.50,\"x\\\"\\\\\\n\",true,null,{}],\"b\":{\"c\":[]}}";
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) buf = {0};
    const struct cr_tree *t;
    assert_int_equal(parse(arena, text, &t, NULL), 0);
    struct cr_json_writer w;
    cr_json_init(&w, &buf);
    cr_json_tree(&w, t);
    assert_string_equal(buf.data, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_every_kind),
        cmocka_unit_test(test_looks_up_through_absent_values),
        cmocka_unit_test(test_reads_integers_strictly),
        cmocka_unit_test(test_equal_names_last_wins),
        cmocka_unit_test(test_refuses_malformed_text_and_names_the_place),
        cmocka_unit_test(test_refuses_every_cut),
        cmocka_unit_test(test_nul_bytes_are_kept_in_strings_only),
        cmocka_unit_test(test_bounds_depth_and_memory),
        cmocka_unit_test(test_writes_back_what_it_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
