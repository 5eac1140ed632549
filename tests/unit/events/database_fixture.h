/* database_fixture: one store with the room's tables, for tests without a broker. */
#ifndef DATABASE_FIXTURE_H
#define DATABASE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_consumer.h"
#include "cr_outbox.h"

struct database {
    char folder[64];
    char path[96];
    struct cr_store *store;
};

static inline int database_setup(void **state)
{
    static const struct cr_schema *const schemas[] = {&cr_outbox_schema, &cr_consumer_schema};
    struct database *database = calloc(1, sizeof *database);
    struct cr_err err = {0};
    assert_non_null(database);
    snprintf(database->folder, sizeof database->folder, "/tmp/crema-outbox-XXXXXX");
    assert_non_null(mkdtemp(database->folder));
    snprintf(database->path, sizeof database->path, "%s/test.db", database->folder);
    struct cr_store_options options = {
        .path = database->path, .schemas = schemas, .schema_count = CR_COUNT(schemas)};
    if (cr_store_open(&options, &database->store, &err) < 0)
        fail_msg("%s", err.text);
    *state = database;
    return 0;
}

static inline int database_teardown(void **state)
{
    struct database *database = *state;
    static const char *const ends[] = {"", "-wal", "-shm", ".turn"};
    cr_store_close(database->store);
    for (size_t i = 0; i < CR_COUNT(ends); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", database->path, ends[i]);
        unlink(path);
    }
    rmdir(database->folder);
    free(database);
    return 0;
}

/* Runs a test's closure in a transaction of its own. */
static inline void in_transaction(void **state, cr_store_fn fn)
{
    struct database *database = *state;
    struct cr_err err = {0};
    if (cr_store_write(database->store, fn, NULL, &err) < 0)
        fail_msg("%s", err.text);
}

#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, database_setup, database_teardown)

#endif
