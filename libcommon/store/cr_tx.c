/* Connections, prepared statements and their cache: the one file that knows SQLite. */
#include "cr_tx.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_map.h"
#include "cr_tx_private.h"

enum { STATEMENTS_MAX = 64, NESTING_MAX = 8, BUSY_TIMEOUT_MS = 5000, LOG_KEEP_BYTES = 4 << 20 };

struct cr_stmt {
    struct cr_tx *tx;
    sqlite3_stmt *handle;
    bool busy;   /* somebody steps through it */
    bool cached; /* owned by tx->statements */
};

struct cr_tx {
    sqlite3 *db;
    char *path;
    bool writer;
    int depth;                 /* of savepoints */
    struct cr_map *statements; /* text -> struct cr_stmt */
};

/* --- errors --- */

struct code_row {
    int sqlite;
    int code;
};

static const struct code_row codes[] = {
    {SQLITE_CONSTRAINT_UNIQUE, CR_EEXISTS},
    {SQLITE_CONSTRAINT_PRIMARYKEY, CR_EEXISTS},
    {SQLITE_CONSTRAINT_ROWID, CR_EEXISTS},
    {SQLITE_CONSTRAINT, CR_EINVAL},
    {SQLITE_ERROR, CR_EINVAL},
    {SQLITE_MISMATCH, CR_EINVAL},
    {SQLITE_RANGE, CR_EINVAL},
    {SQLITE_READONLY, CR_EINVAL},
    {SQLITE_TOOBIG, CR_ELIMIT},
    {SQLITE_FULL, CR_EUNAVAILABLE},
    {SQLITE_BUSY, CR_EUNAVAILABLE},
    {SQLITE_LOCKED, CR_EUNAVAILABLE},
    {SQLITE_NOMEM, CR_ENOMEM},
};

static int code_of(int extended)
{
    for (size_t i = 0; i < CR_COUNT(codes); i++)
        if (codes[i].sqlite == extended)
            return codes[i].code;
    for (size_t i = 0; i < CR_COUNT(codes); i++)
        if (codes[i].sqlite == (extended & 0xff))
            return codes[i].code;
    return CR_EIO;
}

static int fail(const struct cr_tx *tx, struct cr_err *err)
{
    int extended = sqlite3_extended_errcode(tx->db);
    return cr_err_set(err, code_of(extended), "database '%s': %s", tx->path,
                      sqlite3_errmsg(tx->db));
}

/* --- connections --- */

static void statement_free(void *value)
{
    struct cr_stmt *stmt = value;
    sqlite3_finalize(stmt->handle);
    free(stmt);
}

/* Durable at each commit; a small cache and a log that does not stay large. */
static int configure(struct cr_tx *tx, size_t cache_kib, struct cr_err *err)
{
    char pragmas[256];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA cache_size = -%zu; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;",
             cache_kib);
    sqlite3_busy_timeout(tx->db, BUSY_TIMEOUT_MS);
    int rc = cr_tx_script(tx, pragmas, err);
    if (rc < 0 || !tx->writer)
        return rc;
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
             "PRAGMA journal_size_limit = %d;",
             LOG_KEEP_BYTES);
    return cr_tx_script(tx, pragmas, err);
}

int cr_tx_open(const struct cr_tx_options *options, struct cr_tx **out_tx, struct cr_err *err)
{
    struct cr_tx *tx = calloc(1, sizeof *tx);
    if (!tx)
        return cr_err_set(err, CR_ENOMEM, "database '%s': out of memory", options->path);
    tx->writer = options->writer;
    tx->path = strdup(options->path);
    tx->statements = cr_map_new(STATEMENTS_MAX, statement_free);
    if (!tx->path || !tx->statements) {
        cr_tx_close(tx);
        return cr_err_set(err, CR_ENOMEM, "database '%s': out of memory", options->path);
    }
    int flags = tx->writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int rc = 0;
    if (sqlite3_open_v2(options->path, &tx->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        rc = fail(tx, err);
    else
        rc = configure(tx, options->cache_kib, err);
    if (rc < 0) {
        cr_tx_close(tx);
        return rc;
    }
    *out_tx = tx;
    return 0;
}

void cr_tx_close(struct cr_tx *tx)
{
    if (!tx)
        return;
    cr_map_free(tx->statements);
    sqlite3_close_v2(tx->db);
    free(tx->path);
    free(tx);
}

int cr_tx_script(struct cr_tx *tx, const char *sql, struct cr_err *err)
{
    return sqlite3_exec(tx->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(tx, err);
}

int cr_tx_begin(struct cr_tx *tx, struct cr_err *err)
{
    CR_ASSERT(!cr_tx_active(tx));
    tx->depth = 0;
    return cr_tx_exec(tx, tx->writer ? "BEGIN IMMEDIATE" : "BEGIN", CR_NO_VALUES, err);
}

int cr_tx_commit(struct cr_tx *tx, struct cr_err *err)
{
    return cr_tx_exec(tx, "COMMIT", CR_NO_VALUES, err);
}

void cr_tx_rollback(struct cr_tx *tx)
{
    if (cr_tx_active(tx))
        sqlite3_exec(tx->db, "ROLLBACK", NULL, NULL, NULL);
}

bool cr_tx_active(const struct cr_tx *tx)
{
    return !sqlite3_get_autocommit(tx->db);
}

void cr_tx_checkpoint(struct cr_tx *tx)
{
    sqlite3_busy_timeout(tx->db, 0); /* other processes may go on with it for long */
    sqlite3_wal_checkpoint_v2(tx->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

/* --- statements --- */

static int prepare(struct cr_tx *tx, const char *sql, struct cr_stmt **out_stmt, struct cr_err *err)
{
    struct cr_stmt *stmt = calloc(1, sizeof *stmt);
    if (!stmt)
        return cr_err_set(err, CR_ENOMEM, "database '%s': out of memory", tx->path);
    stmt->tx = tx;
    if (sqlite3_prepare_v3(tx->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->handle, NULL) !=
        SQLITE_OK) {
        free(stmt);
        int rc = fail(tx, err);
        cr_err_prefix(err, "query '%.80s': ", sql);
        return rc;
    }
    *out_stmt = stmt;
    return 0;
}

/* Makes room by dropping the oldest statement that nobody steps through. */
static void evict(struct cr_tx *tx)
{
    size_t cursor = 0;
    struct cr_slice key;
    void *value;
    if (cr_map_count(tx->statements) < STATEMENTS_MAX)
        return;
    while (cr_map_next(tx->statements, &cursor, &key, &value)) {
        const struct cr_stmt *stmt = value;
        if (stmt->busy)
            continue;
        cr_map_remove(tx->statements, key);
        return;
    }
}

static int acquire(struct cr_tx *tx, const char *sql, struct cr_stmt **out_stmt, struct cr_err *err)
{
    struct cr_slice key = cr_slice_of(sql);
    struct cr_stmt *stmt = cr_map_get(tx->statements, key);
    if (!stmt || stmt->busy) {
        bool known = stmt != NULL;
        int rc = prepare(tx, sql, &stmt, err);
        if (rc < 0)
            return rc;
        CR_ASSERT(stmt);
        evict(tx);
        stmt->cached = !known && cr_map_put(tx->statements, key, stmt) == 0;
    }
    stmt->busy = true;
    *out_stmt = stmt;
    return 0;
}

/* "$2" is a name to SQLite, numbered by its first place in the text: so look it up. */
static int bind_values(struct cr_stmt *stmt, struct cr_values values, struct cr_err *err)
{
    if ((size_t)sqlite3_bind_parameter_count(stmt->handle) != values.count)
        return cr_err_set(err, CR_EINVAL, "query '%.80s': %zu values for %d parameters",
                          sqlite3_sql(stmt->handle), values.count,
                          sqlite3_bind_parameter_count(stmt->handle));
    for (size_t i = 0; i < values.count; i++) {
        const struct cr_value *value = &values.items[i];
        char name[16];
        snprintf(name, sizeof name, "$%zu", i + 1);
        int index = sqlite3_bind_parameter_index(stmt->handle, name);
        int rc;
        if (value->kind == CR_VALUE_INT)
            rc = sqlite3_bind_int64(stmt->handle, index, value->integer);
        else if (value->kind == CR_VALUE_TEXT)
            rc = sqlite3_bind_text64(stmt->handle, index, value->text.ptr, value->text.len,
                                     SQLITE_STATIC, SQLITE_UTF8);
        else if (value->kind == CR_VALUE_BYTES)
            rc = sqlite3_bind_blob64(stmt->handle, index, value->text.ptr, value->text.len,
                                     SQLITE_STATIC);
        else
            rc = sqlite3_bind_null(stmt->handle, index);
        if (rc != SQLITE_OK) {
            rc = fail(stmt->tx, err);
            cr_err_prefix(err, "query '%.80s': %s: ", sqlite3_sql(stmt->handle), name);
            return rc;
        }
    }
    return 0;
}

int cr_tx_query(struct cr_tx *tx, const char *sql, struct cr_values values,
                struct cr_stmt **out_stmt, struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = acquire(tx, sql, &stmt, err);
    if (rc < 0)
        return rc;
    rc = bind_values(stmt, values, err);
    if (rc < 0)
        return rc;
    *out_stmt = cr_steal(&stmt);
    return 0;
}

int cr_stmt_step(struct cr_stmt *stmt, struct cr_err *err)
{
    int rc = sqlite3_step(stmt->handle);
    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : fail(stmt->tx, err);
}

int64_t cr_stmt_int(struct cr_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->handle, column);
}

struct cr_slice cr_stmt_text(struct cr_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt->handle, column);
    if (!text)
        return (struct cr_slice){NULL, 0};
    return (struct cr_slice){text, (size_t)sqlite3_column_bytes(stmt->handle, column)};
}

struct cr_slice cr_stmt_bytes(struct cr_stmt *stmt, int column)
{
    const char *bytes = sqlite3_column_blob(stmt->handle, column);
    return (struct cr_slice){bytes, (size_t)sqlite3_column_bytes(stmt->handle, column)};
}

bool cr_stmt_null(struct cr_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

void cr_stmt_close(struct cr_stmt *stmt)
{
    if (!stmt)
        return;
    if (!stmt->cached) {
        statement_free(stmt);
        return;
    }
    sqlite3_reset(stmt->handle);
    sqlite3_clear_bindings(stmt->handle);
    stmt->busy = false;
}

void cr_stmt_closep(struct cr_stmt **stmt)
{
    cr_stmt_close(*stmt);
    *stmt = NULL;
}

int cr_tx_exec(struct cr_tx *tx, const char *sql, struct cr_values values, struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx, sql, values, &stmt, err);
    if (rc < 0)
        return rc;
    do
        rc = cr_stmt_step(stmt, err);
    while (rc > 0);
    return rc;
}

int64_t cr_tx_changes(const struct cr_tx *tx)
{
    return sqlite3_changes64(tx->db);
}

int cr_tx_query_int(struct cr_tx *tx, const char *sql, struct cr_values values, int64_t *out_value,
                    struct cr_err *err)
{
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx, sql, values, &stmt, err);
    if (rc < 0)
        return rc;
    rc = cr_stmt_step(stmt, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return cr_err_set(err, CR_ENOTFOUND, "query '%.80s': no row", sql);
    *out_value = cr_stmt_int(stmt, 0);
    return 0;
}

/* --- savepoints --- */

static const char *const savepoint_sql[NESTING_MAX][3] = {
    {"SAVEPOINT s0", "RELEASE s0", "ROLLBACK TO s0"},
    {"SAVEPOINT s1", "RELEASE s1", "ROLLBACK TO s1"},
    {"SAVEPOINT s2", "RELEASE s2", "ROLLBACK TO s2"},
    {"SAVEPOINT s3", "RELEASE s3", "ROLLBACK TO s3"},
    {"SAVEPOINT s4", "RELEASE s4", "ROLLBACK TO s4"},
    {"SAVEPOINT s5", "RELEASE s5", "ROLLBACK TO s5"},
    {"SAVEPOINT s6", "RELEASE s6", "ROLLBACK TO s6"},
    {"SAVEPOINT s7", "RELEASE s7", "ROLLBACK TO s7"},
};

int cr_tx_nested(struct cr_tx *tx, int (*fn)(struct cr_tx *tx, void *ctx, struct cr_err *err),
                 void *ctx, struct cr_err *err)
{
    CR_ASSERT(tx->depth < NESTING_MAX);
    const char *const *sql = savepoint_sql[tx->depth];
    int rc = cr_tx_exec(tx, sql[0], CR_NO_VALUES, err);
    if (rc < 0)
        return rc;
    tx->depth++;
    int result = fn(tx, ctx, err);
    tx->depth--;
    if (!cr_tx_active(tx)) /* the engine gave up: nothing is left to undo */
        return result < 0
                   ? result
                   : cr_err_set(err, CR_EUNAVAILABLE, "database '%s': transaction lost", tx->path);
    struct cr_err undo;
    if (result < 0 && cr_tx_exec(tx, sql[2], CR_NO_VALUES, &undo) < 0)
        cr_tx_rollback(tx);
    if (!cr_tx_active(tx))
        return result;
    rc = cr_tx_exec(tx, sql[1], CR_NO_VALUES, result < 0 ? &undo : err);
    return result < 0 ? result : rc < 0 ? rc : result;
}
