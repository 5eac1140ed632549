/* cr_config_state: what there is to tell about where the settings came from.
 *
 * Ownership: values; the app holds one.
 * Threads:   any.
 */
#ifndef CR_CONFIG_STATE_H
#define CR_CONFIG_STATE_H

#include "cr_daemon.h"
#include "cr_thread.h"

struct cr_config_state {
    struct cr_mutex lock;
    bool partial;
    char origin[256];
    char problem[256];
    char restart[256]; /* keys whose new values wait for a restart */
};

void cr_config_state_init(struct cr_config_state *state);
void cr_config_state_set(struct cr_config_state *state, const struct cr_config_answer *answer);
/* False when it was the problem already. */
bool cr_config_state_problem(struct cr_config_state *state, const char *problem);
void cr_config_state_restart(struct cr_config_state *state, const char *keys);
bool cr_config_state_partial(struct cr_config_state *state);

/* As a component of /actuator/health. */
void cr_config_state_health(struct cr_config_state *state, struct cr_health *health);

/* One warning for each active profile that no source is named after, with the sources that there
 * are. */
void cr_config_warn_of_profiles(const struct cr_environment *environment, const struct cr_log *log);

#endif
