/* cr_environment_private: the inside of an environment, for the files of this room.
 *
 * Ownership: everything lives in the environment's own arena.
 */
#ifndef CR_ENVIRONMENT_PRIVATE_H
#define CR_ENVIRONMENT_PRIVATE_H

#include <stdatomic.h>

#include "cr_environment.h"
#include "cr_map.h"

enum cr_source_kind {
    CR_SOURCE_ARGUMENTS,
    CR_SOURCE_JSON,
    CR_SOURCE_VARIABLES,
    CR_SOURCE_REMOTE,
    CR_SOURCE_FILE,
    CR_SOURCE_DEFAULTS,
};

struct cr_source {
    const char *name;
    enum cr_source_kind kind;
    struct cr_environment_pair *pairs;
    size_t count;
    size_t capacity;
    struct cr_map *index; /* relaxed name (of variables: letters and digits) -> pair */
};

enum { CR_SOURCES_MAX = 4096, CR_PROFILES_MAX = 64, CR_LIST_MAX = 4096 };

struct cr_environment {
    atomic_size_t references;
    struct cr_arena *arena;
    struct cr_source *sources; /* highest first */
    size_t source_count;
    size_t source_capacity;
    const char *profiles[CR_PROFILES_MAX];
    size_t profile_count;
};

/* The pair of one source, or NULL. */
const struct cr_environment_pair *cr_source_get(const struct cr_source *source,
                                                struct cr_slice key);
/* The winning pair, or NULL; out_source may be NULL. */
const struct cr_environment_pair *cr_environment_find(const struct cr_environment *environment,
                                                      struct cr_slice key,
                                                      const struct cr_source **out_source);

/* Adds an empty source behind the others; NULL: no memory or too many. */
struct cr_source *cr_environment_add_source(struct cr_environment *environment,
                                            enum cr_source_kind kind, const char *name,
                                            size_t capacity);
/* Texts are kept, not copied: give arena memory. A key that is there already is replaced. */
CR_MUST_CHECK int cr_source_put(struct cr_environment *environment, struct cr_source *source,
                                const char *key, const char *text, const char *origin);

/* The text of a value inside placeholders; cr_placeholder.c. */
CR_MUST_CHECK int cr_placeholder_expand(const struct cr_environment *environment,
                                        struct cr_slice text, struct cr_buf *out,
                                        struct cr_err *err);

/* Adds the sources of files, highest first, and decides the active profiles;
 * cr_environment_files.c. */
CR_MUST_CHECK int cr_environment_add_files(struct cr_environment *environment,
                                           const struct cr_environment_options *options,
                                           struct cr_err *err);
/* One flat document as a source; origins are "place:line:column". */
CR_MUST_CHECK int cr_environment_add_doc(struct cr_environment *environment,
                                         enum cr_source_kind kind, const char *name,
                                         const char *place, const struct cr_flat_doc *doc,
                                         struct cr_err *err);
int cr_environment_no_memory(struct cr_err *err);

#endif
