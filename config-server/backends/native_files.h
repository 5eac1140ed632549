/* native_files: reads files below a directory and nowhere else.
 *
 * Ownership: nothing is kept open between calls.
 * Errors:    CR_ENOTFOUND no such file, or no regular one; CR_ELIMIT larger than the buffer's max;
 *            CR_EINVAL a symbolic link that leads out of the directory; CR_EIO the rest. Texts name
 *            the path.
 * Threads:   any.
 * Source:    openat2(2), RESOLVE_BENEATH: the kernel itself refuses each step out, whatever is
 *            changed in the meantime. Where it is not there, no link is followed at all.
 */
#ifndef NATIVE_FILES_H
#define NATIVE_FILES_H

#include "cr_buf.h"
#include "cr_err.h"

/* root: absolute; path: relative, without ".." ("cfg/app.yml"). */
CR_MUST_CHECK int native_files_read(const char *root, const char *path, struct cr_buf *out,
                                    struct cr_err *err);
CR_MUST_CHECK int native_files_modified(const char *root, const char *path, int64_t *out_wall_s,
                                        struct cr_err *err);

#endif
