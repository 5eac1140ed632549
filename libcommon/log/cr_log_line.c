/* Writes one log line: pairs, quoting and escaping, within a bound. */
#include "cr_log_line.h"

#include <stdio.h>
#include <string.h>

#include "cr_word.h"

enum {
    TAIL = 8,      /* kept free for a cut mark, a quote, a brace and the newline */
    ESCAPE_MAX = 6 /* \u001b */
};

static bool put(struct cr_log_line *line, const char *text, size_t len)
{
    if (line->len + len + TAIL > sizeof line->data)
        return false;
    memcpy(line->data + line->len, text, len);
    line->len += len;
    return true;
}

/* The places that TAIL keeps free. */
static void put_tail(struct cr_log_line *line, const char *text)
{
    size_t len = strlen(text);
    if (line->len + len > sizeof line->data)
        return;
    memcpy(line->data + line->len, text, len);
    line->len += len;
}

/* Length of the well-formed UTF-8 sequence at the start of text, 0 if there is none
 * (Unicode 15, table 3-7). */
static size_t utf8_length(struct cr_slice text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t need = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (need == 0 || p[0] > 0xf4 || need > text.len)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xed && p[1] > 0x9f;
    bool too_high = p[0] == 0xf4 && p[1] > 0x8f;
    return overlong || surrogate || too_high ? 0 : need;
}

/* One character, escaped where it must be; returns the bytes read, 0 when the line is full. */
static size_t put_escaped(struct cr_log_line *line, struct cr_slice rest)
{
    unsigned char c = (unsigned char)rest.ptr[0];
    char escape[ESCAPE_MAX + 1];
    const char *short_form = c == '"'    ? "\\\""
                             : c == '\\' ? "\\\\"
                             : c == '\n' ? "\\n"
                             : c == '\r' ? "\\r"
                             : c == '\t' ? "\\t"
                                         : NULL;
    if (short_form)
        return put(line, short_form, 2) ? 1 : 0;
    size_t len = utf8_length(rest);
    if (len == 0)
        return put(line, "\xef\xbf\xbd", 3) ? 1 : 0;
    bool c1 = len == 2 && c == 0xc2 && (unsigned char)rest.ptr[1] < 0xa0;
    if (c < 0x20 || c == 0x7f || c1) {
        unsigned code = c1 ? (unsigned char)rest.ptr[1] : c;
        (void)snprintf(escape, sizeof escape, "\\u%04x", code);
        return put(line, escape, ESCAPE_MAX) ? len : 0;
    }
    return put(line, rest.ptr, len) ? len : 0;
}

/* What an octet may stand in as it is: 2 anywhere, 1 between quotes, 0 nowhere. */
/* clang-format off */
static const unsigned char plain[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* SP and the quote */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 2, /* = */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 2, 2, 2, /* the backslash */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, /* DEL; what follows begins no ASCII: 0 */
};
/* clang-format on */

/* Whether all eight octets are plain anywhere. */
static bool word_is_plain(uint64_t word)
{
    return !(cr_word_below(word, ' ' + 1) | cr_word_equal(word, '"') | cr_word_equal(word, '=') |
             cr_word_equal(word, '\\') | cr_word_equal(word, 0x7f) | cr_word_high(word));
}

/* How many octets at the front are at least that plain: ids and addresses by words. */
static size_t plain_span(struct cr_slice value, unsigned wanted)
{
    size_t len = 0;
    while (len + sizeof(uint64_t) <= value.len && word_is_plain(cr_word_load(value.ptr + len)))
        len += sizeof(uint64_t);
    while (len < value.len && plain[(unsigned char)value.ptr[len]] >= wanted)
        len++;
    return len;
}

/* As much of it as there is room for. */
static size_t put_plain(struct cr_log_line *line, struct cr_slice text)
{
    size_t room = sizeof line->data - line->len;
    size_t len = room < text.len + TAIL ? room - TAIL : text.len;
    return put(line, text.ptr, len) ? len : 0;
}

static void put_quoted(struct cr_log_line *line, struct cr_slice value)
{
    if (!put(line, "\"", 1))
        return;
    while (value.len > 0) {
        size_t run = plain_span(value, 1);
        size_t used =
            run > 0 ? put_plain(line, cr_slice_sub(value, 0, run)) : put_escaped(line, value);
        if (used == 0)
            break;
        value = cr_slice_from(value, used);
    }
    if (value.len > 0)
        put_tail(line, "...");
    put_tail(line, "\"");
}

static void put_value(struct cr_log_line *line, struct cr_slice value)
{
    if (line->format == CR_LOG_JSON || value.len == 0 || plain_span(value, 2) < value.len)
        put_quoted(line, value);
    else if (put_plain(line, value) < value.len)
        put_tail(line, "...");
}

void cr_log_line_begin(struct cr_log_line *line, enum cr_log_format format)
{
    line->format = format;
    line->len = 0;
    if (format == CR_LOG_JSON)
        line->data[line->len++] = '{';
}

/* What stands around a key. */
enum { KEY_AROUND = 4 };

/* The separator, the key, and what is between it and its value; there is room. */
static void put_key(struct cr_log_line *line, const char *key, size_t len)
{
    bool json = line->format == CR_LOG_JSON;
    char *at = line->data + line->len;
    if (line->len > (json ? 1 : 0))
        *at++ = json ? ',' : ' ';
    if (json)
        *at++ = '"';
    at = mempcpy(at, key, len);
    if (json)
        *at++ = '"';
    *at++ = json ? ':' : '=';
    line->len = (size_t)(at - line->data);
}

void cr_log_line_pair(struct cr_log_line *line, const char *key, struct cr_slice value)
{
    size_t key_len = strlen(key);
    /* A pair whose key and first bytes do not fit is left out as a whole: an earlier value that was
     * cut has used the tail already. */
    if (line->len + KEY_AROUND + key_len + ESCAPE_MAX + TAIL > sizeof line->data)
        return;
    put_key(line, key, key_len);
    put_value(line, value);
}

void cr_log_line_end(struct cr_log_line *line)
{
    put_tail(line, line->format == CR_LOG_JSON ? "}\n" : "\n");
}
