/* git_loose: a loose object is one zlib stream of "type size\0" and the content. */
#include "git_loose.h"

#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "cr_int.h"
#include "cr_slice.h"

enum {
    HEAD_MAX = 64,               /* bytes of "commit 1234\0" and the like */
    CONTENT_BYTES_MAX = 1 << 28, /* beyond, nothing here would want it */
    PRIORITY = 10,               /* libgit2's own readers have 1 and 2 */
    HEX_BYTES = 40,
};

struct loose {
    git_odb_backend backend; /* first, so that one is the other */
    char *directory;         /* .../objects */
};

struct stream {
    int fd;
    z_stream z;
    bool begun, ended;
    char hex[HEX_BYTES + 1];
    unsigned char in[8192];
};

static void close_stream(struct stream *stream)
{
    if (stream->begun)
        (void)inflateEnd(&stream->z);
    if (stream->fd >= 0)
        (void)close(stream->fd);
}

static int damaged(const struct stream *stream, const char *how)
{
    char text[HEX_BYTES + 128];
    (void)snprintf(text, sizeof(text), "the file of object %s %s", stream->hex, how);
    git_error_set_str(GIT_ERROR_ODB, text);
    return GIT_ERROR;
}

/* GIT_ENOTFOUND leaves the object to the other readers. */
static int open_stream(const struct loose *loose, const git_oid *id, struct stream *stream)
{
    char path[PATH_MAX];
    *stream = (struct stream){.fd = -1};
    git_oid_tostr(stream->hex, sizeof(stream->hex), id);
    int len =
        snprintf(path, sizeof(path), "%s/%.2s/%s", loose->directory, stream->hex, stream->hex + 2);
    if (len < 0 || (size_t)len >= sizeof(path))
        return GIT_PASSTHROUGH;
    stream->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (stream->fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? GIT_ENOTFOUND
                                                   : damaged(stream, "cannot be opened");
    if (inflateInit(&stream->z) != Z_OK)
        return damaged(stream, "needs more memory than there is");
    stream->begun = true;
    return 0;
}

static int fill(struct stream *stream)
{
    ssize_t got;
    do {
        got = read(stream->fd, stream->in, sizeof(stream->in));
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return damaged(stream, "cannot be read");
    if (got == 0)
        return damaged(stream, "is cut off");
    stream->z.next_in = stream->in;
    stream->z.avail_in = (uInt)got;
    return 0;
}

/* Up to len bytes of the content; fewer only at the stream's end. */
static int take(struct stream *stream, void *to, size_t len, size_t *out_len)
{
    stream->z.next_out = to;
    stream->z.avail_out = (uInt)len;
    while (stream->z.avail_out > 0 && !stream->ended) {
        int rc = stream->z.avail_in > 0 ? 0 : fill(stream);
        if (rc < 0)
            return rc;
        int state = inflate(&stream->z, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END)
            return damaged(stream, "is no zlib stream");
        stream->ended = state == Z_STREAM_END;
    }
    *out_len = len - stream->z.avail_out;
    return 0;
}

struct head {
    git_object_t type;
    size_t size;
    char bytes[HEAD_MAX];
    size_t used, len; /* content begins at bytes[used] */
};

static int take_head(struct stream *stream, struct head *out_head)
{
    int rc = take(stream, out_head->bytes, sizeof(out_head->bytes), &out_head->len);
    if (rc < 0)
        return rc;
    const char *end = memchr(out_head->bytes, '\0', out_head->len);
    struct cr_slice text = {out_head->bytes, end ? (size_t)(end - out_head->bytes) : 0}, type;
    char name[HEAD_MAX];
    int64_t size = -1;
    if (!end || !cr_slice_split(&text, ' ', &type))
        return damaged(stream, "has no head");
    (void)snprintf(name, sizeof(name), "%.*s", CR_SLICE_ARG(type));
    out_head->type = git_object_string2type(name);
    if (!git_object_typeisloose(out_head->type) ||
        cr_int_parse(text, 0, CONTENT_BYTES_MAX, &size) < 0)
        return damaged(stream, "has a head that is none, or says that it is too large");
    out_head->size = (size_t)size;
    out_head->used = (size_t)(end - out_head->bytes) + 1;
    return 0;
}

static int take_content(struct stream *stream, const struct head *head, char *to)
{
    size_t have = head->len - head->used, more = 0, surplus = 0;
    char beyond;
    if (have > head->size)
        return damaged(stream, "is longer than its head says");
    memcpy(to, head->bytes + head->used, have);
    int rc = take(stream, to + have, head->size - have, &more);
    if (rc == 0)
        rc = take(stream, &beyond, 1, &surplus);
    if (rc < 0)
        return rc;
    if (have + more != head->size || surplus > 0)
        return damaged(stream, "is not as long as its head says");
    return 0;
}

static int read_object(void **out_data, size_t *out_len, git_object_t *out_type,
                       git_odb_backend *backend, const git_oid *id)
{
    struct stream stream;
    struct head head;
    int rc = open_stream((const struct loose *)backend, id, &stream);
    if (rc == 0)
        rc = take_head(&stream, &head);
    void *data = NULL;
    if (rc == 0) {
        data = git_odb_backend_data_alloc(backend, head.size + 1);
        rc = data ? take_content(&stream, &head, data)
                  : damaged(&stream, "needs more memory than there is");
    }
    close_stream(&stream);
    if (rc < 0) {
        if (data)
            git_odb_backend_data_free(backend, data);
        return rc;
    }
    ((char *)data)[head.size] = '\0';
    *out_data = data;
    *out_len = head.size;
    *out_type = head.type;
    return 0;
}

static int read_header(size_t *out_len, git_object_t *out_type, git_odb_backend *backend,
                       const git_oid *id)
{
    struct stream stream;
    struct head head;
    int rc = open_stream((const struct loose *)backend, id, &stream);
    if (rc == 0)
        rc = take_head(&stream, &head);
    close_stream(&stream);
    if (rc < 0)
        return rc;
    *out_len = head.size;
    *out_type = head.type;
    return 0;
}

static void free_backend(git_odb_backend *backend)
{
    struct loose *loose = (struct loose *)backend;
    free(loose->directory);
    free(loose);
}

/* The backend becomes the object database's on success. */
static int add_backend(git_repository *handle, struct loose *loose)
{
    git_odb *odb = NULL;
    int rc = git_odb_init_backend(&loose->backend, GIT_ODB_BACKEND_VERSION);
    if (rc == 0)
        rc = git_repository_odb(&odb, handle);
    loose->backend.read = read_object;
    loose->backend.read_header = read_header;
    loose->backend.free = free_backend;
    if (rc == 0)
        rc = git_odb_add_backend(odb, &loose->backend, PRIORITY);
    git_odb_free(odb);
    return rc;
}

int git_loose_add(git_repository *handle, const char *git_directory, struct cr_err *err)
{
    struct loose *loose = calloc(1, sizeof(*loose));
    if (!loose || asprintf(&loose->directory, "%s/objects", git_directory) < 0) {
        free(loose);
        return cr_err_set(err, CR_ENOMEM, "git repository '%s': out of memory", git_directory);
    }
    if (add_backend(handle, loose) == 0)
        return 0;
    free_backend(&loose->backend);
    return cr_err_set(err, CR_EIO, "git repository '%s': its objects cannot be read",
                      git_directory);
}
