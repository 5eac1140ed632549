/* backend_settings: which backends the profiles choose, and what each is set to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "backend_settings.h"
#include <cmocka.h>

#define SERVER "spring.cloud.config.server."

struct reading {
    struct cr_arena *arena;
    struct cr_environment *environment;
    struct backend_settings_list list;
    struct cr_err err;
};

static int read_settings(struct reading *reading, const char *const *arguments, size_t count)
{
    const struct cr_environment_options options = {.arguments = arguments, .argument_count = count};
    *reading = (struct reading){.arena = cr_arena_new(0)};
    assert_int_equal(cr_environment_load(&options, &reading->environment, NULL), 0);
    return backend_settings_read(reading->environment, "", reading->arena, &reading->list,
                                 &reading->err);
}

static void end(struct reading *reading)
{
    cr_environment_unref(reading->environment);
    cr_arena_free(reading->arena);
}

static void git_is_the_usual_one(void **state)
{
    (void)state;
    static const char *const arguments[] = {
        "--" SERVER "git.uri=/srv/a",
        "--" SERVER "git.refreshRate=7",
        "--" SERVER "git.username=me",
        "--" SERVER "git.repos.team.uri=/srv/b",
        "--" SERVER "git.repos.team.pattern=t*,u*/dev",
        "--" SERVER "git.repos.team.username=you",
        "--" SERVER "git.repos.short=/srv/c",
        "--" SERVER "git.search-paths=x",
        "--" SERVER "git.default-label=trunk",
    };
    struct reading reading;
    assert_int_equal(read_settings(&reading, arguments, CR_COUNT(arguments)), 0);
    assert_int_equal(reading.list.count, 1);
    const struct git_settings_group *git = &reading.list.items[0].git;
    assert_string_equal(git->main.uri, "/srv/a");
    assert_string_equal(git->main.key, SERVER "git.");
    assert_int_equal(git->other_count, 2);
    const struct git_settings *team = &git->others[0], *brief = &git->others[1];
    assert_string_equal(team->name, "team");
    assert_string_equal(team->key, SERVER "git.repos.team.");
    assert_int_equal(team->patterns.count, 2);
    assert_string_equal(team->username, "you");
    assert_int_equal(team->refresh_rate_s, 7);        /* from the one behind it */
    assert_int_equal(team->search_paths.count, 0);    /* not */
    assert_string_equal(team->default_label, "main"); /* not */
    assert_string_equal(brief->uri, "/srv/c");
    assert_string_equal(brief->patterns.items[0], "short");
    assert_string_equal(brief->username, "me");
    assert_int_equal(backend_settings_check(&reading.list, &reading.err), 0);
    end(&reading);
}

static void profiles_choose(void **state)
{
    (void)state;
    static const char *const both[] = {
        "--spring.profiles.active=native,git", "--" SERVER "git.uri=/srv/a",
        "--" SERVER "native.search-locations=/srv/b", "--" SERVER "native.order=1"};
    struct reading reading;
    assert_int_equal(read_settings(&reading, both, CR_COUNT(both)), 0);
    assert_int_equal(reading.list.count, 2);
    assert_true(reading.list.items[0].is_native);
    assert_false(reading.list.items[1].is_native);
    end(&reading);
    assert_int_equal(read_settings(&reading, both, 3), 0);
    assert_false(reading.list.items[0].is_native);
    end(&reading);
    static const char *const native[] = {"--spring.profiles.active=native",
                                         "--" SERVER "native.search-locations=/srv/b"};
    assert_int_equal(read_settings(&reading, native, CR_COUNT(native)), 0);
    assert_int_equal(reading.list.count, 1);
    assert_true(reading.list.items[0].is_native);
    assert_string_equal(reading.list.items[0].native.default_label, "master");
    end(&reading);
}

static void composite_is_a_list(void **state)
{
    (void)state;
    static const char *const arguments[] = {
        "--spring.profiles.active=composite",
        "--" SERVER "composite[1].type=native",
        "--" SERVER "composite[1].search-locations=/srv/n",
        "--" SERVER "composite[1].default-label=v1",
        "--" SERVER "composite[0].type=git",
        "--" SERVER "composite[0].uri=/srv/a",
        "--" SERVER "composite[0].timeout=9",
        "--" SERVER "composite[0].repos.x.uri=/srv/x",
    };
    struct reading reading;
    assert_int_equal(read_settings(&reading, arguments, CR_COUNT(arguments)), 0);
    assert_int_equal(reading.list.count, 2);
    const struct git_settings_group *git = &reading.list.items[0].git;
    assert_string_equal(git->main.key, SERVER "composite[0].");
    assert_int_equal(git->other_count, 1);
    assert_string_equal(git->others[0].name, "x");
    assert_string_equal(git->others[0].key, SERVER "composite[0].repos.x.");
    assert_int_equal(git->others[0].timeout_s, 9);
    assert_string_equal(reading.list.items[1].native.default_label, "v1");
    assert_int_equal(backend_settings_check(&reading.list, &reading.err), 0);
    end(&reading);
}

static void refuses_with_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[4];
        const char *key;
    } cases[] = {
        {{"--spring.profiles.active=composite"}, SERVER "composite[0].type"},
        {{"--spring.profiles.active=composite", "--" SERVER "composite[0].type=vault"},
         SERVER "composite[0].type"},
        {{"--spring.profiles.active=composite", "--" SERVER "composite[0].type=git"},
         SERVER "composite[0].uri"},
        {{"--spring.profiles.active=native"}, SERVER "native.search-locations"},
        {{"--" SERVER "git.uri=/a", "--" SERVER "git.search-paths=../x"},
         SERVER "git.search-paths"},
        {{"--" SERVER "git.uri=/a", "--" SERVER "git.repos.x.pattern=y"}, SERVER "git.repos.x.uri"},
        {{"--" SERVER "git.uri=https://host/r", "--" SERVER "git.password=hush"},
         SERVER "git.password"},
        {{NULL}, SERVER "git.uri"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        size_t count = 0;
        while (count < CR_COUNT(cases[i].arguments) && cases[i].arguments[count])
            count++;
        struct reading reading;
        int rc = read_settings(&reading, cases[i].arguments, count);
        if (rc == 0)
            rc = backend_settings_check(&reading.list, &reading.err);
        assert_int_equal(rc, CR_EINVAL);
        assert_non_null(strstr(reading.err.text, cases[i].key));
        assert_null(strstr(reading.err.text, "hush"));
        end(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(git_is_the_usual_one),
        cmocka_unit_test(profiles_choose),
        cmocka_unit_test(composite_is_a_list),
        cmocka_unit_test(refuses_with_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
