/* Profile expressions and the conditions of documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cr_profile.h"
#include "cr_yaml.h"

static const char *const active_names[] = {"dev", "eu west"};
static const struct cr_profiles active = {active_names, 2};

static void test_matches(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        bool match;
    } cases[] = {
        {"dev", true},
        {"prod", false},
        {"!prod", true},
        {"!dev", false},
        {"!!dev", true},
        {"dev & eu west", true},
        {"dev & prod", false},
        {"dev | prod", true},
        {"prod|test", false},
        {"(dev & !prod) | test", true},
        {"!(dev | prod)", false},
        {"prod,dev", true},
        {"prod, test", false},
        {"dev & (prod | eu west)", true},
        {" dev ", true},
        {"Dev", false},
        {"a & b & c", false},
        {"((dev))", true},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        bool match = !cases[i].match;
        assert_int_equal(cr_profile_match(cr_slice_of(cases[i].expression), &active, &match, NULL),
                         0);
        if (match != cases[i].match)
            fail_msg("'%s'", cases[i].expression);
    }
}

static void test_refuses_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "a & b | c", "a &",   "(a", "a)",     "& a",
                                      "a,,b", "!",         "a (b)", "()", "a | & b"};
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        bool match;
        struct cr_err err = {0};
        if (cr_profile_match(cr_slice_of(bad[i]), &active, &match, &err) != CR_EPARSE)
            fail_msg("'%s'", bad[i]);
        assert_non_null(strstr(err.text, "profile expression"));
    }
    char deep[200];
    memset(deep, '(', sizeof deep);
    bool match;
    assert_int_equal(cr_profile_match((struct cr_slice){deep, sizeof deep}, &active, &match, NULL),
                     CR_EPARSE);
}

static void test_documents_are_active_when_all_conditions_hold(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        bool conditional;
        bool active;
    } cases[] = {
        {"a: 1", false, true},
        {"spring.config.activate.on-profile: dev", true, true},
        {"spring: {config: {activate: {onProfile: prod}}}", true, false},
        {"spring.config.activate.on-profile: [prod, dev]", true, true},
        {"spring.config.activate.on-profile: prod | test", true, false},
        {"spring.config.activate.on-profile: ''", false, true},
        {"spring.profiles: dev", true, true},
        {"spring: {profiles: [prod, test]}", true, false},
        {"spring.profiles: '!prod'", true, true},
        {"spring.profiles.active: prod", false, true},
        {"spring.config.activate.on-cloud-platform: kubernetes", true, false},
        {"spring.config.activate.on-cloud-platform: none", true, true},
        {"spring.config.activate: {on-profile: dev, on-cloud-platform: heroku}", true, false},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_flat flat;
        bool match = !cases[i].active;
        assert_int_equal(cr_yaml_parse(cr_slice_of(cases[i].yaml), arena, &flat, NULL), 0);
        assert_int_equal(cr_profile_doc_active(&flat.docs[0], &active, &match, NULL), 0);
        if (match != cases[i].active ||
            cr_profile_doc_conditional(&flat.docs[0]) != cases[i].conditional)
            fail_msg("'%s'", cases[i].yaml);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_refuses_malformed),
        cmocka_unit_test(test_documents_are_active_when_all_conditions_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
