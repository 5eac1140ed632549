/* store_fixture: a store with the table notes in a folder of its own, for the tests of this room.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_store.h"

extern const struct cr_schema notes_schema;

struct fixture {
    char folder[64];
    char path[96];
    const struct cr_schema *schemas[1];
    struct cr_store_options options;
    struct cr_store *store;
};

static inline void fixture_open(struct fixture *fixture)
{
    struct cr_err err = {0};
    if (cr_store_open(&fixture->options, &fixture->store, &err) < 0)
        fail_msg("%s", err.text);
}

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/crema-store-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/notes.db", fixture->folder);
    fixture->schemas[0] = &notes_schema;
    fixture->options = (struct cr_store_options){
        .path = fixture->path,
        .schemas = fixture->schemas,
        .schema_count = 1,
    };
    fixture_open(fixture);
    *state = fixture;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    cr_store_close(fixture->store);
    static const char *const ends[] = {"", "-wal", "-shm", ".turn"};
    for (size_t i = 0; i < CR_COUNT(ends); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", fixture->path, ends[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

/* Inserts the note whose name is ctx. */
static inline int insert_note(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    return cr_tx_exec(tx, "INSERT INTO notes(name) VALUES($1)", CR_VALUES(cr_value_text(ctx)), err);
}

static inline int count_notes(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    return cr_tx_query_int(tx, "SELECT count(*) FROM notes", CR_NO_VALUES, ctx, err);
}

static inline int64_t notes_in(struct cr_store *store)
{
    struct cr_err err = {0};
    int64_t count = -1;
    if (cr_store_read(store, count_notes, &count, &err) < 0)
        fail_msg("%s", err.text);
    return count;
}

#endif
