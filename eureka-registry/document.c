/* Answers as lists of shared runs, plain and as gzip. */
#include "document.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { GZIP_HEADER = 10, GZIP_TRAILER = 13 };

struct gzip {
    size_t len;
    char bytes[];
};

struct document {
    atomic_size_t refs;
    struct gzip *_Atomic gzip;
    struct run **runs;
    size_t count;
    struct cr_slice pieces[];
};

static void unref_runs(struct run *const *runs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run_unref(runs[i]);
}

struct document *document_new(struct run *const *runs, size_t count)
{
    struct document *document = calloc(1, sizeof *document + count * sizeof *document->pieces);
    if (document)
        document->runs = calloc(count + 1, sizeof(struct run *));
    if (!document || !document->runs) {
        free(document);
        unref_runs(runs, count);
        return NULL;
    }
    atomic_init(&document->refs, 1);
    document->count = count;
    for (size_t i = 0; i < count; i++) {
        document->runs[i] = runs[i];
        document->pieces[i] = run_bytes(runs[i]);
    }
    return document;
}

struct document *document_take(struct cr_buf *buf)
{
    static const struct run_shape alone = {.lead = RUN_ALONE, .count = 1};
    struct run *run = cr_buf_status(buf) ? NULL : run_new(cr_buf_view(buf), &alone);
    cr_buf_free(buf);
    return run ? document_new(&run, 1) : NULL;
}

struct document *document_ref(struct document *document)
{
    atomic_fetch_add_explicit(&document->refs, 1, memory_order_relaxed);
    return document;
}

void document_unref(struct document *document)
{
    if (!document || atomic_fetch_sub_explicit(&document->refs, 1, memory_order_acq_rel) > 1)
        return;
    unref_runs(document->runs, document->count);
    free(document->runs);
    free(atomic_load_explicit(&document->gzip, memory_order_relaxed));
    free(document);
}

const struct cr_slice *document_pieces(const struct document *document, size_t *out_count)
{
    *out_count = document->count;
    return document->pieces;
}

size_t document_len(const struct document *document)
{
    size_t len = 0;
    for (size_t i = 0; i < document->count; i++)
        len += document->pieces[i].len;
    return len;
}

void document_write(const struct document *document, struct cr_buf *out)
{
    for (size_t i = 0; i < document->count; i++)
        cr_buf_slice(out, document->pieces[i]);
}

/* ---- gzip ---- */

/* RFC 1952 section 2.3: no name, no time, of an unknown system. */
static const char gzip_header[GZIP_HEADER] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff};

static char *put(char *at, struct cr_slice bytes)
{
    memcpy(at, bytes.ptr, bytes.len);
    return at + bytes.len;
}

static char *put_le32(char *at, uint32_t value)
{
    for (unsigned i = 0; i < sizeof value; i++)
        *at++ = (char)(value >> 8 * i);
    return at;
}

/* False: no memory. From then on packing the runs cannot fail. */
static bool pack_all(const struct document *document, size_t *out_len)
{
    *out_len = GZIP_HEADER + GZIP_TRAILER;
    for (size_t i = 0; i < document->count; i++) {
        const struct run_packed *packed = run_pack(document->runs[i]);
        if (!packed)
            return false;
        *out_len += packed->bytes.len;
    }
    return true;
}

static struct gzip *compose_gzip(const struct document *document)
{
    /* RFC 1951 section 3.2.4: the last block, without bytes. */
    static const char last_block[] = {0x01, 0x00, 0x00, (char)0xff, (char)0xff};
    size_t len;
    uLong crc = 0;
    struct gzip *gzip = pack_all(document, &len) ? malloc(sizeof *gzip + len) : NULL;
    if (!gzip)
        return NULL;
    gzip->len = len;
    char *at = put(gzip->bytes, (struct cr_slice){gzip_header, sizeof gzip_header});
    for (size_t i = 0; i < document->count; i++) {
        const struct run_packed *packed = run_pack(document->runs[i]);
        at = put(at, packed->bytes);
        crc = crc32_combine(crc, packed->crc, (z_off_t)document->pieces[i].len);
    }
    at = put(at, (struct cr_slice){last_block, sizeof last_block});
    at = put_le32(at, (uint32_t)crc);
    put_le32(at, (uint32_t)document_len(document));
    return gzip;
}

static struct cr_slice view(const struct gzip *gzip)
{
    return (struct cr_slice){gzip->bytes, gzip->len};
}

/* Two threads may compose it at once; the one that comes second takes the first one's. */
struct cr_slice document_gzip(struct document *document)
{
    struct gzip *gzip = atomic_load_explicit(&document->gzip, memory_order_acquire);
    if (gzip)
        return view(gzip);
    struct gzip *made = compose_gzip(document);
    if (!made)
        return (struct cr_slice){0};
    if (atomic_compare_exchange_strong_explicit(&document->gzip, &gzip, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return view(made);
    free(made);
    return view(gzip);
}
