/* cr_config: one complete set of a daemon's settings: the environment and the structs bound from
 * it.
 *
 * Ownership: cr_config_new takes a reference to the environment; cr_config_free frees all.
 * Errors:    CR_EINVAL, CR_EPARSE, CR_EIO with key, value, origin and reason.
 * Threads:   immutable once made.
 * Source:    decision "two phases": the keys that locate the config server come from local sources.
 */
#ifndef CR_CONFIG_H
#define CR_CONFIG_H

#include "cr_args.h"
#include "cr_spine_settings.h"

struct cr_config {
    struct cr_environment *environment;
    struct cr_arena *arena;
    struct cr_spine_settings spine;
    void *settings; /* the daemon's struct */
    int64_t replaced_ms;
    struct cr_config *older;
};

struct cr_config_input {
    const struct cr_daemon *daemon;
    const struct cr_args *args;
    const struct cr_tables *tables;
};

/* Reads the local sources, and puts remotes (may be NULL) between them. */
CR_MUST_CHECK int cr_config_environment(const struct cr_config_input *input,
                                        const struct cr_environment_remotes *remotes,
                                        struct cr_environment **out_environment,
                                        struct cr_err *err);
/* Asks the daemon's config source, where it has one, and reads all sources with its answer, of
 * which out_answer keeps what there is to tell. */
CR_MUST_CHECK int cr_config_ask(const struct cr_config_input *input,
                                const struct cr_config_question *question,
                                struct cr_config_answer *out_answer,
                                struct cr_environment **out_environment, struct cr_err *err);
/* Binds and checks. Fields of rows that are not live are those of before, where it is given. */
CR_MUST_CHECK int cr_config_new(const struct cr_config_input *input,
                                struct cr_environment *environment, const struct cr_config *before,
                                struct cr_config **out_config, struct cr_err *err);
void cr_config_free(struct cr_config *config); /* NULL is fine; older ones are not freed */

/* Sets log format and levels as the environment says; what is malformed is left out. */
void cr_config_apply_logging(const struct cr_environment *environment);
/* Only what changed, so that levels set by hand stay; a level that vanished is inherited again. */
void cr_config_refresh_logging(const struct cr_environment *environment,
                               const struct cr_changes *changes);

/* Of changed keys, those that may take effect now: keys of live rows and those that no row knows.
 */
CR_MUST_CHECK int cr_config_live_changes(const struct cr_tables *tables, const char *const *keys,
                                         size_t key_count, struct cr_arena *arena,
                                         struct cr_changes *out_changes);
/* Appends the keys, ", " between them, whose values would be others after a restart with now than
 * they were at the start; returns how many. */
size_t cr_config_restart_keys(const struct cr_tables *tables, const struct cr_environment *start,
                              const struct cr_environment *now, struct cr_arena *arena,
                              struct cr_buf *out);

#endif
