/* cr_buf: a growing byte buffer with sticky failure: append many times, check once.
 *
 * Ownership: the caller owns the struct (zero-initialised is valid and unlimited) and calls
 *            cr_buf_free; data is heap memory, always NUL-terminated beyond len once non-NULL.
 * Errors:    a failed append (no memory, over max) marks the buffer; later appends do nothing.
 *            cr_buf_status returns 0, CR_ENOMEM or CR_ELIMIT.
 * Threads:   one at a time.
 */
#ifndef CR_BUF_H
#define CR_BUF_H

#include <stdarg.h>

#include "cr_attr.h"
#include "cr_slice.h"

struct cr_buf {
    char *data;
    size_t len;
    size_t capacity;
    size_t max; /* bytes; 0 = no limit */
    int failed; /* 0 or the sticky code */
};

void cr_buf_free(struct cr_buf *buf); /* back to the zero state, max kept */
void cr_buf_freep(struct cr_buf *buf);
void cr_buf_reset(struct cr_buf *buf); /* empty, memory kept, failure cleared */

void cr_buf_append(struct cr_buf *buf, const void *data, size_t len);
void cr_buf_slice(struct cr_buf *buf, struct cr_slice text);
void cr_buf_text(struct cr_buf *buf, const char *text);
void cr_buf_char(struct cr_buf *buf, char c);
void cr_buf_int(struct cr_buf *buf, int64_t value);
void cr_buf_printf(struct cr_buf *buf, const char *format, ...) CR_PRINTF(2, 3);
void cr_buf_vprintf(struct cr_buf *buf, const char *format, va_list args) CR_PRINTF(2, 0);

/* Room for at least len more bytes behind data + len, or NULL (failure is then sticky).
 * Write there, then add to len with cr_buf_commit. */
char *cr_buf_reserve(struct cr_buf *buf, size_t len);
void cr_buf_commit(struct cr_buf *buf, size_t len);

/* Drops the first len bytes. */
void cr_buf_consume(struct cr_buf *buf, size_t len);

CR_MUST_CHECK int cr_buf_status(const struct cr_buf *buf);

/* What was appended; valid until the next append. */
static inline struct cr_slice cr_buf_view(const struct cr_buf *buf)
{
    return (struct cr_slice){buf->data, buf->len};
}

/* The NUL-terminated heap text, now the caller's (free); NULL on failure. Resets the buffer. */
char *cr_buf_steal(struct cr_buf *buf);

#endif
