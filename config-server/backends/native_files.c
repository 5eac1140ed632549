/* native_files: openat2, or openat step by step. */
#include "native_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cr_slice.h"

enum { NAME_BYTES = 256, READ_STEP = 16 * 1024 };

/* A pipe must not block whoever opens it. */
static const int file_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

static int open_at_once(int root, const char *path)
{
    struct open_how how = {.flags = (uint64_t)file_flags,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

static int open_step(int directory, struct cr_slice name, int flags)
{
    char text[NAME_BYTES];
    if (name.len == 0 || name.len >= sizeof(text) || cr_slice_is(name, "..")) {
        errno = ENOENT;
        return -1;
    }
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return openat(directory, text, flags | O_NOFOLLOW);
}

/* For kernels before 5.6 and containers that forbid openat2. */
static int open_by_steps(int root, const char *path)
{
    struct cr_slice rest = cr_slice_of(path), name;
    int directory = dup(root);
    while (directory >= 0 && cr_slice_split(&rest, '/', &name)) {
        bool is_last = rest.ptr == NULL;
        int flags = is_last ? file_flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
        int next = open_step(directory, name, flags);
        int reason = errno;
        close(directory);
        errno = reason;
        directory = next;
    }
    return directory;
}

static int open_beneath(int root, const char *path)
{
    int fd = open_at_once(root, path);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = open_by_steps(root, path);
    return fd;
}

static int refuse(struct cr_err *err, const char *root, const char *path)
{
    int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR || reason == ENXIO || reason == ENAMETOOLONG)
        return cr_err_set(err, CR_ENOTFOUND, "'%s%s': no such file", root, path);
    if (reason == EXDEV || reason == ELOOP)
        return cr_err_set(
            err, CR_EINVAL,
            "'%s%s' is a symbolic link that leads out of '%s', which is not followed: "
            "put the file itself there",
            root, path, root);
    return cr_err_errno(err, CR_EIO, reason, "'%s%s'", root, path);
}

static int open_file(const char *root, const char *path, struct stat *out_info, struct cr_err *err)
{
    CR_AUTO_CLOSE int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = top < 0 ? -1 : open_beneath(top, path);
    if (fd < 0)
        return refuse(err, root, path);
    if (fstat(fd, out_info) == 0 && S_ISREG(out_info->st_mode))
        return fd;
    close(fd);
    return cr_err_set(err, CR_ENOTFOUND, "'%s%s' is not a file", root, path);
}

int native_files_read(const char *root, const char *path, struct cr_buf *out, struct cr_err *err)
{
    struct stat info = {0};
    CR_AUTO_CLOSE int fd = open_file(root, path, &info, err);
    if (fd < 0)
        return fd;
    char step[READ_STEP];
    ssize_t got;
    while ((got = read(fd, step, sizeof(step))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cr_err_errno(err, CR_EIO, errno, "'%s%s'", root, path);
        cr_buf_append(out, step, (size_t)got);
        int rc = cr_buf_status(out);
        if (rc < 0)
            return cr_err_set(err, rc, "'%s%s' has more than the %zu bytes allowed", root, path,
                              out->max);
    }
    return 0;
}

int native_files_modified(const char *root, const char *path, int64_t *out_wall_s,
                          struct cr_err *err)
{
    struct stat info = {0};
    CR_AUTO_CLOSE int fd = open_file(root, path, &info, err);
    if (fd < 0)
        return fd;
    *out_wall_s = info.st_mtim.tv_sec;
    return 0;
}
