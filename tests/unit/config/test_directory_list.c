/* directory_list: whatever a pattern matches is found, and few others are looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cr_attr.h"
#include "cr_buf.h"
#include "directory_list.h"
#include "resolver.h"

struct search {
    struct cr_slice pattern;
    struct cr_buf matched; /* "a;a/b;": each once */
    size_t visited;
};

static int note(const char *path, void *ctx)
{
    struct search *search = ctx;
    char part[256];
    (void)snprintf(part, sizeof(part), ";%s;", path);
    search->visited++;
    if (resolver_pattern_matches(search->pattern, cr_slice_of(path)) &&
        cr_slice_search(cr_buf_view(&search->matched), cr_slice_of(part)) < 0)
        cr_buf_text(&search->matched, part);
    return 0;
}

/* Random trees: names of which one begins like another, and that sort before a slash. */
static const char *const names[] = {"a", "a-b", "a.b", "ab", "b", "foo"};

static uint32_t state_of_chance = 1;
static uint32_t chance(uint32_t below)
{
    state_of_chance = state_of_chance * 1664525 + 1013904223;
    return (state_of_chance >> 8) % below;
}

static int compare_as_git(const void *one, const void *other)
{
    char a[128], b[128];
    (void)snprintf(a, sizeof(a), "%s/", *(const char *const *)one);
    (void)snprintf(b, sizeof(b), "%s/", *(const char *const *)other);
    return strcmp(a, b);
}

struct tree {
    char *paths[1000];
    size_t count;
};

static void grow(struct tree *tree, const char *path, int depth)
{
    for (size_t i = 0; i < CR_COUNT(names) && depth < 4; i++) {
        if (chance(10) >= 4)
            continue;
        char *child = NULL;
        assert_true(asprintf(&child, "%s%s%s", path, *path ? "/" : "", names[i]) > 0);
        tree->paths[tree->count++] = child;
        grow(tree, child, depth + 1);
    }
}

static struct directory_list *list_of(const struct tree *tree)
{
    struct directory_list *list = directory_list_new();
    for (size_t i = 0; i < tree->count; i++)
        assert_int_equal(directory_list_add(list, tree->paths[i], NULL), 0);
    assert_int_equal(directory_list_seal(list, NULL), 0);
    return list;
}

static void choose_pattern(struct cr_buf *out)
{
    static const char *const segments[] = {"*", "**",  "?", "a*",  "*b",
                                           "a", "foo", "b", "a-b", "ab"};
    for (uint32_t i = 0, count = 1 + chance(4); i < count; i++) {
        cr_buf_text(out, segments[chance(CR_COUNT(segments))]);
        cr_buf_char(out, '/');
    }
}

static void finds_all_that_match(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct tree tree = {.count = 0};
        grow(&tree, "", 0);
        qsort(tree.paths, tree.count, sizeof(*tree.paths), compare_as_git);
        struct directory_list *list = list_of(&tree);
        for (int i = 0; i < 40; i++) {
            CR_AUTO(cr_buf) pattern = {0};
            choose_pattern(&pattern);
            struct search all = {.pattern = cr_buf_view(&pattern)}, found = all;
            for (size_t k = 0; k < tree.count; k++)
                assert_int_equal(note(tree.paths[k], &all), 0);
            assert_int_equal(directory_list_find(list, found.pattern, note, &found), 0);
            if (!cr_slice_equal(cr_buf_view(&found.matched), cr_buf_view(&all.matched)))
                fail_msg("%s: %s instead of %s", pattern.data, found.matched.data,
                         all.matched.data);
            cr_buf_free(&all.matched);
            cr_buf_free(&found.matched);
        }
        directory_list_free(list);
        for (size_t k = 0; k < tree.count; k++)
            free(tree.paths[k]);
    }
}

static void looks_at_few(void **state)
{
    (void)state;
    enum { TEAMS = 100, APPS = 100 };
    static const struct {
        const char *pattern;
        size_t most;
    } cases[] = {
        {"team-07/*/", APPS + 1},   {"team-07*/", APPS + 1},
        {"*/app-07/", TEAMS},       {"**/app-07/", TEAMS},
        {"*/nothing/", 0},          {"nothing*/", 0},
        {"*/team-07/*/", APPS + 1}, {"*-07/", TEAMS * (APPS + 1)},
    };
    struct directory_list *list = directory_list_new();
    for (int i = 0; i < TEAMS * (APPS + 1); i++) {
        char path[64];
        int app = i % (APPS + 1) - 1;
        (void)snprintf(path, sizeof(path), app < 0 ? "team-%02d" : "team-%02d/app-%02d",
                       i / (APPS + 1), app);
        assert_int_equal(directory_list_add(list, path, NULL), 0);
    }
    assert_int_equal(directory_list_seal(list, NULL), 0);
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct search search = {.pattern = cr_slice_of(cases[i].pattern)};
        assert_int_equal(directory_list_find(list, search.pattern, note, &search), 0);
        cr_buf_free(&search.matched);
        if (search.visited > cases[i].most)
            fail_msg("%s: looked at %zu", cases[i].pattern, search.visited);
    }
    directory_list_free(list);
}

static int stop(const char *path, void *ctx)
{
    (void)path;
    return ++*(int *)ctx == 2 ? -7 : 0;
}

static void ends_when_it_is_told(void **state)
{
    (void)state;
    static char a[] = "a", b[] = "b", c[] = "c";
    const struct tree tree = {{a, b, c}, 3}, none = {.count = 0};
    struct directory_list *list = list_of(&tree), *empty = list_of(&none);
    int visits = 0;
    assert_int_equal(directory_list_find(list, CR_SLICE("*/"), stop, &visits), -7);
    assert_int_equal(visits, 2);
    assert_int_equal(directory_list_find(empty, CR_SLICE("*/"), stop, &visits), 0);
    directory_list_free(list);
    directory_list_free(empty);
}

static void is_bounded(void **state)
{
    (void)state;
    struct directory_list *list = directory_list_new();
    struct cr_err err = {0};
    char path[4096];
    int rc = 0;
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    for (int i = 0; rc == 0; i++)
        rc = directory_list_add(list, path, &err);
    assert_int_equal(rc, CR_ELIMIT);
    assert_non_null(strstr(err.text, "16777216"));
    directory_list_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_all_that_match),
        cmocka_unit_test(looks_at_few),
        cmocka_unit_test(ends_when_it_is_told),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
