/* Which route a path and a method lead to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cr_http_router.h"

static void handler(struct cr_http_request *req, void *ctx)
{
    (void)req;
    (void)ctx;
}

static const struct cr_http_route rows[] = {
    {"GET", "/", handler, 0, "root"},
    {"GET", "/{name}/{profiles}", handler, 0, "env"},
    {"GET", "/{name}/{profiles}/{label}", handler, 0, "label"},
    {"GET", "/encrypt/status", handler, 0, "status"},
    {"POST", "/encrypt/{name}", handler, 0, "encrypt"},
    {"GET", "/eureka/apps/", handler, 0, "apps slash"},
    {"GET", "/eureka/apps", handler, 0, "apps"},
    {"PUT", "/eureka/apps/{app}/{id}", handler, 0, "renew"},
    {"DELETE", "/eureka/apps/{app}/{id}", handler, 0, "cancel"},
    {"GET", "/static/**", handler, 0, "static"},
    {"GET", "/static/special/{x}", handler, 0, "special"},
    {"HEAD", "/headed", handler, 0, "head"},
    {"GET", "/either[/]", handler, 0, "either"},
    {"GET", "/either/{x}[/]", handler, 0, "either x"},
};
static const struct cr_http_routes table = {rows, CR_COUNT(rows), NULL};

struct fixture {
    struct cr_http_router *router;
    struct cr_arena *arena;
    struct cr_http_match match;
    struct cr_buf allow;
};

static int set_up(void **state)
{
    static struct fixture f;
    f = (struct fixture){.arena = cr_arena_new(0)};
    *state = &f;
    return cr_http_router_new(&table, 1, &f.router, NULL);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    cr_http_router_free(f->router);
    cr_arena_free(f->arena);
    cr_buf_free(&f->allow);
    return 0;
}

static const char *find(struct fixture *f, const char *method, const char *path)
{
    static char status[16];
    cr_buf_reset(&f->allow);
    int rc =
        cr_http_router_match(f->router, method, cr_slice_of(path), f->arena, &f->match, &f->allow);
    snprintf(status, sizeof status, "%d", rc);
    return rc ? status : f->match.route->doc;
}

static void test_most_specific_wins(void **state)
{
    static const struct {
        const char *method, *path, *expected;
    } cases[] = {
        {"GET", "/", "root"},
        {"GET", "/app/dev", "env"},
        {"GET", "/app/dev/main", "label"},
        {"GET", "/encrypt/status", "status"},
        {"GET", "/encrypt/foo", "env"},
        {"POST", "/encrypt/foo", "encrypt"},
        {"GET", "/eureka/apps", "apps"},
        {"GET", "/eureka/apps/", "apps slash"},
        {"GET", "/static", "static"},
        {"GET", "/static/", "static"},
        {"GET", "/static/a/b/c", "static"},
        {"GET", "/static/special/x", "special"},
        {"GET", "/app", "404"},
        {"GET", "/app/", "404"},
        {"GET", "/app/dev/", "404"},
        {"GET", "//dev", "404"},
        {"GET", "", "404"},
        {"GET", "*", "404"},
        {"GET", "/a/b/c/d", "404"},
        {"GET", "/a%2", "400"},
        {"GET", "/app/%zz", "400"},
        {"GET", "/app/%00", "400"},
        {"GET", "/app/a%00b", "400"},
        {"GET", "/app/a%", "400"},
        {"GET", "/app/%+1", "400"},
        {"POST", "/app/dev", "405"},
        {"HEAD", "/app/dev", "env"},
        {"HEAD", "/headed", "head"},
        {"get", "/app/dev", "405"},
        {"GET", "/encrypt/st%61tus", "status"},
        {"GET", "/either", "either"},
        {"GET", "/either/", "either"},
        {"GET", "/either//", "404"},
        {"GET", "/either/a", "either x"},
        {"GET", "/either/a/", "either x"},
        {"GET", "/either/a//", "404"},
        {"GET", "/either%2F", "404"},
        {"POST", "/either/", "405"},
        {"GET", "/either/..", "either x"},
        {"GET", "/static/../either", "static"},
        {"GET", "/static/./special/x", "static"},
        {"GET", "/static//special/x", "static"},
        {"GET", "//either", "404"},
        {"GET", "/app/a%2F..%2Fb", "env"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        assert_string_equal(find(f, cases[i].method, cases[i].path), cases[i].expected);
}

static struct cr_slice param(const struct fixture *f, size_t i)
{
    return f->match.param_values[i];
}

static void test_params_are_decoded_once_and_never_split(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(find(f, "GET", "/a%2Fb/x%252F%20y"), "env");
    assert_true(cr_slice_is(param(f, 0), "a/b"));
    assert_true(cr_slice_is(param(f, 1), "x%2F y"));
    assert_true(cr_slice_is(f->match.param_names[1], "profiles"));
    assert_string_equal(find(f, "GET", "/static/a%2Fb/c"), "static");
    assert_true(cr_slice_is(param(f, 0), "a%2Fb/c"));
    assert_string_equal(find(f, "GET", "/plain/text"), "env");
    assert_int_equal(param(f, 0).ptr[param(f, 0).len], '\0');
}

static void test_allow_names_each_method_once(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(find(f, "PATCH", "/eureka/apps/A/i"), "405");
    assert_true(cr_slice_is(cr_buf_view(&f->allow), "PUT, DELETE"));
    assert_string_equal(find(f, "PATCH", "/encrypt/status"), "405");
    assert_true(cr_slice_is(cr_buf_view(&f->allow), "GET, HEAD, POST"));
}

static void test_very_long_paths(void **state)
{
    struct fixture *f = *state;
    CR_AUTO(cr_buf) path = {0};
    cr_buf_text(&path, "/static");
    for (size_t i = 0; i < 100; i++)
        cr_buf_text(&path, "/a");
    assert_string_equal(find(f, "GET", path.data), "static");
    assert_string_equal(find(f, "GET", path.data + 7), "404");
}

static void test_bad_patterns_are_refused(void **state)
{
    static const char *const patterns[] = {
        "",   "a",     "/a/**/b", "/a[/]/b", "/a[b]",
        "/{", "/a{b}", "/*",      "/{}",     "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"};
    (void)state;
    for (size_t i = 0; i < CR_COUNT(patterns); i++) {
        struct cr_http_route row = {"GET", patterns[i], handler, 0, ""};
        struct cr_http_routes bad = {&row, 1, NULL};
        struct cr_http_router *router = NULL;
        struct cr_err err = {0};
        assert_int_equal(cr_http_router_new(&bad, 1, &router, &err), CR_EINVAL);
        assert_non_null(strstr(err.text, patterns[i]));
        assert_null(router);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_most_specific_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_params_are_decoded_once_and_never_split, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_allow_names_each_method_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_very_long_paths, set_up, tear_down),
        cmocka_unit_test(test_bad_patterns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
