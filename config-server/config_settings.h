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

struct config_settings {
    const char *uri;
    const char *git_default_label;
    const char *default_label; /* goes before git_default_label where it is set */
    bool try_master_branch;
    bool skip_failing_labels;
    struct cr_setting_list search_paths;
    bool accept_empty;
    bool legacy_profiles;
    int64_t refs_poll_ms;
    int64_t cache_max_bytes;
    int64_t file_max_bytes;
    const char *init_from;
};

extern const struct cr_setting config_setting_rows[];
extern const size_t config_setting_count;

/* The local directory that spring.cloud.config.server.git.uri names: "file:/p", "file:///p" or a
 * path. CR_EINVAL, with the next step, for anything else. */
CR_MUST_CHECK int config_settings_directory(const struct config_settings *settings,
                                            struct cr_arena *arena, const char **out_directory,
                                            struct cr_err *err);

struct cr_environment;
/* For cr_daemon.check: the URI names a directory that is there. */
int config_settings_check(const void *settings, const struct cr_environment *environment,
                          struct cr_err *err);

#endif
