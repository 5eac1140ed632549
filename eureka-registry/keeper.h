/* keeper: keeps a snapshot on disk up to date, on a thread of its own.
 *
 * The first change after a quiet second is written at once; while changes go on, once a second, and
 * more seldom where writing takes long (nine tenths of the time nothing is written). Whoever marks
 * a change never waits for the disk.
 *
 * Ownership: the caller owns the keeper; path is copied.
 * Errors:    keeper_open: CR_EUNAVAILABLE when another process keeps the same path, CR_EIO. A
 *            write that fails is logged once and tried again.
 * Threads:   keeper_mark any; the rest belongs to one. take is called on the keeper's thread and on
 *            that of keeper_close.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include "cr_log.h"
#include "snapshot.h"

struct keeper;

struct keeper_options {
    const char *path;
    struct snapshot *(*take)(void *ctx); /* NULL: no memory, try again */
    void *ctx;
    const struct cr_log *log;
};

/* Makes the folder, and keeps others from the same path. */
CR_MUST_CHECK int keeper_open(const struct keeper_options *options, struct keeper **out_keeper,
                              struct cr_err *err);
CR_MUST_CHECK int keeper_start(struct keeper *keeper, struct cr_err *err);
void keeper_mark(struct keeper *keeper); /* something changed */
/* Writes what was not written yet, and frees. NULL is fine. */
void keeper_close(struct keeper *keeper);

#endif
