/* git_settings: what can be set of one git repository.
 *
 * Ownership: texts belong to the arena that they were bound into.
 * Source:    Spring Cloud Config JGitEnvironmentProperties and its
 *            PatternMatchingJGitEnvironmentProperties; config-server reference 3.1 and 3.6.
 */
#ifndef GIT_SETTINGS_H
#define GIT_SETTINGS_H

#include "cr_setting.h"

struct git_settings {
    const char *key;  /* what stands before the names: "spring.cloud.config.server.git." */
    const char *name; /* for people: "git", "team" */
    const char *uri;
    const char *default_label;
    bool try_master;
    bool skip_failing_labels;
    struct cr_setting_list search_paths;
    struct cr_setting_list patterns; /* of one among several */

    /* Of a remote repository. */
    const char *username, *password;
    const char *basedir;
    bool skip_ssl_validation;
    int64_t timeout_s;
    int64_t refresh_rate_s; /* 0: at each request; negative: never once there is a mirror */
};

#endif
