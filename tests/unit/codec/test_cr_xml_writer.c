/* XML output: XStream's layout, and well-formed whatever the texts are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_random.h"
#include "cr_xml.h"
#include "cr_xml_writer.h"

static void write_sample(struct cr_xml_writer *w)
{
    cr_xml_begin(w, "a");
    cr_xml_pair_text(w, "empty", "");
    cr_xml_begin(w, "nothing");
    cr_xml_attribute(w, "class", CR_SLICE("x<y"));
    cr_xml_end(w);
    cr_xml_begin(w, "map");
    cr_xml_begin_escaped(w, CR_SLICE("a b"));
    cr_xml_text(w, CR_SLICE("1"));
    cr_xml_end(w);
    cr_xml_end(w);
    cr_xml_pair_int(w, "n", -7);
    cr_xml_end(w);
}

static void test_pretty_layout(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    struct cr_xml_writer w;
    cr_xml_init(&w, &out, CR_XML_PRETTY, 0);
    write_sample(&w);
    assert_string_equal(out.data, "<a>\n"
                                  "  <empty></empty>\n"
                                  "  <nothing class=\"x&lt;y\"/>\n"
                                  "  <map>\n"
                                  "    <a_.0020b>1</a_.0020b>\n"
                                  "  </map>\n"
                                  "  <n>-7</n>\n"
                                  "</a>");
}

static void test_margin_and_dense_layout(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    struct cr_xml_writer w;
    cr_xml_init(&w, &out, CR_XML_PRETTY, 2);
    cr_xml_begin(&w, "a");
    cr_xml_pair_text(&w, "b", "x");
    cr_xml_end(&w);
    assert_string_equal(out.data, "\n    <a>\n      <b>x</b>\n    </a>");
    cr_buf_reset(&out);
    cr_xml_init(&w, &out, CR_XML_DENSE, 0);
    write_sample(&w);
    assert_string_equal(out.data, "<a><empty></empty><nothing class=\"x&lt;y\"/><map>"
                                  "<a_.0020b>1</a_.0020b></map><n>-7</n></a>");
}

static void assert_quoted(struct cr_slice text, const char *xml)
{
    CR_AUTO(cr_buf) out = {0};
    cr_buf_text(&out, "");
    cr_xml_quote(&out, text);
    assert_string_equal(out.data ? out.data : "", xml);
}

static void test_text_is_escaped(void **state)
{
    (void)state;
    assert_quoted(CR_SLICE("<a>&\"'"), "&lt;a&gt;&amp;&quot;&apos;");
    assert_quoted(CR_SLICE("1\r\n\t2"), "1&#xd;\n\t2");
    assert_quoted(CR_SLICE("\xc3\xa9\xf0\x9f\x98\x80\x7f"), "\xc3\xa9\xf0\x9f\x98\x80&#x7f;");
    assert_quoted(CR_SLICE("a\x01\x1f\0b\xef\xbf\xbe\xef\xbf\xbf"), "ab");
    assert_quoted(CR_SLICE("\xff"), "\xef\xbf\xbd");
    CR_AUTO(cr_buf) out = {0};
    struct cr_xml_writer w;
    cr_xml_init(&w, &out, CR_XML_DENSE, 0);
    cr_xml_begin(&w, "a");
    cr_xml_attribute(&w, "b", CR_SLICE("1\n2\t3"));
    cr_xml_end(&w);
    assert_string_equal(out.data, "<a b=\"1&#xa;2&#x9;3\"/>");
}

/* Random bytes as attribute, name and text: a parser always takes the document. */
static void test_random_texts_are_well_formed(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {0};
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        cr_random_bytes(bytes, sizeof bytes);
        struct cr_slice text = {bytes, 1 + (unsigned char)bytes[0] % (sizeof bytes - 1)};
        struct cr_xml_writer w;
        cr_buf_reset(&out);
        cr_xml_init(&w, &out, round % 2 ? CR_XML_DENSE : CR_XML_PRETTY, 0);
        cr_xml_begin(&w, "a");
        cr_xml_attribute(&w, "b", text);
        cr_xml_begin_escaped(&w, text);
        cr_xml_text(&w, text);
        cr_xml_end(&w);
        cr_xml_end(&w);
        CR_AUTO_ARENA arena = cr_arena_new(0);
        const struct cr_tree *tree = NULL;
        struct cr_err err = {0};
        if (cr_xml_parse(cr_buf_view(&out), arena, &tree, &err))
            fail_msg("%s: %s", out.data, err.text);
    }
}

static void test_failure_is_sticky(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) out = {.max = 16};
    struct cr_xml_writer w;
    cr_xml_init(&w, &out, CR_XML_PRETTY, 0);
    write_sample(&w);
    assert_int_equal(cr_buf_status(&out), CR_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pretty_layout),
        cmocka_unit_test(test_margin_and_dense_layout),
        cmocka_unit_test(test_text_is_escaped),
        cmocka_unit_test(test_random_texts_are_well_formed),
        cmocka_unit_test(test_failure_is_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
