/* The order of sources, profiles, relaxed names, placeholders, changes. */
#include "place.h"

#include <string.h>

#include "cr_environment.h"
#include "cr_yaml.h"

/* Fields of options are filled by the test; the directory is the test's own. */
static int load(const struct place *place, struct cr_environment_options options,
                struct cr_environment **out, struct cr_err *err)
{
    const char *directories[] = {place->path};
    options.directories = directories;
    options.directory_count = 1;
    return cr_environment_load(&options, out, err);
}

static void expect(const struct cr_environment *environment, const char *key, const char *text)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *got = cr_environment_text(environment, key, "(absent)", arena);
    if (strcmp(got, text) != 0)
        fail_msg("'%s' is '%s', not '%s'", key, got, text);
}

static void expect_origin(const struct cr_environment *environment, const char *key,
                          const char *tail)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_property property;
    assert_int_equal(cr_environment_get(environment, key, arena, &property, NULL), 0);
    if (!cr_slice_ends(cr_slice_of(property.origin), cr_slice_of(tail)))
        fail_msg("'%s' comes from '%s'", key, property.origin);
}

/* Each source has its own key and all those of the weaker ones. */
static void test_sources_in_springs_order(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    place_write(&place, "bootstrap.yml", "k7: boot\nk8: boot\n");
    place_write(&place, "application.yml",
                "k5: app\nk6: app\nk7: app\nspring.profiles.active: dev\n");
    place_write(&place, "application-dev.yml", "k4: dev\nk5: dev\nk6: dev\n");
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat remote = {0};
    struct cr_flat defaults = {0};
    assert_int_equal(cr_yaml_parse(CR_SLICE("k3: remote\nk4: remote\nk5: remote\nk6: remote\n"),
                                   arena, &remote, NULL),
                     0);
    assert_int_equal(cr_yaml_parse(CR_SLICE("k8: default\nk9: default\n"), arena, &defaults, NULL),
                     0);
    const char *arguments[] = {"--k0=argument", "--flag"};
    const char *variables[] = {
        "SPRING_APPLICATION_JSON={\"k0\":\"j\",\"k1\":\"json\",\"n\":{\"a\":[1,"
        "true,null]}}",
        "K0=variable",
        "K1=variable",
        "K2=variable",
        "K3=variable",
        NULL};
    struct cr_environment_remote remotes[] = {{"repo/app.yml", remote.docs[0]}};
    CR_AUTO_ENVIRONMENT environment = NULL;
    struct cr_err err = {0};
    int rc = load(&place,
                  (struct cr_environment_options){.arguments = arguments,
                                                  .argument_count = 2,
                                                  .variables = variables,
                                                  .remotes = remotes,
                                                  .remote_count = 1,
                                                  .defaults = &defaults.docs[0]},
                  &environment, &err);
    place_close(&place);
    if (rc)
        fail_msg("%s", err.text);
    static const char *const wanted[] = {"argument", "json",   "variable", "variable", "remote",
                                         "remote",   "remote", "app",      "boot",     "default"};
    for (size_t i = 0; i < CR_COUNT(wanted); i++) {
        char key[8];
        snprintf(key, sizeof key, "k%zu", i);
        expect(environment, key, wanted[i]);
    }
    expect(environment, "flag", "true");
    expect(environment, "n.a[1]", "true");
    expect(environment, "n.a[2]", "");
    expect_origin(environment, "k0", "--k0");
    expect_origin(environment, "k1", "SPRING_APPLICATION_JSON");
    expect_origin(environment, "k2", "variable K2");
    expect_origin(environment, "k4", "configserver:repo/app.yml:2:5");
    expect_origin(environment, "k7", "/application.yml:3:5");
    expect_origin(environment, "k9", "default:2:5");
    assert_int_equal(cr_environment_profile_count(environment), 1);
    assert_string_equal(cr_environment_profile(environment, 0), "dev");
}

static void test_documents_profiles_and_formats(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    place_write(&place, "application.yml",
                "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\n---\n"
                "spring.config.activate.on-profile: x\nb: 2\n---\n"
                "spring.config.activate.on-profile: '!x'\nc: 2\n---\n"
                "spring.profiles: y\nd: 2\n");
    place_write(&place, "application.properties", "e=2\n");
    place_write(&place, "application.xml",
                "<!DOCTYPE properties SYSTEM 'http://java.sun.com/dtd/properties.dtd'>"
                "<properties><entry key='a'>3</entry><entry key='e'>3</entry></properties>");
    place_write(&place, "application-x.yml", "f: x\n");
    place_write(&place, "application-y.yaml", "f: y\n");
    const char *arguments[] = {"--spring.profiles.active=x", "--spring.profiles.include=y, x"};
    CR_AUTO_ENVIRONMENT environment = NULL;
    int rc =
        load(&place, (struct cr_environment_options){.arguments = arguments, .argument_count = 2},
             &environment, NULL);
    place_close(&place);
    assert_int_equal(rc, 0);
    expect(environment, "a", "3"); /* .xml precedes .yml */
    expect(environment, "b", "2");
    expect(environment, "c", "1");
    expect(environment, "d", "2");
    expect(environment, "e", "2");
    expect(environment, "f", "y"); /* the last profile wins */
}

static void test_the_profile_default_is_active_alone(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    place_write(&place, "application.yml", "a: 1\n");
    place_write(&place, "application-default.yml", "a: 2\n");
    CR_AUTO_ENVIRONMENT environment = NULL;
    int rc = load(&place, (struct cr_environment_options){0}, &environment, NULL);
    place_close(&place);
    assert_int_equal(rc, 0);
    expect(environment, "a", "2");
    assert_string_equal(cr_environment_profile(environment, 0), "default");
}

static void test_locations(void **state)
{
    (void)state;
    struct place place;
    struct place other;
    place_open(&place);
    place_open(&other);
    place_write(&place, "application.yml", "a: default\nb: default\n");
    place_write(&other, "application.yml", "a: other\n");
    place_write(&other, "special.yml", "a: special\n");
    char argument[200];
    const char *arguments[] = {argument};
    struct cr_environment_options options = {.arguments = arguments, .argument_count = 1};

    CR_AUTO_ENVIRONMENT added = NULL;
    snprintf(argument, sizeof argument, "--spring.config.additional-location=%s/", other.path);
    assert_int_equal(load(&place, options, &added, NULL), 0);
    expect(added, "a", "other");
    expect(added, "b", "default");

    CR_AUTO_ENVIRONMENT replaced = NULL;
    snprintf(argument, sizeof argument,
             "--spring.config.location=file:%s/,file:%s/special.yml,optional:/nowhere.yml",
             other.path, other.path);
    assert_int_equal(load(&place, options, &replaced, NULL), 0);
    expect(replaced, "a", "special");
    expect(replaced, "b", "(absent)");

    CR_AUTO_ENVIRONMENT named = NULL;
    snprintf(argument, sizeof argument, "--spring.config.name=special");
    assert_int_equal(load(&other, options, &named, NULL), 0);
    expect(named, "a", "special");

    struct cr_environment *none = NULL;
    struct cr_err err = {0};
    snprintf(argument, sizeof argument, "--spring.config.location=/nowhere.yml");
    assert_int_equal(load(&place, options, &none, &err), CR_EINVAL);
    assert_string_equal(err.text,
                        "'spring.config.location': configuration location '/nowhere.yml' does not "
                        "exist: create it, or put 'optional:' before it");
    place_close(&place);
    place_close(&other);
}

static void test_names_are_relaxed(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    place_write(&place, "application.yml",
                "server: {maxThreads: 1}\nmy.under_scored: 2\nmap: {\"[a.b]\": 3, Camel: 4}\n");
    const char *variables[] = {"SPRING_MAIN_LOG_STARTUP_INFO=no", "MY_LIST_0=x", "MY_LIST_1=y",
                               "EUREKA_CLIENT_SERVICEURL_DEFAULTZONE=z", NULL};
    CR_AUTO_ENVIRONMENT environment = NULL;
    int rc =
        load(&place, (struct cr_environment_options){.variables = variables}, &environment, NULL);
    place_close(&place);
    assert_int_equal(rc, 0);
    expect(environment, "server.max-threads", "1");
    expect(environment, "server.max_threads", "1");
    expect(environment, "SERVER.MAXTHREADS", "1");
    expect(environment, "my.underScored", "2");
    expect(environment, "map.a.b", "3");
    expect(environment, "map.camel", "4");
    expect(environment, "spring.main.log-startup-info", "no");
    expect(environment, "eureka.client.service-url.defaultZone", "z");
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *const *items;
    size_t count;
    assert_int_equal(cr_environment_list(environment, "my.list", arena, &items, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_string_equal(items[1], "y");
}

static void test_a_list_is_of_one_source(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    place_write(&place, "application.yml", "l: [a, b, c]\nm: a, b ,,c\n");
    const char *arguments[] = {"--l[0]=x", "--r=1", "--r=2"};
    CR_AUTO_ENVIRONMENT environment = NULL;
    int rc =
        load(&place, (struct cr_environment_options){.arguments = arguments, .argument_count = 3},
             &environment, NULL);
    place_close(&place);
    assert_int_equal(rc, 0);
    static const struct {
        const char *key;
        size_t count;
    } cases[] = {{"l", 1}, {"m", 3}, {"r", 2}};
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        const char *const *items;
        size_t count;
        assert_int_equal(
            cr_environment_list(environment, cases[i].key, arena, &items, &count, NULL), 0);
        assert_int_equal(count, cases[i].count);
    }
}

static void test_placeholders(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    place_write(&place, "application.yml",
                "host: h\nport: 80\nname: host\n"
                "url: http://${host}:${port}/\n"
                "nested: ${${name}}\n"
                "fallback: ${nope:f}\nempty: '${nope:}'\ndeep: ${nope:${nope2:${port}}}\n"
                "colon: ${nope:http://x:1}\nbraces: '${nope:{a}}'\n"
                "escaped: \\${host}\nopen: 'a ${host'\nspaced: ${ host }\nrelaxed: ${h-o-s-t}\n"
                "loop: ${loop2}\nloop2: x${loop}\nself: ${self}\nmissing: a ${gone} b\n"
                "inner: ${gone.x:${loop}}\n");
    CR_AUTO_ENVIRONMENT environment = NULL;
    int rc = load(&place, (struct cr_environment_options){0}, &environment, NULL);
    place_close(&place);
    assert_int_equal(rc, 0);
    expect(environment, "url", "http://h:80/");
    expect(environment, "nested", "h");
    expect(environment, "fallback", "f");
    expect(environment, "empty", "");
    expect(environment, "deep", "80");
    expect(environment, "colon", "http://x:1");
    expect(environment, "braces", "{a}");
    expect(environment, "escaped", "${host}");
    expect(environment, "open", "a ${host");
    expect(environment, "spaced", "h");
    expect(environment, "relaxed", "h");
    static const struct {
        const char *key;
        const char *words;
    } refused[] = {
        {"loop", "refers to itself"},
        {"self", "'${self}' refers to itself"},
        {"inner", "refers to itself"},
        {"missing", "'${gone}' has no value: set it, or give a default '${gone:...}'"},
    };
    for (size_t i = 0; i < CR_COUNT(refused); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_property property;
        struct cr_err err = {0};
        assert_int_equal(cr_environment_get(environment, refused[i].key, arena, &property, &err),
                         CR_EPARSE);
        if (!strstr(err.text, refused[i].words) || !strstr(err.text, refused[i].key))
            fail_msg("'%s' says: %s", refused[i].key, err.text);
    }
}

static void test_placeholders_are_bounded(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    CR_AUTO(cr_buf) yaml = {0};
    cr_buf_text(&yaml, "e0: ''\ns0: sssssssssss\n");
    for (int i = 1; i < 30; i++)
        cr_buf_printf(&yaml, "e%d: ${e%d}${e%d}\ns%d: ${s%d}${s%d}\n", i, i - 1, i - 1, i, i - 1,
                      i - 1);
    place_write(&place, "application.yml", yaml.data);
    CR_AUTO_ENVIRONMENT environment = NULL;
    int rc = load(&place, (struct cr_environment_options){0}, &environment, NULL);
    place_close(&place);
    assert_int_equal(rc, 0);
    static const char *const keys[] = {"e29", "s29"};
    for (size_t i = 0; i < CR_COUNT(keys); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_property property;
        assert_int_equal(cr_environment_get(environment, keys[i], arena, &property, NULL),
                         CR_ELIMIT);
    }
}

static void test_refuses_bad_input(void **state)
{
    (void)state;
    static const struct {
        const char *argument;
        const char *variable;
        const char *yaml;
        const char *words;
    } cases[] = {
        {"port=1", NULL, NULL, "argument 'port=1': expected --key=value"},
        {"--=1", NULL, NULL, "argument '--=1': expected --key=value"},
        {NULL, "SPRING_APPLICATION_JSON={", NULL, "SPRING_APPLICATION_JSON: JSON line 1 column 2"},
        {NULL, "SPRING_APPLICATION_JSON=[1]", NULL, "expected a JSON object"},
        {NULL, NULL, "a: 1\na: 2\n", "/application.yml': YAML line 2 column 1: duplicate key"},
        {NULL, NULL, "spring.config.activate.on-profile: a &\n", "profile expression 'a &'"},
        {"--spring.profiles.active=../x", NULL, NULL, "profile '../x': not a usable name"},
        {"--spring.config.name=../x", NULL, NULL, "a name without '/'"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct place place;
        struct cr_err err = {0};
        struct cr_environment *environment = NULL;
        const char *arguments[] = {cases[i].argument};
        const char *variables[] = {cases[i].variable, NULL};
        place_open(&place);
        if (cases[i].yaml)
            place_write(&place, "application.yml", cases[i].yaml);
        int rc = load(&place,
                      (struct cr_environment_options){.arguments = arguments,
                                                      .argument_count = cases[i].argument ? 1 : 0,
                                                      .variables = variables},
                      &environment, &err);
        place_close(&place);
        assert_int_not_equal(rc, 0);
        assert_null(environment);
        if (!strstr(err.text, cases[i].words))
            fail_msg("case %zu says: %s", i, err.text);
    }
}

static void test_tells_changes(void **state)
{
    (void)state;
    struct place place;
    place_open(&place);
    const char *arguments[] = {"--fixed=1"};
    struct cr_environment_options options = {.arguments = arguments, .argument_count = 1};
    CR_AUTO_ENVIRONMENT before = NULL;
    CR_AUTO_ENVIRONMENT after = NULL;
    place_write(&place, "application.yml", "same: 1\nmoved: 1\ngone: 1\nfixed: 2\n");
    assert_int_equal(load(&place, options, &before, NULL), 0);
    place_write(&place, "application.yml", "new: 1\nsame: 1\nmoved: 2\nfixed: 3\n");
    assert_int_equal(load(&place, options, &after, NULL), 0);
    place_close(&place);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *const *keys;
    size_t count;
    assert_int_equal(cr_environment_changes(before, after, arena, &keys, &count), 0);
    assert_int_equal(count, 3);
    assert_string_equal(keys[0], "new");
    assert_string_equal(keys[1], "moved");
    assert_string_equal(keys[2], "gone");
    struct cr_environment *again = cr_environment_ref(after);
    assert_int_equal(cr_environment_changes(again, after, arena, &keys, &count), 0);
    assert_int_equal(count, 0);
    cr_environment_unref(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources_in_springs_order),
        cmocka_unit_test(test_documents_profiles_and_formats),
        cmocka_unit_test(test_the_profile_default_is_active_alone),
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_names_are_relaxed),
        cmocka_unit_test(test_a_list_is_of_one_source),
        cmocka_unit_test(test_placeholders),
        cmocka_unit_test(test_placeholders_are_bounded),
        cmocka_unit_test(test_refuses_bad_input),
        cmocka_unit_test(test_tells_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
