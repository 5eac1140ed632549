/* ref_watch: notices that the refs of a local repository moved, by looking at files and their
 * times.
 *
 * Ownership: the caller's storage; ref_watch_stop joins the thread.
 * Errors:    ref_watch_start returns CR_EIO when there is no thread to be had.
 * Threads:   one of its own, on which changed is called; start and stop belong to one thread.
 * Units:     milliseconds.
 * Source:    gitrepository-layout(5): HEAD, packed-refs and all below refs. Git replaces such a
 * file by a rename, so its inode or its times differ afterwards.
 */
#ifndef REF_WATCH_H
#define REF_WATCH_H

#include "cr_thread.h"

struct ref_watch {
    struct cr_thread thread;
    struct cr_mutex lock;
    struct cr_cond wake;
    bool stopping; /* under lock */
    const char *directory;
    int64_t interval_ms;
    void (*changed)(void *ctx);
    void *ctx;
    uint64_t seen;
};

/* directory (git_repo_directory) must outlive the watch. The state at the start is the known one: a
 * change is told within interval_ms and a little. */
CR_MUST_CHECK int ref_watch_start(struct ref_watch *watch, const char *directory,
                                  int64_t interval_ms, void (*changed)(void *ctx), void *ctx,
                                  struct cr_err *err);
void ref_watch_stop(struct ref_watch *watch); /* a zeroed or stopped watch is fine */

/* A number that stands for the refs as they are. *out_fresh: something changed so shortly before
 * wall_ms that another change could have left the same times. */
uint64_t ref_watch_fingerprint(const char *directory, int64_t wall_ms, bool *out_fresh);

#endif
