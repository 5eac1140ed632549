/* cr_file: whole small files.
 *
 * Ownership: cr_file_read appends to the caller's buffer, whose max bounds it.
 * Errors:    CR_ENOTFOUND no such file, CR_ELIMIT larger than the buffer's max, CR_EIO the rest;
 *            the text names the path and the reason.
 * Threads:   any; two writers of one path must not run at once.
 */
#ifndef CR_FILE_H
#define CR_FILE_H

#include "cr_buf.h"
#include "cr_err.h"

CR_MUST_CHECK int cr_file_read(const char *path, struct cr_buf *out, struct cr_err *err);

/* Atomic and durable: a temporary file beside it, fsync, rename. mode as in open(2). */
CR_MUST_CHECK int cr_file_write(const char *path, struct cr_slice data, unsigned mode,
                                struct cr_err *err);

/* mkdir -p; directories that are made get mode. */
CR_MUST_CHECK int cr_file_make_dirs(const char *path, unsigned mode, struct cr_err *err);

#endif
