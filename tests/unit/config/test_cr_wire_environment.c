/* cr_wire_environment: what is written is Spring's document, what is read may be odd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cr_wire_environment.h"

static const struct cr_wire_property properties[] = {
    {.key = {"a.b", 3}, .text = {"x\"y", 3}, .kind = CR_WIRE_STRING, .line = 2, .column = 6},
    {.key = {"port", 4}, .text = {"8080", 4}, .kind = CR_WIRE_NUMBER, .line = 3, .column = 7},
    {.key = {"big", 3}, .text = {"6.02E23", 7}, .kind = CR_WIRE_NUMBER},
    {.key = {"on", 2}, .text = {"true", 4}, .kind = CR_WIRE_BOOL, .origin = {"elsewhere", 9}},
};
static const struct cr_wire_source source = {{"file:///r/app.yml", 17}, properties, 4};
static const struct cr_slice profile = {"dev,cloud", 9};

static struct cr_wire_environment sample(void)
{
    return (struct cr_wire_environment){.name = CR_SLICE("foo"),
                                        .profiles = &profile,
                                        .profile_count = 1,
                                        .version = CR_SLICE("1234"),
                                        .state = CR_SLICE(""),
                                        .sources = &source,
                                        .source_count = 1};
}

static void writes_the_plain_form(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    struct cr_wire_environment environment = sample();
    cr_wire_environment_write(&environment, false, &out);
    assert_int_equal(cr_buf_status(&out), 0);
    assert_string_equal(out.data,
                        "{\"name\":\"foo\",\"profiles\":[\"dev,cloud\"],\"label\":null,"
                        "\"version\":\"1234\",\"state\":\"\",\"propertySources\":[{\"name\":"
                        "\"file:///r/app.yml\",\"source\":{\"a.b\":\"x\\\"y\",\"port\":8080,"
                        "\"big\":6.02E23,\"on\":true}}]}");
}

static void writes_the_form_with_origins(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    struct cr_wire_environment environment = sample();
    environment.label = CR_SLICE("main");
    cr_wire_environment_write(&environment, true, &out);
    assert_non_null(strstr(out.data, "\"label\":\"main\""));
    assert_non_null(strstr(out.data, "\"a.b\":{\"value\":\"x\\\"y\",\"origin\":\"2:6\"}"));
    assert_non_null(strstr(out.data, "\"port\":{\"value\":8080,\"origin\":\"3:7\"}"));
    assert_non_null(strstr(out.data, "\"big\":6.02E23"));
    assert_non_null(strstr(out.data, "\"on\":{\"value\":true,\"origin\":\"elsewhere\"}"));
}

static int read_text(const char *json, struct cr_arena *arena, struct cr_wire_environment *out,
                     struct cr_err *err)
{
    return cr_wire_environment_read(cr_slice_of(json), arena, out, err);
}

static void assert_property(const struct cr_wire_property *property, const char *key,
                            enum cr_wire_kind kind, const char *text)
{
    assert_true(cr_slice_is(property->key, key));
    assert_int_equal(property->kind, kind);
    assert_true(cr_slice_is(property->text, text));
}

static void reads_what_it_wrote(void **state)
{
    (void)state;
    for (int origins = 0; origins < 2; origins++) {
        CR_AUTO(cr_buf) out = {0};
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_wire_environment environment = sample(), back;
        struct cr_err err = {0};
        cr_wire_environment_write(&environment, origins, &out);
        assert_int_equal(cr_wire_environment_read(cr_buf_view(&out), arena, &back, &err), 0);
        assert_true(cr_slice_is(back.name, "foo"));
        assert_int_equal(back.profile_count, 1);
        assert_true(cr_slice_equal(back.profiles[0], profile));
        assert_null(back.label.ptr);
        assert_true(cr_slice_is(back.version, "1234"));
        assert_int_equal(back.source_count, 1);
        assert_true(cr_slice_equal(back.sources[0].name, source.name));
        assert_int_equal(back.sources[0].count, 4);
        for (size_t i = 0; i < 4; i++)
            assert_property(&back.sources[0].properties[i], properties[i].key.ptr,
                            properties[i].kind, properties[i].text.ptr);
    }
}

static void reads_odd_documents(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_environment back;
    struct cr_err err = {0};
    assert_int_equal(read_text("{}", arena, &back, &err), 0);
    assert_int_equal(back.source_count, 0);
    assert_int_equal(read_text("{\"unknown\":[1],\"propertySources\":null}", arena, &back, &err),
                     0);
    assert_int_equal(back.source_count, 0);
    assert_int_equal(
        read_text("{\"propertySources\":[{\"name\":\"n\"},{\"name\":\"m\",\"source\":{"
                  "\"a\":{\"b\":[1,{\"c\":null}]},\"v\":{\"value\":7,\"origin\":\"1:2\"},"
                  "\"w\":{\"value\":7,\"origin\":\"1:2\",\"more\":0},\"e\":{}}}]}",
                  arena, &back, &err),
        0);
    assert_int_equal(back.source_count, 2);
    assert_int_equal(back.sources[0].count, 0);
    const struct cr_wire_source *second = &back.sources[1];
    assert_int_equal(second->count, 6);
    assert_property(&second->properties[0], "a.b[0]", CR_WIRE_NUMBER, "1");
    assert_property(&second->properties[1], "a.b[1].c", CR_WIRE_NULL, "");
    assert_property(&second->properties[2], "v", CR_WIRE_NUMBER, "7");
    assert_true(cr_slice_is(second->properties[2].origin, "1:2"));
    assert_property(&second->properties[3], "w.value", CR_WIRE_NUMBER, "7");
}

static void refuses_what_is_no_environment(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int code;
    } cases[] = {
        {"", CR_EPARSE},
        {"[]", CR_EPARSE},
        {"{\"propertySources\":7}", CR_EPARSE},
        {"{\"propertySources\":[7]}", CR_EPARSE},
        {"{\"propertySources\":[{\"source\":[]}]}", CR_EPARSE},
        {"{\"name\":\"foo\"", CR_EPARSE},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_wire_environment back;
        struct cr_err err = {0};
        assert_int_equal(read_text(cases[i].json, arena, &back, &err), cases[i].code);
        assert_true(err.text[0] != '\0');
    }
}

static void bounds_the_number_of_sources(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) json = {0};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_environment back;
    struct cr_err err = {0};
    cr_buf_text(&json, "{\"propertySources\":[{}");
    for (int i = 0; i < CR_WIRE_ENVIRONMENT_SOURCES_MAX; i++)
        cr_buf_text(&json, ",{}");
    cr_buf_text(&json, "]}");
    assert_int_equal(cr_wire_environment_read(cr_buf_view(&json), arena, &back, &err), CR_ELIMIT);
}

static void bounds_the_number_of_properties(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) json = {0};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_environment back;
    struct cr_err err = {0};
    cr_buf_text(&json, "{\"propertySources\":[{\"source\":{\"a\":[0");
    for (int i = 0; i < CR_WIRE_ENVIRONMENT_PROPERTIES_MAX; i++)
        cr_buf_text(&json, ",0");
    cr_buf_text(&json, "]}}]}");
    assert_int_equal(cr_wire_environment_read(cr_buf_view(&json), arena, &back, &err), CR_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_plain_form),
        cmocka_unit_test(writes_the_form_with_origins),
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(reads_odd_documents),
        cmocka_unit_test(refuses_what_is_no_environment),
        cmocka_unit_test(bounds_the_number_of_sources),
        cmocka_unit_test(bounds_the_number_of_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
