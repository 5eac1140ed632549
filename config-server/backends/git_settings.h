/* git_settings: what can be set of one git repository, and of those in front of it.
 *
 * Ownership: texts live in the arena that is passed in.
 * Errors:    CR_EINVAL with the key, the reason and the next step; CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config JGitEnvironmentProperties and MultipleJGitEnvironmentProperties;
 *            config-server reference 3.1 and 3.6.
 */
#ifndef GIT_SETTINGS_H
#define GIT_SETTINGS_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_settings.h"
#include "http_proxy.h"
#include "ssh_login.h"

enum { GIT_SETTINGS_OTHERS_MAX = 256 };

struct git_settings {
    const char *key;  /* what stands before the names: "spring.cloud.config.server.git." */
    const char *name; /* for people: "git", "team" */
    const char *uri;
    const char *default_label;
    bool try_master;
    bool skip_failing_labels;
    struct cr_setting_list search_paths;
    struct cr_setting_list patterns; /* of one among several */
    int64_t order;                   /* of one backend among several */

    /* Of a remote repository. */
    const char *username, *password;
    const char *basedir;
    bool skip_ssl_validation;
    bool clone_on_start; /* not inherited */
    struct ssh_login ssh;
    struct http_proxies proxies; /* not inherited */
    bool strict_host_key;        /* the opposite of ssh.any_host_key */
    int64_t timeout_s;
    int64_t refresh_rate_s; /* 0: at each request; negative: never once there is a mirror */

    bool unused; /* of what Spring can be told, and needs no telling here */

    /* The place of the shorthand "repos.<id>: URI". */
    const char *short_uri;
};

/* Plain rows of ...git, and the families ...git.repos.<id>, ...composite[<i>] and
 * ...composite[<i>].repos.<id>. */
extern const struct cr_setting_table git_setting_table, git_repos_setting_table,
    git_composite_setting_table, git_composite_repos_setting_table;

/* A repository and those with patterns in front of it, in the order in which they are set. */
struct git_settings_group {
    struct git_settings main;
    struct git_settings *others;
    size_t other_count;
};
/* element: of the list composite; NULL: those of ...git. */
CR_MUST_CHECK int git_settings_read(const struct cr_environment *environment, const char *element,
                                    struct cr_arena *arena, struct git_settings_group *out_group,
                                    struct cr_err *err);

/* Do the URIs name repositories, the search paths directories in them, ... ? */
CR_MUST_CHECK int git_settings_check(const struct git_settings_group *group, struct cr_err *err);

#endif
