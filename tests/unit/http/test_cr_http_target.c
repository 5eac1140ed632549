/* What a request's target is taken apart into, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cr_http_target.h"

static void test_parts(void **state)
{
    static const struct {
        const char *text, *path, *query;
    } cases[] = {
        {"/", "/", ""},
        {"/a/b", "/a/b", ""},
        {"/a?b=c", "/a", "b=c"},
        {"/a?", "/a", ""},
        {"/a?b?c=/d", "/a", "b?c=/d"},
        {"/a%2Fb%3Fc%00d?%3F=%26", "/a%2Fb%3Fc%00d", "%3F=%26"},
        {"//host/a", "//host/a", ""},
        {"/a/./../b//", "/a/./../b//", ""},
        {"/a;b=c", "/a;b=c", ""},
        {"/http://x", "/http://x", ""},
        {"/\xc3\xa4", "/\xc3\xa4", ""},
        {"http://host/a?b", "/a", "b"},
        {"HTTP://host:80/a", "/a", ""},
        {"https://[::1]:8/a", "/a", ""},
        {"http://host", "/", ""},
        {"http://host?b/c", "/", "b/c"},
        {"*", "*", ""},
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct cr_http_target target;
        if (cr_http_target_parse(cr_slice_of(cases[i].text), &target))
            fail_msg("'%s' is refused", cases[i].text);
        if (!cr_slice_is(target.path, cases[i].path) || !cr_slice_is(target.query, cases[i].query))
            fail_msg("'%s': '%.*s' and '%.*s'", cases[i].text, CR_SLICE_ARG(target.path),
                     CR_SLICE_ARG(target.query));
    }
}

static void test_what_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "a",
        "a/b",
        "host:80",
        "?a",
        "#",
        "/a#b",
        "/a?b#c",
        "/a b",
        "/a\tb",
        "/a\r",
        "/a\x01",
        "/a\x7f",
        "**",
        "*/a",
        "http:/a",
        "http",
        "http//",
        "http://",
        "http:///a",
        "http://?a",
        "ftp://host/a",
        "file:///etc/passwd",
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        struct cr_http_target target = {CR_SLICE("as"), CR_SLICE("before")};
        if (cr_http_target_parse(cr_slice_of(texts[i]), &target) == 0)
            fail_msg("'%s' is taken", texts[i]);
        assert_true(cr_slice_is(target.path, "as"));
    }
    struct cr_http_target target;
    assert_int_not_equal(cr_http_target_parse(CR_SLICE("/a\0b"), &target), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
