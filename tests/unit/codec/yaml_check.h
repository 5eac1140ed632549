/* yaml_check: what a YAML text is read as, or refused with, for the tests of its reader. */
#ifndef YAML_CHECK_H
#define YAML_CHECK_H

#include <string.h>

#include "cr_yaml.h"
#include "flat_dump.h"

/* wanted: as flat_dump writes it. */
static inline void check(const char *yaml, const char *wanted)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) dump = {0};
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    if (cr_yaml_parse(cr_slice_of(yaml), arena, &flat, &err))
        fail_msg("'%s' says: %s", yaml, err.text);
    flat_dump(&flat, &dump);
    assert_string_equal(dump.data, wanted);
}

/* words: part of the reason. */
static inline void refuse(const char *yaml, int code, const char *words)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    assert_int_equal(cr_yaml_parse(cr_slice_of(yaml), arena, &flat, &err), code);
    if (!strstr(err.text, words))
        fail_msg("'%.200s' says: %s", yaml, err.text);
}

#endif
