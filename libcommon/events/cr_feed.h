/* cr_feed: GET /internal/events?after=SEQ&limit=N[&aggregate=ID], both ends of it without HTTP.
 *
 * The owner answers {"head":H,"next":S,"events":[...]}: structured CloudEvents behind `after` in
 * the order of seq, the newest seq of all, and the `after` to ask for next. A consumer that reaches
 * next = head has seen everything. No promise rests on a broker: this is what repairs it.
 *
 * Ownership: what is parsed lives in the arena.
 * Errors:    CR_EINVAL a bad query, CR_EPARSE a bad answer, and cr_tx's.
 * Threads:   none.
 */
#ifndef CR_FEED_H
#define CR_FEED_H

#include "cr_event.h"
#include "cr_store.h"

enum { CR_FEED_LIMIT_DEFAULT = 500, CR_FEED_LIMIT_MAX = 1000, CR_FEED_BODY_MAX = 16 << 20 };

struct cr_feed_query {
    int64_t after;
    size_t limit;              /* 1..CR_FEED_LIMIT_MAX */
    struct cr_slice aggregate; /* empty: all */
};

/* From the request's query parameters; an absent one (ptr NULL) has its default. */
CR_MUST_CHECK int cr_feed_query_parse(struct cr_slice after, struct cr_slice limit,
                                      struct cr_slice aggregate, struct cr_feed_query *out_query,
                                      struct cr_err *err);

/* Appends "/internal/events?after=..." for a request. */
void cr_feed_query_write(const struct cr_feed_query *query, struct cr_buf *out);

/* The owner's answer, application/json. source: that of the owner's events. */
CR_MUST_CHECK int cr_feed_answer(struct cr_tx *tx, const struct cr_feed_query *query,
                                 const char *source, struct cr_buf *out, struct cr_err *err);

struct cr_feed {
    int64_t head;
    int64_t next;
    struct cr_event *events;
    size_t count;
};
CR_MUST_CHECK int cr_feed_parse(struct cr_slice body, struct cr_arena *arena,
                                struct cr_feed *out_feed, struct cr_err *err);

/* How a consumer gets at an owner's feed: the daemon gives this, usually an HTTP client's call to
 * an instance from the registry. Appends the body of a 200. It blocks, with a deadline of its own
 * of at most a few seconds; on stop it may go on for that long. CR_EUNAVAILABLE: nobody there. */
typedef int (*cr_feed_fetch)(void *ctx, const struct cr_feed_query *query, struct cr_buf *out_body,
                             struct cr_err *err);

#endif
