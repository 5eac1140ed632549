/* Applies an event once and in order, or parks it, within one transaction. */
#include "cr_inbox.h"

#include "cr_clock.h"
#include "cr_json_writer.h"

enum { PARKED_MAX = 100000 };

static int query_or(struct cr_tx *tx, const char *sql, struct cr_values values, int64_t fallback,
                    int64_t *out_value, struct cr_err *err)
{
    *out_value = fallback;
    int rc = cr_tx_query_int(tx, sql, values, out_value, err);
    return rc == CR_ENOTFOUND ? 0 : rc;
}

/* --- versions --- */

static int get_version(const struct cr_inbox *inbox, struct cr_tx *tx, const struct cr_event *event,
                       int64_t *out_version, struct cr_err *err)
{
    return query_or(tx, "SELECT version FROM versions WHERE source = $1 AND aggregate = $2",
                    CR_VALUES(cr_value_text(inbox->source), cr_value_slice(event->aggregate)), 0,
                    out_version, err);
}

static int set_version(const struct cr_inbox *inbox, struct cr_tx *tx, const struct cr_event *event,
                       struct cr_err *err)
{
    return cr_tx_exec(tx,
                      "INSERT INTO versions(source, aggregate, version) VALUES($1, $2, $3)"
                      " ON CONFLICT(source, aggregate) DO UPDATE SET version = excluded.version",
                      CR_VALUES(cr_value_text(inbox->source), cr_value_slice(event->aggregate),
                                cr_value_int(event->version)),
                      err);
}

/* --- dead letters --- */

static int is_parked(const struct cr_inbox *inbox, struct cr_tx *tx, const struct cr_event *event,
                     bool *out_parked, struct cr_err *err)
{
    int64_t found = 0;
    int rc = query_or(tx,
                      "SELECT 1 FROM dead_letter WHERE source = $1 AND aggregate = $2"
                      " AND resolved_at IS NULL LIMIT 1",
                      CR_VALUES(cr_value_text(inbox->source), cr_value_slice(event->aggregate)), 0,
                      &found, err);
    *out_parked = found != 0;
    return rc;
}

/* The record's headers as a JSON object. */
static void write_headers(const struct cr_event_message *message, struct cr_buf *out)
{
    struct cr_json_writer json;
    cr_json_init(&json, out);
    cr_json_begin_object(&json);
    for (size_t i = 0; i < message->header_count; i++) {
        cr_json_key_slice(&json, message->headers[i].name);
        cr_json_string(&json, message->headers[i].value);
    }
    cr_json_end_object(&json);
}

static int check_room(struct cr_tx *tx, struct cr_err *err)
{
    int64_t count = 0;
    int rc = cr_tx_query_int(tx, "SELECT COALESCE(MAX(id) - MIN(id), 0) FROM dead_letter",
                             CR_NO_VALUES, &count, err);
    if (rc == 0 && count >= PARKED_MAX)
        rc = cr_err_set(err, CR_EUNAVAILABLE,
                        "dead letters: %d are parked already; look at them, then delete or retry",
                        PARKED_MAX);
    return rc;
}

int cr_inbox_park(const struct cr_inbox *inbox, struct cr_tx *tx, const struct cr_event *event,
                  const struct cr_inbox_origin *origin, const char *reason, struct cr_err *err)
{
    char now[CR_RFC3339_SIZE];
    cr_clock_rfc3339(cr_clock_wall_ms(), now);
    CR_AUTO(cr_buf) text = {0};
    if (origin)
        write_headers(origin->message, &text);
    else
        cr_event_write_json(event, &text);
    int rc = cr_buf_status(&text);
    if (rc < 0)
        return cr_err_set(err, rc, "dead letter: %s", cr_code_name(rc));
    rc = check_room(tx, err);
    if (rc < 0)
        return rc;
    const struct cr_value none = cr_value_null();
    return cr_tx_exec(
        tx,
        "INSERT INTO dead_letter(source, aggregate, version, cluster, topic, part, log_offset,"
        " key, headers, value, reason, parked_at)"
        " VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        CR_VALUES(cr_value_text(inbox->source), event ? cr_value_slice(event->aggregate) : none,
                  event ? cr_value_int(event->version) : none,
                  origin ? cr_value_text(origin->cluster) : none, cr_value_text(inbox->topic),
                  origin ? cr_value_int(origin->partition) : none,
                  origin ? cr_value_int(origin->offset) : none,
                  origin ? cr_value_bytes(origin->message->key) : none,
                  origin ? cr_value_slice(cr_buf_view(&text)) : none,
                  cr_value_bytes(origin ? origin->message->value : cr_buf_view(&text)),
                  cr_value_text(reason), cr_value_text(now)),
        err);
}

/* --- applying --- */

struct application {
    const struct cr_inbox *inbox;
    const struct cr_event *event;
};

static int apply(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    const struct application *application = ctx;
    return application->inbox->apply(tx, application->event, application->inbox->ctx, err);
}

int cr_inbox_take(const struct cr_inbox *inbox, struct cr_tx *tx, const struct cr_event *event,
                  const struct cr_inbox_origin *origin, enum cr_inbox_result *out_result,
                  struct cr_err *err)
{
    int64_t version = 0;
    bool parked = false;
    int rc = get_version(inbox, tx, event, &version, err);
    if (rc < 0)
        return rc;
    if (event->version <= version) {
        *out_result = CR_INBOX_REPEAT;
        return 0;
    }
    rc = is_parked(inbox, tx, event, &parked, err);
    if (rc < 0)
        return rc;
    if (!parked && event->version > version + 1) {
        *out_result = CR_INBOX_GAP;
        return 0;
    }
    struct application application = {inbox, event};
    struct cr_err reason = {0};
    rc = parked ? cr_err_set(&reason, CR_EINVAL, "an earlier event of this aggregate is parked")
                : cr_tx_nested(tx, apply, &application, &reason);
    if (rc == CR_EPARSE || rc == CR_EINVAL) {
        rc = cr_inbox_park(inbox, tx, event, origin, reason.text, err);
        *out_result = rc == 0 && cr_tx_changes(tx) == 0 ? CR_INBOX_REPEAT : CR_INBOX_PARKED;
        return rc;
    }
    if (rc < 0 && rc != CR_ENOTFOUND)
        return cr_err_set(err, rc, "%s", reason.text);
    *out_result = CR_INBOX_APPLIED;
    return set_version(inbox, tx, event, err);
}

/* --- offsets and position --- */

int cr_inbox_offset(const struct cr_inbox *inbox, struct cr_tx *tx, const char *cluster,
                    int partition, int64_t *out_next, struct cr_err *err)
{
    return query_or(
        tx, "SELECT next FROM offsets WHERE cluster = $1 AND topic = $2 AND part = $3",
        CR_VALUES(cr_value_text(cluster), cr_value_text(inbox->topic), cr_value_int(partition)), -1,
        out_next, err);
}

int cr_inbox_set_offset(const struct cr_inbox *inbox, struct cr_tx *tx, const char *cluster,
                        int partition, int64_t next, struct cr_err *err)
{
    return cr_tx_exec(tx,
                      "INSERT INTO offsets(cluster, topic, part, next) VALUES($1, $2, $3, $4)"
                      " ON CONFLICT(cluster, topic, part) DO UPDATE SET next = excluded.next",
                      CR_VALUES(cr_value_text(cluster), cr_value_text(inbox->topic),
                                cr_value_int(partition), cr_value_int(next)),
                      err);
}

int cr_inbox_knows_other(const struct cr_inbox *inbox, struct cr_tx *tx, const char *cluster,
                         bool *out_other, struct cr_err *err)
{
    int64_t count = 0;
    int rc =
        query_or(tx, "SELECT count(*) FROM offsets WHERE topic = $1 AND cluster <> $2",
                 CR_VALUES(cr_value_text(inbox->topic), cr_value_text(cluster)), 0, &count, err);
    *out_other = count > 0;
    return rc;
}

int cr_inbox_keep_cluster(const struct cr_inbox *inbox, struct cr_tx *tx, const char *cluster,
                          struct cr_err *err)
{
    return cr_tx_exec(tx, "DELETE FROM offsets WHERE topic = $1 AND cluster <> $2",
                      CR_VALUES(cr_value_text(inbox->topic), cr_value_text(cluster)), err);
}

int cr_inbox_position(const struct cr_inbox *inbox, struct cr_tx *tx, int64_t *out_seq,
                      struct cr_err *err)
{
    return query_or(tx, "SELECT seq FROM feed_position WHERE source = $1",
                    CR_VALUES(cr_value_text(inbox->source)), 0, out_seq, err);
}

int cr_inbox_set_position(const struct cr_inbox *inbox, struct cr_tx *tx, int64_t seq,
                          struct cr_err *err)
{
    return cr_tx_exec(tx,
                      "INSERT INTO feed_position(source, seq) VALUES($1, $2)"
                      " ON CONFLICT(source) DO UPDATE SET seq = excluded.seq",
                      CR_VALUES(cr_value_text(inbox->source), cr_value_int(seq)), err);
}
