/* The route table: order, automatic routes, prefixes, what is stripped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "route_table.h"

static const char *const sensitive[] = {"Cookie", "Set-Cookie", "Authorization"};
static const char *const everything[] = {"*"};

static struct route_options defaults(void)
{
    return (struct route_options){.prefix = "",
                                  .strip_prefix = true,
                                  .add_proxy = true,
                                  .sensitive = sensitive,
                                  .sensitive_count = CR_COUNT(sensitive),
                                  .servlet_path = "/zuul",
                                  .own_service = "gateway",
                                  .via = ""};
}

static void drop(struct route *route, void *ctx)
{
    size_t *count = ctx;
    ++*count;
    route_free(route);
}

static struct route_table *build(const struct route_options *options,
                                 const struct route_spec *specs, size_t count,
                                 const char *const *services, size_t service_count,
                                 const struct route_table *previous)
{
    struct route_table_input input = {.options = options,
                                      .specs = specs,
                                      .spec_count = count,
                                      .services = services,
                                      .service_count = service_count,
                                      .previous = previous};
    struct route_table *table;
    struct cr_err err = {0};
    if (route_table_new(&input, &table, &err))
        fail_msg("%s", err.text);
    return table;
}

/* The id of the route that a path takes, "" for none. */
static const char *id_of(const struct route_table *table, const char *path)
{
    struct cr_slice rest;
    ptrdiff_t index = route_table_find(table, cr_slice_of(path), &rest);
    return index < 0 ? "" : route_table_at(table, (size_t)index)->id;
}

static void release(struct route_table *table, size_t dropped)
{
    size_t count = 0;
    route_table_free(table, drop, &count);
    assert_int_equal(count, dropped);
}

static void test_order(void **state)
{
    (void)state;
    static const struct route_spec specs[] = {
        {.id = "all", .path = "/**", .service_id = "x", .strip_prefix = true}, /* T012 */
        {.id = "a", .path = "/a/**", .strip_prefix = true},                    /* T011 */
        {.id = "ab", .path = "/a/b/**", .strip_prefix = true},
        {.id = "wild", .path = "/*/late", .strip_prefix = true},
        {.id = "late", .path = "/late/**", .strip_prefix = true},
        {.id = "users", .path = "/myusers/**", .strip_prefix = true},
    };
    static const char *const services[] = {"users", "orders", "gateway", "a"};
    struct route_options options = defaults();
    struct route_table *table = build(&options, specs, CR_COUNT(specs), services, 4, NULL);
    assert_string_equal(id_of(table, "/a/b/x"), "a");
    assert_string_equal(id_of(table, "/late/late"), "wild");
    assert_string_equal(id_of(table, "/late/x"), "late");
    assert_string_equal(id_of(table, "/myusers/1"), "users"); /* T015 */
    assert_string_equal(id_of(table, "/users/1"), "users");
    assert_string_equal(id_of(table, "/orders"), "orders");
    assert_string_equal(id_of(table, "/gateway/1"), "all"); /* itself gets no route */
    assert_string_equal(id_of(table, "/nowhere"), "all");
    assert_string_equal(id_of(table, "/zuul/users/1"), "users"); /* T028 */
    assert_int_equal(route_table_count(table), 8);
    assert_string_equal(route_table_at(table, 7)->id, "all");
    release(table, 8);
}

static void test_ignored(void **state)
{
    (void)state;
    static const struct route_spec specs[] = {
        {.id = "users", .path = "/users/**", .strip_prefix = true},
        {.id = "users2", .path = "/users/**", .service_id = "other", .strip_prefix = true},
    };
    static const char *const services[] = {"users", "orders"};
    static const char *const patterns[] = {"/**/admin/**"};
    struct route_options options = defaults();
    options.ignored_services = everything;
    options.ignored_service_count = 1;
    options.ignored_patterns = patterns;
    options.ignored_pattern_count = 1;
    struct route_table *table = build(&options, specs, 2, services, 2, NULL);
    assert_string_equal(id_of(table, "/users/1"), "users2"); /* the last value wins */
    assert_string_equal(id_of(table, "/users/admin/x"), ""); /* T013 */
    assert_string_equal(id_of(table, "/orders/1"), "");      /* T014 */
    release(table, 1);
}

struct strip_row {
    const char *prefix;
    bool strip_global;
    const char *path;
    bool strip;
    const char *request;
    const char *base;
    const char *forwarded;
    const char *header;
};

static void test_stripping(void **state)
{
    (void)state;
    static const struct strip_row rows[] = {
        {"", true, "/users/**", true, "/users/1", "", "/1", "/users"},
        {"", true, "/users/**", true, "/users", "", "/", "/users"},
        {"", true, "/users/**", true, "/users/", "", "/", "/users"},
        {"", true, "/users/**", true, "//users//1", "", "/1", "/users"},
        {"", true, "/users/**", false, "/users/1", "", "/users/1", ""},
        {"/api", true, "/foo/**", true, "/api/foo/1", "", "/1", "/api/foo"},
        {"api/", true, "foo/**", false, "/api/foo/1", "", "/foo/1", "/api"},
        {"/proxy", false, "/foo/**", true, "/proxy/foo/1", "/proxy", "/1", "/proxy/foo"},
        {"/proxy", false, "/foo/**", false, "/proxy/foo/1", "", "/proxy/foo/1", "/proxy"},
        {"", true, "/a/*/b", true, "/a/x/b", "", "/x/b", "/a"},
        {"", true, "/users/?", true, "/users/1", "", "/users/1", ""},
        {"", true, "/**", true, "/x", "", "/x", ""},
        {"", true, "/a/b/**", true, "/a/b/c/d", "", "/c/d", "/a/b"},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        struct route_options options = defaults();
        options.prefix = rows[i].prefix;
        options.strip_prefix = rows[i].strip_global;
        struct route_spec spec = {.id = "r", .path = rows[i].path, .strip_prefix = rows[i].strip};
        struct route_table *table = build(&options, &spec, 1, NULL, 0, NULL);
        struct cr_slice rest;
        assert_int_equal(route_table_find(table, cr_slice_of(rows[i].request), &rest), 0);
        const struct route *route = route_table_at(table, 0);
        if (!cr_slice_is(route_strip(route, rest), rows[i].forwarded) ||
            !cr_slice_is(route->base, rows[i].base) ||
            !cr_slice_is(route->policy.prefix, rows[i].header))
            fail_msg("row %zu: %.*s, base %.*s, prefix %.*s", i,
                     CR_SLICE_ARG(route_strip(route, rest)), CR_SLICE_ARG(route->base),
                     CR_SLICE_ARG(route->policy.prefix));
        release(table, 1);
    }
}

static void test_locations(void **state)
{
    (void)state;
    static const struct route_spec specs[] = {
        {.id = "ext", .url = "http://E:9/base/", .strip_prefix = true}, /* T007 */
        {.id = "fwd", .path = "/local/**", .url = "forward:/internal", .strip_prefix = true},
        {.id = "svc", .service_id = "USERS", .strip_prefix = true},
    };
    struct route_options options = defaults();
    struct route_table *table = build(&options, specs, 3, NULL, 0, NULL);
    const struct route *ext = route_table_at(table, 0);
    assert_int_equal(ext->kind, ROUTE_URL);
    assert_true(cr_slice_is(ext->authority, "E:9"));
    assert_true(cr_slice_is(ext->base, "/base"));
    assert_true(cr_slice_is(ext->own_path, "/**"));
    assert_int_equal(route_table_at(table, 1)->kind, ROUTE_LOCAL);
    assert_true(cr_slice_is(route_table_at(table, 1)->base, "/internal"));
    assert_string_equal(route_table_at(table, 2)->location, "users");
    release(table, 3);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct route_spec specs[] = {
        {.id = "r", .url = "https://h/"},      {.id = "r", .url = "ftp://h/"},
        {.id = "r", .url = "http://h:99999/"}, {.id = "r", .url = "http:///x"},
        {.id = "r", .path = "/{a:x}"},         {.id = "r", .service_id = "a/b"},
        {.id = "r", .url = "http://h/a?b"},
    };
    struct route_options options = defaults();
    for (size_t i = 0; i < CR_COUNT(specs); i++) {
        struct route_table_input input = {.options = &options, .specs = &specs[i], .spec_count = 1};
        struct route_table *table;
        struct cr_err err;
        assert_int_equal(route_table_new(&input, &table, &err), CR_EINVAL);
    }
}

/* Routes that did not change are the same objects in the next table. */
static void test_sharing(void **state)
{
    (void)state;
    static const struct route_spec specs[] = {{.id = "a", .strip_prefix = true},
                                              {.id = "b", .strip_prefix = true}};
    static const struct route_spec changed[] = {{.id = "a", .strip_prefix = true},
                                                {.id = "b", .strip_prefix = false}};
    struct route_options options = defaults();
    struct route_table *first = build(&options, specs, 2, NULL, 0, NULL);
    struct route_table *second = build(&options, changed, 2, NULL, 0, first);
    assert_ptr_equal(route_table_at(first, 0), route_table_at(second, 0));
    assert_ptr_not_equal(route_table_at(first, 1), route_table_at(second, 1));
    release(first, 1);
    release(second, 2);
}

static void test_internal(void **state)
{
    (void)state;
    static const char *const blocked[] = {
        "/internal", "/internal/events", "/Internal/x",        "//internal/x",
        "/actuator", "/actuator/env",    "/internal%2Fevents", "/actuator%2Fhealth"};
    static const char *const open[] = {"/",
                                       "/internals",
                                       "/actuator/health",
                                       "/actuator/health/readiness",
                                       "/actuator/info",
                                       "/a/internal/x"};
    for (size_t i = 0; i < CR_COUNT(blocked); i++)
        assert_true(route_is_internal(cr_slice_of(blocked[i])));
    for (size_t i = 0; i < CR_COUNT(open); i++)
        assert_false(route_is_internal(cr_slice_of(open[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),     cmocka_unit_test(test_ignored),
        cmocka_unit_test(test_stripping), cmocka_unit_test(test_locations),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_sharing),
        cmocka_unit_test(test_internal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
