/* The store thread: takes what waits, runs it in one transaction, commits once, tells everybody. */
#include "cr_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_gate.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_metrics.h"
#include "cr_readers.h"
#include "cr_thread.h"
#include "cr_tx_private.h"

enum {
    QUEUE_DEFAULT = 8192,
    BATCH_DEFAULT = 512,
    READERS_DEFAULT = 8,
    CACHE_DEFAULT_KIB = 512,
    WATCHES_MAX = 4,
    TURN_WAIT_MS = 15000, /* for other processes that write, on a disk that may be slow */
};
#define FREE_MIN_DEFAULT ((int64_t)8 << 20)

struct job {
    struct job *next;
    cr_store_fn fn;
    cr_store_done done;
    void *ctx;
    int rc;
    struct cr_err err;
};

struct watch {
    void (*fn)(void *ctx);
    void *ctx;
};

struct cr_store {
    char *path;
    size_t queue_max;
    size_t batch_max;
    int64_t free_min_bytes;
    const struct cr_log *log;
    struct cr_gate gate;  /* the store thread's, once that runs */
    struct cr_tx *writer; /* likewise */
    struct cr_readers *readers;
    struct cr_thread thread;

    struct cr_mutex mutex; /* the queue, closing, stats */
    struct cr_cond work;
    struct job *first;
    struct job **last;
    bool closing;
    struct cr_store_stats stats;
    bool full; /* the disk is the reason for stats.refusing */
    struct cr_counter *writes;
    struct cr_counter *failures;
    struct cr_histogram *transactions;

    struct cr_mutex watch_mutex; /* held while watches are called */
    struct watch watches[WATCHES_MAX];
};

/* --- the store thread --- */

static int check_space(const struct cr_store *store, struct cr_err *err)
{
    struct statvfs disk;
    if (store->free_min_bytes < 0 || statvfs(store->path, &disk) < 0)
        return 0;
    int64_t free_bytes;
    if (cr_mul_overflows((int64_t)disk.f_bavail, (int64_t)disk.f_frsize, &free_bytes) ||
        free_bytes >= store->free_min_bytes)
        return 0;
    return cr_err_set(err, CR_EUNAVAILABLE,
                      "database '%s': the disk is full: %lld bytes free, %lld are kept in reserve; "
                      "make room",
                      store->path, (long long)free_bytes, (long long)store->free_min_bytes);
}

/* Gives err to those jobs from first to before end that believed they had succeeded. */
static void fail_all(struct job *first, const struct job *end, const struct cr_err *err)
{
    for (struct job *job = first; job != end; job = job->next) {
        if (job->rc < 0)
            continue;
        job->rc = err->code;
        job->err = *err;
    }
}

struct outcome {
    bool committed; /* at least once */
    bool refused;   /* a whole transaction could not be written */
    bool full;      /* because of the disk's free space */
    struct cr_err err;
};

/* Nothing from first to before end was written. */
static void refuse(struct job *first, const struct job *end, const struct cr_err *err,
                   struct outcome *outcome)
{
    fail_all(first, end, err);
    outcome->refused = true;
    outcome->err = *err;
}

/* Runs jobs from first in one transaction, until the last or until the engine gave it up (disk
 * full): those before the break failed. Returns the first job that was not run. */
static struct job *run_transaction(struct cr_store *store, struct job *first,
                                   struct outcome *outcome)
{
    struct cr_err err;
    outcome->full = check_space(store, &err) < 0;
    if (outcome->full || cr_tx_begin(store->writer, &err) < 0) {
        refuse(first, NULL, &err, outcome);
        return NULL;
    }
    struct job *job = first;
    for (; job; job = job->next) {
        job->rc = cr_tx_nested(store->writer, job->fn, job->ctx, &job->err);
        if (cr_tx_active(store->writer))
            continue;
        if (job->rc >= 0)
            job->rc = cr_err_set(&job->err, CR_EUNAVAILABLE, "database '%s': transaction lost",
                                 store->path);
        err = job->err;
        refuse(first, job, &err, outcome);
        return job->next;
    }
    if (cr_tx_commit(store->writer, &err) < 0) {
        cr_tx_rollback(store->writer);
        refuse(first, NULL, &err, outcome);
        return NULL;
    }
    *outcome = (struct outcome){.committed = true};
    return NULL;
}

/* The same, when it is this process's turn. */
static struct job *run_group(struct cr_store *store, struct job *first, struct outcome *outcome)
{
    struct cr_err err;
    if (cr_gate_enter(&store->gate, TURN_WAIT_MS, &err) < 0) {
        refuse(first, NULL, &err, outcome);
        return NULL;
    }
    struct job *rest = run_transaction(store, first, outcome);
    cr_gate_leave(&store->gate);
    return rest;
}

static void call_watches(struct cr_store *store)
{
    CR_LOCKED(&store->watch_mutex);
    for (size_t i = 0; i < WATCHES_MAX; i++)
        if (store->watches[i].fn)
            store->watches[i].fn(store->watches[i].ctx);
}

/* [lock held] Says so when writing begins to fail, and when it works again. */
static void note_refusal(struct cr_store *store, const struct outcome *outcome)
{
    struct cr_store_stats *stats = &store->stats;
    bool changed = stats->refusing != outcome->refused;
    stats->refusing = outcome->refused;
    store->full = outcome->full;
    snprintf(stats->problem, sizeof stats->problem, "%s",
             outcome->refused ? outcome->err.text : "");
    if (!changed || !store->log)
        return;
    if (outcome->refused)
        cr_log_error(store->log, "store.refusing", "%s", stats->problem);
    else
        cr_log_info(store->log, "store.writing", "database '%s': can be written again",
                    store->path);
}

static void count(struct cr_store *store, const struct job *first, const struct outcome *outcome)
{
    int64_t failed = 0;
    int64_t written = 0;
    for (const struct job *job = first; job; job = job->next) {
        failed += job->rc < 0;
        written += job->rc >= 0;
    }
    cr_counter_add(store->failures, failed);
    cr_counter_add(store->writes, written);
    CR_LOCKED(&store->mutex);
    store->stats.commits += outcome->committed;
    note_refusal(store, outcome);
    store->stats.failures += (uint64_t)failed;
    store->stats.closures += (uint64_t)written;
    store->stats.queued -= (size_t)(failed + written);
}

static void run_batch(struct cr_store *store, struct job *first)
{
    struct outcome outcome = {0};
    int64_t start_ns = cr_clock_ns();
    for (struct job *rest = first; rest;)
        rest = run_group(store, rest, &outcome);
    cr_histogram_record(store->transactions, (cr_clock_ns() - start_ns) / 1000);
    count(store, first, &outcome);
    if (outcome.committed)
        call_watches(store);
    while (first) {
        struct job *job = first;
        first = job->next;
        if (job->done)
            job->done(job->ctx, job->rc < 0 ? job->rc : 0, job->rc < 0 ? &job->err : NULL);
        free(job);
    }
}

/* Up to batch_max jobs, cut off from the queue; NULL when closing and nothing is left. */
static struct job *take_batch(struct cr_store *store)
{
    CR_LOCKED(&store->mutex);
    while (!store->first && !store->closing)
        cr_cond_wait(&store->work, &store->mutex);
    struct job *first = store->first;
    struct job **end = &store->first;
    for (size_t i = 0; *end && i < store->batch_max; i++)
        end = &(*end)->next;
    store->first = *end;
    *end = NULL;
    if (!store->first)
        store->last = &store->first;
    return first;
}

static void store_run(void *ctx)
{
    struct cr_store *store = ctx;
    struct job *batch;
    while ((batch = take_batch(store)))
        run_batch(store, batch);
}

/* --- open and close --- */

static size_t or_default(size_t value, size_t fallback)
{
    return value ? value : fallback;
}

static struct cr_store *store_new(const struct cr_store_options *options)
{
    struct cr_store *store = calloc(1, sizeof *store);
    if (!store)
        return NULL;
    cr_mutex_init(&store->mutex);
    cr_mutex_init(&store->watch_mutex);
    cr_cond_init(&store->work);
    store->gate.fd = -1;
    store->last = &store->first;
    store->queue_max = or_default(options->queue_max, QUEUE_DEFAULT);
    store->batch_max = or_default(options->batch_max, BATCH_DEFAULT);
    store->free_min_bytes = options->free_min_bytes ? options->free_min_bytes : FREE_MIN_DEFAULT;
    store->log = options->log;
    store->path = strdup(options->path);
    store->writes = cr_metrics_counter("store.writes", "Closures that were committed", NULL);
    store->failures = cr_metrics_counter("store.failures", "Closures that were not", NULL);
    store->transactions = cr_metrics_timer("store.transactions",
                                           "Time of a group of closures, commit included", NULL);
    return store;
}

/* In turn: of several processes that start at once, one makes the file and its tables. */
static int open_writer(struct cr_store *store, const struct cr_tx_options *connection,
                       const struct cr_store_options *options, struct cr_err *err)
{
    int rc = cr_gate_open(&store->gate, store->path, err);
    if (rc == 0)
        rc = cr_gate_enter(&store->gate, TURN_WAIT_MS, err);
    if (rc < 0)
        return rc;
    rc = cr_tx_open(connection, &store->writer, err);
    if (rc == 0)
        rc = cr_migrate(store->writer, options, err);
    cr_gate_leave(&store->gate);
    return rc;
}

int cr_store_open(const struct cr_store_options *options, struct cr_store **out_store,
                  struct cr_err *err)
{
    CR_AUTO_STORE store = store_new(options);
    if (!store || !store->path)
        return cr_err_set(err, CR_ENOMEM, "database '%s': out of memory", options->path);
    struct cr_tx_options connection = {
        .path = store->path,
        .writer = true,
        .cache_kib = or_default(options->cache_kib, CACHE_DEFAULT_KIB),
    };
    int rc = open_writer(store, &connection, options, err);
    if (rc < 0)
        return rc;
    connection.writer = false;
    store->readers = cr_readers_new(&connection, or_default(options->readers_max, READERS_DEFAULT));
    if (!store->readers)
        return cr_err_set(err, CR_ENOMEM, "database '%s': out of memory", options->path);
    rc = cr_thread_start(&store->thread, "store", store_run, store, err);
    if (rc < 0)
        return rc;
    *out_store = cr_steal(&store);
    return 0;
}

void cr_store_close(struct cr_store *store)
{
    if (!store)
        return;
    cr_mutex_lock(&store->mutex);
    store->closing = true;
    cr_cond_signal(&store->work);
    cr_mutex_unlock(&store->mutex);
    cr_thread_join(&store->thread);
    CR_ASSERT(!store->first);

    cr_readers_free(store->readers);
    if (store->writer)
        cr_tx_checkpoint(store->writer);
    cr_tx_close(store->writer);
    cr_gate_close(&store->gate);
    cr_cond_fini(&store->work);
    cr_mutex_fini(&store->watch_mutex);
    cr_mutex_fini(&store->mutex);
    free(store->path);
    free(store);
}

void cr_store_closep(struct cr_store **store)
{
    cr_store_close(*store);
    *store = NULL;
}

const char *cr_store_path(const struct cr_store *store)
{
    return store->path;
}

/* --- writing --- */

static int enqueue(struct cr_store *store, struct job *job, struct cr_err *err)
{
    CR_LOCKED(&store->mutex);
    if (store->closing)
        return cr_err_set(err, CR_EUNAVAILABLE, "database '%s': closing", store->path);
    if (store->stats.queued >= store->queue_max)
        return cr_err_set(err, CR_EUNAVAILABLE, "database '%s': %zu writes are waiting already",
                          store->path, store->stats.queued);
    *store->last = job;
    store->last = &job->next;
    if (store->stats.queued++ == 0)
        cr_cond_signal(&store->work);
    return 0;
}

int cr_store_submit(struct cr_store *store, cr_store_fn fn, cr_store_done done, void *ctx,
                    struct cr_err *err)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return cr_err_set(err, CR_ENOMEM, "database '%s': out of memory", store->path);
    job->fn = fn;
    job->done = done;
    job->ctx = ctx;
    int rc = enqueue(store, job, err);
    if (rc < 0)
        free(job);
    /* else the queue has it: NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    return rc;
}

struct waiter {
    cr_store_fn fn;
    void *ctx;
    struct cr_mutex mutex;
    struct cr_cond cond;
    bool finished;
    int rc;
    struct cr_err err;
};

static int waiter_run(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct waiter *waiter = ctx;
    return waiter->fn(tx, waiter->ctx, err);
}

static void waiter_done(void *ctx, int rc, const struct cr_err *err)
{
    struct waiter *waiter = ctx;
    CR_LOCKED(&waiter->mutex);
    waiter->rc = rc;
    if (err)
        waiter->err = *err;
    waiter->finished = true;
    cr_cond_signal(&waiter->cond);
}

int cr_store_write(struct cr_store *store, cr_store_fn fn, void *ctx, struct cr_err *err)
{
    struct waiter waiter = {.fn = fn, .ctx = ctx};
    cr_mutex_init(&waiter.mutex);
    cr_cond_init(&waiter.cond);
    int rc = cr_store_submit(store, waiter_run, waiter_done, &waiter, err);
    if (rc == 0) {
        cr_mutex_lock(&waiter.mutex);
        while (!waiter.finished)
            cr_cond_wait(&waiter.cond, &waiter.mutex);
        cr_mutex_unlock(&waiter.mutex);
        rc = waiter.rc;
        if (rc < 0 && err)
            *err = waiter.err;
    }
    cr_cond_fini(&waiter.cond);
    cr_mutex_fini(&waiter.mutex);
    return rc;
}

/* --- reading --- */

int cr_store_read(struct cr_store *store, cr_store_fn fn, void *ctx, struct cr_err *err)
{
    struct cr_tx *tx;
    int rc = cr_readers_lend(store->readers, &tx, err);
    if (rc < 0)
        return rc;
    rc = cr_tx_begin(tx, err);
    if (rc == 0)
        rc = fn(tx, ctx, err);
    cr_tx_rollback(tx); /* nothing was written: this only lets the snapshot go */
    cr_readers_back(store->readers, tx);
    return rc;
}

/* --- watching --- */

int cr_store_watch(struct cr_store *store, void (*fn)(void *ctx), void *ctx)
{
    CR_LOCKED(&store->watch_mutex);
    for (size_t i = 0; i < WATCHES_MAX; i++) {
        if (store->watches[i].fn)
            continue;
        store->watches[i] = (struct watch){fn, ctx};
        return 0;
    }
    return CR_ELIMIT;
}

void cr_store_unwatch(struct cr_store *store, void (*fn)(void *ctx), void *ctx)
{
    CR_LOCKED(&store->watch_mutex);
    for (size_t i = 0; i < WATCHES_MAX; i++)
        if (store->watches[i].fn == fn && store->watches[i].ctx == ctx)
            store->watches[i] = (struct watch){NULL, NULL};
}

void cr_store_stats(struct cr_store *store, struct cr_store_stats *out_stats)
{
    CR_LOCKED(&store->mutex);
    *out_stats = store->stats;
    if (store->full && check_space(store, NULL) == 0)
        out_stats->refusing = false;
}
