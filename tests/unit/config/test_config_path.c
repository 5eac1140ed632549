/* config_path, flat_path and disposition: conformance cases 61 and 73 in pure form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config_path.h"
#include "cr_buf.h"
#include "disposition.h"
#include "flat_path.h"

static int parse(const char *raw, const char *prefix, struct cr_arena *arena,
                 struct config_path *path)
{
    struct cr_err err = {0};
    int rc = config_path_parse(cr_slice_of(raw), cr_slice_of(prefix), arena, path, &err);
    assert_int_equal(rc, err.code);
    return rc;
}

static void assert_segments(const char *raw, const char *prefix, const char *joined)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct config_path path;
    assert_int_equal(parse(raw, prefix, arena, &path), 0);
    assert_true(cr_slice_is(config_path_rest(&path, 0, arena), joined));
}

static void splits_before_it_decodes(void **state)
{
    (void)state;
    assert_segments("/foo/default", "", "foo/default");
    assert_segments("/foo/dev/feature%28_%29x", "", "foo/dev/feature(_)x");
    assert_segments("/f%C3%BC/%64ev", "", "f\xc3\xbc/dev");
    assert_segments("/foo;v=1/default;a=b;c", "", "foo/default");
    assert_segments("/foo%3Bx/y", "", "foo;x/y");
    assert_segments("/a%2525/b", "", "a%25/b");
    assert_segments("/config/foo/default", "/config", "foo/default");
    assert_segments("/a+b/c", "", "a+b/c");
}

static void case_73_refuses_ways_out(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        int code;
    } cases[] = {
        {"/foo/..%2f..%2fetc/x", CR_EINVAL},
        {"/foo/%2e%2e/x", CR_EINVAL},
        {"/../x", CR_EINVAL},
        {"/./x", CR_EINVAL},
        {"/foo/a%2Fb", CR_EINVAL},
        {"/foo/a%5cb", CR_EINVAL},
        {"/foo/a\\b", CR_EINVAL},
        {"/foo/a%00b", CR_EINVAL},
        {"/foo/a%0Ab", CR_EINVAL},
        {"/foo/a%7f", CR_EINVAL},
        {"/foo/%", CR_EINVAL},
        {"/foo/%zz", CR_EINVAL},
        {"/", CR_ENOTFOUND},
        {"/foo/", CR_ENOTFOUND},
        {"//foo/default", CR_ENOTFOUND},
        {"/foo//default", CR_ENOTFOUND},
        {"/;x=1/default", CR_ENOTFOUND},
        {"", CR_ENOTFOUND},
        {"*", CR_ENOTFOUND},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct config_path path;
        assert_int_equal(parse(cases[i].raw, "", arena, &path), cases[i].code);
    }
}

static void keeps_to_its_prefix(void **state)
{
    (void)state;
    static const char *const outside[] = {"/foo/default", "/configx/foo", "/config", "/config/",
                                          "/conf%69g/foo/default"};
    for (size_t i = 0; i < CR_COUNT(outside); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct config_path path;
        assert_int_equal(parse(outside[i], "/config", arena, &path), CR_ENOTFOUND);
    }
}

static void bounds_the_segments(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) raw = {0};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct config_path path;
    for (int i = 0; i < CONFIG_PATH_SEGMENTS_MAX; i++)
        cr_buf_text(&raw, "/a");
    assert_int_equal(parse(raw.data, "", arena, &path), 0);
    cr_buf_text(&raw, "/a");
    assert_int_equal(parse(raw.data, "", arena, &path), CR_ELIMIT);
}

static void case_61_splits_at_the_last_hyphen(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name, *profiles;
        enum config_view view;
    } cases[] = {
        {"foo-default.yml", "foo", "default", CONFIG_VIEW_YAML},
        {"foo-default.yaml", "foo", "default", CONFIG_VIEW_YAML},
        {"my-app-dev.properties", "my-app", "dev", CONFIG_VIEW_PROPERTIES},
        {"foo-bar-foo2-bar2-spam.yml", "foo-bar-foo2-bar2", "spam", CONFIG_VIEW_YAML},
        {"app-v1.2.json", "app", "v1.2", CONFIG_VIEW_JSON},
        {"a,b-x,y.json", "a,b", "x,y", CONFIG_VIEW_JSON},
        {"app-dev.yml.yml", "app", "dev.yml", CONFIG_VIEW_YAML},
        {"-dev.yml", "", "dev", CONFIG_VIEW_YAML},
        {"foo-.yml", "foo", "", CONFIG_VIEW_YAML},
    };
    static const char *const none[] = {
        "foo.yml", "foo-default", "foo-default.xml", "foo-default.YML", "", ".yml"};
    struct flat_path path;
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        assert_true(flat_path_split(cr_slice_of(cases[i].file), &path));
        assert_true(cr_slice_is(path.name, cases[i].name));
        assert_true(cr_slice_is(path.profiles, cases[i].profiles));
        assert_int_equal(path.view, cases[i].view);
    }
    for (size_t i = 0; i < CR_COUNT(none); i++)
        assert_false(flat_path_split(cr_slice_of(none[i]), &path));
}

static void case_61_knows_endings_as_words(void **state)
{
    (void)state;
    static const struct {
        const char *segment;
        bool has;
    } cases[] = {
        {"default.yml", true},  {"dev.ymlx", false},      {"a.json-b", true}, {"a.yaml.b", true},
        {"dev", false},         {"v1.2", false},          {"-.yml", false},   {".yml", false},
        {"x.properties", true}, {"x.properties_", false}, {"x.jsonp", false},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        assert_int_equal(flat_path_has_ending(cr_slice_of(cases[i].segment)), cases[i].has);
}

static void guards_what_a_browser_might_open(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *name;
        bool needed;
    } cases[] = {
        {"/foo/default", "default", false},
        {"/foo/v1.2", "v1.2", true},
        {"/a/b/c/x.TXT", "x.TXT", false},
        {"/a/b/c/x.html", "x.html", true},
        {"/a/b/c/x.svg", "x.svg", false},
        {"/a/b/c/x.", "x.", false},
        {"/a/b/c/x.txt;y.bat", "x.txt", true},
        {"/a/b/c/x.txt;y.yml", "x.txt", false},
        {"/a/b/c/x.ht%6dl", "x.html", true},
        {"/a/b/c/x.yml svg", "x.yml svg", true},
        {"/a/b/c/x.m", "x.m", true},
        {"/a/b/c/x.jpeg", "x.jpeg", false},
        {"/a/b/c/x.verylongextension", "x.verylongextension", true},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        assert_int_equal(
            disposition_is_needed(cr_slice_of(cases[i].raw), cr_slice_of(cases[i].name)),
            cases[i].needed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_before_it_decodes),
        cmocka_unit_test(case_73_refuses_ways_out),
        cmocka_unit_test(keeps_to_its_prefix),
        cmocka_unit_test(bounds_the_segments),
        cmocka_unit_test(case_61_splits_at_the_last_hyphen),
        cmocka_unit_test(case_61_knows_endings_as_words),
        cmocka_unit_test(guards_what_a_browser_might_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
