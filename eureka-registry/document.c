/* Answers as lists of shared runs, plain and as gzip. */
#include "document.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_HEADER = 10, GZIP_TRAILER = 13 };

struct gzip {
    unsigned char trailer[GZIP_TRAILER];
    struct cr_slice pieces[]; /* header, runs, trailer */
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

static void put_le32(unsigned char *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(value >> 8 * i);
}

/* No name, no time, of unknown origin. */
static const char gzip_header[GZIP_HEADER] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff};

/* A last block without bytes (RFC 1951 section 3.2.4), the checksum, the length. */
static void write_trailer(unsigned char out[GZIP_TRAILER], uint32_t crc, size_t len)
{
    static const unsigned char last_block[] = {0x01, 0x00, 0x00, 0xff, 0xff};
    for (size_t i = 0; i < sizeof last_block; i++)
        out[i] = last_block[i];
    put_le32(out + sizeof last_block, crc);
    put_le32(out + sizeof last_block + 4, (uint32_t)len);
}

static struct gzip *compose_gzip(const struct document *document)
{
    struct gzip *gzip = calloc(1, sizeof *gzip + (document->count + 2) * sizeof *gzip->pieces);
    uLong crc = 0;
    if (!gzip)
        return NULL;
    gzip->pieces[0] = (struct cr_slice){gzip_header, GZIP_HEADER};
    for (size_t i = 0; i < document->count; i++) {
        const struct run_packed *packed = run_pack(document->runs[i]);
        if (!packed) {
            free(gzip);
            return NULL;
        }
        gzip->pieces[i + 1] = packed->bytes;
        crc = crc32_combine(crc, packed->crc, (z_off_t)document->pieces[i].len);
    }
    write_trailer(gzip->trailer, (uint32_t)crc, document_len(document));
    gzip->pieces[document->count + 1] =
        (struct cr_slice){(const char *)gzip->trailer, GZIP_TRAILER};
    return gzip;
}

const struct cr_slice *document_gzip(struct document *document, size_t *out_count)
{
    *out_count = document->count + 2;
    struct gzip *gzip = atomic_load_explicit(&document->gzip, memory_order_acquire);
    if (gzip)
        return gzip->pieces;
    struct gzip *made = compose_gzip(document);
    if (!made)
        return NULL;
    if (atomic_compare_exchange_strong_explicit(&document->gzip, &gzip, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return made->pieces;
    free(made);
    return gzip->pieces;
}
