/* XML text to tree: the shape it gets, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cr_buf.h"
#include "cr_json_writer.h"
#include "cr_xml.h"

/* The tree as JSON. */
static void assert_reads(const char *xml, const char *json)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) out = {0};
    const struct cr_tree *tree = NULL;
    struct cr_err err = {0};
    struct cr_json_writer writer;
    if (cr_xml_parse(cr_slice_of(xml), arena, &tree, &err))
        fail_msg("%s: %s", xml, err.text);
    cr_json_init(&writer, &out);
    cr_json_tree(&writer, tree);
    assert_string_equal(out.data, json);
}

static void assert_refused(struct cr_slice xml, int code, const char *words)
{
    CR_AUTO_ARENA arena = cr_arena_new(1024 * 1024);
    const struct cr_tree *tree = NULL;
    struct cr_err err = {0};
    int rc = cr_xml_parse(xml, arena, &tree, &err);
    if (rc != code || !strstr(err.text, words))
        fail_msg("%.60s: %d \"%s\" instead of %d \"%s\"", xml.ptr, rc, err.text, code, words);
    assert_null(tree);
}

static void test_shape(void **state)
{
    (void)state;
    assert_reads("<a/>", "{\"a\":\"\"}");
    assert_reads("<a></a>", "{\"a\":\"\"}");
    assert_reads("<a> x </a>", "{\"a\":\" x \"}");
    assert_reads("<a>\n  <b>1</b>\n  <c>2</c>\n  <b>3</b>\n</a>\n",
                 "{\"a\":{\"b\":\"1\",\"c\":\"2\",\"b\":\"3\"}}");
    assert_reads("<a><port enabled=\"true\">80</port><b/></a>",
                 "{\"a\":{\"port\":{\"@enabled\":\"true\",\"$\":\"80\"},\"b\":\"\"}}");
    assert_reads("<a class=\"x\"/>", "{\"a\":{\"@class\":\"x\"}}");
    assert_reads("<a>one<b/>two</a>", "{\"a\":{\"b\":\"\",\"$\":\"onetwo\"}}");
    assert_reads("<n:a xmlns:n=\"u\"><n:b/></n:a>", "{\"n:a\":{\"@xmlns:n\":\"u\",\"n:b\":\"\"}}");
}

static void test_text_is_decoded(void **state)
{
    (void)state;
    assert_reads("<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- no --><a>&lt;&amp;&gt;&quot;&apos;"
                 "&#233;&#x1F600;<![CDATA[<&>]]><?pi x?>!</a>",
                 "{\"a\":\"<&>\\\"'\xc3\xa9\xf0\x9f\x98\x80<&>!\"}");
    assert_reads("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>",
                 "{\"a\":\"\xc3\xa9\"}");
    assert_reads("<a b=\"1&#10;2\t3\">\r\n</a>", "{\"a\":{\"@b\":\"1\\n2 3\"}}");
}

static void test_what_is_not_xml_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused(CR_SLICE(""), CR_EPARSE, "XML line 1 column 1: no element found");
    assert_refused(CR_SLICE("<x"), CR_EPARSE, "XML line 1 column 1: unclosed token");
    assert_refused(CR_SLICE("<a>\n<b></a>"), CR_EPARSE, "XML line 2 column 6: mismatched tag");
    assert_refused(CR_SLICE("<a/><b/>"), CR_EPARSE, "junk after document element");
    assert_refused(CR_SLICE("{}"), CR_EPARSE, "not well-formed");
    assert_refused(CR_SLICE("<a b=\"1\" b=\"2\"/>"), CR_EPARSE, "duplicate attribute");
    assert_refused(CR_SLICE("<a>\x01</a>"), CR_EPARSE, "not well-formed");
    assert_refused(CR_SLICE("<a>\0</a>"), CR_EPARSE, "not well-formed");
    assert_refused(CR_SLICE("<a>&#0;</a>"), CR_EPARSE, "invalid character number");
    assert_refused(CR_SLICE("<a>\xff</a>"), CR_EPARSE, "not well-formed");
    assert_refused(CR_SLICE("<?xml version=\"1.0\" encoding=\"EBCDIC\"?><a/>"), CR_EPARSE,
                   "unknown encoding");
}

static void test_doctype_and_entities_are_refused(void **state)
{
    (void)state;
    static const char laughs[] = "<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;&l;&l;\">]>"
                                 "<a>&m;&m;&m;</a>";
    assert_refused(cr_slice_of(laughs), CR_EPARSE, "a DOCTYPE is refused");
    assert_refused(CR_SLICE("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), CR_EPARSE,
                   "a DOCTYPE is refused");
    assert_refused(CR_SLICE("<a>&nbsp;</a>"), CR_EPARSE, "undefined entity");
}

static void put_times(struct cr_buf *out, const char *text, int times)
{
    for (int i = 0; i < times; i++)
        cr_buf_text(out, text);
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        CR_AUTO(cr_buf) xml = {0};
        CR_AUTO_ARENA arena = cr_arena_new(0);
        const struct cr_tree *tree = NULL;
        put_times(&xml, "<a>", CR_XML_DEPTH_MAX + extra);
        put_times(&xml, "</a>", CR_XML_DEPTH_MAX + extra);
        if (extra)
            assert_refused(cr_buf_view(&xml), CR_ELIMIT, "nested too deeply");
        else
            assert_int_equal(cr_xml_parse(cr_buf_view(&xml), arena, &tree, NULL), 0);
    }
}

static void test_names_and_attributes_are_bounded(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) name = {0};
    put_times(&name, "n", CR_XML_NAME_MAX + 1);
    CR_AUTO(cr_buf) xml = {0};
    cr_buf_printf(&xml, "<%s/>", name.data);
    assert_refused(cr_buf_view(&xml), CR_ELIMIT, "an element's name is too long");
    cr_buf_reset(&xml);
    cr_buf_printf(&xml, "<a %s='1'/>", name.data);
    assert_refused(cr_buf_view(&xml), CR_ELIMIT, "an attribute's name is too long");
    cr_buf_reset(&xml);
    cr_buf_text(&xml, "<a");
    for (int i = 0; i <= CR_XML_ATTRIBUTES_MAX; i++)
        cr_buf_printf(&xml, " a%d=''", i);
    cr_buf_text(&xml, "/>");
    assert_refused(cr_buf_view(&xml), CR_ELIMIT, "too many attributes");
}

static void test_the_arena_bounds_the_tree(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) xml = {0};
    cr_buf_text(&xml, "<a>");
    put_times(&xml, "<b/>", 20000);
    cr_buf_text(&xml, "</a>");
    assert_refused(cr_buf_view(&xml), CR_ELIMIT, "more memory than allowed");
    CR_AUTO_ARENA none = cr_arena_new(1);
    const struct cr_tree *tree = NULL;
    assert_int_equal(cr_xml_parse(CR_SLICE("<a/>"), none, &tree, NULL), CR_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_text_is_decoded),
        cmocka_unit_test(test_what_is_not_xml_is_refused_with_its_place),
        cmocka_unit_test(test_doctype_and_entities_are_refused),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_names_and_attributes_are_bounded),
        cmocka_unit_test(test_the_arena_bounds_the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
