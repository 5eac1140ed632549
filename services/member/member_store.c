/* The queries of members. */
#include "member_store.h"

#include "cr_outbox.h"

static int append_event(struct cr_tx *tx, const char *type, const struct member *member,
                        struct cr_slice traceparent, struct cr_err *err)
{
    CR_AUTO(cr_buf) data = {0};
    struct cr_json_writer writer;
    cr_json_init(&writer, &data);
    member_write(member, &writer);
    if (cr_buf_status(&data))
        return cr_err_set(err, CR_ENOMEM, "member event: out of memory");
    struct cr_event event = {.source = CR_SLICE(MEMBER_SOURCE),
                             .type = cr_slice_of(type),
                             .aggregate = member->id,
                             .traceparent = traceparent,
                             .data = cr_buf_view(&data)};
    struct cr_outbox_texts texts;
    return cr_outbox_append(tx, &event, &texts, err);
}

int member_upsert(struct cr_tx *tx, const struct member *member, struct cr_slice traceparent,
                  struct cr_err *err)
{
    int64_t version;
    int rc = cr_outbox_version(tx, member->id, &version, err);
    if (rc)
        return rc;
    rc = cr_tx_exec(tx,
                    "INSERT INTO members (id, name) VALUES ($1, $2) "
                    "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                    CR_VALUES(cr_value_slice(member->id), cr_value_slice(member->name)), err);
    if (rc)
        return rc;
    return append_event(tx, version == 0 ? MEMBER_REGISTERED : MEMBER_CHANGED, member, traceparent,
                        err);
}

int member_remove(struct cr_tx *tx, struct cr_slice id, struct cr_slice traceparent,
                  struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "member: out of memory");
    struct member member;
    int rc = member_find(tx, id, arena, &member, err);
    if (rc == CR_ENOTFOUND)
        return 0;
    if (!rc)
        rc =
            cr_tx_exec(tx, "DELETE FROM members WHERE id = $1", CR_VALUES(cr_value_slice(id)), err);
    return rc ? rc : append_event(tx, MEMBER_REMOVED, &member, traceparent, err);
}

int member_find(struct cr_tx *tx, struct cr_slice id, struct cr_arena *arena,
                struct member *out_member, struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx, "SELECT id, name FROM members WHERE id = $1",
                         CR_VALUES(cr_value_slice(id)), &stmt, err);
    if (rc)
        return rc;
    rc = cr_stmt_step(stmt, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return cr_err_set(err, CR_ENOTFOUND, "there is no member '%.*s'", CR_SLICE_ARG(id));
    out_member->id = cr_slice_of(cr_arena_slice(arena, cr_stmt_text(stmt, 0)));
    out_member->name = cr_slice_of(cr_arena_slice(arena, cr_stmt_text(stmt, 1)));
    return cr_arena_failed(arena) ? cr_err_set(err, CR_ENOMEM, "member: out of memory") : 0;
}

int member_has_name(struct cr_tx *tx, struct cr_slice name, bool *out_found, struct cr_err *err)
{
    int64_t found;
    int rc = cr_tx_query_int(tx, "SELECT EXISTS (SELECT 1 FROM members WHERE name = $1)",
                             CR_VALUES(cr_value_slice(name)), &found, err);
    if (!rc)
        *out_found = found != 0;
    return rc;
}

/* LIKE's own characters in the text stand for themselves; "" matches all. */
static void like_pattern(struct cr_slice search, struct cr_buf *out)
{
    cr_buf_char(out, '%');
    for (size_t i = 0; i < search.len; i++) {
        char c = search.ptr[i];
        if (c == '%' || c == '_' || c == '\\')
            cr_buf_char(out, '\\');
        cr_buf_char(out, c);
    }
    cr_buf_char(out, '%');
}

int member_count(struct cr_tx *tx, const struct member_query *query, int64_t *out_count,
                 struct cr_err *err)
{
    CR_AUTO(cr_buf) pattern = {0};
    like_pattern(query->search, &pattern);
    if (cr_buf_status(&pattern))
        return cr_err_set(err, CR_ENOMEM, "member: out of memory");
    return cr_tx_query_int(tx, "SELECT count(*) FROM members WHERE name LIKE $1 ESCAPE '\\'",
                           CR_VALUES(cr_value_slice(cr_buf_view(&pattern))), out_count, err);
}

int member_list(struct cr_tx *tx, const struct member_query *query, struct cr_json_writer *out,
                struct cr_err *err)
{
    CR_AUTO(cr_buf) pattern = {0};
    like_pattern(query->search, &pattern);
    if (cr_buf_status(&pattern))
        return cr_err_set(err, CR_ENOMEM, "member: out of memory");
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx,
                         "SELECT id, name FROM members WHERE name LIKE $1 ESCAPE '\\' "
                         "ORDER BY id DESC LIMIT $2 OFFSET $3",
                         CR_VALUES(cr_value_slice(cr_buf_view(&pattern)), cr_value_int(query->size),
                                   cr_value_int(query->offset)),
                         &stmt, err);
    if (rc)
        return rc;
    while ((rc = cr_stmt_step(stmt, err)) > 0)
        member_write(&(struct member){cr_stmt_text(stmt, 0), cr_stmt_text(stmt, 1)}, out);
    return rc;
}
