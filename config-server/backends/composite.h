/* composite: several backends as one: the sources of the first one are the strongest.
 *
 * Ownership: backends belong to the composite; a choice holds what it needs until released.
 * Errors:    those of a backend, unless it may fail; CR_EPARSE and CR_ELIMIT what stands in files.
 * Threads:   any.
 * Source:    Spring Cloud Config CompositeEnvironmentRepository, GenericResourceRepository;
 *            config-server reference 1.6 and 3.7.
 *
 * A walk: choose asks each backend for a repository and commits; key names them, for the cache;
 * build makes the sources. When the files of a choice are broken and another repository may stand
 * in, build remembers that and says CR_ECONFLICT: choose again.
 */
#ifndef COMPOSITE_H
#define COMPOSITE_H

#include "config_backend.h"

enum { COMPOSITE_BACKENDS_MAX = 16 };

struct answer_cache;
struct cr_log;
struct parsed_files;

struct composite_options {
    bool skip_failing;      /* a backend that fails is left out; else it fails the request */
    bool reverse_locations; /* files are looked for in the last directory first */
    size_t file_max_bytes;
    bool legacy_profiles;
    struct parsed_files *parsed; /* environment's */
    const struct cr_log *log;
};

struct composite {
    struct composite_options options;
    struct config_backend *backends[COMPOSITE_BACKENDS_MAX];
    size_t count;
    struct answer_cache *broken; /* choices whose files cannot be read */
};

CR_MUST_CHECK int composite_init(struct composite *composite,
                                 const struct composite_options *options, struct cr_err *err);
/* Takes the backend; the first one added is the strongest. On failure it is closed. */
CR_MUST_CHECK int composite_add(struct composite *composite, struct config_backend *backend,
                                struct cr_err *err);
void composite_fini(struct composite *composite); /* closes the backends; a zeroed one is fine */

struct composite_choice {
    const struct config_request *request;
    struct config_choice items[COMPOSITE_BACKENDS_MAX];
    size_t count;
};
CR_MUST_CHECK int composite_choose(struct composite *composite,
                                   const struct config_request *request,
                                   struct composite_choice *out_choice, struct cr_err *err);
void composite_release(struct composite_choice *choice);

/* Appends what names the content of a choice; false when nothing does, as that of plain folders. */
bool composite_key(const struct composite_choice *choice, struct cr_buf *out);
/* The version of an answer: the commits, "," between those of several labels; false: it has none.
 */
bool composite_version(const struct composite *composite, const struct composite_choice *choice,
                       struct cr_buf *out);

/* When the remote repositories of a choice were last fetched, since 1970: the oldest time; 0 where
 * there is none, or it is not known. */
int64_t composite_fetched(const struct composite_choice *choice);

/* Spring says state "" for one git backend, and null for others. */
bool composite_has_state(const struct composite *composite);

CR_MUST_CHECK int composite_build(struct composite *composite,
                                  const struct composite_choice *choice, struct cr_arena *arena,
                                  struct environment_sources *out_sources, struct cr_err *err);

/* The file that "path" means: in each directory in turn, that of each profile, then the plain one.
 * CR_ENOTFOUND: there is none. */
struct composite_file {
    struct cr_slice bytes; /* in the arena */
    int64_t modified_wall_s;
};
CR_MUST_CHECK int composite_find(struct composite *composite, const struct composite_choice *choice,
                                 struct cr_slice path, struct cr_arena *arena,
                                 struct composite_file *out_file, struct cr_err *err);

#endif
