/* cr_store: one database file, one writing thread that commits in groups, many readers.
 *
 * A writer submits a closure. The store thread takes all that wait, runs each in a savepoint of one
 * transaction, commits once (synchronous, durable) and then calls each one's `done`. A reader runs
 * on the calling thread, on a read-only connection that is its own meanwhile, in one snapshot.
 * Order of `seq` columns = order of commits holds because there is one writer at a time; an engine
 * with several would have to assign them under a lock. Several processes may open one file: each
 * has such a thread, and they take turns (cr_gate). What others wrote is seen by every read that
 * begins afterwards, but nobody is called (cr_store_watch) for it.
 *
 * Ownership: options are copied; closures' ctx are the submitter's. Close the store after everybody
 *            who uses it has stopped.
 * Errors:    CR_EUNAVAILABLE the disk is full (or its free space below the floor), the queue is
 *            full, no reader came free in time, another process did not let us write in time, or
 *            the store is closing; nothing was written then.
 * Threads:   any, but for `fn` and `done`, which run on the store thread and must not block, nor
 *            call cr_store_write.
 * Units:     bytes, milliseconds.
 * Metrics:   store.writes, store.failures, store.transactions (of all stores of the process).
 */
#ifndef CR_STORE_H
#define CR_STORE_H

#include "cr_tx.h"

struct cr_log;
struct cr_store;

/* A numbered step of a schema; the SQL may hold several statements. Never changed once released. */
struct cr_migration {
    int number; /* from 1, without gaps */
    const char *name;
    const char *sql;
};

/* The tables of one part (a service, the outbox); the database remembers how far each one is.
 * CMake's crema_migrations() makes one from the files of a migrations/sqlite folder. */
struct cr_schema {
    const char *name;
    const struct cr_migration *migrations;
    size_t count;
};

struct cr_store_options {
    const char *path;                       /* its folder must exist */
    const struct cr_schema *const *schemas; /* migrated in this order */
    size_t schema_count;
    const struct cr_log *log; /* told when writing fails as a whole, and works again; may be NULL */
    size_t queue_max;         /* closures waiting; 0 = 8192 */
    size_t batch_max;         /* closures a commit; 0 = 512 */
    size_t readers_max;       /* read connections; 0 = 8 */
    size_t cache_kib;         /* page cache of a connection; 0 = 512 */
    int64_t free_min_bytes;   /* floor of the disk's free space: below it nothing is written; 0 = 8
                                 MiB, negative = none */
};

/* Opens or creates, and migrates. CR_ECONFLICT: the database was made by a newer program. */
CR_MUST_CHECK int cr_store_open(const struct cr_store_options *options, struct cr_store **out_store,
                                struct cr_err *err);

/* Takes no more work, finishes what waits (calling each done), checkpoints, closes. NULL is fine.
 */
void cr_store_close(struct cr_store *store);
void cr_store_closep(struct cr_store **store);
#define CR_AUTO_STORE CR_CLEANUP(cr_store_closep) struct cr_store *

const char *cr_store_path(const struct cr_store *store);

/* A negative result undoes what this closure wrote, and nothing else. */
typedef int (*cr_store_fn)(struct cr_tx *tx, void *ctx, struct cr_err *err);
/* rc = 0: committed and durable. Otherwise nothing of it was written; err tells why. */
typedef void (*cr_store_done)(void *ctx, int rc, const struct cr_err *err);

/* Queues fn. On 0, done (may be NULL) is called exactly once; on an error, never. */
CR_MUST_CHECK int cr_store_submit(struct cr_store *store, cr_store_fn fn, cr_store_done done,
                                  void *ctx, struct cr_err *err);

/* Submits and waits for the commit: for threads of one's own, never in an HTTP handler. */
CR_MUST_CHECK int cr_store_write(struct cr_store *store, cr_store_fn fn, void *ctx,
                                 struct cr_err *err);

/* Runs fn here and now in one read-only snapshot. Returns what fn returned. */
CR_MUST_CHECK int cr_store_read(struct cr_store *store, cr_store_fn fn, void *ctx,
                                struct cr_err *err);

/* Called on the store thread after each commit that succeeded, before the closures' done; at most
 * four. fn must not block. Unwatch returns when no call is under way. */
CR_MUST_CHECK int cr_store_watch(struct cr_store *store, void (*fn)(void *ctx), void *ctx);
void cr_store_unwatch(struct cr_store *store, void (*fn)(void *ctx), void *ctx);

struct cr_store_stats {
    uint64_t commits;
    uint64_t closures; /* committed */
    uint64_t failures; /* closures that failed or could not be committed */
    size_t queued;
    bool refusing;     /* the last transaction could not be written at all: disk full, I/O error */
    char problem[256]; /* and why */
};
/* A disk that was full and is not any more counts as fine before the next write. */
void cr_store_stats(struct cr_store *store, struct cr_store_stats *out_stats);

#endif
