/* config_path: a request's raw path, split and decoded once. Pure.
 *
 * Ownership: segments live in the caller's arena, or point into the path.
 * Errors:    CR_EINVAL (answer 400) a bad escape, a "." or ".." segment, an encoded slash,
 *            backslash or control character; CR_ENOTFOUND (answer 404) a path that is not below the
 *            prefix, or with an empty segment; CR_ELIMIT (answer 404) more than
 *            CONFIG_PATH_SEGMENTS_MAX; CR_ENOMEM.
 * Threads:   any.
 * Source:    config-server reference 1.1 and 9: split first, then decode each segment once. Matrix
 *            parameters (";x=y") are cut off, as Spring's PathPattern does.
 */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_slice.h"

enum { CONFIG_PATH_SEGMENTS_MAX = 64 };

struct config_path {
    struct cr_slice segments[CONFIG_PATH_SEGMENTS_MAX];
    size_t count; /* at least 1 */
};

/* prefix: "" or "/config", what stands before all paths. */
CR_MUST_CHECK int config_path_parse(struct cr_slice raw, struct cr_slice prefix,
                                    struct cr_arena *arena, struct config_path *out_path,
                                    struct cr_err *err);

/* The segments from `first` on, joined by slashes. ptr NULL: no memory. */
struct cr_slice config_path_rest(const struct config_path *path, size_t first,
                                 struct cr_arena *arena);

#endif
