/* pack_check: whether what a remote sent is all that its branches and tags lead to.
 *
 * A pack can be flawless and yet lack objects. Git's own client looks for them before it moves a
 * ref (it says: "did not send all necessary objects"). libgit2 does not, and each request for such
 * a commit would fail. Only what was not there before is looked at: the trees that the newest
 * commits do not share with those that the mirror's refs name. Their history is not.
 *
 * Ownership: nothing is kept.
 * Errors:    CR_EPARSE names what is missing; CR_ELIMIT: folders deeper than any path; CR_ENOMEM;
 *            CR_EIO: an object that cannot be read.
 * Threads:   one at a time for a repository.
 */
#ifndef PACK_CHECK_H
#define PACK_CHECK_H

#include "cr_attr.h"
#include "cr_err.h"

struct git_repository;
struct git_remote;

/* remote: connected, and what it has is downloaded; the refs are still as they were. progress:
 * called every now and then. */
CR_MUST_CHECK int pack_check(struct git_repository *repository, struct git_remote *remote,
                             void (*progress)(void *ctx), void *ctx, struct cr_err *err);

#endif
