/* YAML to flat keys: Spring's flattening, merges, tags, and every bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yaml_check.h"

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
    check("[{a: 1}]", "i:document[0].a=1\n");
    check("\"\": {a: 1, b: 2}\n\" \": {c: 3}\n", "i:a=1\ni:b=2\ni:c=3\n");
    check("\"\\u2003\": [x, y]\n\"\": 1\n", "s:[0]=x\ns:[1]=y\ni:=1\n");
    check("a: {\"\": 1, \" \": 2}", "i:a.=1\ni:a. =2\n");
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

static void test_expands_anchors_and_merges(void **state)
{
    (void)state;
    check("a: &x {k: 1, l: 2}\nb: *x\n", "i:a.k=1\ni:a.l=2\ni:b.k=1\ni:b.l=2\n");
    check("base: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\n  z: 4\n",
          "i:base.x=1\ni:base.y=2\ni:m.x=1\ni:m.y=3\ni:m.z=4\n");
    check("b: &b {x: 1, y: 2}\nm:\n  y: 3\n  <<: *b\n", "i:b.x=1\ni:b.y=2\ni:m.y=3\ni:m.x=1\n");
    check("m: {<<: [{a: 1}, {a: 2, b: 3}]}", "i:m.a=1\ni:m.b=3\n");
    check("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\n",
          "i:a.x=1\ni:b.x=1\ni:b.y=2\ni:c.x=1\ni:c.y=2\n");
    check("m: {<<: {a: 1}, <<: {b: 2}}", "i:m.a=1\ni:m.b=2\n");
    check("m: {'<<': 1}", "i:m.<<=1\n");
    check("a: &x 1\nb: &x 2\nc: *x\n", "i:a=1\ni:b=2\ni:c=2\n");
    check("&k key: *k\n", "s:key=key\n");
}

/* Where the merged map is constructed later than the one that merges it, Spring Boot takes equal
 * keys for different ones, and the last of them counts. All of this is from its own answers. */
static void test_merges_in_springs_order(void **state)
{
    (void)state;
    check("m:\n  y: 3\n  <<: {x: 1, y: 2}\n", "i:m.y=2\ni:m.x=1\n");
    check("m: {<<: {y: 2}, y: 3}", "i:m.y=3\n");
    check("b: &b {y: 1}\n<<: *b\ny: 2\n", "i:b.y=1\ni:y=2\n");
    check("y: 2\nb: &b {y: 1}\n<<: *b\n", "i:y=1\ni:b.y=1\n");
    check("a: [x, y]\n<<: {a: 1}\n", "i:a=1\n"); /* the whole list is gone */
    check("m: {~: 1, <<: {~: 2}}", "i:m[null]=1\ni:m.=2\n");
    check("b: &b {x: 1}\na: {<<: &m {<<: *b, y: 2}}\nc: *m\n",
          "i:b.x=1\ni:a.x=1\ni:a.y=2\ni:c.y=2\n"); /* *m has forgotten *b */
    check("t: {<<: {a: 1, a: 2}}", "i:t.a=1\n");
    check("s: &s !!set {a}\nt: {<<: *s, b: 1}\n", "s:s[0]=a\ns:t.a=\ni:t.b=1\n");
    check("t: &t {<<: {a: 1}}\nu: {a: 2, <<: *t}\n", "i:t.a=1\ni:u.a=1\n");
    check("x: {'[1]': {a: 1}, 1: {b: 2}}", "i:x[1].b=2\n");
    check("t: &t {<<: {a: 1}}\nv: *t\nu: {a: 2, <<: *t}\n", "i:t.a=1\ni:v.a=1\ni:u.a=2\n");
}

static void test_reads_complex_keys_as_java_spells_them(void **state)
{
    (void)state;
    check("{[a, 1]: b, {c: d, ~: ~}: e, []: f, [[], 2]: 3, {}: g}",
          "s:[[a, 1]]=b\ns:[{c=d, null=}]=e\ns:=f\ni:[[, 2]]=3\ns:[{}]=g\n");
    check("? - a\n  - .5\n: x\nm:\n  ? {k: [v]}\n  : y\n", "s:[[a, 0.5]]=x\ns:m[{k=[v]}]=y\n");
    check("{.inf: 1, Infinity: 2, [1]: 3, ['1']: 4, '1': 5, 1: 6}",
          "i:[Infinity]=1\ni:Infinity=2\ni:[[1]]=4\ni:1=5\ni:[1]=6\n");
}

static void test_reads_sets_and_ordered_maps(void **state)
{
    (void)state;
    check("s: !!set {a, 1, ~: , [b, c]}\ne: !!set {}\n",
          "s:s[0]=a\ni:s[1]=1\ns:s[2]=\ns:s[3][0]=b\ns:s[3][1]=c\ns:e=\n");
    check("o: !!omap [b: 1, a: 2, b: 3, 4: x, ~: y]\ne: !!omap []\n",
          "i:o.b=3\ni:o.a=2\ns:o[4]=x\ns:o.=y\ns:e=\n");
    check("!!set {}", "s:document=\n");
    check("m: {<<: !!omap [a: 1, b: 2], a: 3}", "i:m.a=3\ni:m.b=2\n");
    check("m: !!map {a: !!seq [1]}", "i:m.a[0]=1\n");
}

static void test_drops_documents_without_a_text(void **state)
{
    (void)state;
    check("a: 1\n--- []\n--- ''\n--- !!str\n--- !!bool x\n--- !!omap []\n--- {}\n", "i:a=1\n--\n");
}

/* Line and column of the first pair. */
static void check_place(const char *yaml, int line, int column)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat;
    struct cr_err err;
    if (cr_yaml_parse(cr_slice_of(yaml), arena, &flat, &err))
        fail_msg("'%s' says: %s", yaml, err.text);
    assert_int_equal(flat.docs[0].pairs[0].line, line);
    assert_int_equal(flat.docs[0].pairs[0].column, column);
}

static void test_reads_every_encoding(void **state)
{
    (void)state;
    static const char little[] = "\xff\xfe"
                                 "a\0:\0 \0\xac\x20\n\0";
    static const char big[] = "\xfe\xff"
                              "\0a\0:\0 \x20\xac\0\n";
    const struct cr_slice texts[] = {CR_SLICE(little), CR_SLICE(big),
                                     CR_SLICE("\xef\xbb\xbf"
                                              "a: \xe2\x82\xac\n")};
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        struct cr_flat flat;
        assert_int_equal(cr_yaml_parse(texts[i], arena, &flat, NULL), 0);
        assert_string_equal(flat.docs[0].pairs[0].text.ptr, "\xe2\x82\xac");
        assert_int_equal(flat.docs[0].pairs[0].column, 4);
    }
}

/* As JSON spells what is beyond U+FFFF. */
static void test_joins_surrogate_escapes(void **state)
{
    (void)state;
    check("a: \"\\ud83d\\uDE00!\\uD83D\\ude01\"\nb: \"\\\\\\\"\\ud83d\\ude00\"\n",
          "s:a=\xf0\x9f\x98\x80!\xf0\x9f\x98\x81\ns:b=\\\"\xf0\x9f\x98\x80\n");
    check("a: '\\ud83d\\ude00'\nb: \\ud83d\\ude00 # \"\\ud83d\n\xc3\xbc: \"\\ud83d\\ude00\"\n",
          "s:a=\\ud83d\\ude00\ns:b=\\ud83d\\ude00\ns:\xc3\xbc=\xf0\x9f\x98\x80\n");
    refuse("a: \"\\ud83d\\ude00\"\nb: \"\\ud83d\"\n", CR_EPARSE, "line 2 column 7: while parsing");
    refuse("a: \"\\ude00\\ud83d\"\n", CR_EPARSE, "invalid Unicode character escape code");
    refuse("a: \"\\U00110000\"\n", CR_EPARSE, "invalid Unicode character escape code");
    refuse("a: \"\\ud83d\\ude00\n", CR_EPARSE, "unexpected end of stream");
    refuse("a: \"\\ud83d\\ude00\\", CR_EPARSE, "YAML line 1");

    CR_AUTO(cr_buf) yaml = {0};
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat;
    for (int i = 0; i < 300; i++)
        cr_buf_printf(&yaml, "k%d: \"\\ud83d\\ude00\"\n", i);
    assert_int_equal(cr_yaml_parse(cr_buf_view(&yaml), arena, &flat, NULL), 0);
    assert_int_equal(flat.docs[0].count, 300);
    for (int i = 300; i < 4000; i++)
        cr_buf_printf(&yaml, "k%d: \"%01000d\\ud83d\\ude00\"\n", i, 0);
    assert_int_equal(cr_yaml_parse(cr_buf_view(&yaml), arena, &flat, NULL), CR_EPARSE);
}

static void test_refuses_with_the_place(void **state)
{
    (void)state;
    refuse("a: 1\na: 2\n", CR_EPARSE, "line 2 column 1: duplicate key 'a'");
    refuse("m: {1: a, 0x1: b}", CR_EPARSE, "duplicate key '1'");
    refuse("a:\n\tb: 1\n", CR_EPARSE,
           "line 2 column 1: while scanning for the next token, found a tab; indent with blanks");
    refuse("\xc3\xbc:\n  b: 1\n\tc: 1\n", CR_EPARSE,
           "line 3 column 1: while scanning a plain scalar, found a tab character that violates");
    refuse("a: [1, 2", CR_EPARSE, "YAML line");
    refuse("a: *nope\n", CR_EPARSE, "line 1 column 4: an alias to an anchor that is not defined");
    refuse("a: &x [*x]\n", CR_EPARSE, "an alias inside its own anchor");
    refuse("a: &x 1\n---\nb: *x\n", CR_EPARSE, "not defined");
    refuse("a: !foo bar\n", CR_EPARSE, "line 1 column 4: unknown tag '!foo'");
    refuse("a: !foo {b: c}\n", CR_EPARSE, "line 1 column 4: a map cannot be of type '!foo'");
    refuse("a: !!set [b]\n", CR_EPARSE, "a list cannot be of type 'tag:yaml.org,2002:set'");
    refuse("a: !!pairs [b: c]\n", CR_EPARSE, "a list cannot be of type 'tag:yaml.org,2002:pairs'");
    refuse("a: !!set {b, b}\n", CR_EPARSE, "line 1 column 14: duplicate key 'b'");
    refuse("a: !!omap [b]\n", CR_EPARSE, "line 1 column 12: an item of '!!omap'");
    refuse("a: !!omap [{b: 1, c: 2}]\n", CR_EPARSE, "an item of '!!omap'");
    refuse("a: !!int abc\n", CR_EPARSE, "line 1 column 4: 'abc' is no whole number");
    refuse("a: !!int ''\n", CR_EPARSE, "'' is no whole number");
    refuse("a: !!int 09\n", CR_EPARSE, "'09' is no whole number");
    refuse("a: !!float abc\n", CR_EPARSE, "'abc' is no number");
    refuse("a: ._\n", CR_EPARSE, "'._' is no number");
    refuse("a: -35791394:08\n", CR_EPARSE, "is no whole number"); /* two signs in Java */
    refuse("a: !!timestamp x\n", CR_EPARSE, "'x' is no timestamp");
    refuse("a: !!timestamp 2001-01-01 1:2:3\n", CR_EPARSE, "is no timestamp");
    refuse("a: !!binary aGVsb\n", CR_EPARSE, "not base64");
    refuse("a: <<\n", CR_EPARSE, "line 1 column 4: '<<' is a key");
    refuse("- <<\n", CR_EPARSE, "'<<' is a key");
    refuse("<<\n", CR_EPARSE, "'<<' is a key");
    refuse("? !!binary YQ==\n: b\n", CR_EPARSE, "line 1 column 3: bytes and timestamps");
    refuse("{[a]: 1, [a]: 2}\n", CR_EPARSE, "line 1 column 10: duplicate key '[a]'");
    refuse("a: !!binary '*'\n", CR_EPARSE, "not base64");
    refuse("<<: 1\n", CR_EPARSE, "needs a map or a list of maps");
    refuse("<<: [1]\n", CR_EPARSE, "needs a map or a list of maps");
    refuse("a: \"\\q\"\n", CR_EPARSE, "YAML line 1");
    refuse("a: b: c\n", CR_EPARSE, "line 1 column 5");
    refuse("a: \x01\n", CR_EPARSE, "YAML");
    refuse("a: 1\nb: \xff\n", CR_EPARSE, "line 2 column 4: invalid leading UTF-8 octet");
    refuse("a: \xc3\xbc \xe2\x82(\n", CR_EPARSE, "line 1 column 7: invalid trailing UTF-8 octet");
    refuse("a: b\n#\xef\xbf\xbf\n", CR_EPARSE, "line 2 column 2: control characters");
}

static void test_knows_the_place_of_values(void **state)
{
    (void)state;
    check_place("a:\n  b:   x\n", 2, 8);
    check_place("\xef\xbb\xbf"
                "a: x\n",
                1, 4);
    check_place("\xc3\xbc: x\n", 1, 4);
    check_place("a: &x !!str y\n", 1, 4);
    check_place("a: !!set {x}\n", 0, 0); /* Spring Boot keeps none */
    check_place("a: []\n", 1, 4);
}

/* As deep as SnakeYAML goes: a scalar in fifty lists. */
static void test_bounds_depth(void **state)
{
    (void)state;
    for (int depth = CR_FLAT_DEPTH_MAX; depth >= 50; depth--) {
        CR_AUTO(cr_buf) yaml = {0};
        for (int i = 0; i < 2 * depth; i++)
            cr_buf_text(&yaml, i == depth ? "x]" : i < depth ? "[" : "]");
        struct cr_flat flat;
        CR_AUTO_ARENA arena = cr_arena_new(0);
        if (depth == 50)
            assert_int_equal(cr_yaml_parse(cr_buf_view(&yaml), arena, &flat, NULL), 0);
        else
            refuse(yaml.data, CR_ELIMIT, "line 1: more than 50 levels");
    }
}

/* Aliases go deeper than what is written. */
static void test_bounds_depth_of_aliases(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) yaml = {0};
    cr_buf_text(&yaml, "a0: &a0 x\n");
    for (int level = 1; level < 70; level++)
        cr_buf_printf(&yaml, "a%d: &a%d [*a%d]\n", level, level, level - 1);
    refuse(yaml.data, CR_ELIMIT, "line 1: aliases nest deeper than 64 levels");
    CR_AUTO(cr_buf) keys = {0};
    cr_buf_text(&keys, "a0: &a0 {}\n");
    for (int level = 1; level < 30; level++)
        cr_buf_printf(&keys, "a%d: &a%d [*a%d, *a%d]\n", level, level, level - 1, level - 1);
    cr_buf_text(&keys, "? *a29\n: 1\n");
    refuse(keys.data, CR_ELIMIT, "a key longer than 4096 bytes");
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
        refuse(yaml.data, CR_ELIMIT,
               i ? "line 1: aliases expand to more than" : "line 1: more than 65536 values");
    }
}

/* The same map merged again and again adds nothing, but costs. */
static void test_bounds_merging(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) yaml = {0};
    cr_buf_text(&yaml, "b: &b {");
    for (int i = 0; i < 2000; i++)
        cr_buf_printf(&yaml, "k%d: , ", i);
    cr_buf_text(&yaml, "}\nm: {<<: [");
    for (int i = 0; i < 2000; i++)
        cr_buf_text(&yaml, "*b, ");
    cr_buf_text(&yaml, "]}\n");
    refuse(yaml.data, CR_ELIMIT, "line 3: more than 524288 nodes");
}

static void test_bounds_sizes(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) yaml = {0};
    for (int i = 0; i < CR_FLAT_PAIRS_MAX + 1; i++)
        cr_buf_printf(&yaml, "k%d: 1\n", i);
    refuse(yaml.data, CR_ELIMIT, "YAML line 65537: more than 65536 values");

    cr_buf_reset(&yaml);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 600; j++)
            cr_buf_char(&yaml, 'k');
        cr_buf_printf(&yaml, ":\n%*s", i + 1, "");
    }
    cr_buf_text(&yaml, "v");
    refuse(yaml.data, CR_ELIMIT, "line 8: a key longer than 4096 bytes");

    cr_buf_reset(&yaml);
    for (int i = 0; i < CR_FLAT_DOCS_MAX + 1; i++)
        cr_buf_text(&yaml, "a: 1\n---\n");
    refuse(yaml.data, CR_ELIMIT, "YAML line 2049: more than 1024 documents");

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
        cmocka_unit_test(test_expands_anchors_and_merges),
        cmocka_unit_test(test_merges_in_springs_order),
        cmocka_unit_test(test_reads_complex_keys_as_java_spells_them),
        cmocka_unit_test(test_reads_sets_and_ordered_maps),
        cmocka_unit_test(test_drops_documents_without_a_text),
        cmocka_unit_test(test_reads_every_encoding),
        cmocka_unit_test(test_joins_surrogate_escapes),
        cmocka_unit_test(test_refuses_with_the_place),
        cmocka_unit_test(test_knows_the_place_of_values),
        cmocka_unit_test(test_bounds_depth),
        cmocka_unit_test(test_bounds_depth_of_aliases),
        cmocka_unit_test(test_bounds_alias_expansion),
        cmocka_unit_test(test_bounds_merging),
        cmocka_unit_test(test_bounds_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
