/* cr_environment: what a process was configured with: property sources in Spring's order, and the
 * values that they resolve to.
 *
 * Ownership: cr_environment_load makes one; it copies all it needs. References are counted.
 * Errors:    CR_EINVAL or CR_EPARSE with the file, key or argument in err; CR_EIO for a file that
 *            cannot be read; CR_ENOTFOUND where a look-up says so.
 * Threads:   immutable after loading: any number of readers; ref and unref from any thread.
 * Source:    Spring Boot "Externalized Configuration"; relaxed names as ConfigurationPropertyName.
 *
 * Sources, highest first: command line, SPRING_APPLICATION_JSON, environment, config server,
 * application-{profile} files (last profile first), application files, bootstrap files, defaults.
 * Of two files in one place .properties precedes .xml, and .xml .yml; a later directory precedes an
 * earlier one; within a file a later document precedes an earlier one.
 *
 * Names are relaxed: server.maxThreads, server.max-threads, server.max_threads and the variable
 * SERVER_MAXTHREADS or SERVER_MAX_THREADS are one key.
 *
 * Two phases: load without remotes, ask the config server that the first phase names, load again
 * with its answer as remotes.
 */
#ifndef CR_ENVIRONMENT_H
#define CR_ENVIRONMENT_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_flat.h"

struct cr_environment;

/* One document of the config server, highest precedence first in a table. */
struct cr_environment_remote {
    const char *name; /* shown as "configserver:<name>" */
    struct cr_flat_doc doc;
};

struct cr_environment_remotes {
    const struct cr_environment_remote *rows;
    size_t count;
};

struct cr_environment_options {
    const char *const *arguments; /* "--key=value"; "--key" alone is "true" */
    size_t argument_count;
    const char *const *variables; /* as environ, NULL-terminated; NULL: none */
    /* Directories with application.yml and its like, weakest first; absent ones are fine.
     * spring.config.location replaces them, spring.config.additional-location adds to them. */
    const char *const *directories;
    size_t directory_count;
    const struct cr_environment_remote *remotes;
    size_t remote_count;
    const struct cr_flat_doc *defaults; /* may be NULL; e.g. spring.application.name */
};

CR_MUST_CHECK int cr_environment_load(const struct cr_environment_options *options,
                                      struct cr_environment **out_environment, struct cr_err *err);
struct cr_environment *cr_environment_ref(struct cr_environment *environment);
void cr_environment_unref(struct cr_environment *environment); /* NULL is fine */
void cr_environment_unrefp(struct cr_environment **environment);
#define CR_AUTO_ENVIRONMENT CR_CLEANUP(cr_environment_unrefp) struct cr_environment *

/* A resolved value and where it came from. */
struct cr_property {
    const char *text;   /* placeholders replaced, in the caller's arena */
    const char *source; /* name of the source; lives as long as the environment */
    const char *origin; /* "application.yml:3:9", "--server.port", "variable SERVER_PORT" */
};

/* CR_ENOTFOUND when no source has the key (err untouched); CR_EPARSE for a placeholder without a
 * value or a cycle of placeholders. */
CR_MUST_CHECK int cr_environment_get(const struct cr_environment *environment, const char *key,
                                     struct cr_arena *arena, struct cr_property *out_property,
                                     struct cr_err *err);
/* The text alone; fallback when absent or unresolvable. */
const char *cr_environment_text(const struct cr_environment *environment, const char *key,
                                const char *fallback, struct cr_arena *arena);
/* "a,b,c" or key[0], key[1], ...: all of the highest source that has any of it. */
CR_MUST_CHECK int cr_environment_list(const struct cr_environment *environment, const char *key,
                                      struct cr_arena *arena, const char *const **out_items,
                                      size_t *out_count, struct cr_err *err);
/* Replaces ${key} and ${key:default} in any text. */
CR_MUST_CHECK int cr_environment_expand(const struct cr_environment *environment,
                                        struct cr_slice text, struct cr_arena *arena,
                                        const char **out_text, struct cr_err *err);

/* The active profiles in order, "default" when none was chosen. */
size_t cr_environment_profile_count(const struct cr_environment *environment);
const char *cr_environment_profile(const struct cr_environment *environment, size_t index);

/* The sources and their raw pairs, highest first. */
size_t cr_environment_source_count(const struct cr_environment *environment);
const char *cr_environment_source_name(const struct cr_environment *environment, size_t source);
size_t cr_environment_pair_count(const struct cr_environment *environment, size_t source);
struct cr_environment_pair {
    const char *key;  /* as written */
    const char *name; /* relaxed: "server.maxthreads" */
    const char *text; /* placeholders not replaced */
    const char *origin;
};
struct cr_environment_pair cr_environment_pair(const struct cr_environment *environment,
                                               size_t source, size_t index);

/* Keys (as written) whose raw value differs, appeared or vanished, in order, without those that
 * the highest sources hide: what POST /actuator/refresh answers. */
CR_MUST_CHECK int cr_environment_changes(const struct cr_environment *before,
                                         const struct cr_environment *after, struct cr_arena *arena,
                                         const char *const **out_keys, size_t *out_count);

/* The relaxed form of a key: elements lower-case without '-' and '_', indexes as they are. */
char *cr_relaxed_name(struct cr_arena *arena, struct cr_slice key);

#endif
