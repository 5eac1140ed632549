/* URLs, percent-encoding, queries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cr_url.h"

static void test_splits_a_whole_url(void **state)
{
    (void)state;
    struct cr_url u;
    assert_int_equal(
        cr_url_parse(CR_SLICE("HTTP://u:p%40@[::1]:8080/a/b;c?x=1&y=/?#frag?"), &u, NULL), 0);
    assert_true(cr_slice_is(u.scheme, "HTTP"));
    assert_true(cr_slice_is(u.user_info, "u:p%40"));
    assert_true(cr_slice_is(u.host, "::1"));
    assert_int_equal(u.port, 8080);
    assert_true(cr_slice_is(u.path, "/a/b;c"));
    assert_true(cr_slice_is(u.query, "x=1&y=/?"));
    assert_true(cr_slice_is(u.fragment, "frag?"));
}

static void test_knows_default_ports(void **state)
{
    (void)state;
    struct cr_url u;
    assert_int_equal(cr_url_parse(CR_SLICE("https://h?q"), &u, NULL), 0);
    assert_int_equal(u.port, 443);
    assert_false(u.has_port);
    assert_int_equal(u.path.len, 0);
    assert_true(cr_slice_is(u.query, "q"));
    assert_int_equal(cr_url_parse(CR_SLICE("http://h:/"), &u, NULL), 0);
    assert_int_equal(u.port, 80);
    assert_int_equal(cr_url_parse(CR_SLICE("file:///srv/repo"), &u, NULL), 0);
    assert_true(cr_slice_is(u.path, "/srv/repo"));
}

static void test_refuses_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"localhost:8888", "does not begin with a scheme"},
        {"", "does not begin with a scheme"},
        {"1http://h", "does not begin with a scheme"},
        {"http:///x", "has no host"},
        {"http://h:65536/", "port '65536' is not 0..65535"},
        {"http://h:-1/", "port '-1'"},
        {"http://h:8a/", "port '8a'"},
        {"http://[::1/", "'[' without ']'"},
        {"http://[::1]x/", "text behind ']'"},
        {"http://h/a b", "a blank or control character"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct cr_url u;
        struct cr_err err = {0};
        assert_int_equal(cr_url_parse(cr_slice_of(cases[i].text), &u, &err), CR_EPARSE);
        if (!strstr(err.text, cases[i].words))
            fail_msg("'%s' says: %s", cases[i].text, err.text);
    }
}

static void test_decodes_and_encodes(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_slice text;
    assert_int_equal(cr_url_decode(CR_SLICE("a%2Fb+c%c3%A9"), arena, &text), 0);
    assert_string_equal(text.ptr, "a/b+c\xc3\xa9");
    assert_int_equal(cr_url_decode_form(CR_SLICE("a+b%2B"), arena, &text), 0);
    assert_string_equal(text.ptr, "a b+");
    static const char *const bad[] = {"%", "%1", "a%2", "%zz", "%00", "%+1"};
    for (size_t i = 0; i < CR_COUNT(bad); i++)
        assert_int_equal(cr_url_decode(cr_slice_of(bad[i]), arena, &text), CR_EPARSE);

    CR_AUTO(cr_buf) buf = {0};
    cr_url_encode(&buf, CR_SLICE("a b/~%\xc3\xa9"), "/");
    assert_string_equal(buf.data, "a%20b/~%25%C3%A9");
}

static void test_walks_a_query(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_slice query = CR_SLICE("&a=1&&b&na%6De=x+y&a=2&");
    struct cr_slice value;
    assert_int_equal(cr_url_query_get(query, "a", arena, &value), 0);
    assert_string_equal(value.ptr, "1");
    assert_int_equal(cr_url_query_get(query, "b", arena, &value), 0);
    assert_string_equal(value.ptr, "");
    assert_int_equal(cr_url_query_get(query, "name", arena, &value), 0);
    assert_string_equal(value.ptr, "x y");
    assert_int_equal(cr_url_query_get(query, "c", arena, &value), CR_ENOTFOUND);
    assert_int_equal(cr_url_query_get((struct cr_slice){NULL, 0}, "c", arena, &value),
                     CR_ENOTFOUND);
    size_t count = 0;
    struct cr_slice name;
    while (cr_url_query_next(&query, &name, &value))
        count++;
    assert_int_equal(count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits_a_whole_url),    cmocka_unit_test(test_knows_default_ports),
        cmocka_unit_test(test_refuses_with_a_reason), cmocka_unit_test(test_decodes_and_encodes),
        cmocka_unit_test(test_walks_a_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
