/* Spring's path patterns, by the table of the reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ant_pattern.h"

struct row {
    const char *pattern;
    const char *path;
    bool matches;
};

static const struct row rows[] = {
    {"/users/**", "/users", true},
    {"/users/**", "/users/", true},
    {"/users/**", "/users/1", true},
    {"/users/**", "/users/1/2", true},
    {"/users/**", "//users//1", true},
    {"/users/**", "/usersx", false},
    {"/users/**", "/Users/1", false},
    {"/users/*", "/users/1", true},
    {"/users/*", "/users/", true},
    {"/users/*", "/users", false},
    {"/users/*", "/users/1/2", false},
    {"/users", "/users", true},
    {"/users", "/users/", false},
    {"/users/", "/users/", true},
    {"/users/", "/users", false},
    {"/u?er/**", "/user/1", true},
    {"/u?er/**", "/uzer", true},
    {"/u?er/**", "/uer/1", false},
    {"/**/admin/**", "/admin", true},
    {"/**/admin/**", "/x/y/admin/z", true},
    {"/**/admin/**", "/administrator", false},
    {"/api/*/v1/**", "/api/a/v1", true},
    {"/api/*/v1/**", "/api/a/v1/b", true},
    {"/api/*/v1/**", "/api/v1/b", false},
    {"/api/*/v1/**", "/api/a/b/v1", false},
    {"/**", "/", true},
    {"/**", "/a/b", true},
    {"/f*o/**", "/fo", true},
    {"/f*o/**", "/foo/1", true},
    {"/f*o/**", "/fabco", true},
    {"/f*o/**", "/f/o", false},
    {"/p/*", "/p/1", true},   /* T019 */
    {"/q?/x", "/qa/x", true}, /* T020 */
    {"/q?/x", "/q/x", false},
    {"/a/**/b/**/c", "/a/b/b/x/c", true},
    {"/a/**/b/**/c", "/a/x/c", false},
    {"/a/**/b", "/a/b/c/b", true},
    {"/{id}/x", "/7/x", true},
    {"/a{id}b/x", "/a7b/x", true},
    {"/caf\xc3\xa9/**", "/caf%C3%A9/1", true},
    {"users/**", "/users/1", true},
    {"/a/*b*c", "/a/xbxbxc", true},
    {"/a/*b*c", "/a/xbxbx", false},
    {"/**/*.js", "/x/y/a.js", true},
    {"/", "/", true},
    {"/", "/a", false},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct ant_pattern pattern;
        struct cr_err err;
        assert_int_equal(ant_compile(cr_slice_of(rows[i].pattern), arena, &pattern, &err), 0);
        if (ant_matches(&pattern, cr_slice_of(rows[i].path)) != rows[i].matches)
            fail_msg("%s against %s", rows[i].pattern, rows[i].path);
    }
}

static void test_refused(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct ant_pattern pattern;
    struct cr_err err;
    assert_int_equal(ant_compile(CR_SLICE("/{a:[0-9]+}"), arena, &pattern, &err), CR_EINVAL);
    assert_int_equal(ant_compile(CR_SLICE("/{a"), arena, &pattern, &err), CR_EINVAL);
    char many[140];
    for (size_t i = 0; i < sizeof(many); i++)
        many[i] = i % 2 ? 'a' : '/';
    assert_int_equal(ant_compile((struct cr_slice){many, sizeof(many)}, arena, &pattern, &err),
                     CR_EINVAL);
}

static void test_simple(void **state)
{
    (void)state;
    assert_true(ant_simple_matches(CR_SLICE("*"), CR_SLICE("users")));
    assert_true(ant_simple_matches(CR_SLICE("us*"), CR_SLICE("users")));
    assert_true(ant_simple_matches(CR_SLICE("*rs"), CR_SLICE("users")));
    assert_true(ant_simple_matches(CR_SLICE("u*r*"), CR_SLICE("users")));
    assert_false(ant_simple_matches(CR_SLICE("user"), CR_SLICE("users")));
    assert_false(ant_simple_matches(CR_SLICE("use?s"), CR_SLICE("users")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_simple),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
