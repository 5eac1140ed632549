/* curl_subtransport: git's smart protocol over HTTP and HTTPS, for libgit2, by libcurl.
 *
 * Debian's libgit2 brings an HTTP of its own, with an older TLS and no redirects worth having.
 * Lives in the fetching process only (fetch_main). A proxy is chosen for the URL that is asked;
 * where that redirects to, the same one leads.
 *
 * Ownership: options must outlive the transport; the transport belongs to libgit2.
 * Errors:    libgit2's: a negative code and git_error_last. *options.failure says more:
 *            CR_EUNAVAILABLE no connection or a broken one, CR_EINVAL the remote refuses or its
 *            certificate does not hold, CR_EPARSE no git there, CR_ENOMEM.
 * Threads:   one.
 * Source:    gitprotocol-http(5), smart protocol; git2/sys/transport.h.
 */
#ifndef CURL_SUBTRANSPORT_H
#define CURL_SUBTRANSPORT_H

#include <git2.h>
#include <stdbool.h>

#include "cr_err.h"

struct http_proxies;

struct curl_subtransport_options {
    const char *username; /* "" for none */
    const char *password;
    bool skip_ssl_validation;
    const struct http_proxies *proxies;
    void (*progress)(void *ctx); /* called while bytes come */
    void *ctx;
    struct cr_err *failure; /* of the last request that failed; code 0: none did */
};

/* For a git_transport_cb. */
int curl_subtransport_new(git_transport **out, git_remote *owner,
                          struct curl_subtransport_options *options);

#endif
