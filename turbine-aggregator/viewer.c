/* What one reader of turbine.stream is sent. */
#include "viewer.h"

#include <stdlib.h>
#include <string.h>

#include "cr_buf.h"
#include "cr_http_stream.h"
#include "cr_int.h"

enum { PING_MS = 3000 };

/* Of one circuit, by its index on the board. */
struct viewer_sent {
    uint64_t number;
    int64_t at_ms;
};

struct viewer *viewer_new(const struct filter *filter)
{
    struct viewer *viewer = calloc(1, sizeof *viewer);
    char *criteria =
        strndup(filter->criteria.len ? filter->criteria.ptr : "", filter->criteria.len);
    if (!viewer || !criteria) {
        free(viewer);
        free(criteria);
        return NULL;
    }
    viewer->criteria = criteria;
    viewer->filter = *filter;
    viewer->filter.criteria = cr_slice_of(criteria);
    return viewer;
}

void viewer_free(struct viewer *viewer)
{
    if (!viewer)
        return;
    free(viewer->criteria);
    free(viewer->sent);
    free(viewer);
}

/* "<epoch>-<number>" of this process, or false. */
static bool parse_id(struct cr_slice id, int64_t epoch, int64_t *out_number)
{
    struct cr_slice epoch_text, number_text = id;
    int64_t its_epoch = 0;
    return id.ptr && cr_slice_split(&number_text, '-', &epoch_text) && number_text.ptr &&
           cr_int_parse(epoch_text, 0, INT64_MAX, &its_epoch) == 0 && its_epoch == epoch &&
           cr_int_parse(number_text, 0, INT64_MAX, out_number) == 0;
}

void viewer_resume(struct viewer *viewer, int64_t epoch, struct cr_slice last_id)
{
    int64_t number = 0;
    if (parse_id(last_id, epoch, &number))
        viewer->base = (uint64_t)number;
    else
        viewer->reset = last_id.len > 0;
}

void viewer_greet(struct viewer *viewer, int64_t now_ms)
{
    if (viewer->reset)
        viewer->reset =
            cr_http_stream_write(viewer->stream, CR_SLICE("event: reset\ndata: {}\n\n")) != 0;
    viewer_ping(viewer, now_ms);
}

void viewer_ping(struct viewer *viewer, int64_t now_ms)
{
    if (now_ms < viewer->ping_due_ms)
        return;
    if (cr_http_stream_write(viewer->stream, CR_SLICE(": ping\n")) == 0)
        viewer->ping_due_ms = now_ms + PING_MS;
}

static struct viewer_sent *sent_of(struct viewer *viewer, size_t index)
{
    if (index >= viewer->sent_count) {
        size_t count = index + 16;
        struct viewer_sent *sent = realloc(viewer->sent, count * sizeof *sent);
        if (!sent)
            return NULL;
        for (size_t i = viewer->sent_count; i < count; i++)
            sent[i] = (struct viewer_sent){.number = viewer->base, .at_ms = INT64_MIN / 2};
        viewer->sent = sent;
        viewer->sent_count = count;
    }
    return &viewer->sent[index];
}

static void show_entry(struct viewer *viewer, const struct board_entry *entry, int64_t epoch,
                       int64_t now_ms)
{
    struct viewer_sent *sent = sent_of(viewer, entry->index);
    if (!sent || entry->number <= sent->number ||
        !filter_matches(&viewer->filter, cr_slice_of(entry->type), cr_slice_of(entry->name)))
        return;
    if (now_ms - sent->at_ms < viewer->filter.delay_ms) {
        viewer->behind = true;
        return;
    }
    CR_AUTO(cr_buf) frame = {0};
    cr_buf_printf(&frame, "id: %lld-%llu\ndata: ", (long long)epoch,
                  (unsigned long long)entry->number);
    cr_buf_slice(&frame, entry->json);
    cr_buf_text(&frame, "\n\n");
    if (cr_buf_status(&frame) || cr_http_stream_write(viewer->stream, cr_buf_view(&frame))) {
        viewer->behind = true;
        return;
    }
    *sent = (struct viewer_sent){entry->number, now_ms};
}

void viewer_show(struct viewer *viewer, const struct board *board, int64_t epoch, int64_t now_ms)
{
    viewer->behind = false;
    struct board_entry entry;
    for (size_t cursor = 0; board_next(board, &cursor, &entry);)
        show_entry(viewer, &entry, epoch, now_ms);
}

void viewer_tell(struct viewer *viewer, struct cr_slice type, struct cr_slice name,
                 struct cr_slice json)
{
    if (!filter_matches(&viewer->filter, type, name))
        return;
    CR_AUTO(cr_buf) frame = {0};
    cr_buf_text(&frame, "data: ");
    cr_buf_slice(&frame, json);
    cr_buf_text(&frame, "\n\n");
    if (cr_buf_status(&frame) || cr_http_stream_write(viewer->stream, cr_buf_view(&frame)))
        viewer->lost++; /* the next one says as much */
}
