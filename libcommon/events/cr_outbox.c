/* Appends to and reads from an owner's table of events. */
#include "cr_outbox.h"

#include "cr_clock.h"
#include "cr_json.h"
#include "cr_random.h"

enum { READ_BYTES_MAX = 4 << 20, CHECK_ARENA_MAX = 64 << 20 };

int cr_outbox_head(struct cr_tx *tx, int64_t *out_seq, struct cr_err *err)
{
    return cr_tx_query_int(tx, "SELECT COALESCE(MAX(seq), 0) FROM events", CR_NO_VALUES, out_seq,
                           err);
}

int cr_outbox_version(struct cr_tx *tx, struct cr_slice aggregate, int64_t *out_version,
                      struct cr_err *err)
{
    return cr_tx_query_int(tx, "SELECT COALESCE(MAX(version), 0) FROM events WHERE aggregate = $1",
                           CR_VALUES(cr_value_slice(aggregate)), out_version, err);
}

static void fill(struct cr_event *event, struct cr_outbox_texts *texts)
{
    int64_t now_ms = cr_clock_wall_ms();
    if (event->id.len == 0) {
        cr_uuid7(now_ms, texts->id);
        event->id = cr_slice_of(texts->id);
    }
    if (event->time.len == 0) {
        cr_clock_rfc3339(now_ms, texts->time);
        event->time = cr_slice_of(texts->time);
    }
    if (event->source.len == 0)
        event->source = CR_SLICE("-");
}

/* The feed shows data as a part of its own JSON, so nothing else may get in here. */
static int check_json(struct cr_slice data, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(CHECK_ARENA_MAX);
    const struct cr_tree *tree = NULL;
    struct cr_err reason = {0};
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "event: out of memory");
    int rc = cr_json_parse(data, arena, &tree, &reason);
    if (rc == CR_EPARSE)
        return cr_err_set(err, CR_EINVAL, "event: data is not JSON: %s", reason.text);
    return rc < 0 ? cr_err_set(err, rc, "event: data: %s", reason.text) : 0;
}

int cr_outbox_append(struct cr_tx *tx, struct cr_event *event, struct cr_outbox_texts *event_texts,
                     struct cr_err *err)
{
    struct cr_event row = *event;
    fill(&row, event_texts);
    int rc = cr_event_check(&row, err);
    if (rc == 0)
        rc = check_json(row.data, err);
    if (rc < 0)
        return rc;
    int64_t version = 0;
    rc = cr_outbox_version(tx, row.aggregate, &version, err);
    if (rc < 0)
        return rc;
    if (row.version != 0 && row.version != version + 1)
        return cr_err_set(err, CR_ECONFLICT, "'%.*s' has version %lld, not %lld",
                          CR_SLICE_ARG(row.aggregate), (long long)version,
                          (long long)(row.version - 1));
    row.version = version + 1;
    rc = cr_tx_query_int(tx,
                         "INSERT INTO events(event_id, aggregate, version, type, time,"
                         " traceparent, data) VALUES($1, $2, $3, $4, $5, $6, $7) RETURNING seq",
                         CR_VALUES(cr_value_slice(row.id), cr_value_slice(row.aggregate),
                                   cr_value_int(row.version), cr_value_slice(row.type),
                                   cr_value_slice(row.time), cr_value_slice(row.traceparent),
                                   cr_value_slice(row.data)),
                         &row.seq, err);
    if (rc < 0)
        return rc;
    row.source = event->source;
    *event = row;
    return 0;
}

/* --- reading --- */

static struct cr_slice copy(struct cr_arena *arena, struct cr_slice text)
{
    return (struct cr_slice){cr_arena_slice(arena, text), text.len};
}

static int query(struct cr_tx *tx, const struct cr_outbox_query *query, struct cr_stmt **out_stmt,
                 struct cr_err *err)
{
    struct cr_value after = cr_value_int(query->after);
    struct cr_value limit = cr_value_int((int64_t)query->limit);
    if (query->aggregate.len == 0)
        return cr_tx_query(tx,
                           "SELECT seq, event_id, aggregate, version, type, time, traceparent,"
                           " data FROM events WHERE seq > $1 ORDER BY seq LIMIT $2",
                           CR_VALUES(after, limit), out_stmt, err);
    return cr_tx_query(tx,
                       "SELECT seq, event_id, aggregate, version, type, time, traceparent, data"
                       " FROM events WHERE seq > $1 AND aggregate = $3 ORDER BY seq LIMIT $2",
                       CR_VALUES(after, limit, cr_value_slice(query->aggregate)), out_stmt, err);
}

static struct cr_event row_event(struct cr_stmt *stmt, struct cr_arena *arena, const char *source)
{
    return (struct cr_event){
        .seq = cr_stmt_int(stmt, 0),
        .id = copy(arena, cr_stmt_text(stmt, 1)),
        .source = cr_slice_of(source),
        .aggregate = copy(arena, cr_stmt_text(stmt, 2)),
        .version = cr_stmt_int(stmt, 3),
        .type = copy(arena, cr_stmt_text(stmt, 4)),
        .time = copy(arena, cr_stmt_text(stmt, 5)),
        .traceparent = copy(arena, cr_stmt_text(stmt, 6)),
        .data = copy(arena, cr_stmt_text(stmt, 7)),
    };
}

int cr_outbox_read(struct cr_tx *tx, const struct cr_outbox_query *outbox_query,
                   struct cr_arena *arena, struct cr_event **out_events, size_t *out_count,
                   struct cr_err *err)
{
    struct cr_event *events = cr_arena_array(arena, outbox_query->limit, sizeof *events);
    if (!events)
        return cr_err_set(err, CR_ENOMEM, "events: out of memory");
    CR_AUTO_STMT stmt = NULL;
    int rc = query(tx, outbox_query, &stmt, err);
    if (rc < 0)
        return rc;
    size_t count = 0;
    size_t bytes = 0;
    while (count < outbox_query->limit && bytes < READ_BYTES_MAX &&
           (rc = cr_stmt_step(stmt, err)) > 0) {
        events[count] = row_event(stmt, arena, outbox_query->source);
        bytes += events[count].data.len;
        count++;
    }
    if (rc < 0)
        return rc;
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "events: out of memory");
    *out_events = events;
    *out_count = count;
    return 0;
}
