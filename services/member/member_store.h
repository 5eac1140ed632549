/* member_store: members in the database, each change with its event in one transaction.
 *
 * The event carries the traceparent of the request that made it, if that has one.
 *
 * Ownership: texts read live in the arena.
 * Errors:    as cr_tx; CR_ENOTFOUND for an unknown id.
 * Threads:   within a closure of the store; writing ones on its thread only.
 */
#ifndef MEMBER_STORE_H
#define MEMBER_STORE_H

#include "cr_store.h"
#include "member.h"

extern const struct cr_schema member_schema;

CR_MUST_CHECK int member_upsert(struct cr_tx *tx, const struct member *member,
                                struct cr_slice traceparent, struct cr_err *err);
/* Unknown ids are passed over. */
CR_MUST_CHECK int member_remove(struct cr_tx *tx, struct cr_slice id, struct cr_slice traceparent,
                                struct cr_err *err);

CR_MUST_CHECK int member_find(struct cr_tx *tx, struct cr_slice id, struct cr_arena *arena,
                              struct member *out_member, struct cr_err *err);
CR_MUST_CHECK int member_has_name(struct cr_tx *tx, struct cr_slice name, bool *out_found,
                                  struct cr_err *err);

/* The members whose name holds `search` (all when it is empty), newest first. */
struct member_query {
    struct cr_slice search;
    int64_t size;
    int64_t offset;
};
CR_MUST_CHECK int member_count(struct cr_tx *tx, const struct member_query *query,
                               int64_t *out_count, struct cr_err *err);
/* Appends the page's members as JSON values. */
CR_MUST_CHECK int member_list(struct cr_tx *tx, const struct member_query *query,
                              struct cr_json_writer *out, struct cr_err *err);

#endif
