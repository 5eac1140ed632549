/* cr_registry_link: calls to the first of several registries that answers.
 *
 * Ownership: the caller owns link and answers.
 * Errors:    cr_registry_link_call returns 0 with a settled answer, or CR_EUNAVAILABLE with the
 *            last server's problem in the answer; CR_ENOMEM.
 * Threads:   calls, prefer and current from one thread; interrupt, resume, url, count and server
 *            from any.
 */
#ifndef CR_REGISTRY_LINK_PRIVATE_H
#define CR_REGISTRY_LINK_PRIVATE_H

#include "cr_buf.h"
#include "cr_err.h"
#include "cr_http_client.h"

struct cr_registry_link;

struct cr_registry_link_options {
    struct cr_http_client *http;
    const char *urls; /* comma-separated */
    int64_t connect_timeout_ms;
    int64_t timeout_ms;
    size_t body_max_bytes;
};

CR_MUST_CHECK int cr_registry_link_new(const struct cr_registry_link_options *options,
                                       struct cr_registry_link **out_link, struct cr_err *err);
void cr_registry_link_free(struct cr_registry_link *link); /* NULL is fine */

enum { CR_REGISTRY_SETTLES_MAX = 4 };

struct cr_registry_request {
    const char *method;
    const char *path;                     /* "apps/ORDERS/h%3A8080", behind the server's URL */
    struct cr_slice body;                 /* JSON; may be empty */
    int settles[CR_REGISTRY_SETTLES_MAX]; /* beside 2xx: an answer, no reason to ask the next */
    bool gzip;                            /* ask for it */
    int64_t total_ms;                     /* 0: the link's timeout_ms */
};

struct cr_registry_answer {
    int status;
    struct cr_buf body;
    char problem[256]; /* "" when settled */
};

/* Empties the answer first. Servers are tried from the one that answered last on, all within
 * their time each. */
CR_MUST_CHECK int cr_registry_link_call(struct cr_registry_link *link,
                                        const struct cr_registry_request *request,
                                        struct cr_registry_answer *answer);

/* Ends a running call and lets all further ones fail at once, until resume. */
void cr_registry_link_interrupt(struct cr_registry_link *link);
void cr_registry_link_resume(struct cr_registry_link *link);

/* The servers by their number: to a URL that ends in "/", with credentials, and without. */
size_t cr_registry_link_count(const struct cr_registry_link *link);
const char *cr_registry_link_server(const struct cr_registry_link *link, size_t index);
const char *cr_registry_link_shown(const struct cr_registry_link *link, size_t index);
/* The one that calls begin with: the one that answered last, or that was preferred since. */
size_t cr_registry_link_current(struct cr_registry_link *link);
void cr_registry_link_prefer(struct cr_registry_link *link, size_t index);

/* The server in use, without credentials. */
void cr_registry_link_url(struct cr_registry_link *link, char *out, size_t size);

#endif
