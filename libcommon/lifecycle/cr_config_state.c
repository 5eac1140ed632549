/* The config server's part in the settings, for health and log. */
#include "cr_config_state.h"

#include <stdio.h>
#include <string.h>

#include "cr_buf.h"
#include "cr_log.h"

enum { SOURCES_SHOWN = 20 };

void cr_config_state_init(struct cr_config_state *state)
{
    *state = (struct cr_config_state){0};
    cr_mutex_init(&state->lock);
}

void cr_config_state_set(struct cr_config_state *state, const struct cr_config_answer *answer)
{
    CR_LOCKED(&state->lock);
    state->partial = answer->partial;
    snprintf(state->origin, sizeof state->origin, "%s", answer->origin);
    snprintf(state->problem, sizeof state->problem, "%s", answer->problem);
}

bool cr_config_state_problem(struct cr_config_state *state, const char *problem)
{
    CR_LOCKED(&state->lock);
    bool fresh = strncmp(state->problem, problem, sizeof state->problem - 1) != 0;
    snprintf(state->problem, sizeof state->problem, "%s", problem);
    return fresh;
}

void cr_config_state_restart(struct cr_config_state *state, const char *keys)
{
    CR_LOCKED(&state->lock);
    snprintf(state->restart, sizeof state->restart, "%s", keys);
}

bool cr_config_state_partial(struct cr_config_state *state)
{
    CR_LOCKED(&state->lock);
    return state->partial;
}

/* Settings that are not the newest make nobody unwell: they are told. */
void cr_config_state_health(struct cr_config_state *state, struct cr_health *health)
{
    CR_LOCKED(&state->lock);
    if (state->partial || state->problem[0])
        cr_health_set(health, CR_HEALTH_UNKNOWN);
    if (!state->partial)
        cr_health_detail(health, "answered", "%s", state->origin);
    if (state->problem[0])
        cr_health_detail(health, "problem", "%s", state->problem);
    if (state->partial)
        cr_health_detail(health, "next", "asked again every two seconds");
    if (state->restart[0])
        cr_health_detail(health, "needRestart", "%s", state->restart);
}

/* --- profiles --- */

/* "application-dev.yml" belongs to dev; of a document further down in a file nobody knows. */
static bool may_belong(const char *source, const char *profile)
{
    size_t len = strlen(profile);
    const char *document = strstr(source, "(document #");
    if (document && strncmp(document, "(document #0)", 13) != 0)
        return true;
    for (const char *at = strchr(source, '-'); at; at = strchr(at + 1, '-'))
        if (strncmp(at + 1, profile, len) == 0 && strchr(".-", at[1 + len]))
            return true;
    return false;
}

/* The config server's and the files', not arguments and environment. */
static bool is_file(const char *source)
{
    return strstr(source, ".yml") || strstr(source, ".yaml") || strstr(source, ".properties") ||
           strncmp(source, "configserver:", 13) == 0;
}

static void warn_of(const struct cr_environment *environment, const char *profile,
                    const struct cr_log *log)
{
    CR_AUTO(cr_buf) files = {0};
    size_t shown = 0;
    size_t count = cr_environment_source_count(environment);
    for (size_t i = 0; i < count; i++) {
        const char *source = cr_environment_source_name(environment, i);
        if (!is_file(source))
            continue;
        if (may_belong(source, profile))
            return;
        if (shown++ < SOURCES_SHOWN)
            cr_buf_printf(&files, "%s%s", files.len > 0 ? ", " : "", source);
    }
    if (cr_buf_status(&files) == 0)
        cr_log_warn(log, "profile.unknown",
                    "spring.profiles.active: no file is named after '%s', neither here nor at the "
                    "config server, which is no error but may be a typing error; in effect: %s",
                    profile, files.len > 0 ? files.data : "none");
}

void cr_config_warn_of_profiles(const struct cr_environment *environment, const struct cr_log *log)
{
    size_t count = cr_environment_profile_count(environment);
    for (size_t i = 0; i < count; i++) {
        const char *profile = cr_environment_profile(environment, i);
        if (strcmp(profile, "default") != 0)
            warn_of(environment, profile, log);
    }
}
