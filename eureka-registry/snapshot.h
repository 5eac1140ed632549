/* snapshot: the registry as a file, so that a restarted server knows its instances.
 *
 *     crema-registry-snapshot 1
 *     + {"instanceId":"i1",...}        an instance: the full JSON of the protocol
 *     - {"hostName":"h1",...}          one whose id is not its own: Amazon's, or its host
 *     = OUT_OF_SERVICE i1              an override
 *     end 3 9f86d081884c7d65           how many lines, and the sum of all bytes before
 *
 * Taking one costs references, not copies, so that it can be done under the registry's lock; the
 * bytes are written elsewhere.
 *
 * Ownership: a taken snapshot holds references of its own.
 * Errors:    snapshot_write: CR_EIO with path and reason; the file that was there is then whole.
 *            snapshot_load: CR_ENOTFOUND no file, CR_EPARSE a damaged one (nothing was loaded),
 *            CR_EIO, CR_ENOMEM.
 * Threads:   taking and loading as the registry; writing any, one at a time for one path.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "cr_err.h"
#include "registry.h"

struct snapshot;

struct snapshot *snapshot_take(struct registry *registry,
                               struct registry_now now); /* NULL: no memory */
void snapshot_free(struct snapshot *snapshot);           /* NULL is fine */
size_t snapshot_count(const struct snapshot *snapshot);  /* of instances */

/* Beside it, fsync, rename: at any moment there is a whole file. */
CR_MUST_CHECK int snapshot_write(const struct snapshot *snapshot, const char *path,
                                 struct cr_err *err);

struct snapshot_loaded {
    size_t instances;
    size_t overrides;
    size_t skipped; /* more than the registry takes, or what today's rules refuse */
};

/* Reads the whole file before anything is restored. */
CR_MUST_CHECK int snapshot_load(const char *path, struct registry *registry,
                                struct registry_now now, struct snapshot_loaded *out_loaded,
                                struct cr_err *err);

/* Renames a damaged file to "<path>.damaged-<time>", which is put into out. */
CR_MUST_CHECK int snapshot_set_aside(const char *path, int64_t wall_ms, struct cr_buf *out,
                                     struct cr_err *err);

#endif
