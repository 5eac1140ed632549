/* config_settings: the rows, and the one value that a row cannot check. */
#include "config_settings.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "repository_uri.h"

#define GIT         "spring.cloud.config.server.git."
#define FIELD(name) offsetof(struct config_settings, name)

const struct cr_setting config_setting_rows[] = {
    {GIT "uri", CR_SETTING_TEXT, FIELD(uri), NULL, 0, 0, CR_SETTING_REQUIRED,
     "The git repository of the configuration: file:///path or a path, bare or not; or git://, "
     "http://, https://."},
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
    {"spring.cloud.config.server.prefix", CR_SETTING_TEXT, FIELD(prefix), "", 0, 0, 0,
     "Stands in front of all paths but /actuator: \"/config\", with a slash before and none "
     "behind."},
    {"spring.cloud.config.server.strip-document-from-yaml", CR_SETTING_BOOL, FIELD(strip_document),
     "true", 0, 0, 0,
     "Print a YAML document that is a list or a value as it is, without the key \"document\"."},
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
     "A folder whose files become the first commit where a local repository is not there yet: at "
     "the start, and by --init-repo."},
    {GIT "username", CR_SETTING_TEXT, FIELD(username), "", 0, 0, 0,
     "For a remote repository behind http: or https:; goes before what the URI says."},
    {GIT "password", CR_SETTING_TEXT, FIELD(password), "", 0, 0, CR_SETTING_SECRET,
     "The password, or a token of the git host."},
    {GIT "skip-ssl-validation", CR_SETTING_BOOL, FIELD(skip_ssl_validation), "false", 0, 0, 0,
     "Take any certificate of the remote."},
    {GIT "timeout", CR_SETTING_INT, FIELD(timeout_s), "5", 1, 3600, 0,
     "Seconds of silence after which a fetch is given up, and the longest that a request waits for "
     "one."},
    {GIT "refresh-rate", CR_SETTING_INT, FIELD(refresh_rate_s), "5", -1, 86400, 0,
     "Seconds from one fetch of a remote repository to the next, in the background; 0: each "
     "request waits for a fetch that began after it came; -1: never again once it was fetched."},
    {GIT "basedir", CR_SETTING_TEXT, FIELD(basedir), "", 0, 0, 0,
     "The folder for the mirror of a remote repository; empty: data/config in crema.home."},
    {"crema.config.fetch-max", CR_SETTING_DURATION, FIELD(fetch_max_ms), "10m", 1000, 86400000, 0,
     "The longest that a fetch may take in all."},
};
const size_t config_setting_count = CR_COUNT(config_setting_rows);

const char *config_settings_default_label(const struct config_settings *settings)
{
    const char *label = settings->default_label;
    return label && *label ? label : settings->git_default_label;
}

void config_settings_git(const struct config_settings *settings, struct git_settings *out_git)
{
    *out_git = (struct git_settings){
        .key = GIT,
        .name = "git",
        .uri = settings->uri,
        .default_label = config_settings_default_label(settings),
        .try_master = settings->try_master_branch,
        .skip_failing_labels = settings->skip_failing_labels,
        .search_paths = settings->search_paths,
        .username = settings->username,
        .password = settings->password,
        .basedir = settings->basedir,
        .skip_ssl_validation = settings->skip_ssl_validation,
        .timeout_s = settings->timeout_s,
        .refresh_rate_s = settings->refresh_rate_s,
    };
}

static int check_directory(const struct config_settings *config, const char *directory,
                           struct cr_err *err)
{
    struct stat info;
    if (stat(directory, &info) == 0)
        return 0;
    int reason = errno;
    if (reason != ENOENT || !config->init_from || !*config->init_from)
        return cr_err_set(err, CR_EINVAL,
                          GIT
                          "uri: '%s': %s: make it with git init or --init-repo, or name a folder "
                          "of files for it in crema.config.init-from",
                          config->uri, strerror(reason));
    if (stat(config->init_from, &info) < 0)
        return cr_err_set(err, CR_EINVAL, "crema.config.init-from: '%s': %s", config->init_from,
                          strerror(errno));
    return 0;
}

static int check_prefix(struct cr_slice prefix, struct cr_err *err)
{
    if (prefix.len > 0 &&
        (!cr_slice_starts(prefix, CR_SLICE("/")) || cr_slice_ends(prefix, CR_SLICE("/"))))
        return cr_err_set(err, CR_EINVAL,
                          "spring.cloud.config.server.prefix: '%.*s': begins with a slash and ends "
                          "without one, like /config",
                          CR_SLICE_ARG(prefix));
    return 0;
}

int config_settings_check(const void *settings, const struct cr_environment *environment,
                          struct cr_err *err)
{
    (void)environment;
    const struct config_settings *config = settings;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct repository_uri uri;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = check_prefix(cr_slice_of(config->prefix), err);
    if (rc == 0)
        rc = repository_uri_parse(GIT "uri", cr_slice_of(config->uri), arena, &uri, err);
    if (rc < 0)
        return rc;
    if (uri.directory)
        return check_directory(config, uri.directory, err);
    if (config->password && *config->password && !*config->username && !*uri.username)
        return cr_err_set(err, CR_EINVAL,
                          GIT "password: is set without " GIT
                              "username: git hosts want both, with a "
                              "token any name");
    return 0;
}
