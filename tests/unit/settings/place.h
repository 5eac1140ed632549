/* place: a directory of its own for a test, with files that it writes. */
#ifndef PLACE_H
#define PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cr_file.h"

struct place {
    char path[64];
};

static inline void place_open(struct place *place)
{
    snprintf(place->path, sizeof place->path, "/tmp/crema-test-XXXXXX");
    assert_non_null(mkdtemp(place->path));
}

static inline int place_unlink(const char *path, const struct stat *status, int kind,
                               struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void place_close(struct place *place)
{
    nftw(place->path, place_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void place_write(const struct place *place, const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", place->path, name);
    assert_int_equal(cr_file_write(path, cr_slice_of(text), 0600, NULL), 0);
}

#endif
