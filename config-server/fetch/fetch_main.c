/* fetch_main: reads a request, fetches by libgit2, and writes the result. */
#include "fetch_main.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <git2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_daemon.h"
#include "cr_http_global.h"
#include "curl_subtransport.h"
#include "fetch_child.h"
#include "git_auto.h"
#include "pack_check.h"
#include "ssh_address.h"
#include "ssh_subtransport.h"

enum {
    PROGRESS_EVERY_MS = 100,
    OPEN_DIRECTORIES = 16,
    PATH_BYTES = 4096,
    MAPPED_BYTES_MAX = 32 * 1024 * 1024, /* of pack files, all together */
    OBJECT_CACHE_BYTES_MAX = 4 * 1024 * 1024,
    PACKS_MAX = 50, /* each fetch that brings something adds one */
};

struct fetch {
    const struct fetch_request *request;
    struct curl_subtransport_options http;
    struct ssh_subtransport_options ssh;
    struct cr_err failure;  /* a transport's own words */
    char fresh[PATH_BYTES]; /* a mirror that is being made */
    char old[PATH_BYTES];   /* one that was tidied, until it is removed */
    struct fetch_result result;
    struct cr_err err;
    int klass; /* of libgit2's error */
    int64_t said_ms;
};

/* --- telling --- */

static void say(const void *data, size_t len)
{
    if (write(STDOUT_FILENO, data, len) != (ssize_t)len)
        _exit(CR_EXIT_FAILURE); /* whoever asked is gone */
}

static void say_progress(void *ctx)
{
    struct fetch *fetch = ctx;
    static const char dot = FETCH_PROGRESS;
    int64_t now_ms = cr_clock_ms();
    if (now_ms < fetch->said_ms + PROGRESS_EVERY_MS)
        return;
    fetch->said_ms = now_ms;
    say(&dot, 1);
}

static void say_result(const struct fetch_result *result)
{
    char bytes[sizeof(*result) + 1] = {'R'};
    memcpy(bytes + 1, result, sizeof(*result));
    say(bytes, sizeof(bytes));
}

static int code_of(int klass, const char *text)
{
    if (strncmp(text, "remote error:", 13) == 0)
        return CR_EINVAL;
    switch (klass) {
    case GIT_ERROR_NET:
    case GIT_ERROR_HTTP:
    case GIT_ERROR_SSL:
        return CR_EUNAVAILABLE;
    case GIT_ERROR_INDEXER:
    case GIT_ERROR_ZLIB:
        return CR_EPARSE;
    case GIT_ERROR_NOMEMORY:
        return CR_ENOMEM;
    default:
        return CR_EIO;
    }
}

/* What the operating system said of the disk, or NULL. libgit2 puts it last, behind a path that is
 * long, or behind none. */
static const char *disk_reason(const char *text)
{
    static const int numbers[] = {ENOSPC, EDQUOT, EROFS, EACCES, EIO};
    for (size_t i = 0; i < CR_COUNT(numbers); i++) {
        const char *reason = strerror(numbers[i]);
        if (cr_slice_ends(cr_slice_of(text), cr_slice_of(reason)))
            return reason;
    }
    return NULL;
}

/* Turns libgit2's last error, or the transport's own, into ours. */
static int failed(struct fetch *fetch)
{
    const git_error *last = git_error_last();
    const char *text = last && last->message ? last->message : "unknown error of git";
    fetch->klass = last ? last->klass : GIT_ERROR_NONE;
    if (fetch->failure.code != 0)
        return cr_err_set(&fetch->err, fetch->failure.code, "%s", fetch->failure.text);
    if (fetch->klass == GIT_ERROR_OS && disk_reason(text))
        return cr_err_set(&fetch->err, CR_EIO, "the mirror '%s': %s", fetch->request->mirror,
                          disk_reason(text));
    return cr_err_set(&fetch->err, code_of(fetch->klass, text), "%s", text);
}

/* --- fetching --- */

GIT_FREEP(branch_iterator)
GIT_FREEP(object)
GIT_FREEP(reference)
GIT_FREEP(remote)
GIT_FREEP(repository)

static int on_text(const char *text, int len, void *ctx)
{
    (void)text;
    (void)len;
    say_progress(ctx);
    return 0;
}

static int on_progress(const git_indexer_progress *progress, void *ctx)
{
    (void)progress;
    say_progress(ctx);
    return 0;
}

static int on_moved(const char *name, const git_oid *before, const git_oid *after, void *ctx)
{
    struct fetch *fetch = ctx;
    (void)name;
    (void)before;
    (void)after;
    fetch->result.moved = true;
    say_progress(ctx);
    return 0;
}

static int on_http(git_transport **out, git_remote *owner, void *ctx)
{
    struct fetch *fetch = ctx;
    return curl_subtransport_new(out, owner, &fetch->http);
}

static int on_ssh(git_transport **out, git_remote *owner, void *ctx)
{
    struct fetch *fetch = ctx;
    return ssh_subtransport_new(out, owner, &fetch->ssh);
}

/* NULL: libgit2's own. */
static git_transport_cb transport_of(const char *url)
{
    if (strncmp(url, "http", 4) == 0)
        return on_http;
    return ssh_address_is(cr_slice_of(url)) ? on_ssh : NULL;
}

/* As git fetch --prune with a mirror's refspecs. What is gone goes first: a branch "a" that became
 * "a/b" could not be made otherwise. */
static int fetch_from(struct fetch *fetch, const char *url, git_repository *repository)
{
    static char branches[] = "+refs/heads/*:refs/heads/*", tags[] = "+refs/tags/*:refs/tags/*";
    char *texts[] = {branches, tags};
    const git_strarray refspecs = {texts, CR_COUNT(texts)};
    git_fetch_options options;
    GIT_AUTO(remote) remote = NULL;
    (void)git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.callbacks.sideband_progress = on_text;
    options.callbacks.transfer_progress = on_progress;
    options.callbacks.update_tips = on_moved;
    options.callbacks.payload = fetch;
    options.callbacks.transport = transport_of(url);
    if (git_remote_create_anonymous(&remote, repository, url) < 0 ||
        git_remote_connect(remote, GIT_DIRECTION_FETCH, &options.callbacks, NULL, NULL) < 0 ||
        git_remote_download(remote, &refspecs, &options) < 0)
        return failed(fetch);
    int rc = pack_check(repository, remote, say_progress, fetch, &fetch->err);
    if (rc < 0) {
        fetch->klass = GIT_ERROR_ODB; /* the mirror's own fault, if a fresh one is whole */
        return rc;
    }
    if (git_remote_prune(remote, &options.callbacks) < 0 ||
        git_remote_update_tips(remote, &options.callbacks, 0, GIT_REMOTE_DOWNLOAD_TAGS_NONE, NULL) <
            0)
        return failed(fetch);
    return 0;
}

/* --- the mirror on the disk --- */

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
}

static int remove_leftover(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    struct cr_slice name = cr_slice_of(path + where->base);
    if (kind == FTW_F &&
        (cr_slice_ends(name, CR_SLICE(".lock")) || cr_slice_search(name, CR_SLICE("_git2_")) >= 0))
        (void)unlink(path);
    return 0;
}

/* Every branch must lead to a commit with its tree; one that the remote lets lead to something else
 * is nothing to serve, but no damage of ours. */
static int check_branches(struct fetch *fetch, git_repository *repository)
{
    GIT_AUTO(branch_iterator) branches = NULL;
    if (git_branch_iterator_new(&branches, repository, GIT_BRANCH_LOCAL) < 0)
        return failed(fetch);
    for (;;) {
        GIT_AUTO(reference) branch = NULL;
        GIT_AUTO(object) tree = NULL;
        git_branch_t kind;
        int rc = git_branch_next(&branch, &kind, branches);
        if (rc == GIT_ITEROVER)
            return 0;
        if (rc == 0)
            rc = git_reference_peel(&tree, branch, GIT_OBJECT_TREE);
        if (rc < 0 && rc != GIT_EPEEL && rc != GIT_EINVALIDSPEC)
            return failed(fetch);
    }
}

static int open_mirror(struct fetch *fetch, git_repository **out_repository)
{
    (void)nftw(fetch->request->mirror, remove_leftover, OPEN_DIRECTORIES, FTW_PHYS);
    if (git_repository_open_bare(out_repository, fetch->request->mirror) < 0)
        return failed(fetch);
    return check_branches(fetch, *out_repository);
}

/* A failure of ours rather than of the remote or the way to it. */
static bool is_damage(const struct fetch *fetch)
{
    switch (fetch->klass) {
    case GIT_ERROR_ODB:
    case GIT_ERROR_OBJECT:
    case GIT_ERROR_TREE:
    case GIT_ERROR_TAG:
    case GIT_ERROR_REFERENCE:
    case GIT_ERROR_REPOSITORY:
    case GIT_ERROR_CONFIG:
        return true;
    default:
        return false;
    }
}

static int fail_path(struct fetch *fetch, const char *path)
{
    return cr_err_errno(&fetch->err, CR_EIO, errno, "the mirror '%s'", path);
}

/* Whoever has the old one open goes on reading it until it is told. Where the file system can, the
 * two change places at once, so that nobody finds none. */
static int put_into_place(struct fetch *fetch, const char *fresh, const char *aside)
{
    const char *mirror = fetch->request->mirror;
    remove_tree(aside);
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, mirror, RENAME_EXCHANGE) == 0)
        return rename(fresh, aside) < 0 ? fail_path(fetch, aside) : 0;
    if (rename(mirror, aside) < 0 && errno != ENOENT)
        return fail_path(fetch, aside);
    return rename(fresh, mirror) < 0 ? fail_path(fetch, mirror) : 0;
}

/* A mirror of url, in the place of the one that is there, which is moved to aside. */
static int clone(struct fetch *fetch, const char *url, const char *aside)
{
    GIT_AUTO(repository) repository = NULL;
    const char *fresh = fetch->fresh;
    git_repository_init_options options = {.version = GIT_REPOSITORY_INIT_OPTIONS_VERSION};
    options.flags = GIT_REPOSITORY_INIT_BARE;
    options.mode = S_IRWXU; /* configuration is nobody else's business */
    options.initial_head = "main";
    options.description = "Mirror of Crema's config-server, which may clone it anew at any time";
    remove_tree(fresh);
    int rc = mkdir(fresh, S_IRWXU) < 0 ? fail_path(fetch, fresh) : 0;
    if (rc == 0 && git_repository_init_ext(&repository, fresh, &options) < 0)
        rc = failed(fetch);
    if (rc == 0)
        rc = fetch_from(fetch, url, repository);
    if (rc == 0)
        rc = put_into_place(fetch, fresh, aside);
    if (rc < 0)
        remove_tree(fresh);
    else
        fetch->result.moved = true;
    return rc;
}

static size_t count_packs(const char *mirror)
{
    char path[PATH_BYTES];
    size_t count = 0;
    (void)snprintf(path, sizeof(path), "%s/objects/pack", mirror);
    DIR *packs = opendir(path);
    if (!packs)
        return 0;
    struct dirent *entry;
    while ((entry = readdir(packs)))
        count += cr_slice_ends(cr_slice_of(entry->d_name), CR_SLICE(".pack"));
    closedir(packs);
    return count;
}

/* What a killed one left counts too. */
static bool is_untidy(const struct fetch *fetch)
{
    return access(fetch->fresh, F_OK) == 0 || access(fetch->old, F_OK) == 0 ||
           count_packs(fetch->request->mirror) > PACKS_MAX;
}

/* All packs become one, by a clone of the mirror itself; not done, it is served as it is. */
static int tidy_up(struct fetch *fetch)
{
    enum { NICENESS = 10 }; /* whoever asks the server meanwhile comes first */
    (void)setpriority(PRIO_PROCESS, 0, NICENESS);
    remove_tree(fetch->fresh);
    remove_tree(fetch->old);
    if (!is_untidy(fetch))
        return 0;
    int rc = clone(fetch, fetch->request->mirror, fetch->old);
    remove_tree(fetch->old);
    return rc;
}

static int update(struct fetch *fetch)
{
    GIT_AUTO(repository) repository = NULL;
    char aside[PATH_BYTES];
    (void)snprintf(aside, sizeof(aside), "%s.damaged", fetch->request->mirror);
    if (access(fetch->request->mirror, F_OK) < 0)
        return clone(fetch, fetch->request->url, aside);
    bool damaged = fetch->request->anew;
    int rc = damaged ? 0 : open_mirror(fetch, &repository);
    damaged = damaged || rc < 0;
    if (!damaged) {
        rc = fetch_from(fetch, fetch->request->url, repository);
        damaged = rc < 0 && fetch->failure.code == 0 && is_damage(fetch);
    }
    if (!damaged)
        return rc;
    /* Why it was damaged is the text of a success. */
    (void)snprintf(fetch->result.text, sizeof(fetch->result.text), "%s", fetch->err.text);
    fetch->err = (struct cr_err){0};
    fetch->result.put_aside = true;
    return clone(fetch, fetch->request->url, aside);
}

/* One at a time; its time tells when the mirror was last as the remote was. */
static int lock(struct fetch *fetch, int *out_fd)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s.lock", fetch->request->mirror);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return fail_path(fetch, path);
    *out_fd = fd;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return cr_err_set(&fetch->err, CR_ECONFLICT,
                          "another config-server is fetching into '%s': give each a home or "
                          "spring.cloud.config.server.git.basedir of its own",
                          fetch->request->mirror);
    return 0;
}

static void run(struct fetch *fetch)
{
    CR_AUTO_CLOSE int lock_fd = -1;
    int len = snprintf(fetch->fresh, sizeof(fetch->fresh), "%s.new", fetch->request->mirror);
    (void)snprintf(fetch->old, sizeof(fetch->old), "%s.old", fetch->request->mirror);
    int rc = len >= PATH_BYTES - 16
                 ? cr_err_set(&fetch->err, CR_ELIMIT, "the path of the mirror is too long")
                 : lock(fetch, &lock_fd);
    if (rc == 0)
        rc = cr_http_global_init(&fetch->err);
    if (rc == 0 && git_libgit2_init() < 0)
        rc = failed(fetch);
    if (rc == 0) {
        /* Only what we were told counts, not what the user set for git. */
        for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
            (void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
        (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
        (void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES_MAX);
        (void)git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)OBJECT_CACHE_BYTES_MAX);
        rc = fetch->request->tidy ? tidy_up(fetch) : update(fetch);
        (void)git_libgit2_shutdown();
    }
    if (rc == 0 && !fetch->request->tidy)
        (void)futimens(lock_fd, NULL);
    fetch->result.code = rc;
    fetch->result.untidy = rc == 0 && is_untidy(fetch);
    if (rc < 0)
        (void)snprintf(fetch->result.text, sizeof(fetch->result.text), "%s", fetch->err.text);
}

/* --- the process --- */

static int read_all(int fd, struct cr_buf *out)
{
    for (;;) {
        char *room = cr_buf_reserve(out, 4096);
        ssize_t got = room ? read(fd, room, 4096) : -1;
        if (got <= 0)
            return got < 0 ? CR_EIO : 0;
        cr_buf_commit(out, (size_t)got);
    }
}

bool fetch_main(int argc, char **argv, int *out_exit)
{
    CR_AUTO(cr_buf) bytes = {.max = FETCH_REQUEST_MAX + 4096};
    struct fetch_request request;
    int64_t parent = 0;
    if (argc != 2 || strcmp(argv[1], "--fetch") != 0)
        return false;
    *out_exit = CR_EXIT_USAGE;
    /* Whoever asked may be killed: then nobody wants the answer. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (isatty(STDIN_FILENO) || read_all(STDIN_FILENO, &bytes) < 0 ||
        fetch_request_read(cr_buf_view(&bytes), &request, &parent) < 0) {
        fprintf(stderr, "config-server: --fetch is what the server calls itself, with a request on "
                        "standard input\n");
        return true;
    }
    if (parent != getppid())
        return true;
    struct fetch fetch = {
        .request = &request,
        .http = {.username = request.username,
                 .password = request.password,
                 .skip_ssl_validation = request.skip_ssl_validation,
                 .proxies = &request.proxies,
                 .progress = say_progress,
                 .ctx = &fetch,
                 .failure = &fetch.failure},
        .ssh = {.username = request.username,
                .password = request.password,
                .login = &request.ssh,
                .progress = say_progress,
                .ctx = &fetch,
                .failure = &fetch.failure},
    };
    run(&fetch);
    say_result(&fetch.result);
    *out_exit = CR_EXIT_OK;
    return true;
}
