/* Documents of shared runs: plain, and as one gzip member whatever they are made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cr_http_gzip.h"
#include "document.h"

static const struct run_shape plain = {.lead = RUN_ALONE, .count = 1};

static struct run *run_of(const char *pattern, size_t len)
{
    CR_AUTO(cr_buf) text = {0};
    while (text.len < len)
        cr_buf_printf(&text, "%s%zu", pattern, text.len);
    text.len = len;
    return run_new(cr_buf_view(&text), &plain);
}

/* zlib stops at the end of the first member: there must be no second. */
static void assert_one_member(struct cr_slice packed, size_t len)
{
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)packed.ptr,
                       .avail_in = (uInt)packed.len};
    CR_AUTO_FREE char *room = malloc(len + 1);
    stream.next_out = (Bytef *)room;
    stream.avail_out = (uInt)len + 1;
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    inflateEnd(&stream);
}

/* The composed member, cut off its runs and read by zlib, is the document. */
static void assert_same(struct document *document)
{
    CR_AUTO(cr_buf) text = {0};
    CR_AUTO(cr_buf) unpacked = {0};
    struct cr_slice packed = document_gzip(document);
    assert_non_null(packed.ptr);
    document_write(document, &text);
    assert_int_equal(text.len, document_len(document));
    assert_int_equal(cr_http_gunzip(packed, &unpacked), 0);
    assert_true(cr_slice_equal(cr_buf_view(&text), cr_buf_view(&unpacked)));
    assert_one_member(packed, text.len);
}

static void test_lengths(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 2, 191, 192, 193, 255, 256, 4096, 65535, 65536, 300000};
    for (size_t i = 0; i < CR_COUNT(lengths); i++) {
        struct run *run = run_of("x", lengths[i]);
        struct document *document = document_new(&run, 1);
        assert_same(document);
        document_unref(document);
    }
}

static void test_many_runs_are_one_member(void **state)
{
    (void)state;
    struct run *runs[64];
    for (size_t i = 0; i < CR_COUNT(runs); i++)
        runs[i] = run_of(i % 3 ? "{\"instance\":" : "<i>", i * i * 17 % 70000);
    struct document *document = document_new(runs, CR_COUNT(runs));
    assert_same(document);
    document_unref(document);
}

static void test_what_does_not_shrink(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) noise = {0};
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < 200000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        cr_buf_char(&noise, (char)seed);
    }
    struct document *document = document_take(&noise);
    assert_same(document);
    document_unref(document);
}

/* A run is compressed once, whatever documents it is part of. */
static void test_a_run_is_packed_once(void **state)
{
    (void)state;
    struct run *run = run_of("shared", 50000);
    struct run *other = run_of("other", 500);
    struct run *both[] = {run_ref(run), other};
    struct document *first = document_new(&run, 1);
    struct document *second = document_new(both, 2);
    assert_same(first);
    const struct run_packed *packed = run_pack(run);
    document_unref(first);
    assert_ptr_equal(run_pack(run), packed);
    assert_same(second);
    document_unref(second);
}

static void test_a_failed_buffer_is_no_document(void **state)
{
    (void)state;
    struct cr_buf buf = {.max = 1};
    cr_buf_text(&buf, "more than that");
    assert_null(document_take(&buf));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_many_runs_are_one_member),
        cmocka_unit_test(test_what_does_not_shrink),
        cmocka_unit_test(test_a_run_is_packed_once),
        cmocka_unit_test(test_a_failed_buffer_is_no_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
