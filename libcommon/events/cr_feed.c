/* The feed's query, answer and its reading. */
#include "cr_feed.h"

#include "cr_event_json.h"
#include "cr_int.h"
#include "cr_json.h"
#include "cr_json_writer.h"
#include "cr_outbox.h"
#include "cr_url.h"

enum { ANSWER_ARENA_MAX = 24 << 20 };

static int parse_int(struct cr_slice text, const char *name, int64_t min, int64_t max,
                     int64_t *value, struct cr_err *err)
{
    if (!text.ptr || cr_int_parse(text, min, max, value) == 0)
        return 0;
    return cr_err_set(err, CR_EINVAL, "'%s' must be a number from %lld to %lld, not '%.*s'", name,
                      (long long)min, (long long)max, CR_SLICE_ARG(cr_slice_sub(text, 0, 40)));
}

int cr_feed_query_parse(struct cr_slice after, struct cr_slice limit, struct cr_slice aggregate,
                        struct cr_feed_query *out_query, struct cr_err *err)
{
    int64_t from = 0;
    int64_t most = CR_FEED_LIMIT_DEFAULT;
    int rc = parse_int(after, "after", 0, INT64_MAX, &from, err);
    if (rc == 0)
        rc = parse_int(limit, "limit", 1, CR_FEED_LIMIT_MAX, &most, err);
    if (rc < 0)
        return rc;
    if (aggregate.len > CR_EVENT_ATTRIBUTE_MAX)
        return cr_err_set(err, CR_EINVAL, "'aggregate' is longer than %d bytes",
                          CR_EVENT_ATTRIBUTE_MAX);
    *out_query = (struct cr_feed_query){from, (size_t)most, aggregate};
    return 0;
}

void cr_feed_query_write(const struct cr_feed_query *query, struct cr_buf *out)
{
    cr_buf_printf(out, "/internal/events?after=%lld&limit=%zu", (long long)query->after,
                  query->limit);
    if (query->aggregate.len > 0) {
        cr_buf_text(out, "&aggregate=");
        cr_url_encode(out, query->aggregate, "");
    }
}

int cr_feed_answer(struct cr_tx *tx, const struct cr_feed_query *query, const char *source,
                   struct cr_buf *out, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(ANSWER_ARENA_MAX);
    struct cr_outbox_query rows = {query->after, query->limit, query->aggregate, source};
    struct cr_event *events = NULL;
    size_t count = 0;
    int64_t head = 0;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "feed: out of memory");
    int rc = cr_outbox_head(tx, &head, err);
    if (rc == 0)
        rc = cr_outbox_read(tx, &rows, arena, &events, &count, err);
    if (rc < 0)
        return rc;
    /* Nothing more behind: everything up to the head is seen, also for one aggregate. */
    int64_t next = count > 0 ? events[count - 1].seq : cr_max_i64(head, query->after);
    struct cr_json_writer json;
    cr_json_init(&json, out);
    cr_json_begin_object(&json);
    cr_json_pair_int(&json, "head", head);
    cr_json_pair_int(&json, "next", next);
    cr_json_pair_array(&json, "events");
    for (size_t i = 0; i < count; i++) {
        CR_AUTO(cr_buf) text = {0};
        cr_event_write_json(&events[i], &text);
        rc = cr_buf_status(&text);
        if (rc < 0)
            return cr_err_set(err, rc, "feed: out of memory");
        cr_json_raw(&json, cr_buf_view(&text));
    }
    cr_json_end_array(&json);
    cr_json_end_object(&json);
    rc = cr_buf_status(out);
    return rc < 0 ? cr_err_set(err, rc, "feed: %s", cr_code_name(rc)) : 0;
}

int cr_feed_parse(struct cr_slice body, struct cr_arena *arena, struct cr_feed *out_feed,
                  struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_json_parse(body, arena, &tree, err);
    if (rc < 0)
        return rc;
    struct cr_feed feed = {0};
    const struct cr_tree *events = cr_tree_get(tree, "events");
    if (cr_tree_kind(events) != CR_TREE_ARRAY ||
        cr_tree_int(cr_tree_get(tree, "head"), 0, INT64_MAX, &feed.head) < 0 ||
        cr_tree_int(cr_tree_get(tree, "next"), 0, INT64_MAX, &feed.next) < 0)
        return cr_err_set(err, CR_EPARSE, "feed: 'head', 'next' or 'events' is missing");
    feed.events = cr_arena_array(arena, cr_tree_count(events) + 1, sizeof *feed.events);
    if (!feed.events)
        return cr_err_set(err, CR_ENOMEM, "feed: out of memory");
    for (const struct cr_tree *node = cr_tree_first(events); node; node = cr_tree_next(node)) {
        rc = cr_event_from_json(node, arena, &feed.events[feed.count], err);
        if (rc < 0)
            return rc;
        feed.count++;
    }
    *out_feed = feed;
    return 0;
}
