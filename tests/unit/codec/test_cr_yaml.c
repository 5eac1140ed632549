/* YAML to flat keys: Spring's flattening, SnakeYAML's types, merges, and every bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cr_yaml.h"
#include "flat_dump.h"

static void check(const char *yaml, const char *wanted)
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

static void refuse(const char *yaml, int code, const char *words)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    assert_int_equal(cr_yaml_parse(cr_slice_of(yaml), arena, &flat, &err), code);
    if (!strstr(err.text, words))
        fail_msg("'%.200s' says: %s", yaml, err.text);
}

static void test_flattens_as_spring(void **state)
{
    (void)state;
    check("a: {b: {c: d}}", "s:a.b.c=d\n");
    check("l: [x, {k: v}, [1, 2]]", "s:l[0]=x\ns:l[1].k=v\ni:l[2][0]=1\ni:l[2][1]=2\n");
    check("e: []\nn:\nt: ~\nm: {}\n", "s:e=\ns:n=\ns:t=\n");
    check("a.b: 1\n\"[x.y]\": 2\nm:\n  \"[a.b]\": 3\n", "i:a.b=1\ni:[x.y]=2\ni:m[a.b]=3\n");
    check("m: {1: x, true: y, 1.10: z, ~: n}\n2: t\n",
          "s:m[1]=x\ns:m[true]=y\ns:m[1.1]=z\ns:m[null]=n\ns:[2]=t\n");
    check("- c\n- d\n", "s:document[0]=c\ns:document[1]=d\n");
    check("blah", "s:document=blah\n");
    check("[]", "s:document=\n");
    check("\"\": {a: 1, b: 2}\n\" \": {c: 3}\n", "i:a=1\ni:b=2\ni:c=3\n");
    check("t: |\n  one\n  two\nf: >-\n  a\n  b\n", "s:t=one\ntwo\n\ns:f=a b\n");
    check("a.b: 1\na: {b: 2}\nc: 3\n", "i:a.b=2\ni:c=3\n");
}

static void test_splits_documents(void **state)
{
    (void)state;
    check("a: 1\n---\n---\n~\n---\n# nothing\n---\nb: 2\n", "i:a=1\n--\ni:b=2\n");
    check("a: 1\n---\n{}\n", "i:a=1\n--\n");
    check("", "");
    check("# only a comment\n", "");
    check("\xef\xbb\xbf"
          "a: 1\n",
          "i:a=1\n");
}

/* A scalar, and its type and text in the flat document. */
static const struct {
    const char *yaml;
    const char *wanted;
} scalars[] = {
    {"1", "i=1"},
    {"+7", "i=7"},
    {"-0", "i=0"},
    {"010", "i=8"},
    {"00", "i=0"},
    {"-017", "i=-15"},
    {"0_7", "i=7"},
    {"0o17", "s=0o17"},
    {"08", "s=08"},
    {"0x1F", "i=31"},
    {"-0xff", "i=-255"},
    {"0x", "s=0x"},
    {"0x_", "s=0x_"},
    {"0b101", "i=5"},
    {"0b12", "s=0b12"},
    {"1_000", "i=1000"},
    {"1__", "i=1"},
    {"_1", "s=_1"},
    {"12:30", "i=750"},
    {"12:30:45", "i=45045"},
    {"100:5", "i=6005"},
    {"-1:30", "i=-90"},
    {"0:30", "s=0:30"},
    {"1:60", "s=1:60"},
    {"1,000", "s=1,000"},
    {"12345678901", "i=12345678901"},
    {"123456789012345678901234567890", "i=123456789012345678901234567890"},
    {"0xFFFFFFFFFFFFFFFFFFFF", "i=1208925819614629174706175"},
    {"0b1000000000000000000000000000000000000000000000000000000000000000000",
     "i=73786976294838206464"},
    {"1.10", "d=1.1"},
    {"1e3", "d=1000.0"},
    {"1.", "d=1.0"},
    {".5", "d=0.5"},
    {"-.5e1", "d=-5.0"},
    {"6.02e+23", "d=6.02E23"},
    {"08.5", "d=8.5"},
    {"1_0.2_5", "d=10.25"},
    {"1e", "s=1e"},
    {"1e1.5", "s=1e1.5"},
    {".", "s=."},
    {"1.2.3", "s=1.2.3"},
    {"1:30.5", "d=90.5"},
    {".inf", "s=Infinity"},
    {"-.INF", "s=-Infinity"},
    {".NaN", "s=NaN"},
    {"-.nan", "s=-.nan"},
    {"1e999", "s=Infinity"},
    {"true", "b=true"},
    {"YES", "b=true"},
    {"On", "b=true"},
    {"off", "b=false"},
    {"No", "b=false"},
    {"y", "s=y"},
    {"n", "s=n"},
    {"tRue", "s=tRue"},
    {"~", "s="},
    {"Null", "s="},
    {"nULL", "s=nULL"},
    {"=", "s=="},
    {"'5'", "s=5"},
    {"\"true\"", "s=true"},
    {"2024-01-01", "s=2024-01-01"},
    {"2001-12-14t21:59:43.10-05:00", "s=2001-12-14t21:59:43.10-05:00"},
    {"!!str 5", "s=5"},
    {"! 5", "s=5"},
    {"!!float 3", "d=3.0"},
    {"!!int '0x10'", "i=16"},
    {"!!bool 'yes'", "b=true"},
    {"!!null ''", "s="},
    {"!!binary 'aGVs\n bG8='", "s=aGVsbG8="},
    {"${a:b}", "s=${a:b}"},
    {"http://x:1/y", "s=http://x:1/y"},
};

static void test_resolves_types_as_snakeyaml(void **state)
{
    (void)state;
    for (size_t i = 0; i < CR_COUNT(scalars); i++) {
        char yaml[200];
        char wanted[200];
        snprintf(yaml, sizeof yaml, "k: %s\n", scalars[i].yaml);
        snprintf(wanted, sizeof wanted, "%c:k%s\n", scalars[i].wanted[0], scalars[i].wanted + 1);
        check(yaml, wanted);
    }
}

static void test_long_numbers_stay_exact_or_text(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) yaml = {0};
    struct cr_flat flat;
    cr_buf_text(&yaml, "hex: 0x");
    for (int i = 0; i < 1022; i++)
        cr_buf_char(&yaml, 'f');
    cr_buf_text(&yaml, "\nlong: ");
    for (int i = 0; i < 1025; i++)
        cr_buf_char(&yaml, '9');
    assert_int_equal(cr_yaml_parse(cr_buf_view(&yaml), arena, &flat, NULL), 0);
    const struct cr_flat_pair *hex = cr_flat_get(&flat.docs[0], "hex");
    assert_int_equal(hex->kind, CR_FLAT_INT);
    assert_int_equal(hex->text.len, 1231); /* 2^4088 - 1 */
    assert_true(cr_slice_starts(hex->text, CR_SLICE("40796")));
    assert_int_equal(cr_flat_get(&flat.docs[0], "long")->kind, CR_FLAT_STRING);
}

static void test_expands_anchors_and_merges(void **state)
{
    (void)state;
    check("a: &x {k: 1, l: 2}\nb: *x\n", "i:a.k=1\ni:a.l=2\ni:b.k=1\ni:b.l=2\n");
    check("base: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\n  z: 4\n",
          "i:base.x=1\ni:base.y=2\ni:m.x=1\ni:m.y=3\ni:m.z=4\n");
    check("m:\n  y: 3\n  <<: {x: 1, y: 2}\n", "i:m.y=3\ni:m.x=1\n");
    check("m: {<<: [{a: 1}, {a: 2, b: 3}]}", "i:m.a=1\ni:m.b=3\n");
    check("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\n",
          "i:a.x=1\ni:b.x=1\ni:b.y=2\ni:c.x=1\ni:c.y=2\n");
    check("m: {<<: {a: 1}, <<: {b: 2}}", "i:m.a=1\ni:m.b=2\n");
    check("m: {'<<': 1}", "i:m.<<=1\n");
    check("a: &x 1\nb: &x 2\nc: *x\n", "i:a=1\ni:b=2\ni:c=2\n");
    check("&k key: *k\n", "s:key=key\n");
}

static void test_refuses_with_the_place(void **state)
{
    (void)state;
    refuse("a: 1\na: 2\n", CR_EPARSE, "line 2 column 1: duplicate key 'a'");
    refuse("m: {1: a, 0x1: b}", CR_EPARSE, "duplicate key '1'");
    refuse("a:\n\tb: 1\n", CR_EPARSE, "line 2 column 1");
    refuse("a: [1, 2", CR_EPARSE, "YAML line");
    refuse("a: *nope\n", CR_EPARSE, "line 1 column 4: an alias to an anchor that is not defined");
    refuse("a: &x [*x]\n", CR_EPARSE, "an alias inside its own anchor");
    refuse("a: &x 1\n---\nb: *x\n", CR_EPARSE, "not defined");
    refuse("a: !foo bar\n", CR_EPARSE, "line 1 column 4: unknown tag '!foo'");
    refuse("a: !foo {b: c}\n", CR_EPARSE, "unknown tag");
    refuse("a: !!set {b, c}\n", CR_EPARSE, "unknown tag");
    refuse("a: !!int abc\n", CR_EPARSE, "'abc' is not of its type");
    refuse("a: !!float abc\n", CR_EPARSE, "'abc' is not a number");
    refuse("a: ._\n", CR_EPARSE, "'._' is not a number");
    refuse("a: !!binary '*'\n", CR_EPARSE, "not base64");
    refuse("<<: 1\n", CR_EPARSE, "needs a map or a list of maps");
    refuse("<<: [1]\n", CR_EPARSE, "needs a map or a list of maps");
    refuse("? [a]\n: b\n", CR_EPARSE, "cannot be a key");
    refuse("a: \"\\q\"\n", CR_EPARSE, "YAML line 1");
    refuse("a: b: c\n", CR_EPARSE, "line 1 column 5");
    refuse("a: \x01\n", CR_EPARSE, "YAML");
    refuse("a: \xff\n", CR_EPARSE, "YAML");
}

static void test_knows_the_place_of_values(void **state)
{
    (void)state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat;
    assert_int_equal(cr_yaml_parse(CR_SLICE("a:\n  b:   x\n"), arena, &flat, NULL), 0);
    assert_int_equal(flat.docs[0].pairs[0].line, 2);
    assert_int_equal(flat.docs[0].pairs[0].column, 8);
}

static void test_bounds_depth(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) yaml = {0};
    cr_buf_text(&yaml, "a: ");
    for (int i = 0; i < CR_FLAT_DEPTH_MAX + 1; i++)
        cr_buf_char(&yaml, '[');
    refuse(yaml.data, CR_ELIMIT, "more than 64 levels");
}

static void test_bounds_alias_expansion(void **state)
{
    (void)state;
    /* ten lists of ten aliases each: ten to the ninth values, and the same with empty maps */
    static const char *const leaves[] = {"x", "{}"};
    for (size_t i = 0; i < CR_COUNT(leaves); i++) {
        CR_AUTO(cr_buf) yaml = {0};
        cr_buf_printf(&yaml, "a0: &a0 %s\n", leaves[i]);
        for (int level = 1; level < 10; level++) {
            cr_buf_printf(&yaml, "a%d: &a%d [", level, level);
            for (int item = 0; item < 10; item++)
                cr_buf_printf(&yaml, "%s*a%d", item ? ", " : "", level - 1);
            cr_buf_text(&yaml, "]\n");
        }
        refuse(yaml.data, CR_ELIMIT, i ? "expand to more than" : "more than 65536 values");
    }
}

static void test_bounds_sizes(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) yaml = {0};
    for (int i = 0; i < CR_FLAT_PAIRS_MAX + 1; i++)
        cr_buf_printf(&yaml, "k%d: 1\n", i);
    refuse(yaml.data, CR_ELIMIT, "more than 65536 values");

    cr_buf_reset(&yaml);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 600; j++)
            cr_buf_char(&yaml, 'k');
        cr_buf_printf(&yaml, ":\n%*s", i + 1, "");
    }
    cr_buf_text(&yaml, "v");
    refuse(yaml.data, CR_ELIMIT, "longer than 4096 bytes");

    cr_buf_reset(&yaml);
    for (int i = 0; i < CR_FLAT_DOCS_MAX + 1; i++)
        cr_buf_text(&yaml, "a: 1\n---\n");
    refuse(yaml.data, CR_ELIMIT, "more than 1024 documents");

    CR_AUTO_ARENA arena = cr_arena_new(4096);
    struct cr_flat flat;
    assert_int_equal(cr_yaml_parse(cr_buf_view(&yaml), arena, &flat, NULL), CR_ELIMIT);
    assert_true(cr_arena_failed(arena));
    cr_arena_reset(arena);
    assert_int_equal(cr_yaml_parse((struct cr_slice){NULL, 0}, arena, &flat, NULL), 0);
    assert_int_equal(flat.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flattens_as_spring),
        cmocka_unit_test(test_splits_documents),
        cmocka_unit_test(test_resolves_types_as_snakeyaml),
        cmocka_unit_test(test_long_numbers_stay_exact_or_text),
        cmocka_unit_test(test_expands_anchors_and_merges),
        cmocka_unit_test(test_refuses_with_the_place),
        cmocka_unit_test(test_knows_the_place_of_values),
        cmocka_unit_test(test_bounds_depth),
        cmocka_unit_test(test_bounds_alias_expansion),
        cmocka_unit_test(test_bounds_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
