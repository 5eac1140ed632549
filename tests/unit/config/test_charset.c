/* charset and http_date: what a file is read in, and when it changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "charset.h"
#include "http_date.h"

#define BAD "\xef\xbf\xbd"

static void decodes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct cr_slice bytes;
        const char *expected;
    } cases[] = {
        {NULL, {"\xc3\xbc", 2}, "\xc3\xbc"},
        {"utf-8", {"a\xff", 2}, "a" BAD},
        {"iso-8859-1, utf-8;q=0.5", {"\xfc", 1}, "\xc3\xbc"},
        {"ISO-8859-1;q=1", {"\x80", 1}, "\xc2\x80"},
        {"windows-1252", {"\x80\x81", 2}, "\xe2\x82\xac" BAD},
        {"us-ascii", {"a\xfc", 2}, "a" BAD},
        {"utf-16", {"\0a", 2}, "a"},
        {"utf-16",
         {"\xff\xfe"
          "a\0",
          4},
         "a"},
        {"utf-16", {"\xfe\xff\0a", 4}, "a"},
        {"utf-16le", {"\x3d\xd8\0\xde", 4}, "\xf0\x9f\x98\x80"},
        {"utf-16be", {"\xd8\x3d", 2}, BAD},
        {"utf-16be", {"\0a\0", 3}, "a" BAD},
        {"*", {"\xc3\xbc", 2}, "\xc3\xbc"},
        {"klingon", {"\xc3\xbc", 2}, "\xc3\xbc"},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO(cr_buf) out = {0};
        enum charset charset;
        (void)charset_of(cr_slice_of(cases[i].name), &charset);
        charset_decode(charset, cases[i].bytes, &out);
        assert_string_equal(out.data, cases[i].expected);
    }
    enum charset charset;
    assert_false(charset_of(CR_SLICE("klingon"), &charset));
    assert_false(charset_of(CR_SLICE("../utf-8"), &charset));
    assert_true(charset_of(CR_SLICE("*;q=0.1"), &charset));
}

static void writes_and_reads_dates(void **state)
{
    (void)state;
    char text[HTTP_DATE_SIZE];
    int64_t seconds = 0;
    http_date_write(784111777, text);
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                       "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < CR_COUNT(same); i++) {
        assert_true(http_date_parse(cr_slice_of(same[i]), &seconds));
        assert_int_equal(seconds, 784111777);
    }
    static const char *const none[] = {NULL,
                                       "",
                                       "yesterday",
                                       "784111777",
                                       "Sun, 06 Nov 1994 08:49:37 GMT; length=3",
                                       "Sun, 06 Nov 1994 08:49:37 CET"};
    for (size_t i = 0; i < CR_COUNT(none); i++)
        assert_false(http_date_parse(cr_slice_of(none[i]), &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(decodes),
                                       cmocka_unit_test(writes_and_reads_dates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
