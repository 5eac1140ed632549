/* Takes and writes snapshots. */
#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cr_clock.h"
#include "eureka_render.h"
#include "snapshot_private.h"

enum { STEP = 64 * 1024, FILE_MODE = 0600 };

struct item {
    struct fragment record;
    bool implied; /* the id is not among its members */
};

struct override_item {
    enum cr_wire_status status;
    char *id;
};

struct snapshot {
    struct item *items;
    size_t count;
    struct override_item *overrides;
    size_t override_count;
};

void snapshot_free(struct snapshot *snapshot)
{
    if (!snapshot)
        return;
    for (size_t i = 0; i < snapshot->count; i++)
        fragment_drop(&snapshot->items[i].record);
    for (size_t i = 0; i < snapshot->override_count; i++)
        free(snapshot->overrides[i].id);
    free(snapshot->items);
    free(snapshot->overrides);
    free(snapshot);
}

size_t snapshot_count(const struct snapshot *snapshot)
{
    return snapshot->count;
}

static bool take_instances(struct snapshot *snapshot, struct registry *registry,
                           struct registry_now now)
{
    size_t app_cursor = 0;
    const struct registry_app *app;
    /* The records are places in the document that clients read, too. */
    struct document *all = eureka_render_all(registry, CR_WIRE_JSON, now.now_ms);
    snapshot->items = calloc(registry_count(registry) + 1, sizeof *snapshot->items);
    bool failed = !all || !snapshot->items;
    document_unref(all);
    if (failed)
        return false;
    while ((app = registry_next_app(registry, &app_cursor)) != NULL) {
        size_t cursor = 0;
        struct registry_instance *instance;
        while ((instance = registry_next_instance(app, &cursor)) != NULL) {
            struct fragment record = eureka_render_fragment(instance);
            if (!record.home)
                return false;
            snapshot->items[snapshot->count++] =
                (struct item){record, instance->record->instance_id.len == 0};
        }
    }
    return true;
}

static bool take_overrides(struct snapshot *snapshot, const struct registry *registry,
                           struct registry_now now)
{
    const struct overrides *overrides = registry_overrides(registry);
    size_t cursor = 0;
    struct cr_slice id;
    enum cr_wire_status status;
    snapshot->overrides = calloc(overrides_count(overrides) + 1, sizeof *snapshot->overrides);
    while (snapshot->overrides && overrides_next(overrides, now.now_ms, &cursor, &id, &status)) {
        char *copy = strndup(id.ptr, id.len);
        if (!copy)
            return false;
        snapshot->overrides[snapshot->override_count++] = (struct override_item){status, copy};
    }
    return snapshot->overrides != NULL;
}

struct snapshot *snapshot_take(struct registry *registry, struct registry_now now)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return NULL;
    if (take_instances(snapshot, registry, now) && take_overrides(snapshot, registry, now))
        return snapshot;
    snapshot_free(snapshot);
    return NULL;
}

/* ---- writing ---- */

struct out {
    int fd;
    int error; /* errno of the first write that failed */
    uint64_t sum;
    size_t len;
    char step[STEP];
};

static void flush_step(struct out *out)
{
    size_t done = 0;
    while (!out->error && done < out->len) {
        ssize_t put = write(out->fd, out->step + done, out->len - done);
        if (put >= 0)
            done += (size_t)put;
        else if (errno != EINTR)
            out->error = errno;
    }
    out->len = 0;
}

static void put(struct out *out, struct cr_slice text)
{
    out->sum = snapshot_sum(out->sum, text);
    while (text.len > 0) {
        size_t part = text.len < STEP - out->len ? text.len : STEP - out->len;
        memcpy(out->step + out->len, text.ptr, part);
        out->len += part;
        text = cr_slice_from(text, part);
        if (out->len == STEP)
            flush_step(out);
    }
}

static void put_all(struct out *out, const struct snapshot *snapshot)
{
    char last[64];
    put(out, CR_SLICE(SNAPSHOT_HEAD "\n"));
    for (size_t i = 0; i < snapshot->count; i++) {
        put(out, snapshot->items[i].implied ? CR_SLICE("- ") : CR_SLICE("+ "));
        put(out, fragment_bytes(&snapshot->items[i].record));
        put(out, CR_SLICE("\n"));
    }
    for (size_t i = 0; i < snapshot->override_count; i++) {
        put(out, CR_SLICE("= "));
        put(out, cr_slice_of(cr_wire_status_name(snapshot->overrides[i].status)));
        put(out, CR_SLICE(" "));
        put(out, cr_slice_of(snapshot->overrides[i].id));
        put(out, CR_SLICE("\n"));
    }
    snprintf(last, sizeof last, SNAPSHOT_END "%zu %016" PRIx64 "\n",
             snapshot->count + snapshot->override_count, out->sum);
    put(out, cr_slice_of(last));
    flush_step(out);
}

static void sync_folder(const char *path)
{
    char folder[SNAPSHOT_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    CR_AUTO_CLOSE int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
}

int snapshot_write(const struct snapshot *snapshot, const char *path, struct cr_err *err)
{
    char temporary[SNAPSHOT_PATH_MAX];
    int len = snprintf(temporary, sizeof temporary, "%s.tmp", path);
    if (len < 0 || (size_t)len >= sizeof temporary)
        return cr_err_set(err, CR_EINVAL, "'%.200s...': path too long", path);
    CR_AUTO_FREE struct out *out = calloc(1, sizeof *out);
    if (!out)
        return cr_err_set(err, CR_ENOMEM, "'%s': no memory", path);
    unlink(temporary); /* what a crash left behind */
    CR_AUTO_CLOSE int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "'%s'", temporary);
    out->fd = fd;
    out->sum = SNAPSHOT_SUM_BEGIN;
    put_all(out, snapshot);
    if (!out->error && (fsync(fd) < 0 || rename(temporary, path) < 0))
        out->error = errno;
    if (out->error) {
        unlink(temporary);
        return cr_err_errno(err, CR_EIO, out->error, "'%s'", path);
    }
    sync_folder(path);
    return 0;
}

int snapshot_set_aside(const char *path, int64_t wall_ms, struct cr_buf *out, struct cr_err *err)
{
    char time[CR_RFC3339_SIZE];
    cr_clock_rfc3339(wall_ms, time);
    cr_buf_printf(out, "%s.damaged-%s", path, time);
    if (cr_buf_status(out))
        return cr_err_set(err, CR_ENOMEM, "'%s': no memory", path);
    if (rename(path, out->data) < 0)
        return cr_err_errno(err, CR_EIO, errno, "'%s': cannot be renamed to '%s'", path, out->data);
    return 0;
}
