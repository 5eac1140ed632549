/* fuzz_http: what the two sides of the gateway's reading share: fields written down for comparison,
 * bodies taken by their framing, in pieces of a size that the input chose. */
#ifndef FUZZ_HTTP_H
#define FUZZ_HTTP_H

#include "chunk.h"
#include "foreign.h"
#include "forward.h"
#include "framing.h"
#include "fuzz.h"

static const struct head_limits fuzz_limits = {8192, 32768, 8192, 100};

static inline bool fuzz_same(const struct cr_buf *ours, const struct cr_buf *theirs)
{
    return cr_slice_equal(cr_buf_view(ours), cr_buf_view(theirs));
}

static inline void fuzz_fields(const struct head *head, struct cr_buf *out)
{
    for (size_t i = 0; i < head->count; i++)
        foreign_field(out, head->fields[i].name, head->fields[i].value);
}

/* Takes a chunked body, `piece` octets at a time: 1 whole, 0 more to come, -1 refused. */
static inline int fuzz_chunked(struct cr_slice text, size_t piece, struct cr_buf *body,
                               size_t *out_used)
{
    struct chunk_reader reader;
    struct fault fault = {0};
    enum chunk_event event = CHUNK_MORE;
    size_t used = 0;
    int status = 0;
    chunk_reader_init(&reader, FAILURE_BAD_REQUEST);
    while (!status && used < text.len && event != CHUNK_DONE) {
        size_t end = text.len - used < piece ? text.len : used + piece, step = 0;
        struct cr_slice data = {NULL, 0};
        status = chunk_read(&reader, cr_slice_sub(text, used, end), &event, &data, &step, &fault);
        FUZZ_HOLDS(status || (step > 0 && step <= end - used));
        FUZZ_HOLDS(!status || (fault.failure == FAILURE_BAD_REQUEST && fault.text[0]));
        if (!status && event == CHUNK_DATA)
            cr_buf_slice(body, data);
        used += step;
    }
    chunk_reader_fini(&reader);
    *out_used = used;
    return status ? -1 : event == CHUNK_DONE;
}

/* Any body. FRAMING_CLOSE takes all. */
static inline int fuzz_body(const struct framing *framing, struct cr_slice text, size_t piece,
                            struct cr_buf *body, size_t *out_used)
{
    *out_used = 0;
    if (framing->kind == FRAMING_NONE)
        return 1;
    if (framing->kind == FRAMING_CHUNKED)
        return fuzz_chunked(text, piece, body, out_used);
    *out_used = framing->kind == FRAMING_CLOSE || framing->length > text.len
                    ? text.len
                    : (size_t)framing->length;
    cr_buf_slice(body, cr_slice_sub(text, 0, *out_used));
    return framing->kind == FRAMING_CLOSE || *out_used == framing->length;
}

/* Writes a body as it goes on. */
static inline void fuzz_frame(enum framing_kind kind, const struct cr_buf *body, struct cr_buf *out)
{
    char line[CHUNK_LINE_SIZE];
    if (kind == FRAMING_CHUNKED && body->len)
        cr_buf_append(out, line, chunk_line(body->len, line));
    cr_buf_slice(out, cr_buf_view(body));
    if (kind == FRAMING_CHUNKED)
        cr_buf_text(out, body->len ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
}

/* Reads the head of all. out_early: in pieces it was refused, which may be earlier than all of it
 * together, but only what is no message anyway. */
typedef ptrdiff_t (*fuzz_read)(struct head_scan *scan, struct cr_slice text,
                               const struct head_limits *limits, struct head *out_head,
                               struct fault *fault);
static inline ptrdiff_t fuzz_head(fuzz_read read, struct cr_slice text, size_t piece,
                                  struct head *out_head, bool *out_early)
{
    struct fault fault = {0};
    struct head_scan whole = {0}, parts = {0};
    ptrdiff_t found = 0;
    for (size_t end = 0; end < text.len && !found;) {
        end = text.len - end < piece ? text.len : end + piece;
        found = read(&parts, cr_slice_sub(text, 0, end), &fuzz_limits, out_head, &fault);
        FUZZ_HOLDS(found >= 0 || (fault.failure != FAILURE_NONE && fault.text[0]));
    }
    ptrdiff_t length = read(&whole, text, &fuzz_limits, out_head, &fault);
    /* A piece may be refused before all is seen, and what all shows to be wrong may still be waited
     * for. */
    FUZZ_HOLDS(found == length || found < 0 || (found == 0 && length < 0));
    *out_early = found < 0;
    return length;
}

#endif
