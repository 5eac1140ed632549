/* ssh_address: a repository behind SSH, as git writes it. Pure.
 *
 * Ownership: texts live in the caller's arena.
 * Errors:    CR_EINVAL what is no such address, or one that a program could take for an option;
 *            CR_ENOMEM.
 * Threads:   any.
 * Source:    git-clone(1), "Git URLs": ssh://[user@]host[:port]/path and [user@]host:path.
 */
#ifndef SSH_ADDRESS_H
#define SSH_ADDRESS_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_slice.h"

struct ssh_address {
    const char *user; /* "" where none is named */
    const char *host;
    int port; /* 0 where none is named */
    const char
        *path; /* "/srv/r.git"; of the second form relative to the user's home; "~" is kept */
};

/* Does the text have one of the forms? A drive or another scheme ("git://") has not. */
bool ssh_address_is(struct cr_slice text);

CR_MUST_CHECK int ssh_address_parse(struct cr_slice text, struct cr_arena *arena,
                                    struct ssh_address *out_address, struct cr_err *err);

#endif
