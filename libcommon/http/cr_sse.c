/* Server-sent events: one line at a time. */
#include "cr_sse.h"

#include <string.h>

#include "cr_err.h"

enum { EVENT_MAX = 256 * 1024, KEPT_MAX = 64 * 1024 };

/* --- writing --- */

static void write_field(struct cr_buf *out, const char *name, struct cr_slice value)
{
    cr_buf_text(out, name);
    cr_buf_text(out, ": ");
    cr_buf_slice(out, value);
    cr_buf_char(out, '\n');
}

void cr_sse_write(struct cr_buf *out, const struct cr_sse_event *event)
{
    if (event->id.len)
        write_field(out, "id", event->id);
    if (event->type.len)
        write_field(out, "event", event->type);
    struct cr_slice rest = event->data.ptr ? event->data : CR_SLICE(""), line;
    while (cr_slice_split(&rest, '\n', &line)) {
        if (cr_slice_ends(line, CR_SLICE("\r")))
            line.len--;
        write_field(out, "data", line);
    }
    cr_buf_char(out, '\n');
}

/* --- reading --- */

/* One large event must not take its room for ever. */
static void empty(struct cr_buf *buf)
{
    if (buf->capacity > KEPT_MAX)
        cr_buf_free(buf);
    else
        cr_buf_reset(buf);
}

static void set_text(struct cr_buf *buf, struct cr_slice value)
{
    cr_buf_reset(buf);
    cr_buf_slice(buf, value);
}

static int dispatch(struct cr_sse_reader *reader, cr_sse_on_event on_event, void *ctx)
{
    int rc = 0;
    if (reader->has_data) {
        struct cr_sse_event event = {cr_buf_view(&reader->type), cr_buf_view(&reader->data),
                                     cr_buf_view(&reader->id)};
        rc = on_event(&event, ctx);
    }
    cr_buf_reset(&reader->type);
    empty(&reader->data);
    reader->has_data = false;
    return rc;
}

static void take_field(struct cr_sse_reader *reader, struct cr_slice name, struct cr_slice value)
{
    if (cr_slice_is(name, "data")) {
        if (reader->has_data)
            cr_buf_char(&reader->data, '\n');
        cr_buf_slice(&reader->data, value);
        reader->has_data = true;
    } else if (cr_slice_is(name, "event")) {
        set_text(&reader->type, value);
    } else if (cr_slice_is(name, "id") && !(value.len && memchr(value.ptr, 0, value.len))) {
        set_text(&reader->id, value);
    }
}

static int take_line(struct cr_sse_reader *reader, cr_sse_on_event on_event, void *ctx)
{
    struct cr_slice line = cr_buf_view(&reader->line);
    if (!reader->started && cr_slice_starts(line, CR_SLICE("\xEF\xBB\xBF")))
        line = cr_slice_from(line, 3);
    reader->started = true;
    int rc = 0;
    if (line.len == 0) {
        rc = dispatch(reader, on_event, ctx);
    } else {
        ptrdiff_t colon = cr_slice_find(line, ':');
        size_t end = colon < 0 ? line.len : (size_t)colon;
        struct cr_slice value = cr_slice_from(line, end + 1);
        if (cr_slice_starts(value, CR_SLICE(" ")))
            value = cr_slice_from(value, 1);
        take_field(reader, cr_slice_sub(line, 0, end), value);
    }
    empty(&reader->line);
    if (rc == 0)
        rc = cr_buf_status(&reader->data);
    if (rc == 0)
        rc = cr_buf_status(&reader->type);
    return rc ? rc : cr_buf_status(&reader->id);
}

static void set_limits(struct cr_sse_reader *reader)
{
    size_t max = reader->event_max ? reader->event_max : EVENT_MAX;
    reader->line.max = max;
    reader->type.max = max;
    reader->data.max = max;
    reader->id.max = max;
}

/* Up to the next line end; the LF behind a CR belongs to the line before. */
int cr_sse_feed(struct cr_sse_reader *reader, struct cr_slice piece, cr_sse_on_event on_event,
                void *ctx)
{
    set_limits(reader);
    while (piece.len) {
        if (reader->after_cr && piece.ptr[0] == '\n')
            piece = cr_slice_from(piece, 1);
        reader->after_cr = false;
        size_t end = 0;
        while (end < piece.len && piece.ptr[end] != '\n' && piece.ptr[end] != '\r')
            end++;
        cr_buf_slice(&reader->line, cr_slice_sub(piece, 0, end));
        int rc = cr_buf_status(&reader->line);
        if (rc == 0 && end < piece.len) {
            reader->after_cr = piece.ptr[end] == '\r';
            rc = take_line(reader, on_event, ctx);
        }
        if (rc)
            return rc;
        piece = cr_slice_from(piece, end + 1);
    }
    return 0;
}

void cr_sse_reader_fini(struct cr_sse_reader *reader)
{
    cr_buf_free(&reader->line);
    cr_buf_free(&reader->type);
    cr_buf_free(&reader->data);
    cr_buf_free(&reader->id);
    *reader = (struct cr_sse_reader){.event_max = reader->event_max};
}
