/* native: locations, the directories of a request, and files that are read beneath a root only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native_backend.h"
#include "native_files.h"

#define KEY "spring.cloud.config.server.native.search-locations"

static void parses_locations(void **state)
{
    (void)state;
    static const char *const good[][3] = {
        {"file:/srv/config/", "/srv/config/", ""},
        {"file:///srv/a%20b", "/srv/a b/", ""},
        {"/srv//./config", "/srv/config/", ""},
        {"file:/srv/{application}/x", "/srv/", "{application}/x/"},
        {"/srv/app-{profile}", "/srv/", "app-{profile}/"},
        {"/", "/", ""},
    };
    static const char *const bad[] = {"",         "classpath:/x", "file:",         "/srv/../etc",
                                      "/srv/{x}", "file:/%zz",    "https://host/x"};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct native_location location;
    for (size_t i = 0; i < CR_COUNT(good); i++) {
        assert_int_equal(
            native_location_parse(KEY, cr_slice_of(good[i][0]), arena, &location, NULL), 0);
        assert_string_equal(location.root, good[i][1]);
        assert_true(cr_slice_is(location.below, good[i][2]));
    }
    assert_int_equal(native_location_parse(KEY, CR_SLICE("config"), arena, &location, NULL), 0);
    assert_int_equal(location.root[0], '/');
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        struct cr_err err = {0};
        assert_int_equal(native_location_parse(KEY, cr_slice_of(bad[i]), arena, &location, &err),
                         CR_EINVAL);
        assert_non_null(strstr(err.text, KEY));
    }
}

static void assert_directories(const char *label, bool add_labels, const char *expected)
{
    static struct native_location locations[] = {{"/base/", {"", 0}},
                                                 {"/apps/", {"{application}/{label}/", 22}}};
    const struct native_settings settings = {.add_label_locations = add_labels,
                                             .default_label = "master"};
    const struct native_places places = {&settings, locations, 2};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) seen = {0};
    struct config_request request;
    struct config_list found;
    assert_int_equal(config_request_parse(CR_SLICE("a,b"), CR_SLICE("dev"), cr_slice_of(label),
                                          arena, &request, NULL),
                     0);
    assert_int_equal(native_backend_directories(&places, &request, arena, &found, NULL), 0);
    for (size_t i = 0; i < found.count; i++)
        cr_buf_printf(&seen, "%s%.*s", i ? " " : "", CR_SLICE_ARG(found.items[i]));
    assert_string_equal(seen.data, expected);
}

static void lists_the_directories_of_a_request(void **state)
{
    (void)state;
    assert_directories(NULL, false, "/base/ /apps/a/master/ /apps/b/master/");
    assert_directories("v1", true,
                       "/base/ /apps/a/v1/ /apps/b/v1/ /base/v1/ /apps/a/v1/v1/ /apps/b/v1/v1/");
}

struct folder {
    char root[64];
    char outside[64];
};

static void make_folder(char path[64])
{
    size_t len = strlen(path);
    assert_non_null(mkdtemp(path));
    path[len] = '/';
    path[len + 1] = '\0';
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void link_to(const struct folder *folder, const char *name, const char *target)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s%s", folder->root, name);
    assert_int_equal(symlink(target, path), 0);
}

static int read_code(const struct folder *folder, const char *path)
{
    CR_AUTO(cr_buf) out = {.max = 10};
    struct cr_err err = {0};
    int rc = native_files_read(folder->root, path, &out, &err);
    if (rc == 0)
        assert_true(cr_slice_is(cr_buf_view(&out), "hello"));
    else
        assert_non_null(strstr(err.text, path));
    return rc;
}

/* As on a kernel, or in a container, without openat2. */
static void forbid_openat2(int with)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)with),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {.len = CR_COUNT(code), .filter = code};
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

/* No link at all is followed then. */
static bool reads_by_steps(const struct folder *folder)
{
    return read_code(folder, "sub/a.yml") == 0 && read_code(folder, "within") == CR_EINVAL &&
           read_code(folder, "out/secret") < 0 && read_code(folder, "up/x") < 0 &&
           read_code(folder, "../x") < 0 && read_code(folder, "sub/../sub/a.yml") < 0 &&
           read_code(folder, "nothing") == CR_ENOTFOUND &&
           read_code(folder, "sub") == CR_ENOTFOUND && read_code(folder, "fifo") == CR_ENOTFOUND;
}

static void assert_reads_by_steps(const struct folder *folder, int with)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        forbid_openat2(with);
        _exit(reads_by_steps(folder) ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void reads_beneath_the_root_only(void **state)
{
    (void)state;
    struct folder folder = {"/tmp/crema-native-XXXXXX", "/tmp/crema-native-XXXXXX"};
    make_folder(folder.root);
    make_folder(folder.outside);
    char sub[256], fifo[256];
    (void)snprintf(sub, sizeof(sub), "%ssub", folder.root);
    (void)snprintf(fifo, sizeof(fifo), "%sfifo", folder.root);
    assert_int_equal(mkdir(sub, 0700), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    write_file(folder.root, "sub/a.yml", "hello");
    write_file(folder.root, "large", "hello hello hello");
    write_file(folder.outside, "secret", "hello");
    link_to(&folder, "within", "sub/a.yml");
    link_to(&folder, "out", folder.outside);
    link_to(&folder, "up", "../");
    link_to(&folder, "around", "around");
    assert_int_equal(read_code(&folder, "sub/a.yml"), 0);
    assert_int_equal(read_code(&folder, "within"), 0);
    assert_int_equal(read_code(&folder, "nothing"), CR_ENOTFOUND);
    assert_int_equal(read_code(&folder, "sub/a.yml/x"), CR_ENOTFOUND);
    assert_int_equal(read_code(&folder, "sub"), CR_ENOTFOUND);
    assert_int_equal(read_code(&folder, "fifo"), CR_ENOTFOUND);
    assert_int_equal(read_code(&folder, "large"), CR_ELIMIT);
    assert_int_equal(read_code(&folder, "out/secret"), CR_EINVAL);
    assert_int_equal(read_code(&folder, "up/x"), CR_EINVAL);
    assert_int_equal(read_code(&folder, "around"), CR_EINVAL);
    assert_int_not_equal(read_code(&folder, "../x"), 0);
    assert_reads_by_steps(&folder, ENOSYS);
    assert_reads_by_steps(&folder, EPERM);
    int64_t modified = 0;
    assert_int_equal(native_files_modified(folder.root, "sub/a.yml", &modified, NULL), 0);
    assert_true(modified > 1700000000);
    static const char *const names[] = {"sub/a.yml", "large",  "within", "out",
                                        "up",        "around", "fifo"};
    for (size_t i = 0; i < CR_COUNT(names); i++) {
        char path[256];
        (void)snprintf(path, sizeof(path), "%s%s", folder.root, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    (void)snprintf(fifo, sizeof(fifo), "%ssecret", folder.outside);
    assert_int_equal(unlink(fifo), 0);
    assert_int_equal(rmdir(sub), 0);
    assert_int_equal(rmdir(folder.root), 0);
    assert_int_equal(rmdir(folder.outside), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_locations),
        cmocka_unit_test(lists_the_directories_of_a_request),
        cmocka_unit_test(reads_beneath_the_root_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
