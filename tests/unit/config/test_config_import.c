/* config_import: which imports are followed, and where they lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "config_import.h"
#include <cmocka.h>

static void follows_what_lies_beside_or_below(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"application.yml", "x.yml", "x.yml"},
        {"application.yml", "./x.yml", "x.yml"},
        {"application.yml", "optional:file:x.properties", "x.properties"},
        {"cfg/application.yml", "file:./x.yaml", "cfg/x.yaml"},
        {"cfg/application.yml", " sub/./x.yml ", "cfg/sub/x.yml"},
        {"/srv/config/application.yml", "x.yml", "/srv/config/x.yml"},
    };
    CR_AUTO_ARENA arena = cr_arena_new(0);
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        const char *path = NULL;
        assert_int_equal(config_import_path(cases[i][0], cr_slice_of(cases[i][1]), arena, &path),
                         0);
        assert_string_equal(path, cases[i][2]);
    }
}

static void ignores_all_others(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "/etc/x.yml",
        "file:/etc/x.yml",
        "../x.yml",
        "a/../x.yml",
        ".git/x.yml",
        "a/.GIT/x.yml",
        "classpath:x.yml",
        "x.json",
        "configserver:",
        "optional:configtree:/run/secrets/",
        "dir/",
        "file://x.yml",
        "http://host/x.yml",
        "a//x.yml",
        ".yml/..",
        "x",
    };
    CR_AUTO_ARENA arena = cr_arena_new(0);
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        const char *path = NULL;
        assert_int_equal(config_import_path("a/b.yml", cr_slice_of(texts[i]), arena, &path),
                         CR_ENOTFOUND);
    }
}

static void knows_its_key(void **state)
{
    (void)state;
    assert_true(config_import_is_key(CR_SLICE("spring.config.import")));
    assert_true(config_import_is_key(CR_SLICE("spring.config.import[3]")));
    assert_false(config_import_is_key(CR_SLICE("spring.config.imports")));
    assert_false(config_import_is_key(CR_SLICE("spring.config")));
    CR_AUTO_ARENA arena = cr_arena_new(0);
    assert_string_equal(config_import_of_profile("cfg/x.y.yml", "dev", arena), "cfg/x.y-dev.yml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_what_lies_beside_or_below),
        cmocka_unit_test(ignores_all_others),
        cmocka_unit_test(knows_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
