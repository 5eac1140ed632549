/* git_backend: labels to commits over a cache, and a watch or a remote that empties it. */
#include "git_backend.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_file.h"
#include "cr_log.h"
#include "label_cache.h"
#include "ref_watch.h"

enum { MIRROR_PATH_BYTES = 4096 };

struct git_backend {
    struct git_backend_options options;
    struct git_repo *repo;
    struct label_cache labels;
    struct git_labels *seen; /* at the last look */
    struct ref_watch watch;  /* of a local repository */
    struct remote *remote;   /* NULL: it is a local one */
    char mirror[MIRROR_PATH_BYTES];
    struct cr_mutex lock;
    struct git_backend_state state; /* under lock */
};

const char *git_backend_uri(const struct git_backend *backend)
{
    return backend->options.uri.shown;
}

const char *git_backend_label(const struct git_backend *backend)
{
    return backend->options.default_label;
}

bool git_backend_is_optional(const struct git_backend *backend)
{
    return backend->options.is_optional;
}

struct remote *git_backend_remote(struct git_backend *backend)
{
    return backend->remote;
}

/* --- labels --- */

/* Says more than that the mirror is not there. */
static int never_fetched(struct git_backend *backend, struct cr_err *err)
{
    struct remote_state state;
    remote_state(backend->remote, &state);
    if (!state.problem[0])
        return cr_err_set(err, CR_EUNAVAILABLE, "'%s' is being fetched for the first time",
                          git_backend_uri(backend));
    return cr_err_set(err, CR_EUNAVAILABLE, "'%s' was never fetched: %s", git_backend_uri(backend),
                      state.problem);
}

int git_backend_resolve(struct git_backend *backend, struct cr_slice label, bool try_master,
                        struct git_repo_id *out_commit, struct cr_err *err)
{
    uint64_t generation;
    try_master = try_master && cr_slice_is(label, "main");
    struct cr_slice key = try_master ? CR_SLICE("main\0") : label; /* no label has a zero byte */
    if (label_cache_get(&backend->labels, key, out_commit, &generation))
        return out_commit->hex[0] ? 0 : git_repo_unknown_label(label, err);
    int rc = git_repo_resolve(backend->repo, label, out_commit, err);
    if (rc < 0 && try_master &&
        git_repo_resolve(backend->repo, CR_SLICE("master"), out_commit, NULL) == 0)
        rc = 0;
    if (rc == CR_ENOTFOUND) /* clients try lists of labels, and repositories are tried in turn */
        out_commit->hex[0] = '\0';
    if (rc == 0 || rc == CR_ENOTFOUND)
        label_cache_put(&backend->labels, key, out_commit, generation);
    return rc == CR_EUNAVAILABLE && backend->remote ? never_fetched(backend, err) : rc;
}

int git_backend_is_cloned(struct git_backend *backend, struct cr_err *err)
{
    const struct git_backend_options *options = &backend->options;
    struct git_repo_id commit;
    if (backend->remote) {
        struct remote_state state;
        remote_state(backend->remote, &state);
        bool is_fetched = state.tried || (state.mirrored && options->refresh_ms < 0);
        if (!is_fetched)
            return 1;
    }
    return git_backend_resolve(backend, cr_slice_of(options->default_label), options->try_master,
                               &commit, err);
}

/* --- files --- */

/* Objects move to another file when a repository is packed. */
static bool look_again(struct git_backend *backend, int rc)
{
    return rc == CR_EIO && git_repo_reopen(backend->repo, NULL) == 0;
}

static int note_damage(struct git_backend *backend, int rc)
{
    if (rc == CR_EIO && backend->remote)
        remote_damaged(backend->remote);
    return rc;
}

int git_backend_read(struct git_backend *backend, const struct git_repo_id *commit,
                     const char *path, struct cr_buf *out, struct cr_err *err)
{
    int rc = git_repo_read(backend->repo, commit, path, out, err);
    if (look_again(backend, rc))
        rc = git_repo_read(backend->repo, commit, path, out, err);
    return note_damage(backend, rc);
}

int git_backend_identify(struct git_backend *backend, const struct git_repo_id *commit,
                         const char *path, struct git_repo_id *out_blob, struct cr_err *err)
{
    int rc = git_repo_identify(backend->repo, commit, path, out_blob, err);
    if (look_again(backend, rc))
        rc = git_repo_identify(backend->repo, commit, path, out_blob, err);
    return note_damage(backend, rc);
}

int git_backend_directories(struct git_backend *backend, const struct git_repo_id *commit,
                            struct cr_slice pattern, int (*visit)(const char *path, void *ctx),
                            void *ctx, struct cr_err *err)
{
    int rc = git_repo_directories(backend->repo, commit, pattern, visit, ctx, err);
    if (look_again(backend, rc)) /* a directory may be visited twice, which does no harm */
        rc = git_repo_directories(backend->repo, commit, pattern, visit, ctx, err);
    return note_damage(backend, rc);
}

int git_backend_time(struct git_backend *backend, const struct git_repo_id *commit,
                     int64_t *out_wall_s, struct cr_err *err)
{
    int rc = git_repo_time(backend->repo, commit, out_wall_s, err);
    if (look_again(backend, rc))
        rc = git_repo_time(backend->repo, commit, out_wall_s, err);
    return note_damage(backend, rc);
}

/* --- what is known --- */

static void note_state(struct git_backend *backend, const struct git_repo_id *commit,
                       const char *problem)
{
    CR_LOCKED(&backend->lock);
    struct git_backend_state *state = &backend->state;
    const char *version = commit ? commit->hex : state->version;
    if (strcmp(state->version, version) == 0 && strcmp(state->problem, problem) == 0)
        return;
    if (*problem)
        cr_log_warn(backend->options.log, "config.repository", "%s; serving what is known",
                    problem);
    else
        cr_log_info(backend->options.log, "config.version", "%s is at %s in %s",
                    backend->options.default_label, version, git_backend_uri(backend));
    if (commit)
        memcpy(state->version, commit->hex, sizeof(commit->hex));
    (void)snprintf(state->problem, sizeof(state->problem), "%s", problem);
    state->since_wall_ms = cr_clock_wall_ms();
}

static void look_at_default_label(struct git_backend *backend)
{
    struct git_repo_id commit;
    struct cr_err err = {0};
    int rc = git_backend_resolve(backend, cr_slice_of(backend->options.default_label),
                                 backend->options.try_master, &commit, &err);
    note_state(backend, rc == 0 ? &commit : NULL, rc == 0 ? "" : err.text);
}

static void tell_move(void *ctx, const struct git_move *move)
{
    struct git_backend *backend = ctx;
    backend->options.moved(backend->options.ctx, backend, move);
}

/* moved NULL: what is there now is no news. */
static void look_for_moves(struct git_backend *backend,
                           void (*moved)(void *ctx, const struct git_move *move))
{
    struct cr_err err = {0};
    if (git_labels_look(backend->seen, backend->repo, moved, backend, &err) < 0)
        cr_log_warn(backend->options.log, "config.labels", "%s: what moved cannot be told: %s",
                    git_backend_uri(backend), err.text);
}

static void refs_moved(void *ctx)
{
    struct git_backend *backend = ctx;
    struct cr_err err = {0};
    if (git_repo_reopen(backend->repo, &err) < 0) {
        note_state(backend, NULL, err.text);
        return;
    }
    label_cache_clear(&backend->labels);
    look_at_default_label(backend);
    look_for_moves(backend, tell_move);
}

static void look_at_start(struct git_backend *backend)
{
    look_at_default_label(backend);
    look_for_moves(backend, NULL);
}

void git_backend_labels(struct git_backend *backend,
                        void (*visit)(void *ctx, struct cr_slice label, const char *commit),
                        void *ctx)
{
    git_labels_each(backend->seen, visit, ctx);
}

void git_backend_refresh(struct git_backend *backend)
{
    if (backend->remote)
        remote_refresh(backend->remote);
    else
        refs_moved(backend);
}

void git_backend_state(struct git_backend *backend, struct git_backend_state *out_state)
{
    cr_mutex_lock(&backend->lock);
    *out_state = backend->state;
    cr_mutex_unlock(&backend->lock);
    out_state->is_remote = backend->remote != NULL;
    if (backend->remote)
        remote_state(backend->remote, &out_state->remote);
}

/* --- what failed fetches leave --- */

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

/* Whoever asks invents names, and each would leave a file for ever. */
static void remove_traces(const struct git_backend *backend)
{
    char path[MIRROR_PATH_BYTES + 8];
    if (!backend->mirror[0] || access(backend->mirror, F_OK) == 0)
        return;
    (void)snprintf(path, sizeof(path), "%s.lock", backend->mirror);
    (void)unlink(path);
    (void)snprintf(path, sizeof(path), "%s.new", backend->mirror);
    (void)nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- life --- */

/* Where the mirror stands, or will stand. */
static int place_mirror(struct git_backend *backend, struct cr_err *err)
{
    const char *folder = backend->options.folder, *key = backend->options.folder_key;
    const char *colon = *key ? ": " : "";
    if (snprintf(backend->mirror, sizeof(backend->mirror), "%s/%s", folder,
                 backend->options.uri.mirror_name) >= (int)sizeof(backend->mirror))
        return cr_err_set(err, CR_EINVAL, "%s%s'%s' is too long", key, colon, folder);
    int rc = cr_file_make_dirs(folder, 0700, err);
    if (rc == 0 && access(folder, W_OK) < 0)
        rc = cr_err_errno(err, CR_EIO, errno, "'%s'", folder);
    if (rc < 0)
        (void)cr_err_prefix(err, "%s%sthere is no place for the mirror: ", key, colon);
    return rc < 0 && *key ? CR_EINVAL : rc;
}

static int open_local(struct git_backend *backend, struct cr_err *err)
{
    int rc = git_repo_open(backend->options.uri.directory, &backend->repo, err);
    if (rc < 0)
        return rc;
    look_at_start(backend);
    return ref_watch_start(&backend->watch, git_repo_directory(backend->repo),
                           backend->options.refs_poll_ms, refs_moved, backend, err);
}

static int open_remote(struct git_backend *backend, struct cr_err *err)
{
    const struct git_backend_options *options = &backend->options;
    bool has_user = options->username && *options->username;
    int rc = place_mirror(backend, err);
    if (rc == 0)
        rc = git_repo_expect(backend->mirror, &backend->repo, err);
    if (rc < 0)
        return rc;
    bool mirrored = git_repo_reopen(backend->repo, NULL) == 0;
    if (mirrored)
        look_at_start(backend);
    const struct remote_options remote = {
        .url = options->uri.shown,
        .username = has_user ? options->username : options->uri.username,
        .password = has_user ? options->password : options->uri.password,
        .skip_ssl_validation = options->skip_ssl_validation,
        .ssh = options->ssh,
        .proxies = options->proxies,
        .mirror = backend->mirror,
        .mirrored = mirrored,
        .refresh_ms = options->refresh_ms,
        .timeout_ms = options->timeout_ms,
        .fetch_max_ms = options->fetch_max_ms,
        .log = options->log,
        .changed = refs_moved,
        .ctx = backend,
    };
    return remote_start(&remote, &backend->remote, err);
}

int git_backend_open(const struct git_backend_options *options, struct git_backend **out_backend,
                     struct cr_err *err)
{
    struct git_backend *backend = calloc(1, sizeof(*backend));
    if (!backend)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    backend->options = *options;
    cr_mutex_init(&backend->lock);
    backend->seen = git_labels_new();
    int rc = backend->seen ? label_cache_init(&backend->labels, err)
                           : cr_err_set(err, CR_ENOMEM, "out of memory");
    if (rc == 0)
        rc = options->uri.directory ? open_local(backend, err) : open_remote(backend, err);
    if (rc < 0) {
        git_backend_close(backend);
        return rc;
    }
    *out_backend = backend;
    return 0;
}

void git_backend_drain(struct git_backend *backend)
{
    if (backend->remote)
        remote_drain(backend->remote);
}

void git_backend_close(struct git_backend *backend)
{
    if (!backend)
        return;
    ref_watch_stop(&backend->watch);
    remote_stop(backend->remote);
    if (backend->options.is_made)
        remove_traces(backend);
    label_cache_fini(&backend->labels);
    git_repo_close(backend->repo);
    git_labels_free(backend->seen);
    cr_mutex_fini(&backend->lock);
    free(backend);
}
