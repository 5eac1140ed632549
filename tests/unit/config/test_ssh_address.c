/* ssh_address: the two forms, and what could be taken for an option. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_attr.h"
#include "ssh_address.h"

static void knows_both_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text, *user, *host, *path;
        int port;
    } cases[] = {
        {"ssh://git@host/o/r.git", "git", "host", "/o/r.git", 0},
        {"ssh://host:2222/r", "", "host", "/r", 2222},
        {"ssh://git:pw@[::1]:22/r%20s", "git", "::1", "/r s", 22},
        {"git+ssh://me@host/~/r.git", "me", "host", "~/r.git", 0},
        {"ssh+git://host/~you/r.git", "", "host", "~you/r.git", 0},
        {"git@host:o/r.git", "git", "host", "o/r.git", 0},
        {"host:/srv/r:s", "", "host", "/srv/r:s", 0},
        {"a@b@host:r", "a@b", "host", "r", 0},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct ssh_address address;
        assert_int_equal(ssh_address_parse(cr_slice_of(cases[i].text), arena, &address, NULL), 0);
        assert_string_equal(address.user, cases[i].user);
        assert_string_equal(address.host, cases[i].host);
        assert_string_equal(address.path, cases[i].path);
        assert_int_equal(address.port, cases[i].port);
    }
}

static void knows_what_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",       "/srv/a:b",       "./a:b",   "a/b:c",       "host:",
        ":r.git", "git://host/r",   "ext::id", "file:/srv/r", "https://host/r",
        "host",   "ftp://host/r.x",
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++)
        assert_false(ssh_address_is(cr_slice_of(texts[i])));
}

static void refuses_options_and_holes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "ssh://-oProxyCommand=id/r",
        "-oProxyCommand=id:r",
        "ssh://-l@host/r",
        "-l@host:r",
        "host:-u",
        "ssh://host",
        "ssh://host/%zz",
        "@:r",
        "ho st:r",
        "ssh://a%0ab@host/r",
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct ssh_address address;
        assert_int_equal(ssh_address_parse(cr_slice_of(texts[i]), arena, &address, NULL),
                         CR_EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_both_forms),
        cmocka_unit_test(knows_what_is_none),
        cmocka_unit_test(refuses_options_and_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
