/* ssh_subtransport: git's smart protocol over SSH, for libgit2, by OpenSSH's client.
 *
 * Debian's libgit2 brings libssh2, which knows neither the host keys nor the logins that git hosts
 * want today. Lives in the fetching process only (fetch_main).
 *
 * Ownership: options must outlive the transport; the transport belongs to libgit2.
 * Errors:    libgit2's: a negative code and git_error_last. *options.failure says more: the codes
 * of ssh_process_failure, and CR_EINVAL an address that is none. Threads:   one; the process must
 * have no other. Source:    gitprotocol-pack(5), "SSH Transport"; git2/sys/transport.h.
 */
#ifndef SSH_SUBTRANSPORT_H
#define SSH_SUBTRANSPORT_H

#include <git2.h>

#include "cr_err.h"
#include "ssh_login.h"

struct ssh_subtransport_options {
    const char *username; /* goes before the address's; "" for none */
    const char *password;
    const struct ssh_login *login;
    void (*progress)(void *ctx); /* called while bytes come */
    void *ctx;
    struct cr_err *failure;
};

/* For a git_transport_cb. */
int ssh_subtransport_new(git_transport **out, git_remote *owner,
                         struct ssh_subtransport_options *options);

#endif
