/* remote: keeps the mirror of a remote repository up to date, in the background.
 *
 * Nobody who asks for configuration ever waits for the network, but where the settings ask for it
 * (refresh-rate 0) or before the first fetch has ended; then for timeout at most.
 *
 * A walk: the thread starts a fetch (fetch_child) when one is due, hears it until it ends or must
 * be killed, tells the owner when refs moved, and lets those go who waited for it. One fetch at a
 * time. While fetches fail, it tries again every REMOTE_RETRY_MS or more often, and says so once.
 * Between fetches it has the mirror tidied when that is due; a fetch that is wanted ends that.
 *
 * Ownership: options are copied, their texts must outlive the remote; waits belong to their owner.
 * Errors:    remote_start: CR_EIO. A fetch's failure is a state, not an error.
 * Threads:   any; changed and the waits' done are called on its own thread.
 * Units:     milliseconds.
 * Source:    decisions C1 and C2; Spring Cloud Config JGitEnvironmentRepository for refresh-rate.
 */
#ifndef REMOTE_H
#define REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_err.h"
#include "http_proxy.h"
#include "ssh_login.h"

struct cr_log;
struct remote;

enum { REMOTE_RETRY_MS = 5000 };

struct remote_options {
    const char *url; /* without credentials; also for the log */
    const char *username, *password;
    bool skip_ssl_validation;
    struct ssh_login ssh;
    struct http_proxies proxies;
    const char *mirror;
    bool mirrored;        /* the mirror is there */
    int64_t refresh_ms;   /* 0: at each wait; negative: never once it is mirrored */
    int64_t timeout_ms;   /* of silence; and the longest that a wait lasts */
    int64_t fetch_max_ms; /* of a whole fetch */
    const struct cr_log *log;
    void (*changed)(void *ctx); /* the mirror is new, or its refs moved */
    void *ctx;
};

CR_MUST_CHECK int remote_start(const struct remote_options *options, struct remote **out_remote,
                               struct cr_err *err);
void remote_drain(struct remote *remote); /* lets all go who wait, now and later */
void remote_stop(struct remote *remote);  /* kills a fetch that is under way; NULL is fine */

/* What is known; texts are for people. */
struct remote_state {
    bool mirrored;
    bool tried;                    /* a fetch has ended, well or not */
    char problem[256];             /* why the last fetch failed; empty when it did not */
    int64_t problem_since_wall_ms; /* the first of the failures in a row */
    int64_t fetched_wall_ms;       /* when the mirror was last known to be up to date; 0: never */
    int64_t next_ms;               /* until the next try; 0: under way; negative: none is due */
};
void remote_state(struct remote *remote, struct remote_state *out_state);
bool remote_is_mirrored(struct remote *remote);
int64_t remote_fetched_wall_ms(struct remote *remote); /* as in the state */

/* Fetch soon, whatever the rate. */
void remote_refresh(struct remote *remote);
/* The mirror has an object that cannot be read: have it made anew. */
void remote_damaged(struct remote *remote);

struct remote_wait {
    void (*done)(struct remote_wait *wait);
    struct remote_wait *next; /* of the remote */
    int64_t deadline_ms;      /* of the remote */
};
/* True: done will be called once, when what is mirrored is fresh enough or it took too long. False:
 * there is nothing to wait for. */
bool remote_wait(struct remote *remote, struct remote_wait *wait);

#endif
