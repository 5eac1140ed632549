/* config_request: conformance cases 61 (paths), 73 and 74, and what a request is taken apart into.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config_request.h"
#include "cr_buf.h"

static int parse(const char *name, const char *profiles, const char *label, struct cr_arena *arena,
                 struct config_request *out)
{
    struct cr_err err = {0};
    int rc = config_request_parse(cr_slice_of(name), cr_slice_of(profiles), cr_slice_of(label),
                                  arena, out, &err);
    if (rc < 0)
        assert_true(err.text[0] != '\0');
    return rc;
}

static void takes_a_request_apart(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct config_request request;
    assert_int_equal(parse("a,b", "dev,cloud,dev", "feature(_)x", arena, &request), 0);
    assert_true(cr_slice_is(request.name, "a,b"));
    assert_int_equal(request.name_list.count, 2);
    assert_true(cr_slice_is(request.name_list.items[1], "b"));
    assert_true(cr_slice_is(request.profiles, "dev,cloud,dev"));
    assert_int_equal(request.profile_list.count, 2);
    assert_true(cr_slice_is(request.label, "feature/x"));
    assert_int_equal(parse("foo", "default", NULL, arena, &request), 0);
    assert_null(request.label.ptr);
    assert_int_equal(request.label_list.count, 0);
    assert_int_equal(parse("f*", "default", NULL, arena, &request), CR_EINVAL);
    assert_int_equal(parse("f?o", "default", NULL, arena, &request), CR_EINVAL);
    assert_int_equal(parse("org(_)app", "default", "a,,b", arena, &request), 0);
    assert_true(cr_slice_is(request.name, "org/app"));
    assert_int_equal(request.label_list.count, 2);
}

static void other_profiles_may_be_allowed(void **state)
{
    (void)state;
    static const char *const refused[] = {"a..b", "a#b", "a/b",   "a\\b",  "(_)a", "a%2e%2eb", "*",
                                          "d?v",  "!a",  "a, !b", "a\x01", " ",    ","};
    static const char *const taken[] = {"dev!", "a,,b", "a,", "-x-", "a b", "x:y", "$(a)", "a=b"};
    for (size_t i = 0; i < CR_COUNT(refused) + CR_COUNT(taken); i++) {
        bool is_refused = i < CR_COUNT(refused);
        const char *text = is_refused ? refused[i] : taken[i - CR_COUNT(refused)];
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct config_request request;
        int rc = config_request_parse_any(CR_SLICE("foo"), cr_slice_of(text), (struct cr_slice){0},
                                          arena, &request, NULL);
        if (rc != (is_refused ? CR_EINVAL : 0))
            fail_msg("'%s': %d", text, rc);
        if (!is_refused)
            assert_int_equal(parse("foo", text, NULL, arena, &request), CR_EINVAL);
    }
}

/* Case 73: the vectors of 6.1 as they look after one decoding. */
static void case_73_refuses_ways_out(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a,(_)etc",
        "a, (_)etc",
        "..",
        "a..b",
        "..(_)..(_)etc",
        "..%2F..%2Fetc%2Fpasswd#foo",
        "foo#",
        "(_)etc",
        "foo%23",
        "..%2F..%2Fetc%2Fpasswd",
        "%2e%2e",
        "%2fetc",
        "%5cetc",
        "a/b",
        "a\\b",
        "a\x01-b",
        "\xc0\xae\xc0\xae",
        "\xff",
        " ",
        "%20%2fetc",
        "x%2523/..",
        "",
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct config_request request;
        assert_int_equal(parse(texts[i], "default", NULL, arena, &request), CR_EINVAL);
        assert_int_equal(parse("foo", "default", texts[i], arena, &request), CR_EINVAL);
    }
}

static void labels_are_taken_as_they_come(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct config_request request;
    assert_int_equal(parse("foo", "default", "a, b,,a", arena, &request), 0);
    assert_int_equal(request.label_list.count, 3);
    assert_true(cr_slice_is(request.label_list.items[1], " b"));
    assert_true(cr_slice_is(request.label_list.items[2], "a"));
    assert_int_equal(parse("foo", "default", "main*", arena, &request), CR_EINVAL);
    assert_int_equal(parse("foo", "default", "v?", arena, &request), CR_EINVAL);
}

static void case_74_checks_profiles(void **state)
{
    (void)state;
    static const struct {
        const char *profiles;
        int code;
    } cases[] = {
        {"dev!", CR_EINVAL},
        {"-dev", CR_EINVAL},
        {"dev-", CR_EINVAL},
        {"a,,b", CR_EINVAL},
        {"a,", CR_EINVAL},
        {"a..b", CR_EINVAL},
        {"a b", CR_EINVAL},
        {"bar,..,foo", CR_EINVAL},
        {"..", CR_EINVAL},
        {"%2e%2e", CR_EINVAL},
        {"http:", CR_EINVAL},
        {"dev-1", 0},
        {"v1.2", 0},
        {"a@b", 0},
        {"äö", 0},
        {"a+b,c_d", 0},
        {"開発", 0},
        {"a\u2028b", CR_EINVAL},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct config_request request;
        assert_int_equal(parse("foo", cases[i].profiles, NULL, arena, &request), cases[i].code);
    }
}

static void checks_the_path_of_a_file(void **state)
{
    (void)state;
    static const struct {
        const char *path, *expected;
    } cases[] = {
        {"nginx.conf", "nginx.conf"},
        {"sub/dir/a.txt", "sub/dir/a.txt"},
        {"sub(_)a.txt", "sub/a.txt"},
        {"a%b", "a%b"},
        {"../a", NULL},
        {"a/..b", NULL},
        {"(_)etc/passwd", NULL},
        {"a#b", NULL},
        {"a\\b", NULL},
        {"%2e%2e/a", NULL},
        {"a%252e%252e", "a%252e%252e"},
        {"", NULL},
        {"a\xff", NULL},
        {"a\nb", NULL},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_slice path = {0};
        struct cr_err err = {0};
        int rc = config_request_path(cr_slice_of(cases[i].path), arena, &path, &err);
        assert_int_equal(rc, cases[i].expected ? 0 : CR_EINVAL);
        if (cases[i].expected)
            assert_true(cr_slice_is(path, cases[i].expected));
    }
}

static void bounds_lengths_and_lists(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) text = {0};
    struct config_request request;
    for (int i = 0; i <= CONFIG_REQUEST_PROFILES_MAX; i++)
        cr_buf_printf(&text, "%sp%d", i ? "," : "", i);
    assert_int_equal(parse("foo", text.data, NULL, arena, &request), CR_EINVAL);
    assert_int_equal(parse(text.data, "default", NULL, arena, &request), CR_EINVAL);
    assert_int_equal(parse("foo", "default", text.data, arena, &request), CR_EINVAL);
    cr_buf_reset(&text);
    for (int i = 0; i <= CONFIG_REQUEST_TEXT_MAX; i++)
        cr_buf_char(&text, 'a');
    assert_int_equal(parse(text.data, "default", NULL, arena, &request), CR_EINVAL);
    cr_buf_consume(&text, 1);
    assert_int_equal(parse(text.data, "default", NULL, arena, &request), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_request_apart),
        cmocka_unit_test(case_73_refuses_ways_out),
        cmocka_unit_test(other_profiles_may_be_allowed),
        cmocka_unit_test(labels_are_taken_as_they_come),
        cmocka_unit_test(case_74_checks_profiles),
        cmocka_unit_test(checks_the_path_of_a_file),
        cmocka_unit_test(bounds_lengths_and_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
