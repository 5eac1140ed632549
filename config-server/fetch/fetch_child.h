/* fetch_child: one fetch of a remote repository, made by a process of its own:
 * `config-server --fetch`, whose work is fetch_main.
 *
 * A fetch cannot be relied upon to end: neither libgit2 nor a name server keeps a deadline. A
 * process can be killed, and what it had of the remote's bytes in its memory ends with it. The
 * request goes over a pipe, so credentials are in no argument and no environment; the environment
 * of the child holds only what a fetch needs.
 *
 * Ownership: the caller's struct; texts of the request are read during fetch_child_start only.
 * Errors:    fetch_child_start: CR_EIO, CR_ELIMIT. Otherwise those of the result: CR_EUNAVAILABLE
 *            the remote cannot be reached or broke off, CR_ETIMEOUT, CR_EINVAL the remote refuses
 *            (credentials, path), CR_EPARSE it does not speak git, CR_EIO this machine,
 *            CR_EINTERNAL the child ended without a word.
 * Threads:   one at a time.
 * Units:     milliseconds; times are cr_clock_ms() values.
 */
#ifndef FETCH_CHILD_H
#define FETCH_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cr_buf.h"
#include "cr_err.h"
#include "http_proxy.h"
#include "ssh_login.h"

struct fetch_request {
    const char *url;    /* without credentials */
    const char *mirror; /* the bare repository that is brought up to date, or made */
    const char *username;
    const char *password;
    struct ssh_login ssh;
    struct http_proxies proxies;
    bool skip_ssl_validation;
    bool anew; /* the mirror is damaged: put it aside and clone */
    bool tidy; /* fetch nothing: make the mirror's many packs one */
};

/* What the child says at its end, as it stands in memory: it is the same program. */
struct fetch_result {
    int code; /* 0: the mirror is as the remote was */
    bool moved;
    bool put_aside; /* there was a damaged mirror */
    bool untidy;    /* it should be tidied when nobody waits */
    char text[256]; /* why not; or what was wrong with the mirror */
};

struct fetch_limits {
    int64_t silence_ms; /* without progress */
    int64_t total_ms;
};

struct fetch_child {
    pid_t pid;
    int out_fd; /* to poll(2) for reading */
    int64_t started_ms, heard_ms;
    struct fetch_limits limits;
    struct cr_buf said;
};

CR_MUST_CHECK int fetch_child_start(struct fetch_child *child, const struct fetch_request *request,
                                    const struct fetch_limits *limits, struct cr_err *err);

/* When it is to be killed, as far as is known now. */
int64_t fetch_child_deadline_ms(const struct fetch_child *child);

/* Takes what it has said. True when it has ended, or was killed since its deadline is over; it is
 * then reaped and *out_result is filled. Does not block. */
bool fetch_child_take(struct fetch_child *child, int64_t now_ms, struct fetch_result *out_result);

/* Ends it without a result. */
void fetch_child_kill(struct fetch_child *child);

/* --- the child's side --- */

enum { FETCH_REQUEST_MAX = 16 * 1024 };

/* The request as bytes; and back, its texts in bytes, which must outlive it. */
void fetch_request_write(const struct fetch_request *request, struct cr_buf *out);
CR_MUST_CHECK int fetch_request_read(struct cr_slice bytes, struct fetch_request *out_request,
                                     int64_t *out_parent);

enum { FETCH_PROGRESS = '.' }; /* said while it goes well; what follows them is the result */

#endif
