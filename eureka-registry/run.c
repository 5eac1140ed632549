/* Shared rendered bytes, compressed at most once. */
#include "run.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cr_assert.h"

/* Below STORED_MAX compression makes a text longer or saves nothing to speak of. */
enum { LEVEL = 6, RAW_WINDOW = -15, MEMORY = 8, STORED_MAX = 192, STORED_HEAD = 5 };

struct packed {
    struct run_packed view;
    char bytes[];
};

struct run {
    atomic_size_t refs;
    struct packed *_Atomic packed;
    struct run_shape shape;
    size_t len;
    char bytes[];
};

struct run *run_new(struct cr_slice bytes, const struct run_shape *shape)
{
    CR_ASSERT(bytes.len < UINT32_MAX);
    struct run *run = malloc(sizeof *run + bytes.len);
    if (!run)
        return NULL;
    atomic_init(&run->refs, 1);
    atomic_init(&run->packed, NULL);
    run->shape = *shape;
    run->len = bytes.len;
    if (bytes.len)
        memcpy(run->bytes, bytes.ptr, bytes.len);
    return run;
}

struct run *run_ref(struct run *run)
{
    atomic_fetch_add_explicit(&run->refs, 1, memory_order_relaxed);
    return run;
}

void run_unref(struct run *run)
{
    if (!run || atomic_fetch_sub_explicit(&run->refs, 1, memory_order_acq_rel) > 1)
        return;
    free(atomic_load_explicit(&run->packed, memory_order_relaxed));
    free(run);
}

struct cr_slice run_bytes(const struct run *run)
{
    return (struct cr_slice){run->bytes, run->len};
}

const struct run_shape *run_shape(const struct run *run)
{
    return &run->shape;
}

/* ---- compression ---- */

static void finish(const struct run *run, struct packed *packed, size_t len)
{
    packed->view.bytes = (struct cr_slice){packed->bytes, len};
    packed->view.crc = (uint32_t)crc32_z(0, (const Bytef *)run->bytes, run->len);
}

/* RFC 1951 section 3.2.4: a block that is not compressed. */
static struct packed *store(const struct run *run)
{
    struct packed *packed = malloc(sizeof *packed + STORED_HEAD + run->len);
    if (!packed)
        return NULL;
    unsigned char len = (unsigned char)run->len;
    const unsigned char head[STORED_HEAD] = {0, len, 0, (unsigned char)~len, 0xff};
    memcpy(packed->bytes, head, STORED_HEAD);
    memcpy(packed->bytes + STORED_HEAD, run->bytes, run->len);
    finish(run, packed, STORED_HEAD + run->len);
    return packed;
}

static size_t deflate_into(z_stream *stream, const struct run *run, char *out, size_t room)
{
    stream->next_in = (z_const Bytef *)(uintptr_t)run->bytes;
    stream->avail_in = (uInt)run->len;
    stream->next_out = (Bytef *)out;
    stream->avail_out = (uInt)room;
    /* With room to spare a flush is complete. */
    int rc = deflate(stream, Z_FULL_FLUSH);
    return rc == Z_OK && stream->avail_in == 0 && stream->avail_out > 0 ? room - stream->avail_out
                                                                        : 0;
}

static struct packed *compress_run(const struct run *run)
{
    enum { FLUSH_ROOM = 64 };
    z_stream stream = {0};
    struct packed *packed = NULL;
    size_t len = 0;
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, RAW_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t room = deflateBound(&stream, (uLong)run->len) + FLUSH_ROOM;
    if (room <= UINT_MAX)
        packed = malloc(sizeof *packed + room);
    if (packed)
        len = deflate_into(&stream, run, packed->bytes, room);
    deflateEnd(&stream);
    if (len == 0) {
        free(packed);
        return NULL;
    }
    struct packed *fitting = realloc(packed, sizeof *packed + len);
    packed = fitting ? fitting : packed;
    finish(run, packed, len);
    return packed;
}

/* Two threads may compress it at once; the one that comes second takes the first one's. */
const struct run_packed *run_pack(struct run *run)
{
    struct packed *packed = atomic_load_explicit(&run->packed, memory_order_acquire);
    if (packed)
        return &packed->view;
    struct packed *made = run->len < STORED_MAX ? store(run) : compress_run(run);
    if (!made)
        return NULL;
    if (atomic_compare_exchange_strong_explicit(&run->packed, &packed, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return &made->view;
    free(made);
    return &packed->view;
}

/* ---- fragments ---- */

void fragment_set(struct fragment *fragment, struct run *home, size_t offset, size_t len)
{
    struct run *before = fragment->home;
    *fragment = (struct fragment){home, (uint32_t)offset, (uint32_t)len};
    run_unref(before);
}

void fragment_drop(struct fragment *fragment)
{
    run_unref(fragment->home);
    *fragment = (struct fragment){0};
}

struct cr_slice fragment_bytes(const struct fragment *fragment)
{
    return fragment->home ? cr_slice_sub(run_bytes(fragment->home), fragment->offset,
                                         fragment->offset + fragment->len)
                          : (struct cr_slice){0};
}
