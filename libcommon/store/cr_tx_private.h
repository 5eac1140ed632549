/* cr_tx_private: a connection to the database file, seen from inside the room.
 *
 * Ownership: the opener closes.
 * Threads:   one at a time.
 */
#ifndef CR_TX_PRIVATE_H
#define CR_TX_PRIVATE_H

#include "cr_store.h"

struct cr_tx_options {
    const char *path;
    bool writer;
    size_t cache_kib;
};

CR_MUST_CHECK int cr_tx_open(const struct cr_tx_options *options, struct cr_tx **out_tx,
                             struct cr_err *err);
void cr_tx_close(struct cr_tx *tx); /* NULL is fine */

/* A writer takes the write lock at once. */
CR_MUST_CHECK int cr_tx_begin(struct cr_tx *tx, struct cr_err *err);
CR_MUST_CHECK int cr_tx_commit(struct cr_tx *tx, struct cr_err *err);
void cr_tx_rollback(struct cr_tx *tx); /* does nothing outside a transaction */
/* False once the engine itself gave up the transaction (disk full, I/O error). */
bool cr_tx_active(const struct cr_tx *tx);

/* Several statements, for migrations. */
CR_MUST_CHECK int cr_tx_script(struct cr_tx *tx, const char *sql, struct cr_err *err);

/* Moves the log into the database file and empties it, unless somebody uses it; the connection is
 * only closed afterwards, for it does not wait any more. */
void cr_tx_checkpoint(struct cr_tx *tx);

/* Brings every schema to its newest migration, each in one transaction. */
CR_MUST_CHECK int cr_migrate(struct cr_tx *tx, const struct cr_store_options *options,
                             struct cr_err *err);

#endif
