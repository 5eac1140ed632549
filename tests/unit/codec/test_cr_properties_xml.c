/* Java properties as XML: entries, encodings, and everything that is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cr_properties_xml.h"
#include "flat_dump.h"

#define TYPE "<!DOCTYPE properties SYSTEM \"http://java.sun.com/dtd/properties.dtd\">\n"

static void check_slice(struct cr_slice xml, const char *wanted)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) dump = {0};
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    if (cr_properties_xml_parse(xml, arena, &flat, &err))
        fail_msg("'%s' says: %s", xml.ptr, err.text);
    assert_int_equal(flat.count, 1);
    flat_dump(&flat, &dump);
    assert_string_equal(dump.data, wanted);
}

static void check(const char *xml, const char *wanted)
{
    check_slice(cr_slice_of(xml), wanted);
}

static void refuse(const char *xml, int code, const char *words)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    assert_int_equal(cr_properties_xml_parse(cr_slice_of(xml), arena, &flat, &err), code);
    if (!strstr(err.text, words))
        fail_msg("'%.200s' says: %s", xml, err.text);
}

static void test_reads_entries(void **state)
{
    (void)state;
    check(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n" TYPE
        "<properties>\n<comment>what for</comment>\n"
        "<entry key=\"server.port\">8080</entry>\n<entry key=\"b\"/><entry key=\"\"> x\r\n</entry>"
        "</properties>\n",
        "s:server.port=8080\ns:b=\ns:= x\n\n");
    check(TYPE "<properties/>", "");
    check(TYPE "<properties><entry key='a'>1</entry><entry key='b'>2</entry>"
               "<entry key='a'>3</entry><comment/></properties>",
          "s:a=3\ns:b=2\n");
    check(TYPE "<properties><entry key='k'>a<!-- c -->b<?pi x?><![CDATA[<c>]]>&lt;&#x20ac;</entry>"
               "text<entry key=' a&#9;b ' more='1'>k[]</entry></properties>",
          "s:k=ab<c><\xe2\x82\xac\ns: a\tb =k[]\n");
    check("<!DOCTYPE properties PUBLIC 'x' 'http://java.sun.com/dtd/properties.dtd'><properties/>",
          "");
}

static void test_reads_encodings(void **state)
{
    (void)state;
    check("<?xml version='1.0' encoding='ISO-8859-1'?>" TYPE
          "<properties><entry key='k'>\xe9</entry></properties>",
          "s:k=\xc3\xa9\n");
    check("\xef\xbb\xbf" TYPE "<properties><entry key='k'>\xc3\xa9</entry></properties>",
          "s:k=\xc3\xa9\n");
    static const char ascii[] = TYPE "<properties><entry key='k'>v</entry></properties>";
    char wide[2 * sizeof ascii] = "\xff\xfe";
    for (size_t i = 0; i < sizeof ascii - 1; i++)
        wide[2 + 2 * i] = ascii[i];
    check_slice((struct cr_slice){wide, 2 * sizeof ascii}, "s:k=v\n");
}

/* Nothing is fetched and nothing is expanded. */
static void test_refuses_every_entity(void **state)
{
    (void)state;
    refuse("<!DOCTYPE properties SYSTEM 'http://java.sun.com/dtd/properties.dtd' [<!ENTITY a 'b'>]>"
           "<properties><entry key='k'>&a;</entry></properties>",
           CR_EPARSE, "line 1 column 70: declarations in the DOCTYPE are refused");
    refuse("<!DOCTYPE properties [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
           "<properties><entry key='k'>&x;</entry></properties>",
           CR_EPARSE, "declarations in the DOCTYPE are refused");
    refuse("<!DOCTYPE properties SYSTEM 'file:///etc/passwd'><properties/>", CR_EPARSE,
           "another DOCTYPE than that of java.util.Properties");
    refuse(TYPE "<properties><entry key='k'>&a;</entry></properties>", CR_EPARSE,
           "line 2 column 28: an entity that is not defined");
    check(TYPE "<properties><entry key='k&a;'/></properties>", "s:k=\n");
}

static void test_refuses_with_the_place(void **state)
{
    (void)state;
    refuse("", CR_EPARSE, "line 1 column 1: no element found");
    refuse("<properties/>", CR_EPARSE, "line 1 column 1: there is no <!DOCTYPE properties SYSTEM");
    refuse("<!DOCTYPE beans SYSTEM 'http://java.sun.com/dtd/properties.dtd'><beans/>", CR_EPARSE,
           "another DOCTYPE");
    refuse("<!DOCTYPE properties><properties/>", CR_EPARSE, "another DOCTYPE");
    refuse(TYPE "<beans/>", CR_EPARSE, "line 2 column 1: the document's element");
    refuse(TYPE "<properties><entry>1</entry></properties>", CR_EPARSE, "no attribute 'key'");
    refuse(TYPE "<properties><bean/></properties>", CR_EPARSE, "another element than");
    refuse(TYPE "<properties><comment/><comment/></properties>", CR_EPARSE, "more than one");
    refuse(TYPE "<properties><entry key='a'><b/></entry></properties>", CR_EPARSE,
           "line 2 column 28: an element inside");
    refuse(TYPE "<properties><entry key='a'>1</properties>", CR_EPARSE,
           "line 2 column 31: mismatched");
    refuse(TYPE "<properties>\xff</properties>", CR_EPARSE, "not well-formed");
    refuse("<?xml version='1.0' encoding='EBCDIC-X'?>" TYPE "<properties/>", CR_EPARSE,
           "unknown encoding");
}

static void test_bounds(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) xml = {0};
    cr_buf_text(&xml, TYPE "<properties>");
    for (int i = 0; i < CR_FLAT_PAIRS_MAX + 1; i++)
        cr_buf_printf(&xml, "<entry key='k%d'/>", i);
    cr_buf_text(&xml, "</properties>");
    refuse(xml.data, CR_ELIMIT, "line 2: more than 65536 values");

    cr_buf_reset(&xml);
    cr_buf_text(&xml, TYPE "<properties><entry key='");
    for (int i = 0; i < CR_FLAT_KEY_MAX + 1; i++)
        cr_buf_char(&xml, 'k');
    cr_buf_text(&xml, "'/></properties>");
    refuse(xml.data, CR_ELIMIT, "longer than 4096 bytes");

    CR_AUTO_ARENA arena = cr_arena_new(256);
    struct cr_flat flat;
    cr_buf_reset(&xml);
    cr_buf_printf(&xml, TYPE "<properties><entry key='k'>%0500d</entry></properties>", 1);
    assert_int_equal(cr_properties_xml_parse(cr_buf_view(&xml), arena, &flat, NULL), CR_ELIMIT);
    CR_AUTO(cr_buf) large = {0};
    for (int i = 0; i <= CR_FLAT_BYTES_MAX / 64; i++)
        cr_buf_printf(&large, "%64s", "");
    refuse(large.data, CR_ELIMIT, "larger than 8388608 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_entries),
        cmocka_unit_test(test_reads_encodings),
        cmocka_unit_test(test_refuses_every_entity),
        cmocka_unit_test(test_refuses_with_the_place),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
