/* wire_fixture: what the tests of the registry's records share. */
#ifndef WIRE_FIXTURE_H
#define WIRE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cr_wire_applications.h"

static const int64_t fixture_now_ms = 1700000000001;

typedef int (*fixture_reader)(struct cr_slice text, int64_t wall_ms, struct cr_arena *arena,
                              struct cr_wire_instance *out_instance, struct cr_err *err);

static inline struct cr_wire_instance fixture_read(fixture_reader read, struct cr_arena *arena,
                                                   const char *text)
{
    struct cr_wire_instance instance = {0};
    struct cr_err err = {0};
    if (read(cr_slice_of(text), fixture_now_ms, arena, &instance, &err))
        fail_msg("%s: %s", text, err.text);
    return instance;
}

static inline void fixture_refused(fixture_reader read, const char *text, int code,
                                   const char *words)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instance instance = {0};
    struct cr_err err = {0};
    int rc = read(cr_slice_of(text), fixture_now_ms, arena, &instance, &err);
    if (rc != code || !strstr(err.text, words))
        fail_msg("%.200s: %d \"%s\" instead of %d \"%s\"", text, rc, err.text, code, words);
}

static inline void fixture_is(struct cr_slice slice, const char *text)
{
    assert_non_null(slice.ptr);
    if (!cr_slice_is(slice, text))
        fail_msg("\"%.*s\" instead of \"%s\"", CR_SLICE_ARG(slice), text);
}

static inline void fixture_written(const struct cr_wire_instance *instance, enum cr_wire_form form,
                                   enum cr_wire_place place, const char *text)
{
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write_form(instance, form, place, &out);
    assert_int_equal(cr_buf_status(&out), 0);
    assert_string_equal(out.data, text);
}

#endif
