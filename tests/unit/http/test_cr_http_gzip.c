/* When and how bodies are compressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#include "cr_err.h"
#include "cr_http_gzip.h"
#include "cr_http_status.h"

static void test_who_accepts(void **state)
{
    static const struct {
        const char *header;
        bool accepts;
    } cases[] = {
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"deflate", false},
        {"deflate, gzip", true},
        {"gzip;q=0", false},
        {"gzip; q=0.0", false},
        {"gzip;q=0.001", true},
        {"*", true},
        {"*;q=0", false},
        {"gzip;q=0, *", false},
        {"*, gzip;q=0", false},
        {"identity;q=0.5, gzip;q=0.4", true},
        {"gzip ; q=0", false},
        {"br, GZip;Q=0", false},
        {"gzipx", false},
        {"identity", false},
    };
    (void)state;
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        assert_int_equal(cr_http_gzip_accepted(cr_slice_of(cases[i].header)), cases[i].accepts);
}

static void test_which_types(void **state)
{
    (void)state;
    assert_true(cr_http_gzip_worthwhile(CR_SLICE("application/json;charset=UTF-8")));
    assert_true(cr_http_gzip_worthwhile(CR_SLICE("text/html")));
    assert_true(cr_http_gzip_worthwhile(CR_SLICE("application/vnd.spring-boot.actuator.v3+json")));
    assert_false(cr_http_gzip_worthwhile(CR_SLICE("image/png")));
    assert_false(cr_http_gzip_worthwhile(CR_SLICE("")));
}

static void test_round_trip(void **state)
{
    (void)state;
    char text[5000], back[6000];
    memset(text, 'x', sizeof text);
    CR_AUTO(cr_buf) packed = {0};
    assert_int_equal(cr_http_gzip((struct cr_slice){text, sizeof text}, &packed), 0);
    assert_true(packed.len < 200);
    z_stream stream = {.next_in = (Bytef *)packed.data,
                       .avail_in = (uInt)packed.len,
                       .next_out = (Bytef *)back,
                       .avail_out = sizeof back};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, sizeof text);
    assert_memory_equal(back, text, sizeof text);
    inflateEnd(&stream);
}

static void test_the_way_back(void **state)
{
    (void)state;
    char text[100000];
    memset(text, 'x', sizeof text);
    CR_AUTO(cr_buf) packed = {0};
    CR_AUTO(cr_buf) plain = {.max = sizeof text};
    assert_int_equal(cr_http_gzip((struct cr_slice){text, sizeof text}, &packed), 0);
    assert_int_equal(cr_http_gunzip(cr_buf_view(&packed), &plain), 0);
    assert_int_equal(plain.len, sizeof text);
    assert_memory_equal(plain.data, text, sizeof text);
    for (size_t len = 0; len < packed.len; len++) {
        CR_AUTO(cr_buf) cut = {0};
        assert_int_equal(cr_http_gunzip(cr_slice_sub(cr_buf_view(&packed), 0, len), &cut),
                         CR_EPARSE);
    }
    CR_AUTO(cr_buf) small = {.max = sizeof text - 1};
    assert_int_equal(cr_http_gunzip(cr_buf_view(&packed), &small), CR_ELIMIT);
    CR_AUTO(cr_buf) none = {0};
    cr_buf_reset(&packed);
    assert_int_equal(cr_http_gzip(CR_SLICE(""), &packed), 0);
    assert_int_equal(cr_http_gunzip(cr_buf_view(&packed), &none), 0);
    assert_int_equal(none.len, 0);
}

static void test_codings(void **state)
{
    (void)state;
    assert_int_equal(cr_http_coding_of(CR_SLICE("")), CR_HTTP_CODING_NONE);
    assert_int_equal(cr_http_coding_of(CR_SLICE("Identity")), CR_HTTP_CODING_NONE);
    assert_int_equal(cr_http_coding_of(CR_SLICE(" GZIP ")), CR_HTTP_CODING_GZIP);
    assert_int_equal(cr_http_coding_of(CR_SLICE("x-gzip")), CR_HTTP_CODING_GZIP);
    assert_int_equal(cr_http_coding_of(CR_SLICE("gzip, gzip")), CR_HTTP_CODING_UNKNOWN);
    assert_int_equal(cr_http_coding_of(CR_SLICE("deflate")), CR_HTTP_CODING_UNKNOWN);
}

static void test_status_texts(void **state)
{
    (void)state;
    assert_string_equal(cr_http_status_text(404), "Not Found");
    assert_string_equal(cr_http_status_text(418), "Client Error");
    assert_string_equal(cr_http_status_text(599), "Server Error");
    assert_string_equal(cr_http_status_text(-1), "Unknown");
    assert_string_equal(cr_http_status_text(600), "Unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_accepts), cmocka_unit_test(test_which_types),
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_the_way_back),
        cmocka_unit_test(test_codings),     cmocka_unit_test(test_status_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
