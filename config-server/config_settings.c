/* config_settings: the rows of the server, and what rows cannot check. */
#include "config_settings.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "overrides.h"
#include "repository_uri.h"
#include "uri_template.h"

#define SERVER      "spring.cloud.config.server."
#define FIELD(name) offsetof(struct config_settings, name)

#define HEARS(host, field)                                                                         \
    {                                                                                              \
        SERVER "monitor." host ".enabled", CR_SETTING_BOOL, FIELD(field), "true", 0, 0, 0,         \
            "Hear push notifications of this host's kind."                                         \
    }

const struct cr_setting config_setting_rows[] = {
    {SERVER "default-label", CR_SETTING_TEXT, FIELD(default_label), "", 0, 0, 0,
     "Goes before the default labels of the backends when set."},
    {"spring.profiles.validate", CR_SETTING_BOOL, FIELD(validate_profiles), "true", 0, 0, 0,
     "Refuse requests whose profiles have other characters than letters, digits and -_.+@, or "
     "begin "
     "or end with one of these marks; false: only what leads elsewhere is refused."},
    {"spring.cloud.config.server.accept-empty", CR_SETTING_BOOL, FIELD(accept_empty), "true", 0, 0,
     0, "Answer 200 with no sources for an application without configuration; false: 404."},
    {"spring.cloud.config.server.prefix", CR_SETTING_TEXT, FIELD(prefix), "", 0, 0, 0,
     "Stands in front of all paths but /actuator: \"/config\", with a slash before and none "
     "behind."},
    {"spring.cloud.config.server.strip-document-from-yaml", CR_SETTING_BOOL, FIELD(strip_document),
     "true", 0, 0, 0,
     "Print a YAML document that is a list or a value as it is, without the key \"document\"."},
    {SERVER "reverse-location-order", CR_SETTING_BOOL, FIELD(reverse_locations), "false", 0, 0, 0,
     "Look for plain files in the last directory first."},
    {SERVER "fail-on-composite-error", CR_SETTING_BOOL, FIELD(fail_on_composite), "true", 0, 0, 0,
     "Of several backends, let one that fails fail the request; false: leave it out."},
    {"crema.config.legacy-spring-profiles", CR_SETTING_BOOL, FIELD(legacy_profiles), "true", 0, 0,
     0,
     "Take the key spring.profiles as a document's condition, as before Spring Boot 2.4; false: "
     "it is an error."},
    {"crema.config.refs-poll", CR_SETTING_DURATION, FIELD(refs_poll_ms), "100ms", 10, 3600000, 0,
     "How often the repository is looked at for new commits."},
    {"crema.config.cache-max", CR_SETTING_SIZE, FIELD(cache_max_bytes), "4MB", 0, (int64_t)1 << 40,
     0, "Memory for rendered answers."},
    {"crema.config.parsed-max", CR_SETTING_SIZE, FIELD(parsed_max_bytes), "1MB", 0,
     (int64_t)1 << 40, 0, "Memory for configuration files that were parsed."},
    {"crema.config.file-max", CR_SETTING_SIZE, FIELD(file_max_bytes), "1MB", 1, 8 << 20, 0,
     "The largest configuration file that is read; a larger one is an error."},
    {"crema.config.init-from", CR_SETTING_TEXT, FIELD(init_from), NULL, 0, 0, 0,
     "A folder whose files become the first commit where a local repository is not there yet: at "
     "the start, and by --init-repo."},
    {"crema.config.fetch-max", CR_SETTING_DURATION, FIELD(fetch_max_ms), "10m", 1000, 86400000, 0,
     "The longest that a fetch may take in all."},
    {"crema.config.repositories-max", CR_SETTING_INT, FIELD(repositories_max), "64", 1, 4096, 0,
     "Repositories that are open at a time, of those whose URI has placeholders; the one not asked "
     "for longest makes room."},
    {"crema.config.max-watchers", CR_SETTING_INT, FIELD(watchers_max), "1000", 1, 100000, 0,
     "Clients that may follow /config/watch at a time."},
    {"crema.config.monitor.secret", CR_SETTING_TEXT, FIELD(monitor_secret), "", 0, 0,
     CR_SETTING_SECRET,
     "What the senders of push notifications must know; empty: /monitor hears everybody."},
    HEARS("github", hears_github),
    HEARS("gitlab", hears_gitlab),
    HEARS("gitee", hears_gitee),
    HEARS("gogs", hears_gogs),
    HEARS("gitea", hears_gitea),
    HEARS("bitbucket", hears_bitbucket),
    HEARS("azure", hears_azure),
};
const size_t config_setting_count = CR_COUNT(config_setting_rows);

static const struct cr_setting override_rows[] = {
    {SERVER "overrides.<key...>", CR_SETTING_TEXT, 0, NULL, 0, 0, 0,
     "A property that goes before all files of all applications; \\${x} stands for ${x}."},
};
const struct cr_setting_table config_override_table = {override_rows, CR_COUNT(override_rows)};

int config_settings_backends(const struct config_settings *settings,
                             const struct cr_environment *environment, struct cr_arena *arena,
                             struct backend_settings_list *out_list, struct cr_err *err)
{
    return backend_settings_read(environment, settings->default_label, arena, out_list, err);
}

int config_settings_overrides(const struct cr_environment *environment, struct cr_arena *arena,
                              struct override **out_items, size_t *out_count, struct cr_err *err)
{
    struct cr_setting_list keys = {0};
    int rc = cr_settings_members(&config_override_table, environment, arena, &keys);
    struct override *items = rc == 0 ? cr_arena_array(arena, keys.count + 1, sizeof(*items)) : NULL;
    if (!items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < keys.count; i++) {
        const char *value = NULL;
        rc = cr_settings_bind_member(&config_override_table, environment, keys.items[i], &value,
                                     arena, err);
        if (rc < 0)
            return rc;
        items[i] = (struct override){cr_slice_of(keys.items[i]), cr_slice_of(value)};
    }
    *out_items = items;
    *out_count = keys.count;
    return 0;
}

/* --- checking --- */

/* A directory that is not there: fine where it can be made, or where another one stands in. */
static int check_directory(const struct config_settings *config, const struct git_settings *git,
                           const char *directory, struct cr_err *err)
{
    struct stat info;
    if (stat(directory, &info) == 0)
        return 0;
    int reason = errno;
    if (reason != ENOENT || !config->init_from || !*config->init_from)
        return cr_err_set(err, CR_EINVAL,
                          "%suri: '%s': %s: make it with git init or --init-repo, or name a folder "
                          "of files for it in crema.config.init-from",
                          git->key, git->uri, strerror(reason));
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

static int check_repository(const struct config_settings *config, const struct git_settings *git,
                            struct cr_arena *arena, struct cr_err *err)
{
    struct cr_slice text = cr_slice_of(git->uri);
    struct repository_uri uri;
    if (uri_template_has_placeholder(text))
        return 0;
    int rc = repository_uri_parse(git->key, text, arena, &uri, err);
    return rc < 0 || !uri.directory ? rc : check_directory(config, git, uri.directory, err);
}

int config_settings_check(const void *settings, const struct cr_environment *environment,
                          struct cr_err *err)
{
    const struct config_settings *config = settings;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct backend_settings_list list;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = check_prefix(cr_slice_of(config->prefix), err);
    if (rc == 0)
        rc = config_settings_backends(config, environment, arena, &list, err);
    if (rc == 0)
        rc = backend_settings_check(&list, err);
    struct access access;
    if (rc == 0)
        rc = access_read(environment, arena, &access, err);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        if (!list.items[i].is_native)
            rc = check_repository(config, &list.items[i].git.main, arena, err);
    }
    return rc;
}
