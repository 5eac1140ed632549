/* cr_tx: what a store's closure runs its queries on.
 *
 * Queries are portable between SQLite and PostgreSQL: parameters are $1, $2, ...; upserts are
 * ON CONFLICT, results of writes RETURNING; nothing begins or ends a transaction by SQL (cr_store
 * and cr_tx_nested do). The text of a query is a literal: it is the key of the statement cache.
 *
 * Ownership: a tx belongs to the store and is valid within the closure that got it. A statement is
 *            closed by its opener, before the closure returns. Slices from columns live until the
 *            next step or close; bound slices must live until then too.
 * Errors:    CR_EEXISTS a unique key is taken, CR_EINVAL another constraint or a wrong query,
 *            CR_EUNAVAILABLE the disk is full or the database locked, CR_EIO, CR_ENOMEM.
 * Threads:   only the thread that runs the closure.
 */
#ifndef CR_TX_H
#define CR_TX_H

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_slice.h"

struct cr_tx;
struct cr_stmt;

enum cr_value_kind { CR_VALUE_NULL, CR_VALUE_INT, CR_VALUE_TEXT, CR_VALUE_BYTES };

struct cr_value {
    enum cr_value_kind kind;
    int64_t integer;
    struct cr_slice text;
};

/* The values of $1, $2, ... in order. */
struct cr_values {
    const struct cr_value *items;
    size_t count;
};

static inline struct cr_value cr_value_null(void)
{
    return (struct cr_value){CR_VALUE_NULL, 0, {NULL, 0}};
}

static inline struct cr_value cr_value_int(int64_t value)
{
    return (struct cr_value){CR_VALUE_INT, value, {NULL, 0}};
}

/* A NULL ptr is SQL's NULL; give "" for an empty text. */
static inline struct cr_value cr_value_slice(struct cr_slice text)
{
    return (struct cr_value){text.ptr ? CR_VALUE_TEXT : CR_VALUE_NULL, 0, text};
}

static inline struct cr_value cr_value_text(const char *text)
{
    return cr_value_slice(cr_slice_of(text));
}

/* Any bytes, for a BLOB column. A NULL ptr is SQL's NULL. */
static inline struct cr_value cr_value_bytes(struct cr_slice bytes)
{
    return (struct cr_value){bytes.ptr ? CR_VALUE_BYTES : CR_VALUE_NULL, 0, bytes};
}

/* cr_tx_exec(tx, "DELETE FROM orders WHERE id = $1", CR_VALUES(cr_value_text(id)), err) */
#define CR_VALUES(...)                                                                             \
    ((struct cr_values){(const struct cr_value[]){__VA_ARGS__},                                    \
                        CR_COUNT(((const struct cr_value[]){__VA_ARGS__}))})
#define CR_NO_VALUES ((struct cr_values){NULL, 0})

/* Runs one statement to its end; rows that it returns are dropped. */
CR_MUST_CHECK int cr_tx_exec(struct cr_tx *tx, const char *sql, struct cr_values values,
                             struct cr_err *err);

/* Rows that the last cr_tx_exec or finished statement of tx inserted, updated or deleted. */
int64_t cr_tx_changes(const struct cr_tx *tx);

/* Opens a query; step through it, then close it. */
CR_MUST_CHECK int cr_tx_query(struct cr_tx *tx, const char *sql, struct cr_values values,
                              struct cr_stmt **out_stmt, struct cr_err *err);

/* The first column of the first row as an integer; CR_ENOTFOUND when there is no row. NULL is 0. */
CR_MUST_CHECK int cr_tx_query_int(struct cr_tx *tx, const char *sql, struct cr_values values,
                                  int64_t *out_value, struct cr_err *err);

/* Runs fn within a savepoint of its own: what it wrote is undone when it returns negative.
 * Returns what fn returned, or the savepoint's error. */
CR_MUST_CHECK int cr_tx_nested(struct cr_tx *tx,
                               int (*fn)(struct cr_tx *tx, void *ctx, struct cr_err *err),
                               void *ctx, struct cr_err *err);

/* 1: a row is there; 0: no more rows; negative: an error. */
CR_MUST_CHECK int cr_stmt_step(struct cr_stmt *stmt, struct cr_err *err);

/* Columns count from 0. NULL reads as 0 or the empty slice (ptr NULL). */
int64_t cr_stmt_int(struct cr_stmt *stmt, int column);
struct cr_slice cr_stmt_text(struct cr_stmt *stmt, int column);
struct cr_slice cr_stmt_bytes(struct cr_stmt *stmt, int column); /* of a BLOB */
bool cr_stmt_null(struct cr_stmt *stmt, int column);

void cr_stmt_close(struct cr_stmt *stmt); /* back into the cache; NULL is fine */
void cr_stmt_closep(struct cr_stmt **stmt);
#define CR_AUTO_STMT CR_CLEANUP(cr_stmt_closep) struct cr_stmt *

#endif
