/* cr_outbox: the owner's log of record, and the outbox of its events, in one table.
 *
 * An owner appends within the transaction that changes its own tables: both are durable, or
 * neither. A relay (cr_relay) publishes behind a cursor, a feed (cr_feed) shows the same events to
 * consumers that missed them. Nothing here is ever changed or deleted.
 *
 * Ownership: give cr_outbox_schema to cr_store_open. Events that are read live in the arena.
 * Errors:    as cr_tx; CR_ECONFLICT when the aggregate has that version already.
 * Threads:   as cr_tx: append on the store thread only.
 */
#ifndef CR_OUTBOX_H
#define CR_OUTBOX_H

#include "cr_event.h"
#include "cr_store.h"

extern const struct cr_schema cr_outbox_schema;

/* Appends an event. Needs type, aggregate and data. version: the one expected (1 for a new
 * aggregate), or 0 for the next. Fills seq, version, and id and time where they are empty (those
 * are then in event_texts). source is not stored: it belongs to the store as a whole. */
struct cr_outbox_texts {
    char id[40];
    char time[32];
};
CR_MUST_CHECK int cr_outbox_append(struct cr_tx *tx, struct cr_event *event,
                                   struct cr_outbox_texts *event_texts, struct cr_err *err);

/* The newest seq; 0 when there is none. */
CR_MUST_CHECK int cr_outbox_head(struct cr_tx *tx, int64_t *out_seq, struct cr_err *err);

/* The version that an aggregate has; 0 when there is none. */
CR_MUST_CHECK int cr_outbox_version(struct cr_tx *tx, struct cr_slice aggregate,
                                    int64_t *out_version, struct cr_err *err);

/* Up to limit events behind `after`, in order of seq, of one aggregate unless that is empty. Stops
 * early, but not before the first, when their data pass 4 MiB. Each is given the source. */
struct cr_outbox_query {
    int64_t after;
    size_t limit;
    struct cr_slice aggregate;
    const char *source;
};
CR_MUST_CHECK int cr_outbox_read(struct cr_tx *tx, const struct cr_outbox_query *query,
                                 struct cr_arena *arena, struct cr_event **out_events,
                                 size_t *out_count, struct cr_err *err);

#endif
