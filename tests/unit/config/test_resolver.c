/* resolver: the order of files, search paths, patterns; conformance cases 2-9 and 12-16 in pure
 * form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cr_buf.h"
#include "resolver.h"

#define LIST(...)                                                                                  \
    ((struct config_list){(const struct cr_slice[]){__VA_ARGS__},                                  \
                          CR_COUNT(((const struct cr_slice[]){__VA_ARGS__}))})
#define S(literal)                                                                                 \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* The .yml candidates, joined by blanks: the other endings stand beside them. */
static void assert_files(const struct resolver_query *query, const char *expected)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) seen = {0};
    struct resolver_file *files;
    size_t count;
    struct cr_err err = {0};
    assert_int_equal(resolver_files(query, arena, &files, &count, &err), 0);
    for (size_t i = 0; i < count; i++) {
        if (cr_slice_ends(cr_slice_of(files[i].path), CR_SLICE(".yml")))
            cr_buf_printf(&seen, "%s%.*s", seen.len ? " " : "", (int)strlen(files[i].path) - 4,
                          files[i].path);
    }
    assert_string_equal(seen.data, expected);
}

static void orders_files(void **state)
{
    (void)state;
    const char *two[] = {"a", "b"};
    struct resolver_query query = {
        .names = LIST(S("foo")), .profiles = {two, 1}, .directories = LIST(S(""))};
    assert_files(&query, "foo-a application-a foo application");
    query.profiles.count = 2;
    query.directories = LIST(S(""), S("cfg/"));
    assert_files(&query, "cfg/foo-b cfg/application-b foo-b application-b cfg/foo-a "
                         "cfg/application-a foo-a application-a cfg/foo cfg/application foo "
                         "application");
}

static void case_9_names_application_once(void **state)
{
    (void)state;
    const char *dev[] = {"dev"};
    struct resolver_query query = {
        .names = LIST(S("application")), .profiles = {dev, 1}, .directories = LIST(S(""))};
    assert_files(&query, "application-dev application");
}

static void case_12_takes_several_names(void **state)
{
    (void)state;
    const char *dev[] = {"dev"};
    struct resolver_query query = {
        .names = LIST(S("a"), S("b")), .profiles = {dev, 1}, .directories = LIST(S(""))};
    assert_files(&query, "b-dev a-dev application-dev b a application");
}

static void case_7_orders_endings(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct resolver_query query = {.names = LIST(S("foo")), .directories = LIST(S("cfg/"))};
    struct resolver_file *files;
    size_t count;
    struct cr_err err = {0};
    assert_int_equal(resolver_files(&query, arena, &files, &count, &err), 0);
    assert_int_equal(count, 8);
    assert_string_equal(files[0].path, "cfg/foo.properties");
    assert_string_equal(files[1].path, "cfg/foo.xml");
    assert_string_equal(files[2].path, "cfg/foo.yml");
    assert_string_equal(files[3].path, "cfg/foo.yaml");
    assert_true(cr_slice_is(files[0].directory, "cfg/"));
    assert_false(files[0].of_profile);
}

static void bounds_the_number_of_files(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    static struct cr_slice names[RESOLVER_FILES_MAX];
    struct resolver_query query = {.names = {names, RESOLVER_FILES_MAX},
                                   .directories = LIST(S(""))};
    struct resolver_file *files;
    size_t count;
    struct cr_err err = {0};
    assert_int_equal(resolver_files(&query, arena, &files, &count, &err), CR_ELIMIT);
}

static void assert_directories(const struct resolver_places *places, const char *expected)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) seen = {0};
    struct config_list found;
    struct cr_err err = {0};
    assert_int_equal(resolver_directories(places, arena, &found, &err), 0);
    for (size_t i = 0; i < found.count; i++)
        cr_buf_printf(&seen, "%.*s;", CR_SLICE_ARG(found.items[i]));
    assert_string_equal(seen.data, expected);
}

static void expands_search_paths(void **state)
{
    (void)state;
    struct resolver_places places = {.names = LIST(S("foo"), S("bar")),
                                     .profiles = LIST(S("dev"), S("cloud")),
                                     .label = CR_SLICE("main")};
    assert_directories(&places, ";");
    places.search_paths = LIST(S("cfg"), S("/cfg/"), S("./x//y"));
    assert_directories(&places, ";cfg/;x/y/;");
    places.search_paths = LIST(S("{application}"));
    assert_directories(&places, ";foo/;bar/;");
    places.search_paths = LIST(S("{profile}/{application}"), S("at-{label}"), S("bar*"));
    assert_directories(&places, ";dev/foo/;dev/bar/;cloud/foo/;cloud/bar/;at-main/;bar*/;");
}

static void refuses_search_paths_that_leave(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct resolver_places places = {.names = LIST(S("foo")), .profiles = LIST(S("dev"))};
    struct config_list found;
    struct cr_err err = {0};
    places.search_paths = LIST(S("a/../../etc"));
    assert_int_equal(resolver_directories(&places, arena, &found, &err), CR_EINVAL);
    places.search_paths = LIST(S(".git/hooks"));
    assert_int_equal(resolver_directories(&places, arena, &found, &err), CR_EINVAL);
}

static void matches_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path;
        bool matches;
    } cases[] = {
        {"bar*/", "bar1", true},
        {"bar*", "bar", true},
        {"bar*", "baz", false},
        {"bar*", "bar1/x", false},
        {"b?r", "bar", true},
        {"b?r", "br", false},
        {"b?r", "b\xc3\xa4r", true},
        {"b??r", "b\xc3\xa4r", false},
        {"*??xy", "\xe2\x82\xacxy", false},
        {"**", "a/b/c", true},
        {"**/c", "a/b/c", true},
        {"**/c", "c", true},
        {"a/**", "a", true},
        {"a/**", "b", false},
        {"a/**/d", "a/b/c/d", true},
        {"a/**/d", "a/b/c", false},
        {"*/*", "a", false},
        {"*/*", "a/b", true},
        {"*a*b*", "xaybz", true},
        {"*a*b*", "xbya", false},
        {"**/x/**", "a/x/b/y", true},
        {"a*a*a*b", "aaaaaaaaaaaaaaac", false},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        assert_int_equal(
            resolver_pattern_matches(cr_slice_of(cases[i].pattern), cr_slice_of(cases[i].path)),
            cases[i].matches);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_files),
        cmocka_unit_test(case_9_names_application_once),
        cmocka_unit_test(case_12_takes_several_names),
        cmocka_unit_test(case_7_orders_endings),
        cmocka_unit_test(bounds_the_number_of_files),
        cmocka_unit_test(expands_search_paths),
        cmocka_unit_test(refuses_search_paths_that_leave),
        cmocka_unit_test(matches_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
