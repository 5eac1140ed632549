/* config_settings: what can be set of the config server.
 *
 * Ownership: texts belong to the arena that the spine binds into.
 * Source:    Spring Cloud Config's JGitEnvironmentProperties and ConfigServerProperties for the
 *            names and defaults under spring.cloud.config.server.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_setting.h"
#include "git_settings.h"

struct config_settings {
    const char *uri;
    const char *git_default_label;
    const char *default_label; /* goes before git_default_label where it is set */
    bool try_master_branch;
    bool skip_failing_labels;
    struct cr_setting_list search_paths;
    bool accept_empty;
    const char *prefix; /* of all paths: "" or "/config" */
    bool strip_document;
    bool legacy_profiles;
    int64_t refs_poll_ms;
    int64_t cache_max_bytes;
    int64_t file_max_bytes;
    const char *init_from;

    /* Of a remote repository. */
    const char *username, *password;
    const char *basedir;
    bool skip_ssl_validation;
    int64_t timeout_s;
    int64_t refresh_rate_s; /* 0: at each request; negative: never once there is a mirror */
    int64_t fetch_max_ms;
};

extern const struct cr_setting config_setting_rows[];
extern const size_t config_setting_count;

/* The label of those who ask for none. */
const char *config_settings_default_label(const struct config_settings *settings);

/* Those of the repository, as one of several. */
void config_settings_git(const struct config_settings *settings, struct git_settings *out_git);

struct cr_environment;
/* For cr_daemon.check: the URI names a remote repository, a directory that is there, or one that
 * can be made from crema.config.init-from. */
int config_settings_check(const void *settings, const struct cr_environment *environment,
                          struct cr_err *err);

#endif
