/* writer: appends text to a fixed area; used to generate heads without memory of their own.
 *
 * Ownership: the area is the caller's.
 * Errors:    what does not fit is dropped and `full` is set; check it once at the end.
 * Threads:   one at a time.
 */
#ifndef GATEWAY_WRITER_H
#define GATEWAY_WRITER_H

#include "cr_slice.h"

struct writer {
    char *start;
    char *at;
    char *end;
    bool full;
};

static inline void writer_init(struct writer *writer, char *area, size_t size)
{
    writer->start = area;
    writer->at = area;
    writer->end = area + size;
    writer->full = false;
}

static inline struct cr_slice writer_view(const struct writer *writer)
{
    return (struct cr_slice){writer->start, (size_t)(writer->at - writer->start)};
}

static inline void writer_slice(struct writer *writer, struct cr_slice text)
{
    if (text.len > (size_t)(writer->end - writer->at)) {
        writer->full = true;
        return;
    }
    if (text.len)
        memcpy(writer->at, text.ptr, text.len);
    writer->at += text.len;
}

void writer_uint(struct writer *writer, uint64_t value);

/* Of a string literal. */
#define writer_literal(writer, text) writer_slice((writer), CR_SLICE(text))

#endif
