/* repository_uri: what is local, what is remote, what is refused, and that no password is quoted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "repository_uri.h"

#define KEY "spring.cloud.config.server.git.uri"

static void names_a_directory(void **state)
{
    (void)state;
    static const char *const texts[][3] = {
        {"file:///srv/config", "/srv/config", "file:///srv/config"},
        {"file:///srv/config//", "/srv/config", "file:///srv/config"},
        {"file:/srv/a%20b", "/srv/a b", "file:/srv/a%20b"},
        {"file://localhost/srv", "/srv", "file://localhost/srv"},
        {"/srv/x:y", "/srv/x:y", "/srv/x:y"},
        {"./config", "./config", "./config"},
        {"/", "/", "/"},
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct repository_uri uri;
        assert_int_equal(repository_uri_parse(KEY, cr_slice_of(texts[i][0]), arena, &uri, NULL), 0);
        assert_string_equal(uri.directory, texts[i][1]);
        assert_string_equal(uri.shown, texts[i][2]);
    }
}

static void names_a_remote(void **state)
{
    (void)state;
    static const char *const texts[][4] = {
        {"git://host/a.git", "git://host/a.git", "", ""},
        {"https://host:8443/o/r/", "https://host:8443/o/r", "", ""},
        {"http://me@host/r", "http://host/r", "me", ""},
        {"https://me:p%40ss:w@host/r.git", "https://host/r.git", "me", "p@ss:w"},
        {"https://me:p@ss@[::1]:8/r.git", "https://[::1]:8/r.git", "me", "p@ss"},
        {"ssh://git@host/o/r.git", "ssh://git@host/o/r.git", "", ""},
        {"ssh://git:p%40ss@host:2222/r.git/", "ssh://git@host:2222/r.git", "", "p@ss"},
        {"git@host:o/r.git", "git@host:o/r.git", "", ""},
        {"host:r.git", "host:r.git", "", ""},
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct repository_uri uri;
        assert_int_equal(repository_uri_parse(KEY, cr_slice_of(texts[i][0]), arena, &uri, NULL), 0);
        assert_null(uri.directory);
        assert_string_equal(uri.shown, texts[i][1]);
        assert_string_equal(uri.username, texts[i][2]);
        assert_string_equal(uri.password, texts[i][3]);
    }
}

static const char *mirror_of(const char *text, struct cr_arena *arena)
{
    struct repository_uri uri;
    assert_int_equal(repository_uri_parse(KEY, cr_slice_of(text), arena, &uri, NULL), 0);
    return uri.mirror_name;
}

/* One folder a repository, whoever asks for it; never a path of its own. */
static void names_the_mirror(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *one = mirror_of("https://host/o/config.git", arena);
    assert_int_equal(strncmp(one, "config-", 7), 0);
    assert_string_equal(one, mirror_of("https://me:secret@host/o/config.git/", arena));
    assert_string_not_equal(one, mirror_of("https://host/p/config.git", arena));
    assert_string_not_equal(one, mirror_of("http://host/o/config.git", arena));
    assert_null(strchr(mirror_of("git://host/a/..", arena), '/'));
    assert_int_not_equal(mirror_of("git://host/a/..", arena)[0], '.');
}

static void refuses(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"", "not set"},
        {"ssh://me:hush@host", "SSH"},
        {"ssh://me:hush@-oProxyCommand=id/r.git", "SSH"},
        {"-oProxyCommand=id:r.git", "SSH"},
        {"ext::sh -c id", "no transport"},
        {"ftp://me:hush@host/r.git", "no transport"},
        {"https://host/{application}", "placeholder"},
        {"https://me:hush@host", "names no repository"},
        {"https://me:hush@host/r?x=y", "names no repository"},
        {"https://me:hush@host:x/r", "not a URL"},
        {"https://me:hush@/r", "not a URL"},
        {"https://me:hu sh@host/r", "not a URL"},
        {"https://me:%zzhush@host/r", "percent"},
        {"file:relative", "absolute"},
        {"file:/%zz", "percent"},
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct repository_uri uri;
        struct cr_err err = {0};
        assert_int_equal(repository_uri_parse(KEY, cr_slice_of(texts[i][0]), arena, &uri, &err),
                         CR_EINVAL);
        assert_non_null(strstr(err.text, "spring.cloud.config.server.git.uri"));
        assert_non_null(strstr(err.text, texts[i][1]));
        assert_null(strstr(err.text, "hush"));
        assert_null(strstr(err.text, "hu sh"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_a_directory),
        cmocka_unit_test(names_a_remote),
        cmocka_unit_test(names_the_mirror),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
