/* config_settings: the rows, and the one value that a row cannot check. */
#include "config_settings.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cr_url.h"

#define GIT         "spring.cloud.config.server.git."
#define FIELD(name) offsetof(struct config_settings, name)

const struct cr_setting config_setting_rows[] = {
    {GIT "uri", CR_SETTING_TEXT, FIELD(uri), NULL, 0, 0, CR_SETTING_REQUIRED,
     "The git repository of the configuration, bare or not: file:/path, file:///path or a path."},
    {GIT "default-label", CR_SETTING_TEXT, FIELD(git_default_label), "main", 0, 0, 0,
     "Branch, tag or commit served to those who ask for no label."},
    {"spring.cloud.config.server.default-label", CR_SETTING_TEXT, FIELD(default_label), "", 0, 0, 0,
     "Goes before " GIT "default-label when set."},
    {GIT "try-master-branch", CR_SETTING_BOOL, FIELD(try_master_branch), "true", 0, 0, 0,
     "Serve 'master' where 'main' is wanted and does not exist."},
    {GIT "continue-on-multiple-label-failure", CR_SETTING_BOOL, FIELD(skip_failing_labels), "false",
     0, 0, 0, "Leave out the labels of a comma list that fail, instead of failing the request."},
    {GIT "search-paths", CR_SETTING_LIST, FIELD(search_paths), "", 0, 0, 0,
     "Directories read besides the root, the last one strongest; may have {application}, "
     "{profile}, {label}, * and **."},
    {"spring.cloud.config.server.accept-empty", CR_SETTING_BOOL, FIELD(accept_empty), "true", 0, 0,
     0, "Answer 200 with no sources for an application without configuration; false: 404."},
    {"crema.config.legacy-spring-profiles", CR_SETTING_BOOL, FIELD(legacy_profiles), "true", 0, 0,
     0,
     "Take the key spring.profiles as a document's condition, as before Spring Boot 2.4; false: "
     "it is an error."},
    {"crema.config.refs-poll", CR_SETTING_DURATION, FIELD(refs_poll_ms), "200ms", 10, 3600000, 0,
     "How often the repository is looked at for new commits."},
    {"crema.config.cache-max", CR_SETTING_SIZE, FIELD(cache_max_bytes), "4MB", 0, (int64_t)1 << 40,
     0, "Memory for rendered answers."},
    {"crema.config.file-max", CR_SETTING_SIZE, FIELD(file_max_bytes), "1MB", 1, 8 << 20, 0,
     "The largest configuration file that is read; a larger one is an error."},
    {"crema.config.init-from", CR_SETTING_TEXT, FIELD(init_from), NULL, 0, 0, 0,
     "For --init-repo: the folder whose files become the first commit."},
};
const size_t config_setting_count = CR_COUNT(config_setting_rows);

static int refuse(struct cr_err *err, const char *uri, const char *why)
{
    return cr_err_set(err, CR_EINVAL, GIT "uri: '%s' %s", uri, why);
}

/* "host:path" without a slash before the colon, as git and ssh write it. */
static bool looks_remote(struct cr_slice uri)
{
    ptrdiff_t colon = cr_slice_find(uri, ':');
    ptrdiff_t slash = cr_slice_find(uri, '/');
    return colon > 0 && (slash < 0 || colon < slash);
}

static int file_uri_path(struct cr_slice uri, const char *whole, struct cr_slice *out_path,
                         struct cr_err *err)
{
    struct cr_slice path = cr_slice_from(uri, 5);
    if (cr_slice_starts(path, CR_SLICE("//"))) {
        path = cr_slice_from(path, 2);
        if (cr_slice_starts(path, CR_SLICE("localhost/")))
            path = cr_slice_from(path, 9);
    }
    if (path.len == 0 || path.ptr[0] != '/')
        return refuse(err, whole, "names no absolute path: write file:///path/to/repository");
    *out_path = path;
    return 0;
}

int config_settings_directory(const struct config_settings *settings, struct cr_arena *arena,
                              const char **out_directory, struct cr_err *err)
{
    struct cr_slice uri = cr_slice_of(settings->uri);
    if (uri.len == 0)
        return cr_err_set(err, CR_EINVAL,
                          GIT
                          "uri: not set: name a git repository, for example file:///srv/config");
    if (cr_slice_find(uri, '{') >= 0)
        return refuse(err, settings->uri, "has a placeholder: one repository serves all here");
    struct cr_slice path = uri;
    bool is_file = cr_slice_starts(uri, CR_SLICE("file:"));
    if (is_file) {
        int rc = file_uri_path(uri, settings->uri, &path, err);
        if (rc < 0)
            return rc;
    } else if (looks_remote(uri)) {
        return refuse(err, settings->uri,
                      "is a remote repository: clone it (git clone --mirror URL DIRECTORY), "
                      "fetch there, and name file:///DIRECTORY");
    }
    struct cr_slice decoded = path;
    if (is_file && cr_url_decode(path, arena, &decoded) < 0)
        return refuse(err, settings->uri, "has a malformed percent-escape");
    *out_directory = cr_arena_slice(arena, decoded);
    return *out_directory ? 0 : cr_err_set(err, CR_ENOMEM, "out of memory");
}

int config_settings_check(const void *settings, const struct cr_environment *environment,
                          struct cr_err *err)
{
    (void)environment;
    const struct config_settings *config = settings;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *directory = NULL;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = config_settings_directory(config, arena, &directory, err);
    if (!directory)
        return rc;
    struct stat info;
    if (stat(directory, &info) < 0)
        return cr_err_set(err, CR_EINVAL,
                          GIT "uri: '%s': %s: make it with git init, or with config-server "
                              "--init-repo",
                          config->uri, strerror(errno));
    return 0;
}
