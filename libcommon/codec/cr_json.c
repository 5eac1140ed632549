/* A strict JSON parser into an arena. It is our own, because numbers must keep their text (a double
 * loses integers beyond 2^53) and strings their NULs, and because a refusal must name its place. */
#include "cr_json.h"

#include <string.h>

#include "cr_tree_private.h"
#include "cr_utf8.h"

struct parser {
    struct cr_slice text;
    size_t at;
    unsigned depth;
    struct cr_arena *arena;
    struct cr_err *err;
};

static int parse_value(struct parser *p, struct cr_tree *tree);

static int fail(struct parser *p, const char *reason)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < p->at && i < p->text.len; i++) {
        bool newline = p->text.ptr[i] == '\n';
        line += newline;
        column = newline ? 1 : column + 1;
    }
    return cr_err_set(p->err, CR_EPARSE, "JSON line %zu column %zu: %s", line, column, reason);
}

static int no_memory(struct parser *p)
{
    return cr_err_set(p->err, CR_ELIMIT, "JSON: the document needs more memory than allowed");
}

/* The byte at the parser's place; NUL at the end (a NUL in the text is an error everywhere). */
static char peek(const struct parser *p)
{
    return p->at < p->text.len ? p->text.ptr[p->at] : '\0';
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->text.len && strchr(" \t\r\n", p->text.ptr[p->at]) && p->text.ptr[p->at])
        p->at++;
}

static int hex4(struct parser *p, uint32_t *out_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = peek(p);
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A') + 10;
        else
            return fail(p, "\\u needs four hexadecimal digits");
        unit = unit << 4 | digit;
        p->at++;
    }
    *out_unit = unit;
    return 0;
}

/* Behind "\u"; a high surrogate takes its low one with it. */
static int unicode_escape(struct parser *p, uint32_t *out_code_point)
{
    uint32_t high;
    int rc = hex4(p, &high);
    if (rc)
        return rc;
    *out_code_point = high;
    if (high < 0xd800 || high > 0xdfff)
        return 0;
    struct cr_slice next = cr_slice_sub(p->text, p->at, p->at + 2);
    if (high > 0xdbff || !cr_slice_is(next, "\\u"))
        return fail(p, "a surrogate without its pair");
    p->at += 2;
    uint32_t low;
    rc = hex4(p, &low);
    if (rc)
        return rc;
    if (low < 0xdc00 || low > 0xdfff)
        return fail(p, "a surrogate without its pair");
    *out_code_point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return 0;
}

/* Behind '\'; writes the bytes meant to *to. */
static int escape(struct parser *p, char **to)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    char c = peek(p);
    const char *hit = c ? strchr(names, c) : NULL;
    p->at++;
    if (hit) {
        *(*to)++ = values[hit - names];
        return 0;
    }
    if (c != 'u') {
        p->at--;
        return fail(p, "an unknown escape in a string");
    }
    uint32_t code_point = 0;
    int rc = unicode_escape(p, &code_point);
    if (rc == 0)
        *to += cr_utf8_encode(code_point, *to);
    return rc;
}

/* How many bytes the string can need: those up to its closing quote. */
static int string_bytes(struct parser *p, size_t *out_bytes)
{
    size_t end = p->at;
    while (end < p->text.len && p->text.ptr[end] != '"')
        end += p->text.ptr[end] == '\\' ? 2 : 1;
    if (end >= p->text.len) {
        p->at = p->text.len;
        return fail(p, "a string is not closed");
    }
    *out_bytes = end - p->at;
    return 0;
}

static int parse_string(struct parser *p, struct cr_slice *out_text)
{
    p->at++;
    size_t bytes = 0;
    int rc = string_bytes(p, &bytes);
    if (rc)
        return rc;
    char *text = cr_arena_alloc(p->arena, bytes + 1);
    if (!text)
        return no_memory(p);
    char *to = text;
    while (peek(p) != '"') {
        unsigned char c = (unsigned char)peek(p);
        if (c < 0x20)
            return fail(p, "a control character in a string");
        if (c == '\\') {
            p->at++;
            rc = escape(p, &to);
            if (rc)
                return rc;
            continue;
        }
        struct cr_slice rest = cr_slice_from(p->text, p->at);
        if (c >= 0x80 && cr_utf8_next(&rest) == CR_UTF8_BAD)
            return fail(p, "bytes that are not UTF-8");
        size_t length = c >= 0x80 ? (size_t)(rest.ptr - p->text.ptr) - p->at : 1;
        memcpy(to, p->text.ptr + p->at, length);
        to += length;
        p->at += length;
    }
    p->at++;
    *out_text = (struct cr_slice){text, (size_t)(to - text)};
    return 0;
}

static size_t digits(struct parser *p)
{
    size_t start = p->at;
    while (peek(p) >= '0' && peek(p) <= '9')
        p->at++;
    return p->at - start;
}

static int parse_number(struct parser *p, struct cr_tree *tree)
{
    size_t start = p->at;
    if (peek(p) == '-')
        p->at++;
    bool zero = peek(p) == '0';
    size_t count = digits(p);
    if (count == 0 || (zero && count > 1))
        return fail(p, count ? "a number with a leading zero" : "a value is expected");
    if (peek(p) == '.') {
        p->at++;
        if (digits(p) == 0)
            return fail(p, "a digit is expected after the decimal point");
    }
    if (peek(p) == 'e' || peek(p) == 'E') {
        p->at++;
        if (peek(p) == '+' || peek(p) == '-')
            p->at++;
        if (digits(p) == 0)
            return fail(p, "a digit is expected in the exponent");
    }
    struct cr_slice text = cr_slice_sub(p->text, start, p->at);
    char *copy = cr_arena_slice(p->arena, text);
    if (!copy)
        return no_memory(p);
    tree->kind = CR_TREE_NUMBER;
    tree->text = (struct cr_slice){copy, text.len};
    return 0;
}

static int parse_word(struct parser *p, struct cr_tree *tree)
{
    static const struct {
        struct cr_slice word;
        enum cr_tree_kind kind;
        bool truth;
    } words[] = {
        {{"true", 4}, CR_TREE_BOOL, true},
        {{"false", 5}, CR_TREE_BOOL, false},
        {{"null", 4}, CR_TREE_NULL, false},
    };
    struct cr_slice rest = cr_slice_from(p->text, p->at);
    for (size_t i = 0; i < CR_COUNT(words); i++) {
        if (!cr_slice_starts(rest, words[i].word))
            continue;
        p->at += words[i].word.len;
        tree->kind = words[i].kind;
        tree->truth = words[i].truth;
        return 0;
    }
    return fail(p, p->at < p->text.len ? "a value is expected" : "the document ends too early");
}

static int add_child(struct parser *p, struct cr_tree *parent, struct cr_slice key)
{
    struct cr_tree *child = cr_arena_alloc(p->arena, sizeof *child);
    if (!child)
        return no_memory(p);
    child->key = key;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
    return parse_value(p, child);
}

static int parse_member(struct parser *p, struct cr_tree *tree)
{
    if (tree->kind == CR_TREE_ARRAY)
        return add_child(p, tree, (struct cr_slice){NULL, 0});
    struct cr_slice key;
    if (peek(p) != '"')
        return fail(p, "a member's name in quotes is expected");
    int rc = parse_string(p, &key);
    if (rc)
        return rc;
    skip_blanks(p);
    if (peek(p) != ':')
        return fail(p, "':' is expected");
    p->at++;
    return add_child(p, tree, key);
}

static int parse_container(struct parser *p, struct cr_tree *tree)
{
    bool object = peek(p) == '{';
    char close = object ? '}' : ']';
    tree->kind = object ? CR_TREE_OBJECT : CR_TREE_ARRAY;
    if (++p->depth > CR_JSON_DEPTH_MAX)
        return cr_err_set(p->err, CR_ELIMIT, "JSON: more than %d levels", CR_JSON_DEPTH_MAX);
    p->at++;
    skip_blanks(p);
    bool more = peek(p) != close;
    while (more) {
        skip_blanks(p);
        int rc = parse_member(p, tree);
        if (rc)
            return rc;
        skip_blanks(p);
        more = peek(p) == ',';
        if (!more && peek(p) != close)
            return fail(p, object ? "',' or '}' is expected" : "',' or ']' is expected");
        p->at += more;
    }
    p->at++;
    p->depth--;
    return 0;
}

static int parse_value(struct parser *p, struct cr_tree *tree)
{
    skip_blanks(p);
    char c = peek(p);
    if (c == '{' || c == '[')
        return parse_container(p, tree);
    if (c == '"') {
        tree->kind = CR_TREE_STRING;
        return parse_string(p, &tree->text);
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return parse_number(p, tree);
    return parse_word(p, tree);
}

int cr_json_parse(struct cr_slice text, struct cr_arena *arena, const struct cr_tree **out_tree,
                  struct cr_err *err)
{
    if (text.len > CR_JSON_BYTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "JSON: larger than %d bytes", CR_JSON_BYTES_MAX);
    struct parser p = {.text = text, .arena = arena, .err = err};
    if (cr_slice_starts(text, CR_SLICE("\xef\xbb\xbf")))
        p.at = 3;
    struct cr_tree *tree = cr_arena_alloc(arena, sizeof *tree);
    if (!tree)
        return no_memory(&p);
    int rc = parse_value(&p, tree);
    if (rc)
        return rc;
    skip_blanks(&p);
    if (p.at < text.len)
        return fail(&p, "text behind the end of the document");
    *out_tree = tree;
    return 0;
}
