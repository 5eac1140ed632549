/* The grammar of RFC 8259, case by case: which texts are JSON and which are not. The cases follow
 * the naming and the ground of the JSON Parsing Test Suite (github.com/nst/JSONTestSuite). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cr_buf.h"
#include "cr_json.h"
#include "cr_json_writer.h"

#define TEXT(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    struct cr_slice json;
    const char *written; /* by cr_json_tree; NULL: as it was read */
} accepted[] = {
    {"array with spaces", TEXT("[[]   ]"), "[[]]"},
    {"array of an empty string", TEXT("[\"\"]"), NULL},
    {"array ends with newline", TEXT("[\"a\"]\n"), "[\"a\"]"},
    {"array heterogeneous", TEXT("[null, 1, \"1\", {}]"), "[null,1,\"1\",{}]"},
    {"array with leading space", TEXT(" \t\r\n[1]"), "[1]"},
    {"array with several null", TEXT("[1,null,null,null,2]"), NULL},
    {"number", TEXT("[123e65]"), NULL},
    {"number 0e+1", TEXT("[0e+1]"), NULL},
    {"number 0e1", TEXT("[0e1]"), NULL},
    {"number after space", TEXT("[ 4]"), "[4]"},
    {"number close to zero",
     TEXT("[-0.00000000000000000000000000000000000000000000000000000000000"
          "00000000000000000001]"),
     NULL},
    {"number minus zero", TEXT("[-0]"), NULL},
    {"number exponent in capitals", TEXT("[1E22]"), NULL},
    {"number negative exponent", TEXT("[1E-2]"), NULL},
    {"number positive exponent", TEXT("[1E+2]"), NULL},
    {"number with fraction and exponent", TEXT("[123.456e78]"), NULL},
    {"number beyond a double", TEXT("[123123e100000]"), NULL},
    {"number beyond 64 bits", TEXT("[100000000000000000000]"), NULL},
    {"number of 63 bytes",
     TEXT("[123456789012345678901234567890123456789012345678901234567890123]"), NULL},
    {"number of 64 bytes",
     TEXT("[1234567890123456789012345678901234567890123456789012345678901234,\"1\",-2]"), NULL},
    {"number of 64 bytes behind digits in strings",
     TEXT("{\"\\\"-12\":-1e00000000000000000000000000000000000000000000000000000000000009}"), NULL},
    {"object", TEXT("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"), "{\"asd\":\"sdf\",\"dfg\":\"fgh\"}"},
    {"object duplicated key and value", TEXT("{\"a\":\"b\",\"a\":\"b\"}"), NULL},
    {"object empty key", TEXT("{\"\":0}"), NULL},
    {"object escaped null in key", TEXT("{\"foo\\u0000bar\":42}"), NULL},
    {"object with newlines", TEXT("{\n\"a\": \"b\"\n}"), "{\"a\":\"b\"}"},
    {"object names in another case", TEXT("{\"a\":1,\"A\":2}"), NULL},
    {"string allowed escapes", TEXT("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
     "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"},
    {"string of each length in UTF-8", TEXT("[\"\\u0060\\u012a\\u12AB\\uD801\\udc37\"]"),
     "[\"\x60\xc4\xaa\xe1\x8a\xab\xf0\x90\x90\xb7\"]"},
    {"string accepted surrogate pairs", TEXT("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
     "[\"\xf0\x9f\x98\xb9\xf0\x9f\x92\x8d\"]"},
    {"string backslash and u escaped zero", TEXT("[\"\\\\u0000\"]"), NULL},
    {"string backslash doublequotes", TEXT("[\"\\\"\"]"), NULL},
    {"string comments", TEXT("[\"a/*b*/c/*d//e\"]"), NULL},
    {"string double escape", TEXT("[\"\\\\a\"]"), NULL},
    {"string escaped control character", TEXT("[\"\\u0012\"]"), NULL},
    {"string escaped noncharacter", TEXT("[\"\\uFFFF\"]"), "[\"\xef\xbf\xbf\"]"},
    {"string last surrogates", TEXT("[\"\\uDBFF\\uDFFF\"]"), "[\"\xf4\x8f\xbf\xbf\"]"},
    {"string null escapes", TEXT("[\"\\u0000\\u0000x\\u0000\"]"), NULL},
    {"string unescaped noncharacter", TEXT("[\"\xef\xbf\xbf\"]"), NULL},
    {"string unescaped DEL", TEXT("[\"\x7f\"]"), NULL},
    {"string unescaped line separators", TEXT("[\"\xe2\x80\xa8\xe2\x80\xa9\"]"), NULL},
    {"string with digits, words and punctuation", TEXT("[\"-1,[{true}]:null\"]"), NULL},
    {"lonely number", TEXT("42"), NULL},
    {"lonely negative number", TEXT("-0.1"), NULL},
    {"lonely string", TEXT("\"asd\""), NULL},
    {"lonely empty string", TEXT("\"\""), NULL},
    {"lonely true", TEXT("true"), NULL},
    {"lonely false", TEXT("false"), NULL},
    {"lonely null", TEXT("null"), NULL},
    {"whitespace around", TEXT(" \n true \r\n"), "true"},
    {"byte order mark", TEXT("\xef\xbb\xbf{}"), "{}"},
    {"byte order mark and one byte",
     TEXT("\xef\xbb\xbf"
          "1"),
     "1"},
};

static const struct {
    const char *name;
    struct cr_slice json;
} refused[] = {
    {"array 1 true without comma", TEXT("[1 true]")},
    {"array comma after close", TEXT("[\"\"],")},
    {"array comma and number", TEXT("[,1]")},
    {"array double comma", TEXT("[1,,2]")},
    {"array double extra comma", TEXT("[\"x\",,]")},
    {"array extra close", TEXT("[\"x\"]]")},
    {"array inner array no comma", TEXT("[3[4]]")},
    {"array just comma", TEXT("[,]")},
    {"array just minus", TEXT("[-]")},
    {"array closed as an object", TEXT("[1}")},
    {"array closed with a parenthesis", TEXT("[1)")},
    {"array of a pair", TEXT("[\"\": 1]")},
    {"array open in a nested one", TEXT("[[1]")},
    {"array star inside", TEXT("[*]")},
    {"array unclosed", TEXT("[1,")},
    {"array vertical tab", TEXT("[\"a\",\v]")},
    {"array form feed", TEXT("[\f]")},
    {"array control character between", TEXT("[1\x01,2]")},
    {"array no-break space", TEXT("[\xc2\xa0]")},
    {"words cut off", TEXT("[fals]")},
    {"words in capitals", TEXT("[True]")},
    {"words run on", TEXT("[nullx]")},
    {"words undefined", TEXT("[undefined]")},
    {"number ++", TEXT("[++1234]")},
    {"number +1", TEXT("[+1]")},
    {"number -01", TEXT("[-01]")},
    {"number 012", TEXT("[012]")},
    {"number -2.", TEXT("[-2.]")},
    {"number .-1", TEXT("[.-1]")},
    {"number .2e-3", TEXT("[.2e-3]")},
    {"number 0.1.2", TEXT("[0.1.2]")},
    {"number 0.3e", TEXT("[0.3e]")},
    {"number 0.3e+", TEXT("[0.3e+]")},
    {"number 0.e1", TEXT("[0.e1]")},
    {"number 1 000", TEXT("[1 000.0]")},
    {"number 1eE2", TEXT("[1eE2]")},
    {"number 9.e+", TEXT("[9.e+]")},
    {"number expression", TEXT("[1+2]")},
    {"number hexadecimal", TEXT("[0x42]")},
    {"number infinity", TEXT("[Infinity]")},
    {"number minus infinity", TEXT("[-Infinity]")},
    {"number minus NaN", TEXT("[-NaN]")},
    {"number minus space", TEXT("[- 1]")},
    {"number full width digit", TEXT("[\xef\xbc\x91]")},
    {"number with letter", TEXT("[1.8011670033376514H-308]")},
    {"number with comma as point", TEXT("[1,5.]")},
    {"object bad value", TEXT("[\"x\", truth]")},
    {"object bracket key", TEXT("{[: \"x\"}")},
    {"object comma instead of colon", TEXT("{\"x\", null}")},
    {"object double colon", TEXT("{\"x\"::\"b\"}")},
    {"object garbage at end", TEXT("{\"a\":\"a\" 123}")},
    {"object key without quotes", TEXT("{a: \"b\"}")},
    {"object missing colon", TEXT("{\"a\" \"b\"}")},
    {"object missing key", TEXT("{:\"b\"}")},
    {"object missing value", TEXT("{\"a\":")},
    {"object no colon", TEXT("{\"a\"")},
    {"object number as key", TEXT("{1:1}")},
    {"object null as key", TEXT("{null:null}")},
    {"object single quote", TEXT("{'a':0}")},
    {"object trailing comma", TEXT("{\"id\":0,}")},
    {"object trailing comment", TEXT("{\"a\":\"b\"}/**/")},
    {"object two commas in a row", TEXT("{\"a\":\"b\",,\"c\":\"d\"}")},
    {"object unterminated value", TEXT("{\"a\":\"a")},
    {"object with single string", TEXT("{ \"foo\" : \"bar\", \"a\" }")},
    {"object closed as an array", TEXT("{\"a\":1]")},
    {"string 1 surrogate then escape", TEXT("[\"\\uD800\\\"]")},
    {"string 1 surrogate then escape u", TEXT("[\"\\uD800\\u\"]")},
    {"string 1 surrogate then escape u1x", TEXT("[\"\\uD800\\u1x\"]")},
    {"string two high surrogates", TEXT("[\"\\ud800\\ud800\"]")},
    {"string accentuated char no quotes", TEXT("[\xc3\xa9]")},
    {"string backslash 00", TEXT("[\"\\\x00\"]")},
    {"string escape x", TEXT("[\"\\x00\"]")},
    {"string escape in capitals", TEXT("[\"\\N\"]")},
    {"string escape U", TEXT("[\"\\U0041\"]")},
    {"string escaped backslash bad", TEXT("[\"\\\\\\\"]")},
    {"string escaped emoji", TEXT("[\"\\\xf0\x9f\x8c\x80\"]")},
    {"string incomplete escaped character", TEXT("[\"\\u00A\"]")},
    {"string invalid unicode escape", TEXT("[\"\\uqqqq\"]")},
    {"string signed unicode escape", TEXT("[\"\\u+041\"]")},
    {"string leading uescaped quote", TEXT("[\\u0020\"asd\"]")},
    {"string no quotes with bad escape", TEXT("[\\n]")},
    {"string single quote", TEXT("['single quote']")},
    {"string start escape unclosed", TEXT("[\"\\")},
    {"string unescaped newline", TEXT("[\"new\nline\"]")},
    {"string unescaped tab", TEXT("[\"\t\"]")},
    {"string unescaped null", TEXT("[\"a\x00"
                                   "a\"]")},
    {"string invalid UTF-8 first byte", TEXT("[\"\xff\"]")},
    {"string lone continuation byte", TEXT("[\"\x81\"]")},
    {"string overlong 2 bytes", TEXT("[\"\xc0\xaf\"]")},
    {"string overlong 6 bytes", TEXT("[\"\xfc\x83\xbf\xbf\xbf\xbf\"]")},
    {"string truncated UTF-8", TEXT("[\"\xe0\xff\"]")},
    {"string UTF-8 cut by the quote", TEXT("[\"\xe2\x82\"]")},
    {"string UTF-8 surrogate", TEXT("[\"\xed\xa0\x80\"]")},
    {"string beyond unicode", TEXT("[\"\xf4\xbf\xbf\xbf\"]")},
    {"structure no data", TEXT("")},
    {"structure only blanks", TEXT(" ")},
    {"structure only a byte order mark", TEXT("\xef\xbb\xbf")},
    {"structure two byte order marks", TEXT("\xef\xbb\xbf\xef\xbb\xbf{}")},
    {"structure incomplete byte order mark", TEXT("\xef\xbb{}")},
    {"structure UTF-16", TEXT("\xff\xfe[\x00\"\x00]\x00")},
    {"structure angle bracket", TEXT("<null>")},
    {"structure ascii unicode identifier", TEXT("a\xc3\xa5")},
    {"structure close unopened array", TEXT("1]")},
    {"structure double array", TEXT("[][]")},
    {"structure lone open bracket", TEXT("[")},
    {"structure lone close brace", TEXT("}")},
    {"structure null byte outside string", TEXT("[\x00]")},
    {"structure null byte at the end", TEXT("[]\x00")},
    {"structure object followed by closing object", TEXT("{}}")},
    {"structure object with comment", TEXT("{\"a\":/*comment*/\"b\"}")},
    {"structure trailing hash", TEXT("[1]#")},
    {"structure unclosed true", TEXT("[ true")},
    {"structure word joiner", TEXT("[\xe2\x81\xa0]")},
    {"structure two values", TEXT("1 2")},
};

/* From an allocation of its own, so that ASan sees a byte read behind the text. */
static int parse(struct cr_slice json, struct cr_arena *arena, const struct cr_tree **out_tree,
                 struct cr_err *err)
{
    char *copy = malloc(json.len ? json.len : 1);
    assert_non_null(copy);
    memcpy(copy, json.ptr, json.len);
    int rc = cr_json_parse((struct cr_slice){copy, json.len}, arena, out_tree, err);
    free(copy);
    return rc;
}

static void test_reads_what_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < CR_COUNT(accepted); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        CR_AUTO(cr_buf) written = {0};
        struct cr_json_writer writer;
        const struct cr_tree *tree = NULL;
        struct cr_err err = {0};
        if (parse(accepted[i].json, arena, &tree, &err))
            fail_msg("%s: %s", accepted[i].name, err.text);
        cr_json_init(&writer, &written);
        cr_json_tree(&writer, tree);
        struct cr_slice wanted =
            accepted[i].written ? cr_slice_of(accepted[i].written) : accepted[i].json;
        if (!cr_slice_equal(cr_buf_view(&written), wanted))
            fail_msg("%s: became %s", accepted[i].name, written.data);
    }
}

static void test_refuses_what_is_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < CR_COUNT(refused); i++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        const struct cr_tree *tree = NULL;
        struct cr_err err = {0};
        int rc = parse(refused[i].json, arena, &tree, &err);
        if (rc != CR_EPARSE || tree)
            fail_msg("%s: %d", refused[i].name, rc);
        if (!strstr(err.text, "JSON line 1 column ") && !strstr(err.text, "JSON line 2 column "))
            fail_msg("%s says: %s", refused[i].name, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_is_json),
        cmocka_unit_test(test_refuses_what_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
