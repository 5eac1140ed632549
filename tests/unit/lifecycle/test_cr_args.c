/* The command line: modes, settings, and what is neither. */
#include "cr_args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cr_module.h"
#include "cr_slice.h"

enum { ARGC_MAX = 8, ARG_SIZE = 64 };

static int parse(const char *text, struct cr_args *out, struct cr_err *err)
{
    static char words[ARGC_MAX + 1][ARG_SIZE];
    static char *argv[ARGC_MAX + 2];
    int argc = 1;
    struct cr_slice rest = cr_slice_of(text);
    struct cr_slice word;
    argv[0] = words[0];
    while (argc <= ARGC_MAX && rest.len > 0 && cr_slice_split(&rest, ' ', &word)) {
        assert_true(word.len < ARG_SIZE);
        memcpy(words[argc], word.ptr, word.len);
        words[argc][word.len] = '\0';
        argv[argc] = words[argc];
        argc++;
    }
    argv[argc] = NULL;
    return cr_args_parse(argc, argv, out, err);
}

static void test_modes_and_settings(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum cr_mode mode;
        size_t settings;
    } rows[] = {
        {"", CR_MODE_RUN, 0},
        {"--a.b=1 --c.d", CR_MODE_RUN, 2},
        {"--help", CR_MODE_HELP, 0},
        {"-h", CR_MODE_HELP, 0},
        {"--version", CR_MODE_VERSION, 0},
        {"--a=1 --check-config --b=", CR_MODE_CHECK, 2},
        {"--print-config", CR_MODE_PRINT, 0},
        {"--healthcheck --server.port=1", CR_MODE_PROBE, 1},
        {"--debug", CR_MODE_RUN, 1},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        struct cr_args args;
        assert_int_equal(parse(rows[i].line, &args, NULL), 0);
        assert_int_equal(args.mode, rows[i].mode);
        assert_int_equal(args.setting_count, rows[i].settings);
    }
    struct cr_args args;
    assert_int_equal(parse("--a.b=1 --help --c.d=2", &args, NULL), 0);
    assert_string_equal(args.settings[0], "--a.b=1");
    assert_string_equal(args.settings[1], "--c.d=2");
}

static void test_wrong_usage(void **state)
{
    (void)state;
    static const char *const lines[] = {"word", "-x", "--", "--=1", "--halp", "a.b=1"};
    for (size_t i = 0; i < CR_COUNT(lines); i++) {
        struct cr_args args = {.setting_count = 99};
        struct cr_err err = {0};
        assert_int_equal(parse(lines[i], &args, &err), CR_EINVAL);
        assert_non_null(strstr(err.text, lines[i]));
        assert_int_equal(args.setting_count, 99);
    }
}

static void test_changes(void **state)
{
    (void)state;
    static const char *const keys[] = {"zuul.routes.a.path", "server.port"};
    const struct cr_changes changes = {keys, CR_COUNT(keys)};
    assert_true(cr_changes_has(&changes, "zuul.routes"));
    assert_true(cr_changes_has(&changes, "server.port"));
    assert_false(cr_changes_has(&changes, "server.port.x"));
    assert_false(cr_changes_has(&(struct cr_changes){0}, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes_and_settings),
        cmocka_unit_test(test_wrong_usage),
        cmocka_unit_test(test_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
