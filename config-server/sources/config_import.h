/* config_import: the files that a configuration file imports. Pure.
 *
 * Ownership: paths live in the caller's arena.
 * Errors:    CR_ENOTFOUND what is not followed; CR_ENOMEM.
 * Threads:   any.
 * Source:    spring.config.import of Spring Boot (StandardConfigDataLocationResolver);
 *            config-server reference 2.2. Only files beside or below are followed: "x.yml",
 *            "./sub/x.yml", "file:x.yml", each also with "optional:" in front.
 */
#ifndef CONFIG_IMPORT_H
#define CONFIG_IMPORT_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_flat.h"
#include "cr_slice.h"

/* A comma list, or one element of a list: what is told apart by cr_flat_get's key. */
bool config_import_is_key(struct cr_slice key);

/* The path that `text` names when it stands in the file `importing` ("cfg/app.yml"). */
CR_MUST_CHECK int config_import_path(const char *importing, struct cr_slice text,
                                     struct cr_arena *arena, const char **out_path);

/* "cfg/x.yml" of profile dev: "cfg/x-dev.yml". */
const char *config_import_of_profile(const char *path, const char *profile, struct cr_arena *arena);

#endif
