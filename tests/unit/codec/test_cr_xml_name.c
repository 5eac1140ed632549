/* Names of XML elements made of any text, as XStream makes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_utf8.h"
#include "cr_xml_name.h"

static void assert_escapes(struct cr_slice text, const char *name)
{
    CR_AUTO(cr_buf) out = {0};
    CR_AUTO(cr_buf) back = {0};
    cr_xml_name_escape(&out, text);
    assert_string_equal(out.data, name);
    cr_xml_name_unescape(&back, cr_buf_view(&out));
    assert_true(cr_slice_equal(cr_buf_view(&back), text));
}

static void test_escapes_as_xstream_does(void **state)
{
    (void)state;
    assert_escapes(CR_SLICE("management.port"), "management.port");
    assert_escapes(CR_SLICE("a-1"), "a-1");
    assert_escapes(CR_SLICE("x_y"), "x__y");
    assert_escapes(CR_SLICE("a$b"), "a_-b");
    assert_escapes(CR_SLICE("a b"), "a_.0020b");
    assert_escapes(CR_SLICE("1x"), "_.0031x");
    assert_escapes(CR_SLICE("-x"), "_.002dx");
    assert_escapes(CR_SLICE("@c"), "_.0040c");
    assert_escapes(CR_SLICE("x/y"), "x_.002fy");
    assert_escapes(CR_SLICE("_ "), "___.0020");
    assert_escapes(CR_SLICE("_.0020"), "__.0020");
    assert_escapes(CR_SLICE("a:b"), "a_.003ab");
    assert_escapes(CR_SLICE("\0"), "_.0000");
    assert_escapes(CR_SLICE("h\xc3\xb6he"), "h\xc3\xb6he");
    assert_escapes(CR_SLICE("\xe2\x82\xac"), "_.20ac");
    assert_escapes(CR_SLICE("\xf0\x9f\x98\x80"), "_.d83d_.de00");
}

static void assert_unescapes(const char *name, const char *text)
{
    CR_AUTO(cr_buf) out = {0};
    cr_xml_name_unescape(&out, cr_slice_of(name));
    assert_string_equal(out.data, text);
}

static void test_unescaping_is_total(void **state)
{
    (void)state;
    assert_unescapes("_", "_");
    assert_unescapes("a_b", "a_b");
    assert_unescapes("_.00", "_.00");
    assert_unescapes("_.00G0", "_.00G0");
    assert_unescapes("_.00fC", "\xc3\xbc");
    assert_unescapes("___-", "_$");
    assert_unescapes("_.d83dx", "\xef\xbf\xbdx");
    assert_unescapes("_.de00_.d83d", "\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_every_character_comes_back(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) text = {0};
    CR_AUTO(cr_buf) name = {0};
    CR_AUTO(cr_buf) back = {0};
    for (uint32_t c = 0; c < 0x110000; c += c < 0x10000 ? 1 : 97) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        cr_buf_reset(&text);
        cr_buf_reset(&name);
        cr_buf_reset(&back);
        cr_utf8_put(&text, c);
        cr_buf_char(&text, 'x');
        cr_utf8_put(&text, c);
        cr_xml_name_escape(&name, cr_buf_view(&text));
        cr_xml_name_unescape(&back, cr_buf_view(&name));
        assert_true(cr_slice_equal(cr_buf_view(&back), cr_buf_view(&text)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapes_as_xstream_does),
        cmocka_unit_test(test_unescaping_is_total),
        cmocka_unit_test(test_every_character_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
