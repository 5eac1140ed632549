/* git_loose: reads loose objects by zlib, in front of libgit2's own reader.
 *
 * Ownership: the repository's object database owns what is added to it.
 * Errors:    CR_EIO when it cannot be added. An object that is cut off or damaged is an error of
 *            the call that wanted it, whose text says which file it is.
 * Threads:   as the repository's handle.
 * Source:    gitformat-loose(5); git2/sys/odb_backend.h.
 *
 * libgit2 1.5 never returns from a loose object whose file is cut off, as after a full disk or a
 * lost power supply: it waits for the end of a stream that has none.
 */
#ifndef GIT_LOOSE_H
#define GIT_LOOSE_H

#include <git2/types.h>

#include "cr_err.h"

/* git_directory: where the repository's objects/ lives. */
CR_MUST_CHECK int git_loose_add(git_repository *handle, const char *git_directory,
                                struct cr_err *err);

#endif
