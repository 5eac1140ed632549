/* cr_gate: lets several processes write one database in turn, so that none of them starves.
 *
 * SQLite's own waiting is by naps that grow to a tenth of a second: a process that commits without
 * a pause then takes the lock again and again before anybody else wakes. Here a writer first takes
 * the queue's lock, then the turn's, and lets the queue go: who has just written finds the queue
 * taken by the one who waits. SQLite's lock still decides who writes; the gate only orders the
 * attempts.
 *
 * Ownership: cr_gate_open creates `<database>.turn` where it is missing; nobody removes it. The
 *            kernel frees the locks of a process that dies.
 * Errors:    CR_EUNAVAILABLE another process wrote for the whole wait; CR_EIO the file cannot be
 *            opened or locked.
 * Threads:   one at a time.
 * Units:     milliseconds.
 * Source:    fcntl(2), open file description locks.
 */
#ifndef CR_GATE_H
#define CR_GATE_H

#include <stdint.h>

#include "cr_attr.h"
#include "cr_err.h"

struct cr_gate {
    int fd; /* -1: closed */
};

CR_MUST_CHECK int cr_gate_open(struct cr_gate *gate, const char *database, struct cr_err *err);
void cr_gate_close(struct cr_gate *gate);

CR_MUST_CHECK int cr_gate_enter(struct cr_gate *gate, int64_t wait_ms, struct cr_err *err);
void cr_gate_leave(struct cr_gate *gate);

#endif
