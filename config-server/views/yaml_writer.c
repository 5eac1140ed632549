/* yaml_writer: SnakeYAML's emitter for the events that a dumped tree makes, block style only.
 *
 * Column, whitespace and indention are the emitter's own state: where the line stands, whether the
 * last character was a blank, and whether there was nothing but indentation and indicators so far.
 */
#include "yaml_writer.h"

#include <stdio.h>

#include "cr_base64.h"
#include "cr_utf8.h"
#include "cr_yaml_plain.h"
#include "yaml_scalar.h"

enum { WIDTH = 80, INDENT = 2, SIMPLE_KEY_MAX = 128, NUMBER_MAX = 1024 };

enum style { PLAIN, SINGLE_QUOTED, DOUBLE_QUOTED, LITERAL };

struct writer {
    struct cr_buf *out;
    struct cr_arena *arena;
    size_t column, indent;
    bool whitespace, indention;
};

/* Where a node stands. */
enum place { AT_ROOT, IN_LIST, AS_VALUE, AS_KEY, AS_SIMPLE_KEY };

/* A scalar as the representer gives it. */
struct scalar {
    struct cr_slice text;
    const char *tag; /* as it is printed where it must be */
    bool literal;    /* the wanted style; else plain */
    bool implicit;   /* plain, it would be read back as its own type */
    bool string;     /* quoted, it would */
    struct yaml_analysis analysis;
};

/* --- lines --- */

static void write_bytes(struct writer *w, struct cr_slice text)
{
    cr_buf_slice(w->out, text);
    w->column += yaml_scalar_units(text);
}

static void write_blanks(struct writer *w, size_t to_column)
{
    if (to_column > w->column)
        w->whitespace = true;
    for (; w->column < to_column; w->column++)
        cr_buf_char(w->out, ' ');
}

static void write_break(struct writer *w, struct cr_slice text)
{
    cr_buf_slice(w->out, text);
    w->whitespace = w->indention = true;
    w->column = 0;
}

static void write_indent(struct writer *w, size_t indent)
{
    if (!w->indention || w->column > indent || (w->column == indent && !w->whitespace))
        write_break(w, CR_SLICE("\n"));
    write_blanks(w, indent);
}

static void write_indicator(struct writer *w, const char *text, bool needs_whitespace,
                            bool indention)
{
    if (needs_whitespace && !w->whitespace)
        write_bytes(w, CR_SLICE(" "));
    write_bytes(w, cr_slice_of(text));
    w->whitespace = false;
    w->indention = w->indention && indention;
}

/* --- scalars --- */

/* A single blank beyond the width becomes a line break. */
static bool folds(const struct writer *w, size_t start, size_t end, bool split)
{
    return start + 1 == end && w->column > WIDTH && split;
}

static void write_plain(struct writer *w, struct cr_slice text, size_t indent, bool split)
{
    if (text.len == 0)
        return;
    if (!w->whitespace)
        write_bytes(w, CR_SLICE(" "));
    bool spaces = false;
    size_t start = 0;
    for (size_t end = 0; end <= text.len; end++) {
        bool space = end < text.len && text.ptr[end] == ' ';
        if (spaces == space && end < text.len)
            continue;
        if (spaces && folds(w, start, end, split))
            write_indent(w, indent);
        else
            write_bytes(w, cr_slice_sub(text, start, end));
        w->whitespace = w->indention = false;
        start = end;
        spaces = space;
    }
}

static void write_quoted_run(struct writer *w, struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        cr_buf_char(w->out, text.ptr[i]);
        if (text.ptr[i] == '\'')
            cr_buf_char(w->out, '\'');
        w->column += text.ptr[i] == '\'';
    }
    w->column += yaml_scalar_units(text);
}

/* Without line breaks: a text that has them is never single-quoted. */
static void write_single_quoted(struct writer *w, struct cr_slice text, size_t indent, bool split)
{
    write_indicator(w, "'", true, false);
    bool spaces = false;
    size_t start = 0;
    for (size_t end = 0; end <= text.len; end++) {
        bool space = end < text.len && text.ptr[end] == ' ';
        if (spaces == space && end < text.len)
            continue;
        if (spaces && start != 0 && end != text.len && folds(w, start, end, split))
            write_indent(w, indent);
        else
            write_quoted_run(w, cr_slice_sub(text, start, end));
        start = end;
        spaces = space;
    }
    write_indicator(w, "'", false, false);
}

static const char *short_escape(uint32_t c)
{
    static const struct {
        uint32_t c;
        const char *text;
    } escapes[] = {
        {'\0', "\\0"},  {0x07, "\\a"}, {'\b', "\\b"}, {'\t', "\\t"},   {'\n', "\\n"},
        {'\v', "\\v"},  {'\f', "\\f"}, {'\r', "\\r"}, {0x1b, "\\e"},   {'"', "\\\""},
        {'\\', "\\\\"}, {0x85, "\\N"}, {0xa0, "\\_"}, {0x2028, "\\L"}, {0x2029, "\\P"},
    };
    for (size_t i = 0; i < CR_COUNT(escapes); i++) {
        if (escapes[i].c == c)
            return escapes[i].text;
    }
    return NULL;
}

static bool is_ascii_printable(uint32_t c)
{
    return c >= 0x20 && c <= 0x7e;
}

/* A character that does not stand for itself in ASCII: escaped, or as it is. */
static void write_escaped(struct writer *w, uint32_t c, struct cr_slice bytes)
{
    const char *escape = short_escape(c);
    char number[16];
    if (!escape && yaml_scalar_is_printable(c)) {
        write_bytes(w, bytes);
        return;
    }
    if (!escape) {
        (void)snprintf(number, sizeof(number), c <= 0xff ? "\\x%02x" : "\\u%04x", c);
        escape = number;
    }
    write_bytes(w, cr_slice_of(escape));
}

/* A line of its own, the last one ending in a backslash; a blank in front needs another. */
static void fold_double_quoted(struct writer *w, struct cr_slice run, bool space_follows,
                               size_t indent)
{
    write_bytes(w, run);
    write_bytes(w, CR_SLICE("\\"));
    write_indent(w, indent);
    w->whitespace = w->indention = false;
    if (space_follows)
        write_bytes(w, CR_SLICE("\\"));
}

/* A line may end before a blank, and behind an escape; a run is what was not written yet. */
static void write_double_quoted(struct writer *w, struct cr_slice text, size_t indent, bool split)
{
    write_indicator(w, "\"", true, false);
    size_t start = 0; /* of the run */
    struct cr_slice rest = text;
    while (rest.len > 0) {
        size_t at = text.len - rest.len;
        uint32_t c = cr_utf8_next(&rest);
        size_t behind = text.len - rest.len;
        bool escaped = c == '"' || c == '\\' || !is_ascii_printable(c);
        if (escaped) {
            write_bytes(w, cr_slice_sub(text, start, at));
            write_escaped(w, c, cr_slice_sub(text, at, behind));
            start = behind;
        }
        if (!split || (at == 0 && c < 0x10000) || rest.len == 0 || (c != ' ' && start < at))
            continue;
        /* Java counts from the escape's own index here, one too few. */
        size_t column = escaped ? w->column - 1 : w->column + (at - start);
        if (column <= WIDTH)
            continue;
        struct cr_slice run = cr_slice_sub(text, start, at);
        start = start < at ? at : start;
        fold_double_quoted(w, run, text.ptr[start] == ' ', indent);
    }
    write_bytes(w, cr_slice_from(text, start));
    write_indicator(w, "\"", false, false);
}

static bool is_space_or_break(uint32_t c)
{
    return c == ' ' || yaml_scalar_is_break(c);
}

/* "|", the indentation where the text begins with a blank or break, and what happens to the breaks
 * at its end. */
static void write_block_head(struct writer *w, struct cr_slice text)
{
    struct cr_slice rest = text;
    uint32_t first = cr_utf8_next(&rest), last = first, before_last = '\n';
    while (rest.len > 0) {
        before_last = last;
        last = cr_utf8_next(&rest);
    }
    const char *indentation = is_space_or_break(first) ? "2" : "";
    const char *end = !yaml_scalar_is_break(last)         ? "-"
                      : yaml_scalar_is_break(before_last) ? "+"
                                                          : "";
    char head[8];
    (void)snprintf(head, sizeof(head), "|%s%s", indentation, end);
    write_indicator(w, head, true, false);
    write_break(w, CR_SLICE("\n"));
}

static void write_literal(struct writer *w, struct cr_slice text, size_t indent)
{
    write_block_head(w, text);
    struct cr_slice rest = text;
    bool at_begin = true;
    while (rest.len > 0) {
        struct cr_slice here = rest;
        uint32_t c = cr_utf8_next(&rest);
        here.len -= rest.len;
        if (yaml_scalar_is_break(c)) {
            write_break(w, here);
            at_begin = true;
            continue;
        }
        if (at_begin)
            write_indent(w, indent);
        at_begin = false;
        cr_buf_slice(w->out, here); /* the column stays, as in SnakeYAML */
    }
    if (!at_begin)
        write_break(w, CR_SLICE("\n"));
}

static struct cr_slice to_base64(struct writer *w, struct cr_slice bytes)
{
    CR_AUTO(cr_buf) text = {0};
    cr_base64_encode(&text, bytes);
    char *copy = cr_arena_slice(w->arena, cr_buf_view(&text));
    if (!copy || cr_buf_status(&text) < 0) {
        w->out->failed = CR_ENOMEM;
        return (struct cr_slice){0};
    }
    return (struct cr_slice){copy, text.len};
}

static struct scalar string_scalar(struct writer *w, struct cr_slice text)
{
    struct scalar scalar = {.text = text, .tag = "!!str", .string = true};
    if (!yaml_scalar_all_printable(text)) {
        scalar.text = to_base64(w, text);
        scalar.tag = "!!binary";
        scalar.literal = true;
        scalar.string = false;
    } else {
        scalar.literal = yaml_scalar_has_break(text);
        scalar.implicit = !scalar.literal && cr_yaml_plain_is_string(text, w->arena);
    }
    return scalar;
}

static struct scalar value_scalar(struct writer *w, const struct nested *node, bool as_string)
{
    struct scalar scalar;
    bool known = true;
    if (node->kind == NESTED_EMPTY || node->value == CR_WIRE_NULL) {
        scalar = (struct scalar){.text = CR_SLICE("null"), .tag = "!!null"};
    } else if (node->value == CR_WIRE_STRING) {
        scalar = string_scalar(w, node->text);
        known = false;
    } else {
        scalar = (struct scalar){.text = node->text, .tag = "!!int"};
        known = node->text.len <= NUMBER_MAX;
    }
    scalar.implicit = scalar.implicit || known;
    if (as_string) {
        scalar.tag = "!!str";
        scalar.string = true;
        scalar.implicit = !scalar.literal && cr_yaml_plain_is_string(scalar.text, w->arena);
    }
    return scalar;
}

static enum style style_of(const struct scalar *scalar, enum place place)
{
    const struct yaml_analysis *analysis = &scalar->analysis;
    bool simple = place == AS_SIMPLE_KEY;
    if (scalar->literal)
        return !simple && analysis->block ? LITERAL : DOUBLE_QUOTED;
    if (scalar->implicit && analysis->plain &&
        !(simple && (analysis->empty || analysis->multiline)))
        return PLAIN;
    return analysis->single_quoted && !(simple && analysis->multiline) ? SINGLE_QUOTED
                                                                       : DOUBLE_QUOTED;
}

static void write_scalar(struct writer *w, const struct scalar *scalar, enum place place)
{
    enum style style = style_of(scalar, place);
    if (style == PLAIN ? !scalar->implicit : !scalar->string)
        write_indicator(w, scalar->tag, true, false);
    bool split = place != AS_SIMPLE_KEY;
    size_t indent = place == AT_ROOT ? INDENT : w->indent + INDENT;
    switch (style) {
    case PLAIN:
        write_plain(w, scalar->text, indent, split);
        break;
    case SINGLE_QUOTED:
        write_single_quoted(w, scalar->text, indent, split);
        break;
    case DOUBLE_QUOTED:
        write_double_quoted(w, scalar->text, indent, split);
        break;
    case LITERAL:
        write_literal(w, scalar->text, indent);
        break;
    }
}

/* --- nodes --- */

static void write_node(struct writer *w, const struct nested *node, enum place place);

static void write_key(struct writer *w, struct cr_slice key)
{
    struct scalar scalar = string_scalar(w, key);
    scalar.analysis = yaml_scalar_analyse(scalar.text);
    size_t length = cr_slice_of(scalar.tag).len + yaml_scalar_units(scalar.text);
    if (length < SIMPLE_KEY_MAX && !scalar.analysis.empty && !scalar.analysis.multiline) {
        write_scalar(w, &scalar, AS_SIMPLE_KEY);
        write_indicator(w, ":", false, false);
        return;
    }
    write_indicator(w, "?", true, true);
    write_scalar(w, &scalar, AS_KEY);
    write_indent(w, w->indent);
    write_indicator(w, ":", true, true);
}

static void write_map(struct writer *w, const struct nested *map)
{
    for (const struct nested *node = map->first; node; node = node->next) {
        write_indent(w, w->indent);
        write_key(w, node->key);
        write_node(w, node, AS_VALUE);
    }
}

static void write_list(struct writer *w, const struct nested *list)
{
    for (const struct nested *node = list->first; node; node = node->next) {
        write_indent(w, w->indent);
        write_indicator(w, "-", true, true);
        write_node(w, node, IN_LIST);
    }
}

static void write_node(struct writer *w, const struct nested *node, enum place place)
{
    bool list = node->kind == NESTED_LIST;
    if (!list && node->kind != NESTED_MAP) {
        struct scalar scalar = value_scalar(w, node, false);
        scalar.analysis = yaml_scalar_analyse(scalar.text);
        write_scalar(w, &scalar, place);
        return;
    }
    if (node->count == 0) {
        write_indicator(w, list ? "[]" : "{}", true, false);
        return;
    }
    /* A list below a key stands where the key stands. */
    size_t outer = w->indent;
    if (place != AT_ROOT && !(list && place == AS_VALUE && !w->indention))
        w->indent += INDENT;
    if (list)
        write_list(w, node);
    else
        write_map(w, node);
    w->indent = outer;
}

static void finish(struct writer *w)
{
    write_indent(w, 0);
    if (cr_arena_failed(w->arena) && w->out->failed == 0)
        w->out->failed = CR_ENOMEM;
}

static struct writer begin(struct cr_arena *arena, struct cr_buf *out)
{
    return (struct writer){.out = out, .arena = arena, .whitespace = true, .indention = true};
}

void yaml_write(const struct nested *root, struct cr_arena *arena, struct cr_buf *out)
{
    struct writer w = begin(arena, out);
    write_node(&w, root, AT_ROOT);
    finish(&w);
}

void yaml_write_bare(const struct nested *root, struct cr_arena *arena, struct cr_buf *out)
{
    struct writer w = begin(arena, out);
    if (root->kind == NESTED_LIST || root->kind == NESTED_MAP) {
        if (root->kind == NESTED_MAP)
            write_indicator(&w, "!!str", true, false);
        write_node(&w, root, AT_ROOT);
    } else {
        struct scalar scalar = value_scalar(&w, root, true);
        scalar.analysis = yaml_scalar_analyse(scalar.text);
        write_scalar(&w, &scalar, AT_ROOT);
    }
    finish(&w);
}
