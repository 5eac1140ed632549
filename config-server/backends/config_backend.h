/* config_backend: a kind of place that environments come from: one small interface, in front of git
 * repositories (pattern_backend) and plain folders (native_backend).
 *
 * Ownership: a backend belongs to whoever opened it. A choice holds what it needs until released.
 * Errors:    CR_ENOTFOUND an unknown label or repository; CR_EUNAVAILABLE one that was never
 *            fetched; others as the files say.
 * Threads:   any.
 *
 * A walk through a request: choose says which of the backend's repositories answers, and at which
 * commits; what is known under these is taken from memory. Otherwise look gives each of the commits
 * as directories and files, from which the environment is made. Where the files of a choice turn
 * out to be broken, the next candidate may stand in.
 */
#ifndef CONFIG_BACKEND_H
#define CONFIG_BACKEND_H

#include "config_request.h"
#include "config_wait.h"
#include "environment.h"

struct config_backend;
struct git_backend;

/* One label of a request. */
struct config_snapshot {
    struct cr_slice label; /* what {label} means there; belongs to the request or the settings */
    char version[64];      /* the commit's id; empty where there are no versions */
};

struct config_choice {
    struct config_backend *backend;
    size_t candidate; /* stands for the repository among all that the request may mean */
    const char *name; /* of the repository, for the log */
    bool is_last;     /* no other one can stand in */
    void *place;      /* the backend's own */
    struct config_snapshot snapshots[CONFIG_REQUEST_LABELS_MAX]; /* in the order of the labels */
    size_t count;
};

/* Where the files of one snapshot are. */
struct config_origin {
    const char *uri;                /* as environment_options */
    struct config_list directories; /* the weakest first */
    struct environment_files files;
    int (*modified)(void *ctx, const char *path, int64_t *out_wall_s, struct cr_err *err);
};

struct config_backend_ops {
    /* The first candidate from number first on that knows the labels. */
    int (*choose)(struct config_backend *backend, const struct config_request *request,
                  size_t first, struct config_choice *out_choice, struct cr_err *err);
    void (*release)(struct config_choice *choice);
    /* The index-th snapshot of a choice; what is found lives in the arena and as long as the
     * choice. */
    int (*look)(const struct config_choice *choice, size_t index,
                const struct config_request *request, struct cr_arena *arena,
                struct config_origin *out_origin, struct cr_err *err);
    /* Adds the fetches that an answer should wait for. NULL: there are none. */
    void (*wait)(struct config_backend *backend, const struct config_request *request,
                 struct config_wait *wait);
    /* When the remote repository of a choice was last fetched, since 1970; 0: it is a local one, or
     * nobody knows. NULL: there are no remote ones. */
    int64_t (*fetched)(const struct config_choice *choice);
    /* Is there what should be there before the first request? 0: yes; 1: not yet; negative: it
     * cannot be had, which ends the start. Does not wait. NULL: nothing need be there. */
    int (*is_there)(struct config_backend *backend, struct cr_err *err);
    /* May an environment of the application come from this git repository? Neither waits nor locks.
     * NULL: none does. */
    bool (*serves)(struct config_backend *backend, struct git_backend *git,
                   struct cr_slice application);
    void (*close)(struct config_backend *backend);
};

struct config_backend {
    const struct config_backend_ops *ops;
    const char *name; /* for the log: "git", "composite[0]" */
    bool versioned;   /* the versions of a choice name its content: what was made is kept */
};

#endif
