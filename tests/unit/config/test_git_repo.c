/* git_repo: a repository that it made itself, and what is no repository. What the git client makes
 * is read in tests/blackbox/config. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_file.h"
#include "git_repo.h"
#include "ref_watch.h"

static const struct git_repo_file files[] = {
    {"application.yml", {"a: 1\n", 5}},
    {"cfg/foo.yml", {"b: 2\n", 5}},
    {"cfg/deep/x.properties", {"", 0}},
};

struct fixture {
    char directory[64];
    struct git_repo *repo;
    struct git_repo_id commit;
};

static int make(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct git_repo_seed seed = {"main",    "Tester", "t@localhost",
                                 "First\n", files,    CR_COUNT(files)};
    struct cr_err err = {0};
    (void)snprintf(fixture->directory, sizeof fixture->directory, "/tmp/crema-git-repo-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    assert_int_equal(git_repo_create(fixture->directory, &seed, &fixture->commit, &err), 0);
    assert_int_equal(git_repo_open(fixture->directory, &fixture->repo, &err), 0);
    *state = fixture;
    return 0;
}

static int drop(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    git_repo_close(fixture->repo);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", fixture->directory);
    int rc = system(command);
    free(fixture);
    return rc;
}

static void resolves_labels(void **state)
{
    struct fixture *fixture = *state;
    struct git_repo_id found;
    struct cr_err err = {0};
    assert_int_equal(git_repo_resolve(fixture->repo, CR_SLICE("main"), &found, &err), 0);
    assert_string_equal(found.hex, fixture->commit.hex);
    struct cr_slice id = cr_slice_of(fixture->commit.hex);
    assert_int_equal(git_repo_resolve(fixture->repo, id, &found, &err), 0);
    assert_int_equal(git_repo_resolve(fixture->repo, cr_slice_sub(id, 0, 7), &found, &err), 0);
    assert_string_equal(found.hex, fixture->commit.hex);
}

static void refuses_what_is_no_label(void **state)
{
    struct fixture *fixture = *state;
    static const char *const labels[] = {
        "nolabel",    "main~1",
        "main^",      "HEAD~1",
        "main@{0}",   "refs/heads/main",
        "heads/main", "-x",
        "../main",    "m:a",
        "a\x01b",     "abc",
        "main.lock",  "0000000000000000000000000000000000000000",
    };
    for (size_t i = 0; i < CR_COUNT(labels); i++) {
        struct git_repo_id found;
        struct cr_err err = {0};
        assert_int_equal(git_repo_resolve(fixture->repo, cr_slice_of(labels[i]), &found, &err),
                         CR_ENOTFOUND);
        assert_non_null(strstr(err.text, "no such branch, tag or commit"));
    }
}

static void reads_files(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    for (size_t i = 0; i < CR_COUNT(files); i++) {
        CR_AUTO(cr_buf) out = {0};
        assert_int_equal(git_repo_read(fixture->repo, &fixture->commit, files[i].path, &out, &err),
                         0);
        assert_true(cr_slice_equal(cr_buf_view(&out), files[i].data));
    }
    static const char *const absent[] = {"nothing.yml",
                                         "cfg",
                                         "cfg/foo.yml/x",
                                         "../application.yml",
                                         "cfg/../application.yml",
                                         "/application.yml",
                                         ".git/config"};
    for (size_t i = 0; i < CR_COUNT(absent); i++) {
        CR_AUTO(cr_buf) out = {0};
        assert_int_equal(git_repo_read(fixture->repo, &fixture->commit, absent[i], &out, &err),
                         CR_ENOTFOUND);
    }
}

static void bounds_a_file(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    CR_AUTO(cr_buf) out = {.max = 4};
    assert_int_equal(git_repo_read(fixture->repo, &fixture->commit, "application.yml", &out, &err),
                     CR_ELIMIT);
    assert_non_null(strstr(err.text, "application.yml"));
}

static int note_directory(const char *path, void *ctx)
{
    cr_buf_printf(ctx, "%s;", path);
    return 0;
}

static void walks_directories(void **state)
{
    struct fixture *fixture = *state;
    struct cr_err err = {0};
    CR_AUTO(cr_buf) seen = {0};
    assert_int_equal(git_repo_directories(fixture->repo, &fixture->commit, CR_SLICE("**"),
                                          note_directory, &seen, &err),
                     0);
    assert_string_equal(seen.data, "cfg;cfg/deep;");
}

static void makes_a_repository_once(void **state)
{
    struct fixture *fixture = *state;
    struct git_repo_seed seed = {"main", "Tester", "t@localhost", "Again\n", files, 1};
    struct git_repo_id commit;
    struct cr_err err = {0};
    assert_int_equal(git_repo_create(fixture->directory, &seed, &commit, &err), CR_EEXISTS);
    assert_string_equal(commit.hex, fixture->commit.hex);
}

static void refuses_what_is_no_repository(void **state)
{
    (void)state;
    struct git_repo *repo;
    struct cr_err err = {0};
    char directory[] = "/tmp/crema-no-repo-XXXXXX";
    assert_int_equal(git_repo_open("/nowhere/at/all", &repo, &err), CR_ENOTFOUND);
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
    assert_int_equal(git_repo_open("/etc/passwd", &repo, &err), CR_EINVAL);
    assert_non_null(mkdtemp(directory));
    assert_int_equal(git_repo_open(directory, &repo, &err), CR_EINVAL);
    assert_int_equal(rmdir(directory), 0);
}

static void notices_moved_refs(void **state)
{
    struct fixture *fixture = *state;
    const char *directory = git_repo_directory(fixture->repo);
    bool fresh = false;
    char path[128];
    struct cr_err err = {0};
    uint64_t before = ref_watch_fingerprint(directory, INT64_MAX, &fresh);
    assert_false(fresh);
    assert_int_equal(ref_watch_fingerprint(directory, 0, &fresh), before);
    assert_true(fresh);
    (void)snprintf(path, sizeof(path), "%s/refs/heads/other", directory);
    assert_int_equal(cr_file_write(path, cr_slice_of(fixture->commit.hex), 0644, &err), 0);
    uint64_t after = ref_watch_fingerprint(directory, INT64_MAX, &fresh);
    assert_true(after != before);
    assert_int_equal(cr_file_write(path, cr_slice_of(fixture->commit.hex), 0644, &err), 0);
    assert_true(ref_watch_fingerprint(directory, INT64_MAX, &fresh) != after);
}

static void in_directory(const struct fixture *fixture, const char *command)
{
    char text[256];
    (void)snprintf(text, sizeof(text), "cd '%s' && %s", fixture->directory, command);
    assert_int_equal(system(text), 0);
}

/* libgit2 alone would never come back from a file that is cut off. */
static void tells_a_damaged_object(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *harm, *words;
    } cases[] = {
        {"truncate -s -1", "is cut off"},
        {"truncate -s 8", "is cut off"},
        {"truncate -s 0", "is cut off"},
        {"dd if=/dev/zero status=none conv=notrunc bs=12 count=1 of=", "is no zlib stream"},
    };
    in_directory(fixture, "cp -r objects whole");
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        char command[192];
        CR_AUTO(cr_buf) out = {0};
        struct git_repo_id found;
        struct cr_err err = {0};
        (void)snprintf(command, sizeof(command),
                       "for f in $(find objects -type f); do chmod u+w $f; %s%s$f; done",
                       cases[i].harm, strchr(cases[i].harm, '=') ? "" : " ");
        in_directory(fixture, command);
        assert_int_equal(git_repo_reopen(fixture->repo, &err), 0);
        assert_int_equal(
            git_repo_read(fixture->repo, &fixture->commit, "application.yml", &out, &err), CR_EIO);
        assert_non_null(strstr(err.text, cases[i].words));
        assert_int_equal(git_repo_resolve(fixture->repo, CR_SLICE("main"), &found, &err), CR_EIO);
        in_directory(fixture, "rm -rf objects && cp -r whole objects");
    }
    struct cr_err err = {0};
    CR_AUTO(cr_buf) out = {0};
    assert_int_equal(git_repo_reopen(fixture->repo, &err), 0);
    assert_int_equal(git_repo_read(fixture->repo, &fixture->commit, "application.yml", &out, &err),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(resolves_labels, make, drop),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_label, make, drop),
        cmocka_unit_test_setup_teardown(reads_files, make, drop),
        cmocka_unit_test_setup_teardown(bounds_a_file, make, drop),
        cmocka_unit_test_setup_teardown(walks_directories, make, drop),
        cmocka_unit_test_setup_teardown(makes_a_repository_once, make, drop),
        cmocka_unit_test(refuses_what_is_no_repository),
        cmocka_unit_test_setup_teardown(notices_moved_refs, make, drop),
        cmocka_unit_test_setup_teardown(tells_a_damaged_object, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
