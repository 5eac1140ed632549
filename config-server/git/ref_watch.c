/* ref_watch: a fingerprint over the files of the refs, taken at an interval. */
#include "ref_watch.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cr_clock.h"

enum {
    DEPTH_MAX = 16,
    FRESH_MS = 50,    /* well above the kernel's clock tick and a small step of the wall clock */
    LOAD_FACTOR = 20, /* looking takes at most a twentieth of the time */
    PATH_BYTES = 4096,
};

struct look {
    uint64_t hash;
    int64_t newest_ms;
};

static void mix(struct look *look, unsigned char byte)
{
    look->hash = (look->hash ^ byte) * 0x100000001b3u; /* FNV-1a */
}

static void mix_text(struct look *look, const char *text)
{
    do
        mix(look, (unsigned char)*text);
    while (*text++);
}

static void mix_number(struct look *look, uint64_t number)
{
    for (int i = 0; i < 8; i++, number >>= 8)
        mix(look, (unsigned char)(number & 0xff));
}

static void mix_file(struct look *look, const char *name, const struct stat *info)
{
    const int64_t marks[] = {
        (int64_t)info->st_dev,          (int64_t)info->st_ino,
        (int64_t)info->st_size,         (int64_t)info->st_mtim.tv_sec,
        (int64_t)info->st_mtim.tv_nsec, (int64_t)info->st_ctim.tv_sec,
        (int64_t)info->st_ctim.tv_nsec,
    };
    mix_text(look, name);
    for (size_t i = 0; i < CR_COUNT(marks); i++)
        mix_number(look, (uint64_t)marks[i]);
    int64_t changed_ms =
        (int64_t)info->st_ctim.tv_sec * 1000 + (int64_t)info->st_ctim.tv_nsec / 1000000;
    if (changed_ms > look->newest_ms)
        look->newest_ms = changed_ms;
}

static void look_at(struct look *look, const char *path, int depth);

static void look_inside(struct look *look, const char *path, int depth)
{
    DIR *directory = opendir(path);
    if (!directory)
        return;
    uint64_t sum = 0; /* of the entries in whatever order they come */
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        char child[PATH_BYTES];
        if (entry->d_name[0] == '.' ||
            snprintf(child, sizeof(child), "%s/%s", path, entry->d_name) >= (int)sizeof(child))
            continue;
        struct look inner = {.hash = look->hash, .newest_ms = look->newest_ms};
        look_at(&inner, child, depth + 1);
        sum += inner.hash;
        look->newest_ms = inner.newest_ms;
    }
    closedir(directory);
    mix_number(look, sum);
}

/* Recursion is bounded by DEPTH_MAX; links are looked at, not followed. */
static void look_at(struct look *look, const char *path, int depth)
{
    struct stat info;
    if (lstat(path, &info) < 0)
        return;
    mix_file(look, path, &info);
    if (S_ISDIR(info.st_mode) && depth < DEPTH_MAX)
        look_inside(look, path, depth);
}

uint64_t ref_watch_fingerprint(const char *directory, int64_t wall_ms, bool *out_fresh)
{
    static const char *const names[] = {"HEAD", "packed-refs", "refs"};
    struct look look = {.hash = 0xcbf29ce484222325u};
    for (size_t i = 0; i < CR_COUNT(names); i++) {
        char path[PATH_BYTES];
        if (snprintf(path, sizeof(path), "%s/%s", directory, names[i]) < (int)sizeof(path))
            look_at(&look, path, 0);
    }
    *out_fresh = look.newest_ms > wall_ms - FRESH_MS;
    return look.hash;
}

static bool wait_for_turn(struct ref_watch *watch, int64_t pause_ms)
{
    int64_t deadline_ms = cr_clock_ms() + pause_ms;
    CR_LOCKED(&watch->lock);
    while (!watch->stopping) {
        if (!cr_cond_wait_until(&watch->wake, &watch->lock, deadline_ms))
            return !watch->stopping;
    }
    return false;
}

/* What this thread has worked: a machine that is busy with other things is no reason to look less
 * often. */
static int64_t worked_us(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void run(void *ctx)
{
    struct ref_watch *watch = ctx;
    bool doubtful = true; /* between the reader's first look and ours anything may have happened */
    int64_t pause_ms = 0;
    while (wait_for_turn(watch, pause_ms)) {
        int64_t before_us = worked_us();
        bool fresh = false;
        uint64_t found = ref_watch_fingerprint(watch->directory, cr_clock_wall_ms(), &fresh);
        int64_t load_ms = (worked_us() - before_us) * LOAD_FACTOR / 1000;
        if (found != watch->seen || doubtful)
            watch->changed(watch->ctx);
        watch->seen = found;
        doubtful = fresh;
        pause_ms = load_ms > watch->interval_ms ? load_ms : watch->interval_ms;
    }
}

int ref_watch_start(struct ref_watch *watch, const char *directory, int64_t interval_ms,
                    void (*changed)(void *ctx), void *ctx, struct cr_err *err)
{
    *watch = (struct ref_watch){
        .directory = directory, .interval_ms = interval_ms, .changed = changed, .ctx = ctx};
    cr_mutex_init(&watch->lock);
    cr_cond_init(&watch->wake);
    int rc = cr_thread_start(&watch->thread, "ref-watch", run, watch, err);
    if (rc < 0) {
        cr_cond_fini(&watch->wake);
        cr_mutex_fini(&watch->lock);
    }
    return rc;
}

void ref_watch_stop(struct ref_watch *watch)
{
    if (!watch->thread.started)
        return;
    cr_mutex_lock(&watch->lock);
    watch->stopping = true;
    cr_cond_signal(&watch->wake);
    cr_mutex_unlock(&watch->lock);
    cr_thread_join(&watch->thread);
    watch->thread.started = false;
    cr_cond_fini(&watch->wake);
    cr_mutex_fini(&watch->lock);
}
