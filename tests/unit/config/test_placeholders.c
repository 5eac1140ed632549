/* placeholders: conformance cases 62 and 65 in pure form, and the bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "placeholders.h"
#include "sources.h"

typedef int (*resolver)(struct placeholders *placeholders, struct cr_slice text, struct cr_buf *out,
                        struct cr_err *err);

static int resolve(const char *const *const *sources, resolver with, const char *text,
                   struct cr_buf *out, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_wire_environment environment = sources_environment(sources, arena);
    CR_AUTO_PLACEHOLDERS placeholders = placeholders_new(&environment);
    assert_non_null(placeholders);
    return with(placeholders, cr_slice_of(text), out, err);
}

static void assert_resolves(const char *const *const *sources, resolver with, const char *text,
                            const char *expected)
{
    CR_AUTO(cr_buf) out = {0};
    struct cr_err err = {0};
    assert_int_equal(resolve(sources, with, text, &out, &err), 0);
    assert_string_equal(out.data ? out.data : "", expected);
}

static const char *const *const *known(void)
{
    static const char *const strong[] = {"a=1", "n=#8080", "t=!true", "empty=", "x.y=z", NULL};
    static const char *const weak[] = {"a=2",       "b=${a}",           "c=${b}-${b}",
                                       "k:d=colon", "name=a",           "e=\\${a}",
                                       "u=${nope}", "def=${nope:${a}}", NULL};
    static const char *const *const sources[] = {strong, weak, NULL};
    return sources;
}

static void case_62_resolves(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"${a}", "1"},
        {"<${a}${n}${t}${empty}>", "<18080true>"},
        {"${b} ${c}", "1 1-1"},
        {"${ a } ${\ta\n}", "1 1"},
        {"${nope}", "${nope}"},
        {"${nope:dflt}", "dflt"},
        {"${nope:}", ""},
        {"${nope:a:b}", "a:b"},
        {"${a:dflt}", "1"},
        {"${k:d}", "colon"},
        {"${${name}}", "1"},
        {"${nope:${a}}", "1"},
        {"${nope:${gone:x}}y", "xy"},
        {"${nope:${gone}}", "${gone}"},
        {"${x.${nope:y}}", "z"},
        {"${def}", "1"},
        {"${u}", "${nope}"},
        {"${e}", "${a}"},
        {"\\${a}", "${a}"},
        {"\\\\${a}", "${a}"},
        {"\\\\\\${a}", "\\${a}"},
        {"${a", "${a"},
        {"${a ${a}", "${a 1"},
        {"a}${a}}", "a}1}"},
        {"$a {a} $ {a}", "$a {a} $ {a}"},
        {"${{a}}", "${{a}}"},
        {"${nope:{x}}", "{x}"},
        {"${}x", "${}x"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        assert_resolves(known(), placeholders_text, cases[i].text, cases[i].expected);
        assert_resolves(known(), placeholders_value, cases[i].text, cases[i].expected);
    }
}

static void case_62_escapes_a_colon_in_texts(void **state)
{
    (void)state;
    assert_resolves(known(), placeholders_text, "${k\\:d}", "colon");
    assert_resolves(known(), placeholders_text, "${nope\\:d}", "${nope:d}");
    assert_resolves(known(), placeholders_value, "${nope\\:d}", "d");
}

static void leaves_a_value_without_placeholder_alone(void **state)
{
    (void)state;
    assert_resolves(known(), placeholders_value, "\\${}", "\\${}");
    assert_resolves(known(), placeholders_value, "\\${", "\\${");
    assert_false(placeholders_has(CR_SLICE("${}")));
    assert_false(placeholders_has(CR_SLICE("${a")));
    assert_false(placeholders_has(CR_SLICE("a}")));
    assert_true(placeholders_has(CR_SLICE("${} ${a}")));
}

static void case_65_refuses_circles(void **state)
{
    (void)state;
    const char *const *const *sources =
        SOURCES(SOURCE("a=${b}", "b=${a}", "self=${self}", "far=${x:${self}}", "key=${${key}}"));
    static const char *const texts[] = {"${a}", "${b}", "${self}", "${far}", "${key}", "${q:${a}}"};
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO(cr_buf) out = {0};
        struct cr_err err = {0};
        assert_int_equal(resolve(sources, placeholders_text, texts[i], &out, &err), CR_EINVAL);
        assert_non_null(strstr(err.text, "circular placeholder reference '${"));
    }
    assert_resolves(sources, placeholders_text, "${nope:x}", "x");
}

static void assert_too_far(const char *const *const *sources, const char *text)
{
    CR_AUTO(cr_buf) out = {0};
    struct cr_err err = {0};
    assert_int_equal(resolve(sources, placeholders_text, text, &out, &err), CR_EINVAL);
    assert_non_null(strstr(err.text, "expand"));
}

/* Thirty levels of two make a billion, of something and of nothing. */
static void bounds_expansion(void **state)
{
    (void)state;
    static char levels[30][64];
    const char *source[31] = {0};
    for (int empty = 0; empty < 2; empty++) {
        for (int i = 0; i < 29; i++)
            (void)snprintf(levels[i], sizeof(levels[i]), "l%d=${l%d}${l%d}", i, i + 1, i + 1);
        (void)snprintf(levels[29], sizeof(levels[29]), "l29=%s", empty ? "" : "0123456789");
        for (int i = 0; i < 30; i++)
            source[i] = levels[i];
        const char *const *const sources[] = {source, NULL};
        assert_too_far(sources, "${l0}");
    }
}

static void bounds_depth(void **state)
{
    (void)state;
    static char levels[PLACEHOLDERS_DEPTH_MAX + 2][32];
    CR_AUTO(cr_buf) braces = {0};
    const char *source[PLACEHOLDERS_DEPTH_MAX + 3] = {0};
    for (int i = 0; i < PLACEHOLDERS_DEPTH_MAX + 2; i++) {
        (void)snprintf(levels[i], sizeof(levels[i]), "l%d=${l%d}", i, i + 1);
        source[i] = levels[i];
    }
    const char *const *const sources[] = {source, NULL};
    assert_too_far(sources, "${l0}");
    for (int i = 0; i < PLACEHOLDERS_DEPTH_MAX + 2; i++)
        cr_buf_text(&braces, "${");
    for (int i = 0; i < PLACEHOLDERS_DEPTH_MAX + 2; i++)
        cr_buf_text(&braces, "}");
    assert_too_far(known(), braces.data);
}

/* A text of open braces only is no work. */
static void takes_a_text_of_open_braces(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) text = {0}, out = {0};
    struct cr_err err = {0};
    /* Enough to end a recursion; more takes minutes under TSan, whose memmem looks at all of it. */
    for (int i = 0; i < 100000; i++)
        cr_buf_text(&text, "${");
    assert_int_equal(resolve(known(), placeholders_text, text.data, &out, &err), 0);
    assert_int_equal(out.len, text.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_62_resolves),
        cmocka_unit_test(case_62_escapes_a_colon_in_texts),
        cmocka_unit_test(leaves_a_value_without_placeholder_alone),
        cmocka_unit_test(case_65_refuses_circles),
        cmocka_unit_test(bounds_expansion),
        cmocka_unit_test(bounds_depth),
        cmocka_unit_test(takes_a_text_of_open_braces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
