/* init_repo: reads a folder and makes it the first commit of a new repository. */
#include "init_repo.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_settings.h"
#include "cr_daemon.h"
#include "cr_environment.h"
#include "cr_file.h"
#include "cr_log.h"
#include "cr_settings.h"
#include "git_repo.h"
#include "repository_uri.h"
#include "uri_template.h"

enum {
    FILES_MAX = 1000,
    FILE_BYTES_MAX = 8 * 1024 * 1024,
    DEPTH_MAX = 8,
    PATH_BYTES = 4096,
};

struct folder {
    struct cr_arena *arena;
    struct git_repo_file files[FILES_MAX];
    size_t count;
    struct cr_err *err;
};

static int add_file(struct folder *folder, const char *path, const char *name)
{
    if (folder->count == FILES_MAX)
        return cr_err_set(folder->err, CR_ELIMIT, "more than %d files", FILES_MAX);
    CR_AUTO(cr_buf) data = {.max = FILE_BYTES_MAX};
    int rc = cr_file_read(path, &data, folder->err);
    if (rc < 0)
        return rc;
    struct git_repo_file file = {
        .path = cr_arena_text(folder->arena, name),
        .data = {cr_arena_slice(folder->arena, cr_buf_view(&data)), data.len},
    };
    if (!file.path || !file.data.ptr)
        return cr_err_set(folder->err, CR_ENOMEM, "out of memory");
    folder->files[folder->count++] = file;
    return 0;
}

static int add_folder(struct folder *folder, const char *path, const char *prefix, int depth);

static int add_entry(struct folder *folder, const char *path, const char *prefix, const char *entry,
                     int depth)
{
    char child[PATH_BYTES], name[PATH_BYTES];
    struct stat info;
    if (snprintf(child, sizeof(child), "%s/%s", path, entry) >= (int)sizeof(child) ||
        snprintf(name, sizeof(name), "%s%s", prefix, entry) >= (int)sizeof(name))
        return cr_err_set(folder->err, CR_ELIMIT, "'%s': path too long", path);
    if (stat(child, &info) < 0)
        return cr_err_errno(folder->err, CR_EIO, errno, "'%s'", child);
    if (S_ISREG(info.st_mode))
        return add_file(folder, child, name);
    if (!S_ISDIR(info.st_mode))
        return 0;
    if (snprintf(name, sizeof(name), "%s%s/", prefix, entry) >= (int)sizeof(name))
        return cr_err_set(folder->err, CR_ELIMIT, "'%s': path too long", path);
    return add_folder(folder, child, name, depth + 1);
}

static void close_directory(DIR **directory)
{
    if (*directory)
        closedir(*directory);
}

/* Recursion is bounded by DEPTH_MAX. */
static int add_folder(struct folder *folder, const char *path, const char *prefix, int depth)
{
    if (depth > DEPTH_MAX)
        return cr_err_set(folder->err, CR_ELIMIT, "'%s': folders nested too deeply", path);
    CR_CLEANUP(close_directory) DIR *directory = opendir(path);
    if (!directory)
        return cr_err_errno(folder->err, CR_ENOTFOUND, errno, "crema.config.init-from: '%s'", path);
    struct dirent *entry;
    int rc = 0;
    while (rc == 0 && (entry = readdir(directory))) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "README.md") != 0)
            rc = add_entry(folder, path, prefix, entry->d_name, depth);
    }
    return rc;
}

struct made {
    const char *directory; /* NULL: the settings name a remote repository */
    const char *label;
    size_t files;
    bool was_there;
    struct git_repo_id commit;
};

static int fill_repository(const struct config_settings *settings, struct cr_arena *arena,
                           struct made *made, struct cr_err *err)
{
    struct folder *folder = cr_arena_alloc(arena, sizeof(*folder));
    if (!folder)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    folder->arena = arena;
    folder->err = err;
    int rc = add_folder(folder, settings->init_from, "", 1);
    if (rc < 0)
        return rc;
    struct git_repo_seed seed = {
        .branch = made->label,
        .author = "Crema",
        .email = "crema@localhost",
        .message = "Begin with the sample configuration\n",
        .files = folder->files,
        .file_count = folder->count,
    };
    made->files = folder->count;
    rc = git_repo_create(made->directory, &seed, &made->commit, err);
    made->was_there = rc == CR_EEXISTS;
    return made->was_there ? 0 : rc;
}

static bool has_source(const struct config_settings *settings)
{
    return settings->init_from && *settings->init_from;
}

/* The first backend's repository, where it is one of this machine. */
static int find_directory(const struct config_settings *settings,
                          const struct cr_environment *environment, struct cr_arena *arena,
                          struct made *out_made, struct cr_err *err)
{
    struct backend_settings_list list;
    struct repository_uri uri;
    int rc = config_settings_backends(settings, environment, arena, &list, err);
    *out_made = (struct made){.directory = NULL};
    if (rc < 0 || list.items[0].is_native)
        return rc;
    const struct git_settings *git = &list.items[0].git.main;
    if (uri_template_has_placeholder(cr_slice_of(git->uri)))
        return 0;
    const char *key = cr_arena_printf(arena, "%suri", git->key);
    if (!key)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    rc = repository_uri_parse(key, cr_slice_of(git->uri), arena, &uri, err);
    if (rc == 0)
        *out_made = (struct made){.directory = uri.directory, .label = git->default_label};
    return rc;
}

int init_repo_when_missing(const struct config_settings *settings,
                           const struct cr_environment *environment, const struct cr_log *log,
                           struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct made made = {0};
    if (!has_source(settings))
        return 0;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = find_directory(settings, environment, arena, &made, err);
    if (rc < 0 || !made.directory || !git_repo_is_vacant(made.directory))
        return rc;
    rc = fill_repository(settings, arena, &made, err);
    if (rc == 0)
        cr_log_info(log, "config.repository", "%s is made with %zu files of %s, on %s at %s",
                    made.directory, made.files, settings->init_from, made.label, made.commit.hex);
    return rc;
}

/* --- the command --- */

static int make_repository(const struct config_settings *settings,
                           const struct cr_environment *environment, struct cr_arena *arena,
                           struct cr_err *err)
{
    struct made made = {0};
    int rc = find_directory(settings, environment, arena, &made, err);
    if (rc == 0 && !made.directory)
        return cr_err_set(err, CR_EINVAL,
                          "spring.cloud.config.server.git.uri: is no directory of this machine: "
                          "name the one that is to be made");
    if (rc == 0 && !has_source(settings))
        return cr_err_set(err, CR_EINVAL,
                          "crema.config.init-from: not set: name the folder with the files");
    if (rc == 0)
        rc = fill_repository(settings, arena, &made, err);
    if (rc < 0)
        return rc;
    if (made.was_there)
        printf("%s is there already, on %s at %s\n", made.directory, made.label, made.commit.hex);
    else
        printf("%s made with %zu files, on %s at %s\n", made.directory, made.files, made.label,
               made.commit.hex);
    return 0;
}

static int run(const struct cr_environment_options *options, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO_ENVIRONMENT environment = NULL;
    struct config_settings settings = {0};
    struct cr_setting_table table = {config_setting_rows, config_setting_count};
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = cr_environment_load(options, &environment, err);
    if (rc == 0)
        rc = cr_settings_bind(&table, environment, &settings, arena, err);
    return rc < 0 ? rc : make_repository(&settings, environment, arena, err);
}

static int exit_code(int rc)
{
    if (rc == 0)
        return CR_EXIT_OK;
    return rc == CR_EINVAL || rc == CR_EPARSE ? CR_EXIT_CONFIG : CR_EXIT_FAILURE;
}

bool init_repo_main(int argc, char **argv, int *out_exit)
{
    int at = 1;
    while (at < argc && strcmp(argv[at], "--init-repo") != 0)
        at++;
    if (at >= argc)
        return false;
    CR_AUTO_FREE const char **arguments = calloc((size_t)argc, sizeof(*arguments));
    size_t count = 0;
    for (int i = 1; arguments && i < argc; i++) {
        if (i != at)
            arguments[count++] = argv[i];
    }
    struct cr_environment_options options = {
        .arguments = arguments,
        .argument_count = count,
        .variables = (const char *const *)environ,
    };
    struct cr_err err = {0};
    int rc = arguments ? run(&options, &err) : cr_err_set(&err, CR_ENOMEM, "out of memory");
    if (rc < 0)
        fprintf(stderr, "config-server: --init-repo: %s\n", err.text);
    *out_exit = exit_code(rc);
    return true;
}
