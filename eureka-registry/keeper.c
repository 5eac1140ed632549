/* The thread that writes snapshots. */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_file.h"
#include "cr_int.h"
#include "cr_thread.h"

enum { PAUSE_MS = 1000, PAUSE_TIMES = 9, RETRY_MS = 5000, FOLDER_MODE = 0700, LOCK_MODE = 0600 };

struct keeper {
    struct keeper_options options;
    char *path;
    int lock_fd;
    struct cr_mutex mutex;
    struct cr_cond woken;
    bool marked;   /* [mutex] */
    bool stopping; /* [mutex] */
    bool failing;  /* the keeper's thread */
    struct cr_thread thread;
};

static int make_folder(const char *path, struct cr_err *err)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return 0;
    *slash = '\0';
    return cr_file_make_dirs(folder, FOLDER_MODE, err);
}

static int take_lock(struct keeper *keeper, struct cr_err *err)
{
    char lock[PATH_MAX];
    int len = snprintf(lock, sizeof lock, "%s.lock", keeper->path);
    if (len < 0 || (size_t)len >= sizeof lock)
        return cr_err_set(err, CR_EINVAL, "'%.150s...': path too long", keeper->path);
    keeper->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, LOCK_MODE);
    if (keeper->lock_fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "'%s'", lock);
    if (flock(keeper->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return cr_err_set(err, CR_EUNAVAILABLE, "'%s' is kept by another registry", keeper->path);
}

int keeper_open(const struct keeper_options *options, struct keeper **out_keeper,
                struct cr_err *err)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);
    char *path = strdup(options->path);
    if (!keeper || !path) {
        free(keeper);
        free(path);
        return cr_err_set(err, CR_ENOMEM, "snapshot: no memory");
    }
    keeper->options = *options;
    keeper->path = path;
    keeper->lock_fd = -1;
    cr_mutex_init(&keeper->mutex);
    cr_cond_init(&keeper->woken);
    int rc = make_folder(path, err);
    rc = rc ? rc : take_lock(keeper, err);
    if (rc)
        keeper_close(keeper);
    else
        *out_keeper = keeper;
    return rc;
}

/* A failure and its end are said once each. */
static void tell(struct keeper *keeper, int rc, const struct cr_err *err)
{
    const struct cr_log *log = keeper->options.log;
    if (rc && !keeper->failing)
        cr_log_error(log, "snapshot.failed",
                     "%s; a restart would forget what changed from now on; retrying", err->text);
    if (!rc && keeper->failing)
        cr_log_info(log, "snapshot.recovered", "'%s' is written again", keeper->path);
    keeper->failing = rc != 0;
}

static int write_now(struct keeper *keeper)
{
    struct cr_err err = {0};
    struct snapshot *snapshot = keeper->options.take(keeper->options.ctx);
    int rc = snapshot ? snapshot_write(snapshot, keeper->path, &err)
                      : cr_err_set(&err, CR_ENOMEM, "'%s': no memory", keeper->path);
    snapshot_free(snapshot);
    tell(keeper, rc, &err);
    return rc;
}

/* True when something is to be written; false at the end. */
static bool wait_for_mark(struct keeper *keeper, int64_t not_before_ms)
{
    CR_LOCKED(&keeper->mutex);
    while (!keeper->stopping && cr_clock_ms() < not_before_ms)
        cr_cond_wait_until(&keeper->woken, &keeper->mutex, not_before_ms);
    while (!keeper->stopping && !keeper->marked)
        cr_cond_wait(&keeper->woken, &keeper->mutex);
    if (keeper->stopping)
        return false;
    keeper->marked = false;
    return true;
}

static void run(void *ctx)
{
    struct keeper *keeper = ctx;
    int64_t not_before_ms = 0;
    while (wait_for_mark(keeper, not_before_ms)) {
        int64_t began_ms = cr_clock_ms();
        int rc = write_now(keeper);
        int64_t took_ms = cr_clock_ms() - began_ms;
        not_before_ms = cr_max_i64(began_ms + PAUSE_MS, began_ms + took_ms * (PAUSE_TIMES + 1));
        if (rc) {
            keeper_mark(keeper);
            not_before_ms = began_ms + took_ms + RETRY_MS;
        }
    }
}

int keeper_start(struct keeper *keeper, struct cr_err *err)
{
    return cr_thread_start(&keeper->thread, "snapshot", run, keeper, err);
}

void keeper_mark(struct keeper *keeper)
{
    CR_LOCKED(&keeper->mutex);
    keeper->marked = true;
    cr_cond_signal(&keeper->woken);
}

void keeper_close(struct keeper *keeper)
{
    if (!keeper)
        return;
    cr_mutex_lock(&keeper->mutex);
    keeper->stopping = true;
    cr_cond_signal(&keeper->woken);
    cr_mutex_unlock(&keeper->mutex);
    cr_thread_join(&keeper->thread);
    if (keeper->marked)
        write_now(keeper);
    if (keeper->lock_fd >= 0)
        close(keeper->lock_fd);
    cr_cond_fini(&keeper->woken);
    cr_mutex_fini(&keeper->mutex);
    free(keeper->path);
    free(keeper);
}
