/* resource_name: candidates of a file, and what is never served. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "resource_name.h"
#include <cmocka.h>

static void puts_the_profile_before_the_extension(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {"", "nginx.conf", "dev", "nginx-dev.conf"},
        {"cfg/", "sub/a.b.txt", "x", "cfg/sub/a.b-x.txt"},
        {"", "nginx.conf", "", "nginx.conf"},
        {"", "LICENSE", "dev", "LICENSE-dev"},
        {"", "a.d/file", "dev", "a.d/file-dev"},
        {"", ".env", "dev", "-dev.env"},
    };
    CR_AUTO_ARENA arena = cr_arena_new(0);
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        assert_string_equal(resource_name(cr_slice_of(cases[i][0]), cr_slice_of(cases[i][1]),
                                          cr_slice_of(cases[i][2]), arena),
                            cases[i][3]);
}

static void refuses_what_is_never_served(void **state)
{
    (void)state;
    static const char *const no[] = {
        "",   ".git/config",     "a/.git/x",     ".GIT/config",   "a/../b", "./a",  "a//b", "/a",
        "a/", "WEB-INF/web.xml", "x/meta-inf/y", "http://host/x", "url:x",  "a\\b", "a\nb",
    };
    static const char *const yes[] = {"a", "a/b.txt", ".gitignore", "a.git/b", "c:x", "..a"};
    for (size_t i = 0; i < CR_COUNT(no); i++)
        assert_false(resource_name_is_allowed(cr_slice_of(no[i])));
    for (size_t i = 0; i < CR_COUNT(yes); i++)
        assert_true(resource_name_is_allowed(cr_slice_of(yes[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_the_profile_before_the_extension),
        cmocka_unit_test(refuses_what_is_never_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
