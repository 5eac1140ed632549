/* cr_readers: the store's read-only connections, one for each thread that reads at the moment.
 *
 * Ownership: a connection is lent: give it back.
 * Errors:    CR_EUNAVAILABLE when all were lent for the whole time limit; cr_tx's.
 * Threads:   any.
 */
#ifndef CR_READERS_H
#define CR_READERS_H

#include "cr_tx_private.h"

struct cr_readers;

struct cr_readers *cr_readers_new(const struct cr_tx_options *options, size_t max);
void cr_readers_free(struct cr_readers *readers); /* NULL is fine; all must be back */

CR_MUST_CHECK int cr_readers_lend(struct cr_readers *readers, struct cr_tx **out_tx,
                                  struct cr_err *err);
void cr_readers_back(struct cr_readers *readers, struct cr_tx *tx);

#endif
