/* repository_pattern: Spring's patterns of applications and profiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "repository_pattern.h"
#include <cmocka.h>

static bool matches(const char *pattern, const char *application, const char *profiles)
{
    const struct cr_slice item = cr_slice_of(pattern);
    const struct config_list patterns = {&item, 1};
    return repository_pattern_matches(&patterns, cr_slice_of(application), cr_slice_of(profiles));
}

static void matches_as_spring(void **state)
{
    (void)state;
    static const char *const yes[][3] = {
        {"foo", "foo", "dev"},
        {"foo", "foo", "a,b"},
        {"team-*", "team-a", "default"},
        {"*/dev", "x", "dev"},
        {"*/dev", "x", "dev,cloud"},
        {"foo/dev*", "foo", "develop"},
        {"*", "a", "b"},
        {"*-x*/d", "a-xy", "d"},
        {" foo ", "foo", "dev"},
        {"org/app*", "org/app", "d"},
        {"**", "a", "b"},
    };
    static const char *const no[][3] = {
        {"foo", "foobar", "dev"},    {"foo", "barfoo", "dev"}, {"*/dev", "x", "cloud,dev"},
        {"*/dev", "x", "dev2"},      {"foo/dev", "foo", "de"}, {"", "foo", "dev"},
        {"team-*/x", "team-a", "y"}, {"foo/", "foo", "dev"},
    };
    for (size_t i = 0; i < CR_COUNT(yes); i++)
        assert_true(matches(yes[i][0], yes[i][1], yes[i][2]));
    for (size_t i = 0; i < CR_COUNT(no); i++)
        assert_false(matches(no[i][0], no[i][1], no[i][2]));
}

static void takes_any_of_several_patterns(void **state)
{
    (void)state;
    const struct cr_slice items[] = {CR_SLICE("a/x"), CR_SLICE("b*")};
    const struct config_list patterns = {items, 2}, none = {items, 0};
    assert_true(repository_pattern_matches(&patterns, CR_SLICE("bb"), CR_SLICE("y")));
    assert_false(repository_pattern_matches(&patterns, CR_SLICE("a"), CR_SLICE("y")));
    assert_false(repository_pattern_matches(&none, CR_SLICE("a"), CR_SLICE("x")));
}

static void is_a_candidate_by_one_profile(void **state)
{
    (void)state;
    const struct cr_slice pattern = CR_SLICE("*/dev");
    const struct config_list patterns = {&pattern, 1};
    struct config_request request;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    assert_int_equal(config_request_parse(CR_SLICE("x"), CR_SLICE("cloud,dev"),
                                          (struct cr_slice){0}, arena, &request, NULL),
                     0);
    assert_true(repository_pattern_is_candidate(&patterns, &request));
    assert_false(repository_pattern_matches(&patterns, request.name, request.profiles));
}

static void may_match_with_some_profile(void **state)
{
    (void)state;
    const struct cr_slice items[] = {CR_SLICE("a/x"), CR_SLICE("b*"), CR_SLICE(" c*/y ")};
    const struct config_list patterns = {items, 3}, none = {items, 0};
    static const char *const yes[] = {"a", "b", "bb", "cc"}, *const no[] = {"aa", "xb", "x", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(repository_pattern_may_match(&patterns, cr_slice_of(yes[i])));
        assert_false(repository_pattern_may_match(&patterns, cr_slice_of(no[i])));
    }
    assert_false(repository_pattern_may_match(&none, CR_SLICE("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_as_spring),
        cmocka_unit_test(takes_any_of_several_patterns),
        cmocka_unit_test(is_a_candidate_by_one_profile),
        cmocka_unit_test(may_match_with_some_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
