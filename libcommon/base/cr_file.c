/* Reads and atomically replaces whole files. */
#include "cr_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 16 * 1024 };

int cr_file_read(const char *path, struct cr_buf *out, struct cr_err *err)
{
    CR_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cr_err_errno(err, errno == ENOENT ? CR_ENOTFOUND : CR_EIO, errno, "'%s'", path);
    char step[READ_STEP];
    for (;;) {
        ssize_t got = read(fd, step, sizeof step);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cr_err_errno(err, CR_EIO, errno, "'%s'", path);
        if (got == 0)
            return 0;
        cr_buf_append(out, step, (size_t)got);
        int rc = cr_buf_status(out);
        if (rc == CR_ELIMIT)
            return cr_err_set(err, rc, "'%s': larger than %zu bytes", path, out->max);
        if (rc)
            return cr_err_set(err, rc, "'%s': out of memory", path);
    }
}

static int write_all(int fd, struct cr_slice data)
{
    while (data.len > 0) {
        ssize_t put = write(fd, data.ptr, data.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        data = cr_slice_from(data, (size_t)put);
    }
    return fsync(fd);
}

/* The rename is durable only once its directory is. */
static void sync_parent(const char *path)
{
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent ? 1 : 0] = '\0';
    CR_AUTO_CLOSE int fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
}

int cr_file_write(const char *path, struct cr_slice data, unsigned mode, struct cr_err *err)
{
    char temporary[PATH_MAX];
    int len = snprintf(temporary, sizeof temporary, "%s.tmp", path);
    if (len < 0 || (size_t)len >= sizeof temporary)
        return cr_err_set(err, CR_EINVAL, "'%.200s...': path too long", path);
    /* what a crash left behind may have another mode, or be a link */
    unlink(temporary);
    CR_AUTO_CLOSE int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "'%s'", temporary);
    if (write_all(fd, data) < 0 || rename(temporary, path) < 0) {
        int reason = errno;
        unlink(temporary);
        return cr_err_errno(err, CR_EIO, reason, "'%s'", path);
    }
    sync_parent(path);
    return 0;
}

int cr_file_make_dirs(const char *path, unsigned mode, struct cr_err *err)
{
    char step[PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof step)
        return cr_err_set(err, CR_EINVAL, "'%.200s': not a usable path", path);
    memcpy(step, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (step[i] != '/' && step[i] != '\0')
            continue;
        char kept = step[i];
        step[i] = '\0';
        if (mkdir(step, mode) < 0 && errno != EEXIST)
            return cr_err_errno(err, CR_EIO, errno, "directory '%s'", step);
        step[i] = kept;
    }
    struct stat status;
    if (stat(path, &status) < 0)
        return cr_err_errno(err, CR_EIO, errno, "directory '%s'", path);
    if (!S_ISDIR(status.st_mode))
        return cr_err_errno(err, CR_EIO, ENOTDIR, "directory '%s'", path);
    return 0;
}
