/* Rows to struct, families, checks, and what is shown of it all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cr_settings.h"
#include "cr_yaml.h"

struct server {
    const char *name;
    int64_t port;
    bool enabled;
    int64_t timeout_ms;
    int64_t body_max;
    double ratio;
    struct cr_setting_list zones;
    const char *password;
};

#define FIELD(name) offsetof(struct server, name)
static const struct cr_setting server_rows[] = {
    {"app.name", CR_SETTING_TEXT, FIELD(name), "crema-${app.port:none}", 0, 0, 0, "Its name."},
    {"app.port", CR_SETTING_INT, FIELD(port), "8080", 0, 65535, 0, "Port; 0 takes a free one."},
    {"app.enabled", CR_SETTING_BOOL, FIELD(enabled), "true", 0, 0, CR_SETTING_LIVE, "On | off."},
    {"app.read-timeout", CR_SETTING_DURATION, FIELD(timeout_ms), "10s", 1, 60000, CR_SETTING_LIVE,
     "How long."},
    {"app.body-max", CR_SETTING_SIZE, FIELD(body_max), "64KB", 0, 0, 0, "How much."},
    {"app.ratio", CR_SETTING_DOUBLE, FIELD(ratio), "0.5", 0, 1, 0, "How many."},
    {"app.zones", CR_SETTING_LIST, FIELD(zones), "a,b", 0, 0, 0, "Where."},
    {"app.password", CR_SETTING_TEXT, FIELD(password), NULL, 0, 0, CR_SETTING_SECRET, "Hush."},
};

struct command {
    int64_t timeout_ms;
    bool enabled;
};

static const struct cr_setting command_rows[] = {
    {"hystrix.command.<key>.execution.isolation.thread.timeoutInMilliseconds", CR_SETTING_INT,
     offsetof(struct command, timeout_ms), "1000", 1, 600000, CR_SETTING_DEFAULTS, "Time limit."},
    {"hystrix.command.<key>.circuitBreaker.enabled", CR_SETTING_BOOL,
     offsetof(struct command, enabled), "true", 0, 0, CR_SETTING_DEFAULTS, "Circuit."},
};

struct route {
    const char *path;
    const char *service;
    struct cr_setting_list headers;
};

static const struct cr_setting route_rows[] = {
    {"zuul.routes.<id>", CR_SETTING_TEXT, offsetof(struct route, service), NULL, 0, 0, 0, "Short."},
    {"zuul.routes.<id>.path", CR_SETTING_TEXT, offsetof(struct route, path), NULL, 0, 0, 0,
     "Path."},
    {"zuul.routes.<id>.sensitive-headers", CR_SETTING_LIST, offsetof(struct route, headers),
     "Cookie", 0, 0, 0, "Headers."},
};

static const struct cr_setting_table tables[] = {
    {server_rows, CR_COUNT(server_rows)},
    {command_rows, CR_COUNT(command_rows)},
    {route_rows, CR_COUNT(route_rows)},
};

/* An environment of one YAML text and perhaps arguments. */
static struct cr_environment *environment_of(const char *yaml, const char *const *arguments,
                                             size_t count)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat = {0};
    struct cr_environment *environment = NULL;
    assert_int_equal(cr_yaml_parse(cr_slice_of(yaml), arena, &flat, NULL), 0);
    struct cr_environment_remote remotes[1] = {{.name = "repo"}};
    if (flat.count > 0)
        remotes[0].doc = flat.docs[0];
    struct cr_environment_options options = {.arguments = arguments,
                                             .argument_count = count,
                                             .remotes = remotes,
                                             .remote_count = flat.count};
    assert_int_equal(cr_environment_load(&options, &environment, NULL), 0);
    return environment;
}

static void test_binds_fallbacks(void **state)
{
    (void)state;
    CR_AUTO_ENVIRONMENT environment = environment_of("", NULL, 0);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct server s;
    memset(&s, 0xff, sizeof s);
    assert_int_equal(cr_settings_bind(&tables[0], environment, &s, arena, NULL), 0);
    assert_string_equal(s.name, "crema-none"); /* placeholders see what is set, not fallbacks */
    assert_null(s.password);
    assert_int_equal(s.port, 8080);
    assert_true(s.enabled);
    assert_int_equal(s.timeout_ms, 10000);
    assert_int_equal(s.body_max, 65536);
    assert_true(s.ratio == 0.5);
    assert_int_equal(s.zones.count, 2);
    assert_string_equal(s.zones.items[1], "b");
}

static void test_binds_values(void **state)
{
    (void)state;
    CR_AUTO_ENVIRONMENT environment =
        environment_of("app: {port: 0, enabled: no, readTimeout: PT2S, body_max: 1MB, ratio: 1,\n"
                       "      zones: [x, '${app.name}'], name: n, password: secret}\n",
                       NULL, 0);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct server s = {0};
    assert_int_equal(cr_settings_bind(&tables[0], environment, &s, arena, NULL), 0);
    assert_string_equal(s.name, "n");
    assert_int_equal(s.port, 0);
    assert_false(s.enabled);
    assert_int_equal(s.timeout_ms, 2000);
    assert_int_equal(s.body_max, 1048576);
    assert_true(s.ratio == 1.0);
    assert_int_equal(s.zones.count, 2);
    assert_string_equal(s.zones.items[1], "n");
    assert_string_equal(s.password, "secret");
}

static void test_an_empty_value_is_none_but_for_texts(void **state)
{
    (void)state;
    CR_AUTO_ENVIRONMENT environment = environment_of("app: {port: , name: '', zones: []}", NULL, 0);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct server s = {0};
    assert_int_equal(cr_settings_bind(&tables[0], environment, &s, arena, NULL), 0);
    assert_int_equal(s.port, 8080);
    assert_string_equal(s.name, "");
    assert_int_equal(s.zones.count, 0);
}

static void test_refuses_with_key_value_origin_and_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        const char *words;
    } cases[] = {
        {"app.port: abc",
         "'app.port' = 'abc' (configserver:repo:1:11): not a whole number, give one such as 10"},
        {"app.port: 70000", "out of range, give 0 to 65535"},
        {"app.port: 99999999999999999999", "'app.port' = '99999999999999999999'"},
        {"app.enabled: maybe", "give true or false"},
        {"app.read-timeout: 10 parsecs", "such as 10s, 500ms or PT10S"},
        {"app.read-timeout: 2m", "out of range, give 1 to 60000 ms"},
        {"app.body-max: 1XB", "such as 64KB or 1MB"},
        {"app.ratio: x", "not a number"},
        {"app.ratio: 1.5", "out of range, give 0 to 1"},
        {"app.name: ${nope}",
         "'app.name' (configserver:repo:1:11): placeholder '${nope}' has no value"},
        {"app.zones: ['${nope}']", "'app.zones': placeholder '${nope}'"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ENVIRONMENT environment = environment_of(cases[i].yaml, NULL, 0);
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct server s;
        struct cr_err err = {0};
        assert_int_equal(cr_settings_bind(&tables[0], environment, &s, arena, &err), CR_EINVAL);
        if (!strstr(err.text, cases[i].words))
            fail_msg("'%s' says: %s", cases[i].yaml, err.text);
    }
}

static void test_required_and_secret_errors(void **state)
{
    (void)state;
    static const struct cr_setting rows[] = {
        {"x.uri", CR_SETTING_TEXT, 0, NULL, 0, 0, CR_SETTING_REQUIRED, "Where it is."},
        {"x.secret", CR_SETTING_INT, 8, NULL, 0, 0, 0, NULL},
    };
    const struct cr_setting_table table = {rows, 2};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO_ENVIRONMENT none = environment_of("", NULL, 0);
    int64_t out[2];
    struct cr_err err = {0};
    assert_int_equal(cr_settings_bind(&table, none, out, arena, &err), CR_EINVAL);
    assert_string_equal(err.text, "'x.uri' is not set: give it a value (Where it is.)");
    CR_AUTO_ENVIRONMENT secret = environment_of("x: {uri: u, secret: hush}", NULL, 0);
    assert_int_equal(cr_settings_bind(&table, secret, out, arena, &err), CR_EINVAL);
    assert_null(strstr(err.text, "hush"));
}

static void test_families_fall_through_to_default(void **state)
{
    (void)state;
    CR_AUTO_ENVIRONMENT environment =
        environment_of("hystrix.command:\n"
                       "  default.execution.isolation.thread.timeoutInMilliseconds: 2000\n"
                       "  coffeeOrder.execution.isolation.thread.timeout-in-milliseconds: 3000\n"
                       "  coffee-member.circuit-breaker.enabled: false\n",
                       NULL, 0);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_setting_list members;
    assert_int_equal(cr_settings_members(&tables[1], environment, arena, &members), 0);
    assert_int_equal(members.count, 2);
    assert_string_equal(members.items[0], "coffeeOrder");
    assert_string_equal(members.items[1], "coffee-member");
    static const struct {
        const char *member;
        int64_t timeout_ms;
        bool enabled;
    } cases[] = {{"coffeeOrder", 3000, true}, {"coffee-member", 2000, false}, {"new", 2000, true}};
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct command c;
        assert_int_equal(
            cr_settings_bind_member(&tables[1], environment, cases[i].member, &c, arena, NULL), 0);
        assert_int_equal(c.timeout_ms, cases[i].timeout_ms);
        assert_int_equal(c.enabled, cases[i].enabled);
    }
}

static void test_families_list_their_members(void **state)
{
    (void)state;
    const char *arguments[] = {"--zuul.routes.late=/late/**", "--zuul.routes.users.path=/u/**"};
    CR_AUTO_ENVIRONMENT environment =
        environment_of("zuul.routes:\n"
                       "  users.path: /users/**\n"
                       "  '[dotted.id]': {path: /d/**, sensitiveHeaders: [A, B]}\n"
                       "  plain.id.path: /p/**\n"
                       "  odd: {unknown: 1}\n",
                       arguments, 2);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_setting_list members;
    assert_int_equal(cr_settings_members(&tables[2], environment, arena, &members), 0);
    assert_int_equal(members.count, 4);
    static const char *const wanted[] = {"users", "dotted.id", "plain.id", "late"};
    static const char *const paths[] = {"/u/**", "/d/**", "/p/**", NULL};
    for (size_t i = 0; i < CR_COUNT(wanted); i++) {
        struct route r;
        assert_string_equal(members.items[i], wanted[i]);
        assert_int_equal(
            cr_settings_bind_member(&tables[2], environment, wanted[i], &r, arena, NULL), 0);
        if (paths[i])
            assert_string_equal(r.path, paths[i]);
        else
            assert_string_equal(r.service, "/late/**");
        assert_int_equal(r.headers.count, i == 1 ? 2 : 1);
    }
}

struct heard {
    char text[2000];
    size_t warnings;
};

static void hear(void *ctx, enum cr_settings_severity severity, const char *text)
{
    struct heard *heard = ctx;
    size_t used = strlen(heard->text);
    snprintf(heard->text + used, sizeof heard->text - used, "%s\n", text);
    heard->warnings += severity == CR_SETTINGS_WARNING;
}

static void test_check_reports_all(void **state)
{
    (void)state;
    const char *arguments[] = {"--app.prot=1", "--completely.different=1"};
    CR_AUTO_ENVIRONMENT environment =
        environment_of("app: {port: x, body-max: y, enabeld: true}\nother.unknown: 1\n"
                       "zuul: {routes: {a: {pathh: /}, b: {path: /}}, nothing.like.it: 1}\n"
                       "hystrix.command.z.circuitBreaker.enabled: perhaps\n",
                       arguments, 2);
    static const char *const prefixes[] = {"app", "zuul"};
    struct cr_settings_check check = {tables, CR_COUNT(tables), prefixes, 2};
    struct heard heard = {.text = ""};
    assert_int_equal(cr_settings_check(&check, environment, hear, &heard), 3);
    assert_int_equal(heard.warnings, 5);
    static const char *const words[] = {
        "'app.port' = 'x'",
        "'app.body-max' = 'y'",
        "'hystrix.command.z.circuitBreaker.enabled' = 'perhaps'",
        "unknown setting 'app.prot' (--app.prot): did you mean 'app.port'?",
        "unknown setting 'completely.different' (--completely.different): it has no effect",
        "unknown setting 'app.enabeld' (configserver:repo:1:38): did you mean 'app.enabled'?",
        "'zuul.routes.a.pathh' (configserver:repo:3:28): did you mean 'zuul.routes.<id>.path'?",
        "unknown setting 'zuul.nothing.like.it'",
    };
    for (size_t i = 0; i < CR_COUNT(words); i++)
        if (!strstr(heard.text, words[i]))
            fail_msg("'%s' is not in: %s", words[i], heard.text);
    assert_null(strstr(heard.text, "other.unknown"));
}

static void test_prints_with_origin_and_masks_secrets(void **state)
{
    (void)state;
    const char *arguments[] = {"--app.port=1"};
    CR_AUTO_ENVIRONMENT environment = environment_of(
        "app: {port: 2, password: hush, name: 'http://u:p@h/', zones: [x, y]}\n"
        "zuul.routes.b.path: /b\nmy.token: t\nmy.other: '${app.port}'\nmy.bad: '${nope}'\n",
        arguments, 1);
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(cr_settings_print(tables, CR_COUNT(tables), environment, &out, NULL), 0);
    assert_string_equal(out.data, "app.name=http://u:******@h/  # configserver:repo:1:38\n"
                                  "app.port=1  # --app.port\n"
                                  "app.enabled=true  # default\n"
                                  "app.read-timeout=10s  # default\n"
                                  "app.body-max=64KB  # default\n"
                                  "app.ratio=0.5  # default\n"
                                  "app.zones[0]=x  # configserver:repo:1:63\n"
                                  "app.zones[1]=y  # configserver:repo:1:66\n"
                                  "app.password=******  # configserver:repo:1:26\n"
                                  "zuul.routes.b.path=/b  # configserver:repo:2:21\n"
                                  "my.token=******  # configserver:repo:3:11\n"
                                  "my.other=1  # configserver:repo:4:11\n"
                                  "my.bad=${nope}  # configserver:repo:5:9\n");
}

static void test_tells_help_and_markdown(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    cr_settings_help(&tables[0], &out);
    assert_non_null(strstr(out.data, "  --app.port=<number>\n      Port; 0 takes a free one.\n"
                                     "      (default 8080, 0..65535, at start)\n"));
    assert_non_null(strstr(out.data, "(default 10s, 1..60000 ms, live)"));
    cr_buf_reset(&out);
    cr_settings_markdown(&tables[0], &out);
    assert_non_null(
        strstr(out.data, "| `app.enabled` | boolean | `true` |  | live | On \\| off. |\n"));
}

static void test_env_endpoint(void **state)
{
    (void)state;
    const char *arguments[] = {"--app.port=1"};
    CR_AUTO_ENVIRONMENT environment =
        environment_of("app: {port: 2, password: hush}\n", arguments, 1);
    CR_AUTO(cr_buf) out = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &out);
    cr_settings_env_json(tables, CR_COUNT(tables), environment, &w);
    assert_string_equal(
        out.data,
        "{\"activeProfiles\":[\"default\"],\"defaultProfiles\":[\"default\"],\"propertySources\":["
        "{\"name\":\"commandLineArgs\",\"properties\":{\"app.port\":{\"value\":\"1\",\"origin\":"
        "\"--app.port\"}}},{\"name\":\"systemEnvironment\",\"properties\":{}},"
        "{\"name\":\"configserver:repo\",\"properties\":{\"app.port\":{\"value\":\"2\",\"origin\":"
        "\"configserver:repo:1:13\"},\"app.password\":{\"value\":\"******\",\"origin\":"
        "\"configserver:repo:1:26\"}}}]}");
    cr_buf_reset(&out);
    cr_json_init(&w, &out);
    assert_true(
        cr_settings_env_key_json(tables, CR_COUNT(tables), environment, "app.password", &w));
    assert_string_equal(
        out.data,
        "{\"property\":{\"source\":\"configserver:repo\",\"value\":\"******\"},"
        "\"activeProfiles\":[\"default\"],\"propertySources\":[{\"name\":\"commandLineArgs\"},"
        "{\"name\":\"systemEnvironment\"},{\"name\":\"configserver:repo\",\"property\":{\"value\":"
        "\"******\",\"origin\":\"configserver:repo:1:26\"}}]}");
    assert_false(cr_settings_env_key_json(tables, CR_COUNT(tables), environment, "nope", &w));
    cr_buf_reset(&out);
    cr_json_init(&w, &out);
    cr_settings_env_boot1_json(tables, CR_COUNT(tables), environment, &w);
    assert_string_equal(out.data,
                        "{\"profiles\":[\"default\"],\"commandLineArgs\":{\"app.port\":\"1\"},"
                        "\"systemEnvironment\":{},\"configserver:repo\":{\"app.port\":\"2\","
                        "\"app.password\":\"******\"}}");
}

static void test_finds_rows_and_secrets(void **state)
{
    (void)state;
    assert_ptr_equal(cr_settings_find(tables, 3, "app.readTimeout"), &server_rows[3]);
    assert_ptr_equal(cr_settings_find(tables, 3, "app.zones[7]"), &server_rows[6]);
    assert_ptr_equal(cr_settings_find(tables, 3, "zuul.routes.a"), &route_rows[0]);
    assert_ptr_equal(cr_settings_find(tables, 3, "zuul.routes.a.b.path"), &route_rows[1]);
    assert_null(cr_settings_find(tables, 3, "app.port.x"));
    static const struct cr_setting nested[] = {
        {"x.<id>.size", CR_SETTING_INT, 0, NULL, 0, 0, 0, NULL},
        {"x.<id>.max.size", CR_SETTING_INT, 8, NULL, 0, 0, 0, NULL},
        {"x.<id>.fine", CR_SETTING_INT, 16, NULL, 0, 0, 0, NULL},
    };
    const struct cr_setting_table table = {nested, CR_COUNT(nested)};
    assert_ptr_equal(cr_settings_find(&table, 1, "x.a.max.size"), &nested[1]);
    assert_ptr_equal(cr_settings_find(&table, 1, "x.a.size"), &nested[0]);
    static const char *const secret[] = {"a.password",   "DB_PASSWORD",        "x.apiKey",
                                         "x.auth-token", "aws.credentials.id", "encrypt.key",
                                         "client.secret"};
    for (size_t i = 0; i < CR_COUNT(secret); i++)
        assert_true(cr_settings_secret(tables, 3, secret[i]));
    assert_false(cr_settings_secret(tables, 3, "app.keys.count"));
}

static const struct cr_setting list_rows[] = {
    {"app.shops[<i>].type", CR_SETTING_TEXT, 0, NULL, 0, 0, 0, NULL},
    {"app.shops[<i>].max-paths", CR_SETTING_LIST, 8, NULL, 0, 0, 0, NULL},
};
static const struct cr_setting list_in_list_rows[] = {
    {"app.shops[<i>].repos.<id>.type", CR_SETTING_TEXT, 0, NULL, 0, 0, 0, NULL},
};

/* Names relaxed, as files and variables write them; each table knows its own members. */
static void test_families_of_a_list(void **state)
{
    (void)state;
    static const char *const arguments[] = {
        "--app.shops[0].type=a",         "--app.shops[1].maxPaths=x,y",
        "--app.shops[2].max-paths[1]=z", "--app.shops[0].repos.big-team.type=b",
        "--app.shopsx.type=c",
    };
    static const char *const variables[] = {"APP_SHOPS_3_TYPE=d", "APP_SHOPS_3_REPOS_SMALL_TYPE=e",
                                            NULL};
    const struct cr_environment_options options = {
        .arguments = arguments, .argument_count = CR_COUNT(arguments), .variables = variables};
    const struct cr_setting_table table = {list_rows, CR_COUNT(list_rows)};
    const struct cr_setting_table inner = {list_in_list_rows, CR_COUNT(list_in_list_rows)};
    CR_AUTO_ENVIRONMENT environment = NULL;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_setting_list members;
    assert_int_equal(cr_environment_load(&options, &environment, NULL), 0);
    assert_int_equal(cr_settings_members(&table, environment, arena, &members), 0);
    assert_int_equal(members.count, 4);
    static const char *const expected[] = {"3", "0", "1", "2"};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(members.items[i], expected[i]);
    struct {
        const char *type;
        struct cr_setting_list paths;
    } bound;
    assert_int_equal(cr_settings_bind_member(&table, environment, "1", &bound, arena, NULL), 0);
    assert_int_equal(bound.paths.count, 2);
    assert_int_equal(cr_settings_members(&inner, environment, arena, &members), 0);
    assert_int_equal(members.count, 2);
    assert_string_equal(members.items[0], "3].repos.small");
    assert_string_equal(members.items[1], "0].repos.big-team");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(cr_settings_bind_member(&inner, environment, members.items[i], &bound.type,
                                                 arena, NULL),
                         0);
        assert_string_equal(bound.type, i == 0 ? "e" : "b");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families_of_a_list),
        cmocka_unit_test(test_binds_fallbacks),
        cmocka_unit_test(test_binds_values),
        cmocka_unit_test(test_an_empty_value_is_none_but_for_texts),
        cmocka_unit_test(test_refuses_with_key_value_origin_and_remedy),
        cmocka_unit_test(test_required_and_secret_errors),
        cmocka_unit_test(test_families_fall_through_to_default),
        cmocka_unit_test(test_families_list_their_members),
        cmocka_unit_test(test_check_reports_all),
        cmocka_unit_test(test_prints_with_origin_and_masks_secrets),
        cmocka_unit_test(test_tells_help_and_markdown),
        cmocka_unit_test(test_env_endpoint),
        cmocka_unit_test(test_finds_rows_and_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
