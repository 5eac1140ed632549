/* viewer: one reader of turbine.stream: what it was sent, and what it is owed.
 *
 * Ownership: the cluster that it looks at owns it; texts are copied.
 * Units:     milliseconds of the monotonic clock.
 * Errors:    viewer_new: NULL without memory. A reader that is too slow is sent nothing, and the
 *            newest state later: nothing piles up.
 * Threads:   one at a time.
 * Source:    Turbine 1 TurbineStreamingConnection for the bytes: `data: {...}`, `: ping` every
 * three seconds. In front stands `id: <epoch>-<number>`; a reader that comes back with it is sent
 * what has changed since, after another epoch `event: reset` and everything.
 */
#ifndef VIEWER_H
#define VIEWER_H

#include "board.h"
#include "cr_list.h"
#include "filter.h"

struct cr_http_stream;

struct viewer {
    struct cr_list link;
    struct cr_http_stream *stream;
    struct filter filter;
    char *criteria; /* what the filter's text points to */
    int64_t ping_due_ms;
    uint64_t base; /* everything up to this number was sent on an earlier connection */
    struct viewer_sent *sent;
    size_t sent_count;
    uint64_t lost; /* told events that found the queue full */
    bool reset;    /* it comes from another process: what it knows is worth nothing */
    bool behind;   /* something is still owed: a delay, or a full queue */
};

struct viewer *viewer_new(const struct filter *filter);
void viewer_free(struct viewer *viewer); /* NULL is fine */

/* Before the stream is open: last_id is the header Last-Event-ID, or empty. */
void viewer_resume(struct viewer *viewer, int64_t epoch, struct cr_slice last_id);
/* The first bytes of the stream. */
void viewer_greet(struct viewer *viewer, int64_t now_ms);

/* Sends what is newer than what was sent. */
void viewer_show(struct viewer *viewer, const struct board *board, int64_t epoch, int64_t now_ms);
void viewer_tell(struct viewer *viewer, struct cr_slice type, struct cr_slice name,
                 struct cr_slice json);
void viewer_ping(struct viewer *viewer, int64_t now_ms);

#endif
