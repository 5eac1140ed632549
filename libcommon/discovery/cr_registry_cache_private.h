/* cr_registry_cache: the instances as a file, for a start while no registry answers.
 *
 * The file is a registry's document (JSON, mode 0600); its time of change says when a registry last
 * confirmed it. It is replaced as a whole, but not forced onto the disk: a cache that a power cut
 * damages is noticed and ignored.
 *
 * Ownership: nothing is kept.
 * Units:     milliseconds.
 * Errors:    CR_ENOTFOUND no file, CR_EPARSE a damaged one, CR_ELIMIT, CR_EIO, CR_ENOMEM; the text
 *            names the path.
 * Threads:   any; several processes may share the file, and the last one to write counts.
 */
#ifndef CR_REGISTRY_CACHE_PRIVATE_H
#define CR_REGISTRY_CACHE_PRIVATE_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_wire_instance.h"

CR_MUST_CHECK int cr_registry_cache_read(const char *path, struct cr_arena *arena,
                                         struct cr_wire_instances *out_list, int64_t *out_age_ms,
                                         struct cr_err *err);
/* Makes the folder where it is missing. */
CR_MUST_CHECK int cr_registry_cache_write(const char *path, const struct cr_wire_instances *list,
                                          struct cr_err *err);
/* It still is as the file says. */
void cr_registry_cache_confirm(const char *path);

#endif
