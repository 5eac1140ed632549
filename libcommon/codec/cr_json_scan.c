/* JSON's grammar over a text, without a tree: one pass, no recursion, and the place of what is
 * wrong. */
#include "cr_json_scan_private.h"

#include <string.h>

#include "cr_hex.h"
#include "cr_json.h"
#include "cr_utf8.h"

struct scan {
    struct cr_slice text;
    size_t at;
    bool wants_value; /* else what may stand behind one */
    size_t depth;
    char closers[CR_JSON_DEPTH_MAX]; /* of the open objects and arrays */
    struct cr_json_extent extent;
    struct cr_err *err;
};

static int fail(struct scan *s, const char *reason)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < s->at && i < s->text.len; i++) {
        bool newline = s->text.ptr[i] == '\n';
        line += newline;
        column = newline ? 1 : column + 1;
    }
    return cr_err_set(s->err, CR_EPARSE, "JSON line %zu column %zu: %s", line, column, reason);
}

/* The byte at the scan's place; NUL at the end (a NUL in the text is an error everywhere). */
static char peek(const struct scan *s)
{
    return s->at < s->text.len ? s->text.ptr[s->at] : '\0';
}

static void skip_blanks(struct scan *s)
{
    while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\r' || peek(s) == '\n')
        s->at++;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_high_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(uint32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Behind "\u"; a high surrogate takes its low one with it. */
static int unicode_escape(struct scan *s)
{
    uint32_t unit;
    uint32_t low;
    if (!cr_hex_unit(cr_slice_from(s->text, s->at), &unit))
        return fail(s, "\\u needs four hexadecimal digits");
    s->at += 4;
    if (!is_high_surrogate(unit) && !is_low_surrogate(unit))
        return 0;
    bool pair = is_high_surrogate(unit) &&
                cr_slice_is(cr_slice_sub(s->text, s->at, s->at + 2), "\\u") &&
                cr_hex_unit(cr_slice_from(s->text, s->at + 2), &low) && is_low_surrogate(low);
    if (!pair)
        return fail(s, "a surrogate without its pair");
    s->at += 6;
    return 0;
}

/* Behind '\'. */
static int escape(struct scan *s)
{
    char c = peek(s);
    if (c == 'u') {
        s->at++;
        return unicode_escape(s);
    }
    if (s->at < s->text.len && (c == '\0' || !strchr("\"\\/bfnrt", c)))
        return fail(s, "an unknown escape in a string");
    s->at++;
    return 0;
}

static int scan_string(struct scan *s)
{
    size_t start = ++s->at;
    int rc = 0;
    while (rc == 0 && s->at < s->text.len && peek(s) != '"') {
        unsigned char c = (unsigned char)peek(s);
        struct cr_slice rest = cr_slice_from(s->text, s->at);
        if (c < 0x20)
            return fail(s, "a control character in a string");
        if (c >= 0x80 && cr_utf8_next(&rest) == CR_UTF8_BAD)
            return fail(s, "bytes that are not UTF-8");
        s->at = c >= 0x80 ? s->text.len - rest.len : s->at + 1;
        if (c == '\\')
            rc = escape(s);
    }
    if (rc == 0 && s->at >= s->text.len)
        rc = fail(s, "a string is not closed");
    s->extent.text_bytes += s->at - start + 1;
    s->at++;
    return rc;
}

static size_t digits(struct scan *s)
{
    size_t start = s->at;
    while (is_digit(peek(s)))
        s->at++;
    return s->at - start;
}

static int scan_number(struct scan *s)
{
    size_t start = s->at;
    s->at += peek(s) == '-';
    bool zero = peek(s) == '0';
    size_t count = digits(s);
    if (count == 0 || (zero && count > 1))
        return fail(s, count ? "a number with a leading zero" : "a value is expected");
    if (peek(s) == '.') {
        s->at++;
        if (digits(s) == 0)
            return fail(s, "a digit is expected after the decimal point");
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        s->at += peek(s) == '+' || peek(s) == '-';
        if (digits(s) == 0)
            return fail(s, "a digit is expected in the exponent");
    }
    size_t length = s->at - start;
    s->extent.text_bytes += length + 1;
    if (length > s->extent.number_max_bytes)
        s->extent.number_max_bytes = length;
    return 0;
}

static int scan_word(struct scan *s)
{
    static const struct cr_slice words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    struct cr_slice rest = cr_slice_from(s->text, s->at);
    for (size_t i = 0; i < CR_COUNT(words); i++) {
        if (!cr_slice_starts(rest, words[i]))
            continue;
        s->at += words[i].len;
        return 0;
    }
    return fail(s, rest.len > 0 ? "a value is expected" : "the document ends too early");
}

/* A member's name and its colon. */
static int scan_name(struct scan *s)
{
    skip_blanks(s);
    if (peek(s) != '"')
        return fail(s, "a member's name in quotes is expected");
    int rc = scan_string(s);
    if (rc)
        return rc;
    skip_blanks(s);
    if (peek(s) != ':')
        return fail(s, "':' is expected");
    s->at++;
    return 0;
}

static int open_container(struct scan *s)
{
    if (s->depth == CR_JSON_DEPTH_MAX)
        return cr_err_set(s->err, CR_ELIMIT, "JSON: more than %d levels", CR_JSON_DEPTH_MAX);
    char closer = peek(s) == '{' ? '}' : ']';
    s->closers[s->depth++] = closer;
    s->at++;
    skip_blanks(s);
    s->wants_value = peek(s) != closer;
    return s->wants_value && closer == '}' ? scan_name(s) : 0;
}

static int scan_value(struct scan *s)
{
    skip_blanks(s);
    s->extent.values++;
    s->wants_value = false;
    char c = peek(s);
    if (c == '{' || c == '[')
        return open_container(s);
    if (c == '"')
        return scan_string(s);
    return c == '-' || is_digit(c) ? scan_number(s) : scan_word(s);
}

/* Behind a value in an object or array: its end, or a comma and what follows it. */
static int scan_behind(struct scan *s)
{
    char closer = s->closers[s->depth - 1];
    skip_blanks(s);
    char c = peek(s);
    if (c != closer && c != ',')
        return fail(s, closer == '}' ? "',' or '}' is expected" : "',' or ']' is expected");
    s->at++;
    s->depth -= c == closer;
    s->wants_value = c == ',';
    return s->wants_value && closer == '}' ? scan_name(s) : 0;
}

int cr_json_scan(struct cr_slice text, struct cr_json_extent *out_extent, struct cr_err *err)
{
    struct scan s = {.text = text, .wants_value = true, .err = err};
    if (cr_slice_starts(text, CR_SLICE("\xef\xbb\xbf")))
        s.at = 3;
    s.extent.start = s.at;
    int rc = 0;
    while (rc == 0 && (s.wants_value || s.depth > 0))
        rc = s.wants_value ? scan_value(&s) : scan_behind(&s);
    if (rc)
        return rc;
    skip_blanks(&s);
    if (s.at < text.len)
        return fail(&s, "text behind the end of the document");
    *out_extent = s.extent;
    return 0;
}

/* Each half of a surrogate pair stands for two of the pair's four bytes. */
static size_t unit_bytes(uint32_t unit)
{
    if (unit < 0x80)
        return 1;
    return unit < 0x800 || is_high_surrogate(unit) || is_low_surrogate(unit) ? 2 : 3;
}

static size_t take_string(struct cr_slice rest, struct cr_json_token *out_token)
{
    size_t at = 1;
    size_t meant_bytes = 0;
    while (rest.ptr[at] != '"') {
        uint32_t unit;
        bool escaped = rest.ptr[at] == '\\';
        bool unicode =
            escaped && rest.ptr[at + 1] == 'u' && cr_hex_unit(cr_slice_from(rest, at + 2), &unit);
        at += unicode ? 6 : escaped ? 2 : 1;
        meant_bytes += unicode ? unit_bytes(unit) : 1;
    }
    *out_token = (struct cr_json_token){false, cr_slice_sub(rest, 1, at), meant_bytes};
    return at + 1;
}

static size_t take_number(struct cr_slice rest, struct cr_json_token *out_token)
{
    size_t at = 0;
    while (at < rest.len && rest.ptr[at] && strchr("+-.eE0123456789", rest.ptr[at]))
        at++;
    *out_token = (struct cr_json_token){true, cr_slice_sub(rest, 0, at), at};
    return at;
}

bool cr_json_next_token(struct cr_slice *rest, struct cr_json_token *out_token)
{
    /* What stands between them (punctuation, blanks, true, false, null) begins neither. */
    size_t at = 0;
    while (at < rest->len && rest->ptr[at] != '"' && rest->ptr[at] != '-' &&
           !is_digit(rest->ptr[at]))
        at++;
    *rest = cr_slice_from(*rest, at);
    if (rest->len == 0)
        return false;
    size_t taken =
        rest->ptr[0] == '"' ? take_string(*rest, out_token) : take_number(*rest, out_token);
    *rest = cr_slice_from(*rest, taken);
    return true;
}
