/* backend_settings: which backends are active, in which order, and what is set of each.
 *
 * Ownership: texts live in the arena that is passed in.
 * Errors:    CR_EINVAL with the key, the reason and the next step; CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config EnvironmentRepositoryConfiguration and CompositeConfiguration;
 *            config-server reference 3.7.
 *
 * The active profiles choose: "composite" takes the list of that name; "native" and "git" those
 * two, each beside the others; without any of them it is git.
 */
#ifndef BACKEND_SETTINGS_H
#define BACKEND_SETTINGS_H

#include "git_settings.h"
#include "native_settings.h"

struct backend_settings {
    bool is_native;
    struct git_settings_group git;
    struct native_settings native;
};

struct backend_settings_list {
    struct backend_settings *items; /* the strongest first */
    size_t count;
};

/* The family composite[<i>], what git and native do not know of it. */
extern const struct cr_setting_table backend_setting_table;

/* default_label: "" or what goes before those of the backends. */
CR_MUST_CHECK int backend_settings_read(const struct cr_environment *environment,
                                        const char *default_label, struct cr_arena *arena,
                                        struct backend_settings_list *out_list, struct cr_err *err);
CR_MUST_CHECK int backend_settings_check(const struct backend_settings_list *list,
                                         struct cr_err *err);

/* The first search path or location that can lead a request into a folder that is called after
 * another application: a pattern, or one with {profile}. NULL: there is none. */
const char *backend_settings_shared_path(const struct backend_settings_list *list);

#endif
