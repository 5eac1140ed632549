/* Brings a database's tables to the newest form that this program knows. */
#include "cr_tx_private.h"

/* A table beside the engine's own version counter: several schemas share one file. */
static const char versions_sql[] = "CREATE TABLE IF NOT EXISTS schema_version("
                                   " name TEXT PRIMARY KEY, version INTEGER NOT NULL)";

static int run(struct cr_tx *tx, const struct cr_schema *schema, int64_t version,
               struct cr_err *err)
{
    for (size_t i = (size_t)version; i < schema->count; i++) {
        const struct cr_migration *step = &schema->migrations[i];
        int rc = cr_tx_script(tx, step->sql, err);
        if (rc < 0) {
            cr_err_prefix(err, "migration '%s' of '%s': ", step->name, schema->name);
            return rc;
        }
    }
    return cr_tx_exec(tx,
                      "INSERT INTO schema_version(name, version) VALUES($1, $2)"
                      " ON CONFLICT(name) DO UPDATE SET version = excluded.version",
                      CR_VALUES(cr_value_text(schema->name), cr_value_int((int64_t)schema->count)),
                      err);
}

static int migrate_schema(struct cr_tx *tx, const struct cr_store_options *options,
                          const struct cr_schema *schema, struct cr_err *err)
{
    int64_t version = 0;
    int rc = cr_tx_query_int(tx, "SELECT version FROM schema_version WHERE name = $1",
                             CR_VALUES(cr_value_text(schema->name)), &version, err);
    if (rc < 0 && rc != CR_ENOTFOUND)
        return rc;
    int64_t known = (int64_t)schema->count;
    if (version == known)
        return 0;
    if (version < 0 || version > known)
        return cr_err_set(err, CR_ECONFLICT,
                          "database '%s': '%s' has version %lld, this program knows %lld; use the "
                          "newer program, or move the file away",
                          options->path, schema->name, (long long)version, (long long)known);
    return run(tx, schema, version, err);
}

int cr_migrate(struct cr_tx *tx, const struct cr_store_options *options, struct cr_err *err)
{
    int rc = cr_tx_begin(tx, err);
    if (rc < 0)
        return rc;
    rc = cr_tx_script(tx, versions_sql, err);
    for (size_t i = 0; rc == 0 && i < options->schema_count; i++)
        rc = migrate_schema(tx, options, options->schemas[i], err);
    if (rc == 0)
        rc = cr_tx_commit(tx, err);
    if (rc < 0)
        cr_tx_rollback(tx);
    return rc;
}
