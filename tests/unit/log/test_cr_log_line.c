/* Quoting, escaping and cutting of one log line. */
#include "cr_log_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(enum cr_log_format format, struct cr_slice value, const char *expected)
{
    struct cr_log_line line;
    cr_log_line_begin(&line, format);
    cr_log_line_pair(&line, "k", value);
    cr_log_line_end(&line);
    assert_int_equal(line.len, strlen(expected));
    assert_memory_equal(line.data, expected, line.len);
}

static void test_logfmt_values(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *line;
    } rows[] = {
        {"plain", "k=plain\n"},
        {"a/b:c,d", "k=a/b:c,d\n"},
        {"", "k=\"\"\n"},
        {"two words", "k=\"two words\"\n"},
        {"a=b", "k=\"a=b\"\n"},
        {"say \"hi\"\n", "k=\"say \\\"hi\\\"\\n\"\n"},
        {"back\\slash", "k=\"back\\\\slash\"\n"},
        {"\x1b[31m", "k=\"\\u001b[31m\"\n"},
        {"caf\xc3\xa9", "k=\"caf\xc3\xa9\"\n"},
        {"\xc2\x9b", "k=\"\\u009b\"\n"},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++)
        expect(CR_LOG_LOGFMT, cr_slice_of(rows[i].value), rows[i].line);
}

/* What stands for the value in its line. */
static struct cr_slice written(enum cr_log_format format, struct cr_slice value,
                               struct cr_log_line *line)
{
    size_t before = format == CR_LOG_JSON ? 6 : 2, behind = format == CR_LOG_JSON ? 3 : 1;
    cr_log_line_begin(line, format);
    cr_log_line_pair(line, "k", value);
    cr_log_line_end(line);
    return cr_slice_sub((struct cr_slice){line->data, line->len}, before, line->len - behind);
}

/* Values are looked at by words: an octet is written as if it were alone, wherever it stands. */
static void test_every_octet_in_a_long_value(void **state)
{
    struct cr_log_line alone, among;
    (void)state;
    for (int octet = 0; octet < 0x80; octet++)
        for (size_t at = 0; at < 20; at++) {
            char value[] = "abcdefghijklmnopqrst", expected[64];
            value[at] = (char)octet;
            struct cr_slice one = {value + at, 1}, all = {value, 20};
            struct cr_slice form = written(CR_LOG_JSON, one, &alone);
            (void)snprintf(expected, sizeof expected, "%.*s%.*s%s", (int)at, value,
                           CR_SLICE_ARG(form), value + at + 1);
            assert_true(cr_slice_is(written(CR_LOG_JSON, all, &among), expected));
            bool quoted = written(CR_LOG_LOGFMT, one, &alone).ptr[0] == '"';
            assert_int_equal(written(CR_LOG_LOGFMT, all, &among).ptr[0] == '"', quoted);
        }
}

static void test_bytes_that_are_not_utf8_are_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *line;
    } rows[] = {
        {"\xff", "{\"k\":\"\xef\xbf\xbd\"}\n"},
        {"\xc3", "{\"k\":\"\xef\xbf\xbd\"}\n"},
        {"\xc0\xaf", "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\"}\n"},
        {"\xed\xa0\x80", "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}\n"},
        {"\xf0\x9f\x98\x80", "{\"k\":\"\xf0\x9f\x98\x80\"}\n"},
        {"\xf5\x80", "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\"}\n"},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++)
        expect(CR_LOG_JSON, cr_slice_of(rows[i].value), rows[i].line);
    expect(CR_LOG_JSON, CR_SLICE("a\0b"), "{\"k\":\"a\\u0000b\"}\n");
}

static void test_pairs_are_separated(void **state)
{
    (void)state;
    struct cr_log_line line;
    cr_log_line_begin(&line, CR_LOG_JSON);
    cr_log_line_pair(&line, "a", CR_SLICE("1"));
    cr_log_line_pair(&line, "b", CR_SLICE("2"));
    cr_log_line_end(&line);
    static const char json[] = "{\"a\":\"1\",\"b\":\"2\"}\n";
    assert_int_equal(line.len, sizeof json - 1);
    assert_memory_equal(line.data, json, line.len);
}

/* Whatever the length, the line ends properly and within its bound. */
static void test_long_values_are_cut(void **state)
{
    (void)state;
    for (int format = CR_LOG_LOGFMT; format <= CR_LOG_JSON; format++) {
        for (size_t len = CR_LOG_LINE_MAX - 40; len < CR_LOG_LINE_MAX + 40; len++) {
            for (int variant = 0; variant < 3; variant++) {
                char *value = malloc(len);
                assert_non_null(value);
                memset(value, variant == 0 ? 'x' : variant == 1 ? ' ' : '\x01', len);
                struct cr_log_line line;
                cr_log_line_begin(&line, (enum cr_log_format)format);
                cr_log_line_pair(&line, "k", (struct cr_slice){value, len});
                cr_log_line_pair(&line, "after", CR_SLICE("v"));
                cr_log_line_end(&line);
                assert_true(line.len <= CR_LOG_LINE_MAX);
                assert_int_equal(line.data[line.len - 1], '\n');
                if (format == CR_LOG_JSON) {
                    assert_int_equal(line.data[line.len - 2], '}');
                    assert_int_equal(line.data[line.len - 3], '"');
                }
                free(value);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logfmt_values),
        cmocka_unit_test(test_every_octet_in_a_long_value),
        cmocka_unit_test(test_bytes_that_are_not_utf8_are_replaced),
        cmocka_unit_test(test_pairs_are_separated),
        cmocka_unit_test(test_long_values_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
