/* A bounded stack of read connections: the one used last is lent first, its cache is warm. */
#include "cr_readers.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_thread.h"

enum { LEND_TIMEOUT_MS = 2000 };

struct cr_readers {
    struct cr_mutex mutex;
    struct cr_cond back;
    struct cr_tx_options options;
    char *path;
    size_t max;
    size_t opened;
    size_t idle_count;
    struct cr_tx *idle[];
};

struct cr_readers *cr_readers_new(const struct cr_tx_options *options, size_t max)
{
    struct cr_readers *readers = calloc(1, sizeof *readers + max * sizeof(struct cr_tx *));
    if (!readers)
        return NULL;
    readers->path = strdup(options->path);
    if (!readers->path) {
        free(readers);
        return NULL;
    }
    readers->options = *options;
    readers->options.path = readers->path;
    readers->max = max;
    cr_mutex_init(&readers->mutex);
    cr_cond_init(&readers->back);
    return readers;
}

void cr_readers_free(struct cr_readers *readers)
{
    if (!readers)
        return;
    CR_ASSERT(readers->idle_count == readers->opened);
    for (size_t i = 0; i < readers->idle_count; i++)
        cr_tx_close(readers->idle[i]);
    cr_cond_fini(&readers->back);
    cr_mutex_fini(&readers->mutex);
    free(readers->path);
    free(readers);
}

int cr_readers_lend(struct cr_readers *readers, struct cr_tx **out_tx, struct cr_err *err)
{
    int64_t deadline_ms = cr_clock_ms() + LEND_TIMEOUT_MS;
    cr_mutex_lock(&readers->mutex);
    while (readers->idle_count == 0 && readers->opened == readers->max) {
        if (cr_cond_wait_until(&readers->back, &readers->mutex, deadline_ms))
            continue;
        cr_mutex_unlock(&readers->mutex);
        return cr_err_set(err, CR_EUNAVAILABLE, "database '%s': all %zu read connections are busy",
                          readers->path, readers->max);
    }
    if (readers->idle_count > 0) {
        *out_tx = readers->idle[--readers->idle_count];
        cr_mutex_unlock(&readers->mutex);
        return 0;
    }
    readers->opened++; /* before the lock goes: this place is taken */
    cr_mutex_unlock(&readers->mutex);

    int rc = cr_tx_open(&readers->options, out_tx, err);
    if (rc < 0) {
        CR_LOCKED(&readers->mutex);
        readers->opened--;
        cr_cond_signal(&readers->back);
    }
    return rc;
}

void cr_readers_back(struct cr_readers *readers, struct cr_tx *tx)
{
    CR_LOCKED(&readers->mutex);
    readers->idle[readers->idle_count++] = tx;
    cr_cond_signal(&readers->back);
}
