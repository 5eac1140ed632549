/* cr_sse: the text form of server-sent events, written and read piece by piece.
 *
 * Ownership: the reader owns its buffers (zero-initialised is valid; cr_sse_reader_fini frees); an
 *            event's slices live until its callback returns.
 * Units:     bytes.
 * Errors:    cr_sse_feed: CR_ELIMIT when a line or an event passes event_max (0: 256 KiB),
 *            CR_ENOMEM, or what the callback returned; the reader must then be finished.
 * Threads:   one at a time.
 * Source:    WHATWG HTML, "Parsing an event stream". Lines end with LF, CR LF or CR; unknown
 *            fields (Hystrix' "ping: ") and comments are skipped.
 */
#ifndef CR_SSE_H
#define CR_SSE_H

#include "cr_buf.h"

struct cr_sse_event {
    struct cr_slice type; /* empty: "message" */
    struct cr_slice data; /* lines joined by LF */
    struct cr_slice id;   /* the last one seen */
};

/* Appends one event; type and id may be empty. Line ends within data become several data lines. */
void cr_sse_write(struct cr_buf *out, const struct cr_sse_event *event);

struct cr_sse_reader {
    struct cr_buf line;
    struct cr_buf type;
    struct cr_buf data;
    struct cr_buf id;
    size_t event_max;
    bool after_cr;
    bool has_data;
    bool started; /* a byte order mark is only skipped at the start */
};

typedef int (*cr_sse_on_event)(const struct cr_sse_event *event, void *ctx);

CR_MUST_CHECK int cr_sse_feed(struct cr_sse_reader *reader, struct cr_slice piece,
                              cr_sse_on_event on_event, void *ctx);
void cr_sse_reader_fini(struct cr_sse_reader *reader);

#endif
