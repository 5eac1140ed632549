/* .properties: escapes, continuation, documents, lists, ISO-8859-1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cr_properties.h"
#include "flat_dump.h"

static void check(const char *text, const char *wanted)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) dump = {0};
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    if (cr_properties_parse(cr_slice_of(text), arena, &flat, &err))
        fail_msg("'%s' says: %s", text, err.text);
    flat_dump(&flat, &dump);
    assert_string_equal(dump.data, wanted);
}

static void test_reads_pairs(void **state)
{
    (void)state;
    check("a=1\nb:2\nc 3\nd = 4 \n  e\t:\t5\nf\ng=\n=nothing\n",
          "s:a=1\ns:b=2\ns:c=3\ns:d=4 \ns:e=5\ns:f=\ns:g=\n");
    check("# c\n  ! c\n\n   \na=1", "s:a=1\n");
    check("a=1\r\nb=2\rc=3", "s:a=1\ns:b=2\ns:c=3\n");
    check("a=1\na=2\n", "s:a=2\n");
    check("a=x=y:z\n", "s:a=x=y:z\n");
    check("a=\"x\"\n", "s:a=\"x\"\n");
    check("", "");
}

static void test_reads_escapes(void **state)
{
    (void)state;
    check("a=\\t\\n\\x\\\\\\=\n", "s:a=\t\nx\\=\n");
    check("a\\ b\\=c=1\n", "s:a b=c=1\n");
    check("a = b \\\n   c\\\n\td\n", "s:a=b cd\n");
    check("a=b\\", "s:a=b\n");
    check("\\#a=1\n\\u0023b=2\n\\\n  c=3\n", "s:#a=1\ns:#b=2\ns:c=3\n");
    check("a\\f=1\n\\u0001b\\ =2\n", "s:a=1\ns:b=2\n"); /* String.trim */
}

static void test_reads_latin1_and_unicode(void **state)
{
    (void)state;
    check("a=\xc3\xbc\n", "s:a=\xc3\x83\xc2\xbc\n");
    check("a=\\u00fc\\u20AC\n", "s:a=\xc3\xbc\xe2\x82\xac\n");
    check("a=\\ud83d\\ude00\n", "s:a=\xf0\x9f\x98\x80\n");
    check("a=\\ud83dx\\ude00\n", "s:a=\xef\xbf\xbdx\xef\xbf\xbd\n");
    static const char *const bad[] = {"a=1\nb=\\u12", "a=1\nb=\\u12g4\n", "a=1\n\\uxyz=1\n"};
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_flat flat;
        struct cr_err err = {0};
        assert_int_equal(cr_properties_parse(cr_slice_of(bad[i]), arena, &flat, &err), CR_EPARSE);
        if (!strstr(err.text, "line 2 column "))
            fail_msg("'%s' says: %s", bad[i], err.text);
    }
}

static void test_splits_documents(void **state)
{
    (void)state;
    check("a=1\n#---\nb=2\n!--- \nc=3\n", "s:a=1\n--\ns:b=2\n--\ns:c=3\n");
    check("a=1\n# ---\nb=2\n", "s:a=1\ns:b=2\n");
    check("a=1\n #---\nb=2\n", "s:a=1\ns:b=2\n");
    check("a=1\n#----\nb=2\n", "s:a=1\ns:b=2\n");
    check("a=1\n#--- x\nb=2\n", "s:a=1\ns:b=2\n");
    check("a=1\n# c\n#---\nb=2\n", "s:a=1\ns:b=2\n");
    check("a=1\n! c\n#---\nb=2\n", "s:a=1\n--\ns:b=2\n");
    check("a=1\n#---\n# c\nb=2\n", "s:a=1\ns:b=2\n");
    check("#---\na=1\n#---\n#---\n", "s:a=1\n");
    check("a=1\n#---\t\f\nb=2\n", "s:a=1\n--\ns:b=2\n");
    check("a=1\n#-\\-\\-\nb=2\n", "s:a=1\n--\ns:b=2\n");
    check("a=1\n#\\\n---\nb=2\n", "s:a=1\n--\ns:b=2\n"); /* even so */
    check("a=1\n#---\n=x\n# c\nb=2\n", "s:a=1\ns:b=2\n");
}

static void test_expands_lists(void **state)
{
    (void)state;
    check("k[]=a,b\nl[] = x\nm=a,b\n", "s:k[0]=a\ns:k[1]=b\ns:l[0]=x\ns:m=a,b\n");
    check("k[]=a, b\\,c\n", "s:k[0]=a\ns:k[1]=b,c\n");
}

/* Spring Boot's own: an empty value stands in column 0 of the next line. */
static void test_knows_the_place_of_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        int column;
    } cases[] = {
        {"# c\n  a = x", 2, 7}, {"a=\n", 2, 0},        {"a", 2, 2},
        {"a=\\\n  b\n", 2, 3},  {"\n\nk[]=x\n", 3, 5}, {"a=1\\\n2\n", 1, 3},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_flat flat;
        assert_int_equal(cr_properties_parse(cr_slice_of(cases[i].text), arena, &flat, NULL), 0);
        if (flat.docs[0].pairs[0].line != cases[i].line ||
            flat.docs[0].pairs[0].column != cases[i].column)
            fail_msg("'%s' is at %d:%d", cases[i].text, flat.docs[0].pairs[0].line,
                     flat.docs[0].pairs[0].column);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) text = {0};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat;
    struct cr_err err;
    for (int i = 0; i < CR_FLAT_PAIRS_MAX + 1; i++)
        cr_buf_printf(&text, "k%d=\n", i);
    assert_int_equal(cr_properties_parse(cr_buf_view(&text), arena, &flat, &err), CR_ELIMIT);
    cr_buf_reset(&text);
    for (int i = 0; i < CR_FLAT_KEY_MAX + 1; i++)
        cr_buf_char(&text, 'k');
    assert_int_equal(cr_properties_parse(cr_buf_view(&text), arena, &flat, &err), CR_ELIMIT);
    assert_non_null(strstr(err.text, "properties line 2: key 'kkk"));
    assert_non_null(strstr(err.text, "longer than 4096 bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_pairs),
        cmocka_unit_test(test_reads_escapes),
        cmocka_unit_test(test_reads_latin1_and_unicode),
        cmocka_unit_test(test_splits_documents),
        cmocka_unit_test(test_expands_lists),
        cmocka_unit_test(test_knows_the_place_of_values),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
