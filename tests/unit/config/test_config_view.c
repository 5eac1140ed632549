/* config_view: the merged forms; conformance cases 50 and 53 to 66 in pure form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config_view.h"
#include "nested.h"
#include "sources.h"
#include "yaml_samples.h"

static int render(const char *const *const *sources, const struct config_view_options *options,
                  struct cr_buf *out, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct cr_wire_environment environment = sources_environment(sources, arena);
    return config_view_render(&environment, options, arena, out, err);
}

static void assert_form(const char *const *const *sources, enum config_view view,
                        const char *expected)
{
    CR_AUTO(cr_buf) out = {0};
    struct cr_err err = {0};
    const struct config_view_options options = {view, true, true};
    assert_int_equal(render(sources, &options, &out, &err), 0);
    assert_string_equal(out.data ? out.data : "", expected);
}

static void assert_refused(const char *key_value, const char *text)
{
    static const enum config_view views[] = {CONFIG_VIEW_YAML, CONFIG_VIEW_JSON};
    for (size_t i = 0; i < CR_COUNT(views); i++) {
        CR_AUTO(cr_buf) out = {0};
        struct cr_err err = {0};
        const struct config_view_options options = {views[i], true, true};
        assert_int_equal(render(SOURCES(SOURCE("a=1", key_value)), &options, &out, &err),
                         CR_EINVAL);
        assert_non_null(strstr(err.text, text));
    }
}

static void cases_53_to_55_write_each_form(void **state)
{
    (void)state;
    const char *const *const *sources = SOURCES(SOURCE("a.b.c=d", "n=#8080", "t=!true", "s=8080"));
    assert_form(sources, CONFIG_VIEW_YAML, "a:\n  b:\n    c: d\nn: 8080\nt: true\ns: '8080'\n");
    assert_form(sources, CONFIG_VIEW_JSON,
                "{\"a\":{\"b\":{\"c\":\"d\"}},\"n\":8080,\"t\":true,\"s\":\"8080\"}");
    assert_form(sources, CONFIG_VIEW_PROPERTIES, "a.b.c: d\nn: 8080\nt: true\ns: 8080");
}

static void case_64_writes_an_empty_environment(void **state)
{
    (void)state;
    const char *const *const sources[] = {NULL};
    assert_form(sources, CONFIG_VIEW_YAML, "{}\n");
    assert_form(sources, CONFIG_VIEW_JSON, "{}");
    assert_form(sources, CONFIG_VIEW_PROPERTIES, "");
}

static void case_56_replaces_a_list_as_a_whole(void **state)
{
    (void)state;
    assert_form(SOURCES(SOURCE("l[0]=x", "l[1]=y", "b=2"),
                        SOURCE("l[0]=p", "l[1]=q", "l[2]=r", "m[0]=k", "a=1", "b=1", "c=1",
                               "spring.profiles=dev", "spring.profiles.active=x")),
                CONFIG_VIEW_PROPERTIES,
                "a: 1\nb: 2\nc: 1\nspring.profiles.active: x\nl[0]: x\nl[1]: y\nm[0]: k");
}

static void cases_57_to_59_nest_odd_keys(void **state)
{
    (void)state;
    assert_form(SOURCES(SOURCE("org.x=WARN", "org.x.y=ERROR")), CONFIG_VIEW_YAML,
                "org:\n  x: WARN\n  x.y: ERROR\n");
    assert_form(SOURCES(SOURCE("org.x.y=ERROR", "org.x=WARN")), CONFIG_VIEW_YAML,
                "org:\n  x: WARN\n");
    assert_form(SOURCES(SOURCE("org.x=W", "org.x.y.z=E")), CONFIG_VIEW_JSON,
                "{\"org\":{\"x\":\"W\",\"y\":{\"x.z\":\"E\"}}}"); /* Spring's own oddity */
    assert_form(SOURCES(SOURCE("a.b[hello]=1", "a.b[world]d=2", "a.b[world].e=3")),
                CONFIG_VIEW_JSON,
                "{\"a\":{\"b[hello]\":\"1\",\"b[world]d\":\"2\",\"b[world]\":{\"e\":\"3\"}}}");
    assert_form(SOURCES(SOURCE("a.b[2]=z")), CONFIG_VIEW_YAML,
                "a:\n  b:\n  - null\n  - null\n  - z\n");
    assert_form(SOURCES(SOURCE("l[0][1].k=v", "l[0][0]=w", "l[1].a.b=c")), CONFIG_VIEW_YAML,
                "l:\n- - w\n  - k: v\n- a:\n    b: c\n");
    assert_form(SOURCES(SOURCE("l[0].x[0]=1", "l[0].y=2")), CONFIG_VIEW_YAML,
                "l:\n- x:\n  - '1'\n  y: '2'\n");
    assert_form(SOURCES(SOURCE("a.=1", "[x]=2")), CONFIG_VIEW_JSON,
                "{\"a\":{\"\":\"1\"},\"[x]\":\"2\"}");
    assert_form(SOURCES(SOURCE("a[4294967296]=x")), CONFIG_VIEW_JSON,
                "{\"a[4294967296]\":\"x\"}"); /* no int of Java's: a name */
}

static void refuses_what_cannot_be_nested(void **state)
{
    (void)state;
    assert_refused("a..b=1", "a..b");
    assert_refused("b.[0]=1", "b.[0]");
    assert_refused(".x=1", ".x");
    assert_refused("[0]=1", "[0]");
    assert_refused("b[0]x=1", "b[0]x");
    assert_refused("b[0][=1", "b[0][");
    assert_refused("b[0][]=1", "b[0][]");
    assert_refused("b[0][x]=1", "b[0][x]");
    assert_refused("b[-1]=1", "b[-1]");
    assert_refused("a[0]=1", "a[0]");
    assert_refused("b[2147483647]=1", "65535");
    assert_refused("b[0][99999999]=1", "65535");
}

static void bounds_depth_and_empty_places(void **state)
{
    (void)state;
    char deep[1024] = "b", *at = deep + 1;
    for (int i = 0; i < NESTED_DEPTH_MAX; i++)
        at += snprintf(at, 8, ".b");
    (void)snprintf(at, 8, "=1");
    assert_refused(deep, "too deeply");
    char wide[8][32];
    const char *source[9] = {0};
    for (size_t i = 0; i < 8; i++) {
        (void)snprintf(wide[i], sizeof(wide[i]), "w%zu[65535]=1", i);
        source[i] = wide[i];
    }
    CR_AUTO(cr_buf) out = {0};
    struct cr_err err = {0};
    const struct config_view_options options = {CONFIG_VIEW_JSON, false, false};
    const char *const *const sources[] = {source, NULL};
    assert_int_equal(render(sources, &options, &out, &err), CR_EINVAL);
    assert_non_null(strstr(err.text, "too many empty places"));
}

static void case_50_strips_the_document(void **state)
{
    (void)state;
    assert_form(SOURCES(SOURCE("document[0]=c", "document[1]=d")), CONFIG_VIEW_YAML, "- c\n- d\n");
    assert_form(SOURCES(SOURCE("document=blah")), CONFIG_VIEW_YAML, "blah\n");
    assert_form(SOURCES(SOURCE("document=#5")), CONFIG_VIEW_YAML, "'5'\n");
    assert_form(SOURCES(SOURCE("document.a=x")), CONFIG_VIEW_YAML, "!!str\na: x\n");
    assert_form(SOURCES(SOURCE("document=blah", "a=1")), CONFIG_VIEW_YAML,
                "document: blah\na: '1'\n");
    assert_form(SOURCES(SOURCE("document=blah")), CONFIG_VIEW_JSON, "{\"document\":\"blah\"}");
    CR_AUTO(cr_buf) out = {0};
    struct cr_err err = {0};
    const struct config_view_options whole = {CONFIG_VIEW_YAML, true, false};
    assert_int_equal(render(SOURCES(SOURCE("document=blah")), &whole, &out, &err), 0);
    assert_string_equal(out.data, "document: blah\n");
}

static void cases_62_and_63_resolve_placeholders(void **state)
{
    (void)state;
    const char *const *const *sources = SOURCES(
        SOURCE("n=#8080", "m=one\ntwo: \"2\"\n", "c=${m}", "p=${n}", "d=${nope}", "k=\\${n}"));
    assert_form(sources, CONFIG_VIEW_YAML,
                "n: 8080\nm: |\n  one\n  two: \"2\"\nc: |\n  one\n  two: \"2\"\np: '8080'\n"
                "d: ${nope}\nk: ${n}\n");
    assert_form(sources, CONFIG_VIEW_JSON,
                "{\"n\":8080,\"m\":\"one\\ntwo: \\\"2\\\"\\n\",\"c\":\"one\\ntwo: "
                "\\\"2\\\"\\n\",\"p\":\"8080\",\"d\":\"${nope}\",\"k\":\"${n}\"}");
    assert_form(SOURCES(SOURCE("x${n}=1", "n=#2")), CONFIG_VIEW_PROPERTIES, "x2: 1\nn: 2");
    CR_AUTO(cr_buf) out = {0};
    struct cr_err err = {0};
    const struct config_view_options alone = {CONFIG_VIEW_PROPERTIES, false, true};
    assert_int_equal(render(SOURCES(SOURCE("a=${b}", "b=1")), &alone, &out, &err), 0);
    assert_string_equal(out.data, "a: ${b}\nb: 1");
}

static void case_65_names_a_circle(void **state)
{
    (void)state;
    for (enum config_view view = CONFIG_VIEW_YAML; view <= CONFIG_VIEW_JSON; view++) {
        CR_AUTO(cr_buf) out = {0};
        struct cr_err err = {0};
        const struct config_view_options options = {view, true, true};
        assert_int_equal(render(SOURCES(SOURCE("a=${b}", "b=${a}")), &options, &out, &err),
                         CR_EINVAL);
        assert_non_null(strstr(err.text, "circular placeholder reference '${"));
    }
}

static void case_66_prints_texts_as_snakeyaml(void **state)
{
    (void)state;
    for (size_t i = 0; i < CR_COUNT(values) + CR_COUNT(keys); i++) {
        bool is_key = i >= CR_COUNT(values);
        const struct pair *pair = is_key ? &keys[i - CR_COUNT(values)] : &values[i];
        struct cr_slice text = cr_slice_of(pair->text), letter = CR_SLICE("k");
        const struct cr_wire_property property = {.key = is_key ? text : letter,
                                                  .text = is_key ? CR_SLICE("v") : text,
                                                  .kind = CR_WIRE_STRING};
        const struct cr_wire_source source = {CR_SLICE("s"), &property, 1};
        const struct cr_wire_environment environment = {.sources = &source, .source_count = 1};
        const struct config_view_options options = {CONFIG_VIEW_YAML, false, true};
        CR_AUTO_ARENA arena = cr_arena_new(0);
        CR_AUTO(cr_buf) out = {0};
        struct cr_err err = {0};
        assert_int_equal(config_view_render(&environment, &options, arena, &out, &err), 0);
        assert_string_equal(out.data, pair->yaml);
    }
}

static void writes_a_number_that_no_reader_takes_for_one(void **state)
{
    (void)state;
    char text[1200], expected[1300];
    memset(text, '1', sizeof(text));
    memcpy(text, "k=#", 3);
    text[3 + 1025] = '\0';
    (void)snprintf(expected, sizeof(expected), "k: !!int '%s'\n", text + 3);
    assert_form(SOURCES(SOURCE(text)), CONFIG_VIEW_YAML, expected);
}

static void tells_answers_apart(void **state)
{
    (void)state;
    static const struct config_view_options options[] = {
        {CONFIG_VIEW_V1, false, false},  {CONFIG_VIEW_V2, false, false},
        {CONFIG_VIEW_YAML, true, true},  {CONFIG_VIEW_YAML, false, true},
        {CONFIG_VIEW_YAML, true, false}, {CONFIG_VIEW_JSON, true, true}};
    char seen[CR_COUNT(options)][8];
    for (size_t i = 0; i < CR_COUNT(options); i++) {
        CR_AUTO(cr_buf) key = {0};
        config_view_key(&options[i], &key);
        (void)snprintf(seen[i], sizeof(seen[i]), "%s", key.data);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(seen[i], seen[k]);
    }
}

static void passes_the_bound_of_the_buffer_on(void **state)
{
    (void)state;
    for (enum config_view view = CONFIG_VIEW_V1; view <= CONFIG_VIEW_JSON; view++) {
        CR_AUTO(cr_buf) out = {.max = 8};
        struct cr_err err = {0};
        const struct config_view_options options = {view, true, true};
        assert_int_equal(render(SOURCES(SOURCE("a=1234567890")), &options, &out, &err), CR_ELIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_53_to_55_write_each_form),
        cmocka_unit_test(case_64_writes_an_empty_environment),
        cmocka_unit_test(case_56_replaces_a_list_as_a_whole),
        cmocka_unit_test(cases_57_to_59_nest_odd_keys),
        cmocka_unit_test(refuses_what_cannot_be_nested),
        cmocka_unit_test(bounds_depth_and_empty_places),
        cmocka_unit_test(case_50_strips_the_document),
        cmocka_unit_test(cases_62_and_63_resolve_placeholders),
        cmocka_unit_test(case_65_names_a_circle),
        cmocka_unit_test(case_66_prints_texts_as_snakeyaml),
        cmocka_unit_test(writes_a_number_that_no_reader_takes_for_one),
        cmocka_unit_test(tells_answers_apart),
        cmocka_unit_test(passes_the_bound_of_the_buffer_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
