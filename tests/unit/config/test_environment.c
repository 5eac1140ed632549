/* environment: conformance cases of section 7 that need no git and no HTTP, over files in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "environment.h"
#include "search_paths.h"

struct file {
    const char *path;
    const char *text;
};

struct repository {
    const struct file *files;
    size_t count;
    const char *const *directories;
};

static int read_file(void *ctx, const char *path, struct cr_buf *out, struct cr_err *err)
{
    const struct repository *repository = ctx;
    for (size_t i = 0; i < repository->count; i++) {
        if (strcmp(repository->files[i].path, path) == 0) {
            cr_buf_text(out, repository->files[i].text);
            return cr_buf_status(out);
        }
    }
    return cr_err_set(err, CR_ENOTFOUND, "no such file");
}

static int visit_directories(void *ctx, struct cr_slice pattern,
                             int (*visit)(const char *path, void *visit_ctx), void *visit_ctx,
                             struct cr_err *err)
{
    const struct repository *repository = ctx;
    (void)err;
    (void)pattern;
    int rc = 0;
    for (size_t i = 0; rc == 0 && repository->directories && repository->directories[i]; i++)
        rc = visit(repository->directories[i], visit_ctx);
    return rc;
}

static struct environment_options options = {
    .uri = "U", .file_max_bytes = 1 << 20, .legacy_profiles = true};
static struct config_list search_paths;

static int build(const struct repository *repository, const char *name, const char *profiles,
                 struct cr_arena *arena, struct environment_sources *out, struct cr_err *err)
{
    struct config_request request;
    struct repository copy = *repository;
    struct environment_files files = {.read = read_file, .ctx = &copy};
    struct search_paths_tree tree = {visit_directories, &copy};
    assert_int_equal(config_request_parse(cr_slice_of(name), cr_slice_of(profiles),
                                          (struct cr_slice){0}, arena, &request, err),
                     0);
    struct resolver_places places = {
        .search_paths = search_paths,
        .names = request.name_list,
        .profiles = request.profile_list,
        .label = CR_SLICE("main"),
    };
    assert_int_equal(search_paths_find(&places, &tree, arena, &options.directories, err), 0);
    return environment_build(&options, &files, &request, arena, out, err);
}

/* "foo-dev.yml{a=1,b='x'} ..."; names without "U/", strings in quotes. */
static void dump(const struct environment_sources *sources, struct cr_buf *out)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct cr_wire_source *source = &sources->items[i];
        struct cr_slice name = cr_slice_from(source->name, 2);
        ptrdiff_t number = cr_slice_search(name, CR_SLICE("(document"));
        cr_buf_printf(out, "%s%.*s{", i ? " " : "",
                      CR_SLICE_ARG(number < 0 ? name : cr_slice_from(name, (size_t)number)));
        for (size_t k = 0; k < source->count; k++) {
            const struct cr_wire_property *property = &source->properties[k];
            const char *quote = property->kind == CR_WIRE_STRING ? "'" : "";
            cr_buf_printf(out, "%s%.*s=%s%.*s%s", k ? "," : "", CR_SLICE_ARG(property->key), quote,
                          CR_SLICE_ARG(property->text), quote);
        }
        cr_buf_char(out, '}');
    }
}

static void assert_built(const struct repository *repository, const char *name,
                         const char *profiles, const char *expected)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) seen = {0};
    struct environment_sources sources;
    struct cr_err err = {0};
    if (build(repository, name, profiles, arena, &sources, &err) != 0)
        fail_msg("%s/%s: %s", name, profiles, err.text);
    cr_buf_text(&seen, "");
    dump(&sources, &seen);
    assert_string_equal(seen.data ? seen.data : "", expected);
}

static void assert_refused(const struct repository *repository, const char *profiles, int code,
                           const char *words)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct environment_sources sources;
    struct cr_err err = {0};
    assert_int_equal(build(repository, "foo", profiles, arena, &sources, &err), code);
    if (!strstr(err.text, words))
        fail_msg("'%s' does not say '%s'", err.text, words);
}

#define REPOSITORY(...)                                                                            \
    (&(const struct repository){(const struct file[]){__VA_ARGS__},                                \
                                CR_COUNT(((const struct file[]){__VA_ARGS__})), NULL})
/* One file with that text. */
#define ONE(path, text) REPOSITORY({(path), (text)})

static void cases_1_to_6_order_sources(void **state)
{
    (void)state;
    const struct repository *r =
        REPOSITORY({"application.yml", "a: 1"}, {"foo.yml", "a: 2"}, {"foo-dev.yml", "a: 3"},
                   {"application-dev.yml", "a: 4"}, {"foo-b.yml", "a: 5"});
    assert_built(r, "bar", "default", "application.yml{a=1}");
    assert_built(r, "foo", "default", "foo.yml{a=2} application.yml{a=1}");
    assert_built(r, "foo", "dev",
                 "foo-dev.yml{a=3} application-dev.yml{a=4} foo.yml{a=2} application.yml{a=1}");
    assert_built(r, "foo", "dev,b",
                 "foo-b.yml{a=5} foo-dev.yml{a=3} application-dev.yml{a=4} foo.yml{a=2} "
                 "application.yml{a=1}");
    assert_built(r, "foo", "b,dev",
                 "foo-dev.yml{a=3} application-dev.yml{a=4} foo-b.yml{a=5} foo.yml{a=2} "
                 "application.yml{a=1}");
}

static void cases_8_10_13_choose_files(void **state)
{
    (void)state;
    const struct repository *r = REPOSITORY({"foo-default.yml", "a: 1"}, {"foo.json", "{}"},
                                            {"README", "x"}, {"foo.txt", "y"});
    assert_built(r, "foo", "default", "foo-default.yml{a=1}");
    assert_built(r, "foo", "dev", "");
    assert_built(r, "nosuch", "default", "");
}

static void cases_14_to_16_search_paths(void **state)
{
    (void)state;
    static const char *const directories[] = {"bar1", "bar2", "bar2/bar3", "baz", "foo", NULL};
    struct repository r =
        *REPOSITORY({"foo.yml", "a: 1"}, {"foo/foo.yml", "a: 2"}, {"bar1/foo.yml", "a: 3"},
                    {"bar2/foo.yml", "a: 4"}, {"baz/foo.yml", "a: 5"});
    r.directories = directories;
    static const struct cr_slice by_name = {"{application}", 13}, pattern = {"bar*", 4};
    search_paths = (struct config_list){&by_name, 1};
    assert_built(&r, "foo", "default", "foo/foo.yml{a=2} foo.yml{a=1}");
    search_paths = (struct config_list){&pattern, 1};
    assert_built(&r, "foo", "default", "bar2/foo.yml{a=4} bar1/foo.yml{a=3} foo.yml{a=1}");
    search_paths = (struct config_list){0};
}

static void cases_37_to_41_read_yaml(void **state)
{
    (void)state;
    assert_built(ONE("foo.yml", "a: {b: {c: d}}"), "foo", "default", "foo.yml{a.b.c='d'}");
    assert_built(ONE("foo.yml", "l: [x, {k: v}, [1, 2]]"), "foo", "default",
                 "foo.yml{l[0]='x',l[1].k='v',l[2][0]=1,l[2][1]=2}");
    assert_built(ONE("foo.yml", "e: []\nn:\nt: ~\nm: {}"), "foo", "default",
                 "foo.yml{e='',n='',t=''}");
    assert_built(ONE("foo.yml", "p: 8080\nb: true\nf: 1.10\no: 010\ns: '8080'\ny: yes\n"
                                "d: 2024-01-01\nt: 12:30"),
                 "foo", "default",
                 "foo.yml{p=8080,b=true,f=1.1,o=8,s='8080',y=true,d='2024-01-01',t=750}");
    assert_built(ONE("foo.yml", "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}"), "foo", "default",
                 "foo.yml{x.a=1,x.b=2,y.a=1,y.b=3}");
}

static void cases_42_43_refuse_broken_yaml(void **state)
{
    (void)state;
    assert_refused(ONE("foo.yml", "a: 1\na: 2"), "default", CR_EPARSE, "foo.yml: ");
    assert_refused(ONE("foo.yml", "b: 1\na:\n\tb: 1"), "default", CR_EPARSE, "line 3");
    assert_built(ONE("foo.yml", "a:\n\tb: 1"), "bar", "default", "");
}

static void case_44_documents_of_profiles(void **state)
{
    (void)state;
    const struct repository *r =
        ONE("foo.yml", "a: 1\n---\nspring.config.activate.on-profile: dev\na: 2");
    assert_built(r, "foo", "dev",
                 "(document #1){spring.config.activate.on-profile='dev',a=2} (document #0){a=1}");
    assert_built(r, "foo", "default", "(document #0){a=1}");
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct environment_sources sources;
    struct cr_err err = {0};
    assert_int_equal(build(r, "foo", "dev", arena, &sources, &err), 0);
    assert_true(cr_slice_is(sources.items[0].name,
                            "U/Config resource 'file [foo.yml]' via location '' (document #1)"));
}

static void case_45_expressions(void **state)
{
    (void)state;
    const struct repository *r =
        ONE("foo.yml", "spring.config.activate.on-profile: '!dev'\nn: 0\n---\n"
                       "spring.config.activate.on-profile: a & b\nn: 1\n---\n"
                       "spring:\n  config:\n    activate:\n      on-profile: [a, c]\nn: 2\n");
    assert_built(r, "foo", "dev", "");
    assert_built(r, "foo", "dev,a",
                 "(document #2){spring.config.activate.on-profile[0]='a',"
                 "spring.config.activate.on-profile[1]='c',n=2}");
    assert_built(r, "foo", "a,b",
                 "(document #2){spring.config.activate.on-profile[0]='a',"
                 "spring.config.activate.on-profile[1]='c',n=2} "
                 "(document #1){spring.config.activate.on-profile='a & b',n=1} "
                 "(document #0){spring.config.activate.on-profile='!dev',n=0}");
    assert_refused(ONE("foo.yml", "spring.config.activate.on-profile: a & b | c\nn: 0"), "a",
                   CR_EPARSE, "foo.yml: ");
}

static void case_46_the_older_key(void **state)
{
    (void)state;
    const struct repository *r = ONE("foo.yml", "a: 1\n---\nspring:\n  profiles: dev\na: 2");
    assert_built(r, "foo", "dev", "(document #1){spring.profiles='dev',a=2} (document #0){a=1}");
    assert_built(r, "foo", "prod", "(document #0){a=1}");
    options.legacy_profiles = false;
    assert_refused(r, "dev", CR_EINVAL, "foo.yml: line 4");
    options.legacy_profiles = true;
}

static void cases_47_48_read_properties(void **state)
{
    (void)state;
    assert_built(ONE("foo.properties", "a=1\n#---\nspring.config.activate.on-profile=dev\na=2\n"),
                 "foo", "dev",
                 "(document #1){spring.config.activate.on-profile='dev',a='2'} "
                 "(document #0){a='1'}");
    assert_built(ONE("foo.properties", "a=1\n# ---\nb=2\n"), "foo", "default",
                 "foo.properties{a='1',b='2'}");
    assert_built(ONE("foo.properties", "u=ü\nv=\\u00fc\na = b \\\n  c\nk[]=a,b\nn=5\n"), "foo",
                 "default", "foo.properties{u='Ã¼',v='ü',a='b c',k[0]='a',k[1]='b',n='5'}");
}

static void case_49_includes_profiles(void **state)
{
    (void)state;
    const struct repository *r = REPOSITORY(
        {"application.yml", "spring.profiles.include: [extra]"}, {"foo-extra.yml", "a: 1"},
        {"application-extra.yml", "a: 2"}, {"foo-dev.yml", "a: 3"});
    assert_built(r, "foo", "dev",
                 "foo-extra.yml{a=1} application-extra.yml{a=2} foo-dev.yml{a=3} "
                 "application.yml{spring.profiles.include[0]='extra'}");
    assert_built(r, "foo", "default", "application.yml{spring.profiles.include[0]='extra'}");
}

static void groups_profiles(void **state)
{
    (void)state;
    const struct repository *r = REPOSITORY(
        {"application.yml", "spring.profiles.group.prod: db, mq\nspring.profiles.group.mq: net"},
        {"foo.yml", "spring.profiles.include: late"}, {"foo-prod.yml", "a: 1"},
        {"foo-db.yml", "a: 2"}, {"foo-mq.yml", "a: 3"}, {"foo-net.yml", "a: 4"},
        {"foo-late.yml", "a: 5"});
    assert_built(r, "foo", "prod",
                 "foo-late.yml{a=5} foo-net.yml{a=4} foo-mq.yml{a=3} foo-db.yml{a=2} "
                 "foo-prod.yml{a=1} foo.yml{spring.profiles.include='late'} "
                 "application.yml{spring.profiles.group.prod='db, mq',"
                 "spring.profiles.group.mq='net'}");
    assert_built(ONE("foo.yml", "spring.profiles.group.a: b\nspring.profiles.group.b: a"), "foo",
                 "a", "foo.yml{spring.profiles.group.a='b',spring.profiles.group.b='a'}");
}

static void refuses_profiles_chosen_by_profiles(void **state)
{
    (void)state;
    assert_refused(ONE("foo-dev.yml", "a: 1\nspring.profiles.active: x"), "dev", CR_EINVAL,
                   "foo-dev.yml: line 2");
    assert_refused(
        ONE("foo.yml", "spring.config.activate.on-profile: dev\nspring.profiles.include: x"), "dev",
        CR_EINVAL, "foo.yml: line 2");
}

static void cases_50_to_52_odd_documents(void **state)
{
    (void)state;
    assert_built(ONE("foo.yml", "- c\n- d\n"), "foo", "default",
                 "foo.yml{document[0]='c',document[1]='d'}");
    assert_built(ONE("foo.yml", "\"a.b\": 1\nm: {1: x}"), "foo", "default",
                 "foo.yml{a.b=1,m[1]='x'}");
    assert_built(ONE("foo.yml", "\xef\xbb\xbf"
                                "a: 1"),
                 "foo", "default", "foo.yml{a=1}");
    assert_built(ONE("foo.yml", "# nothing\n---\n---\na: 1\n---\n# nothing\n"), "foo", "default",
                 "foo.yml{a=1}");
    assert_built(ONE("foo.yml", ""), "foo", "default", "");
}

static void bounds_the_active_profiles(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) text = {0};
    cr_buf_text(&text, "spring.profiles.include: p0");
    for (int i = 1; i <= ENVIRONMENT_PROFILES_MAX; i++)
        cr_buf_printf(&text, ",p%d", i);
    assert_refused(ONE("foo.yml", text.data), "dev", CR_ELIMIT, "active profiles");
}

/* What is imported goes right before the document, with the files of its profiles. */
static void follows_imports(void **state)
{
    (void)state;
    static const struct file files[] = {
        {"application.yml",
         "spring.config.import: [one.yml, 'optional:file:./two.properties']\na: 0"},
        {"one.yml", "a: 1\nspring.config.import: one.yml,application.yml,none.yml"},
        {"one-dev.yml", "a: 2"},
        {"two.properties", "a=3"},
        {"cfg/x.yml", "a: 4"},
        {"foo.yml", "spring.config.import: cfg/x.yml\na: 5\n---\na: 6"},
    };
    const struct repository r = {files, CR_COUNT(files), NULL};
    assert_built(&r, "bar", "dev",
                 "two.properties{a='3'} one-dev.yml{a=2} "
                 "one.yml{a=1,spring.config.import='one.yml,application.yml,none.yml'} "
                 "application.yml{spring.config.import[0]='one.yml',"
                 "spring.config.import[1]='optional:file:./two.properties',a=0}");
    assert_built(&r, "foo", "x",
                 "(document #1){a=6} cfg/x.yml{a=4} "
                 "(document #0){spring.config.import='cfg/x.yml',a=5} "
                 "two.properties{a='3'} "
                 "one.yml{a=1,spring.config.import='one.yml,application.yml,none.yml'} "
                 "application.yml{spring.config.import[0]='one.yml',"
                 "spring.config.import[1]='optional:file:./two.properties',a=0}");
    struct cr_slice cfg = CR_SLICE("cfg");
    search_paths = (struct config_list){&cfg, 1};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct environment_sources sources;
    assert_int_equal(build(&r, "foo", "x", arena, &sources, NULL), 0);
    assert_true(cr_slice_is(sources.items[1].name, "U/cfg/x.yml"));
    search_paths = (struct config_list){0};
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_imports),
        cmocka_unit_test(cases_1_to_6_order_sources),
        cmocka_unit_test(cases_8_10_13_choose_files),
        cmocka_unit_test(cases_14_to_16_search_paths),
        cmocka_unit_test(cases_37_to_41_read_yaml),
        cmocka_unit_test(cases_42_43_refuse_broken_yaml),
        cmocka_unit_test(case_44_documents_of_profiles),
        cmocka_unit_test(case_45_expressions),
        cmocka_unit_test(case_46_the_older_key),
        cmocka_unit_test(cases_47_48_read_properties),
        cmocka_unit_test(case_49_includes_profiles),
        cmocka_unit_test(groups_profiles),
        cmocka_unit_test(refuses_profiles_chosen_by_profiles),
        cmocka_unit_test(cases_50_to_52_odd_documents),
        cmocka_unit_test(bounds_the_active_profiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
