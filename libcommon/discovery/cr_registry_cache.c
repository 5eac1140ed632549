/* The instances as a file. */
#include "cr_registry_cache_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_buf.h"
#include "cr_clock.h"
#include "cr_file.h"
#include "cr_int.h"
#include "cr_wire_applications.h"

enum { DIR_MODE = 0700, MS_PER_S = 1000, NS_PER_MS = 1000000 };
static const size_t file_max_bytes = (size_t)256 * 1024 * 1024;

int cr_registry_cache_read(const char *path, struct cr_arena *arena,
                           struct cr_wire_instances *out_list, int64_t *out_age_ms,
                           struct cr_err *err)
{
    CR_AUTO(cr_buf) text = {.max = file_max_bytes};
    struct stat status;
    struct cr_wire_document document = {0};
    if (stat(path, &status) != 0)
        return cr_err_errno(err, errno == ENOENT ? CR_ENOTFOUND : CR_EIO, errno, "'%s'", path);
    int rc = cr_file_read(path, &text, err);
    if (rc)
        return rc;
    struct cr_err why = {0};
    rc = cr_wire_document_read(cr_buf_view(&text), arena, &document, &why);
    if (rc)
        return cr_err_set(err, rc, "'%s' is damaged: %s", path, why.text);
    int64_t changed_ms =
        (int64_t)status.st_mtim.tv_sec * MS_PER_S + status.st_mtim.tv_nsec / NS_PER_MS;
    *out_age_ms = cr_max_i64(0, cr_clock_wall_ms() - changed_ms);
    *out_list = document.instances;
    return 0;
}

static void render(const struct cr_wire_instances *list, struct cr_buf *out)
{
    size_t counts[CR_WIRE_STATUS_COUNT] = {0};
    CR_AUTO(cr_buf) hash = {0};
    for (size_t i = 0; i < list->count; i++)
        counts[list->items[i].status]++;
    cr_wire_hash_code(counts, &hash);
    const struct cr_wire_applications head = {1, cr_buf_view(&hash)};
    cr_wire_applications_begin(CR_WIRE_JSON, &head, out);
    for (size_t i = 0; i < list->count; i++) {
        cr_buf_text(out, i ? "," : "{\"name\":\"ALL\",\"instance\":[");
        cr_wire_instance_write(&list->items[i], out);
    }
    cr_buf_text(out, list->count ? "]}" : "");
    cr_wire_applications_end(CR_WIRE_JSON, &head, out);
}

static int make_folder(const char *path, struct cr_err *err)
{
    CR_AUTO(cr_buf) folder = {0};
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    cr_buf_append(&folder, path, (size_t)(slash - path));
    return cr_buf_status(&folder) ? CR_ENOMEM : cr_file_make_dirs(folder.data, DIR_MODE, err);
}

static int write_all(int fd, struct cr_slice data)
{
    while (data.len > 0) {
        ssize_t written = write(fd, data.ptr, data.len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        data = cr_slice_from(data, (size_t)written);
    }
    return 0;
}

int cr_registry_cache_write(const char *path, const struct cr_wire_instances *list,
                            struct cr_err *err)
{
    CR_AUTO(cr_buf) text = {.max = file_max_bytes};
    CR_AUTO(cr_buf) beside = {0};
    render(list, &text);
    cr_buf_printf(&beside, "%s.XXXXXX", path); /* a name of its own: the folder may be shared */
    int rc = cr_buf_status(&text) ? cr_buf_status(&text) : cr_buf_status(&beside);
    if (rc)
        return cr_err_set(err, rc, "'%s': %s", path, cr_code_name(rc));
    rc = make_folder(path, err);
    if (rc)
        return rc;
    CR_AUTO_CLOSE int fd = mkostemp(beside.data, O_CLOEXEC); /* 0600 */
    if (fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "'%s'", path);
    if (write_all(fd, cr_buf_view(&text)) == 0 && rename(beside.data, path) == 0)
        return 0;
    cr_err_errno(err, CR_EIO, errno, "'%s'", path);
    unlink(beside.data);
    return CR_EIO;
}

void cr_registry_cache_confirm(const char *path)
{
    utimensat(AT_FDCWD, path, NULL, 0); /* gone: the next write makes it again */
}
