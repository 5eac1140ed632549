/* config_settings: what can be set of the config server; what can be set of its backends is
 * backend_settings'.
 *
 * Ownership: texts belong to the arena that the spine binds into.
 * Source:    Spring Cloud Config's ConfigServerProperties for the names and defaults under
 *            spring.cloud.config.server.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "access.h"
#include "backend_settings.h"
#include "cr_arena.h"
#include "cr_err.h"
#include "cr_setting.h"

struct config_settings {
    const char *default_label; /* goes before those of the backends where it is set */
    bool validate_profiles;
    bool accept_empty;
    const char *prefix; /* of all paths: "" or "/config" */
    bool strip_document;
    bool reverse_locations;
    bool fail_on_composite;
    bool legacy_profiles;
    int64_t refs_poll_ms;
    int64_t cache_max_bytes;  /* of rendered answers */
    int64_t parsed_max_bytes; /* of files */
    int64_t file_max_bytes;
    const char *init_from;
    int64_t fetch_max_ms; /* of a remote repository */
    int64_t repositories_max;
    int64_t watchers_max;

    const char *monitor_secret; /* of push notifications; "": they are taken from everybody */
    bool hears_github, hears_gitlab, hears_gitee, hears_gogs, hears_gitea, hears_bitbucket,
        hears_azure;
};

extern const struct cr_setting config_setting_rows[];
extern const size_t config_setting_count;
/* The family ...overrides.<key...>. */
extern const struct cr_setting_table config_override_table;

/* For cr_daemon.tables: the backends' and the overrides. */
#define CONFIG_SETTING_TABLES                                                                      \
    &git_setting_table, &git_repos_setting_table, &native_setting_table, &backend_setting_table,   \
        &git_composite_setting_table, &native_composite_setting_table,                             \
        &git_composite_repos_setting_table, &config_override_table, &access_setting_table

/* The backends that are active. */
CR_MUST_CHECK int config_settings_backends(const struct config_settings *settings,
                                           const struct cr_environment *environment,
                                           struct cr_arena *arena,
                                           struct backend_settings_list *out_list,
                                           struct cr_err *err);

/* What is set below ...overrides, in its order. */
struct override;
CR_MUST_CHECK int config_settings_overrides(const struct cr_environment *environment,
                                            struct cr_arena *arena, struct override **out_items,
                                            size_t *out_count, struct cr_err *err);

/* For cr_daemon.check: the backends' settings make sense, and a local repository is there or can be
 * made from crema.config.init-from. */
int config_settings_check(const void *settings, const struct cr_environment *environment,
                          struct cr_err *err);

#endif
