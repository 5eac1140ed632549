/* Streaming JSON output; one flag decides about commas. */
#include "cr_json_writer.h"

#include <math.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_number.h"
#include "cr_utf8.h"

void cr_json_init(struct cr_json_writer *writer, struct cr_buf *out)
{
    *writer = (struct cr_json_writer){.out = out};
}

static bool in_object(const struct cr_json_writer *writer)
{
    unsigned level = writer->depth - 1;
    return writer->depth > 0 && (writer->objects[level / 8] >> (level % 8) & 1U);
}

/* Before each value. */
static void value_begins(struct cr_json_writer *writer)
{
    CR_ASSERT(writer->keyed == in_object(writer));
    if (writer->comma && !writer->keyed)
        cr_buf_char(writer->out, ',');
    writer->keyed = false;
    writer->comma = true;
}

static void begin(struct cr_json_writer *writer, bool object)
{
    value_begins(writer);
    CR_ASSERT(writer->depth < CR_JSON_WRITER_DEPTH_MAX);
    uint8_t bit = (uint8_t)(1U << (writer->depth % 8));
    uint8_t *bits = &writer->objects[writer->depth / 8];
    *bits = (uint8_t)(object ? *bits | bit : *bits & ~bit);
    writer->depth++;
    writer->comma = false;
    cr_buf_char(writer->out, object ? '{' : '[');
}

static void end(struct cr_json_writer *writer, bool object)
{
    CR_ASSERT(writer->depth > 0 && !writer->keyed && in_object(writer) == object);
    writer->depth--;
    writer->comma = true;
    cr_buf_char(writer->out, object ? '}' : ']');
}

void cr_json_begin_object(struct cr_json_writer *writer)
{
    begin(writer, true);
}

void cr_json_end_object(struct cr_json_writer *writer)
{
    end(writer, true);
}

void cr_json_begin_array(struct cr_json_writer *writer)
{
    begin(writer, false);
}

void cr_json_end_array(struct cr_json_writer *writer)
{
    end(writer, false);
}

void cr_json_key_slice(struct cr_json_writer *writer, struct cr_slice key)
{
    CR_ASSERT(in_object(writer) && !writer->keyed);
    if (writer->comma)
        cr_buf_char(writer->out, ',');
    cr_json_quote(writer->out, key);
    cr_buf_char(writer->out, ':');
    writer->keyed = true;
}

void cr_json_key(struct cr_json_writer *writer, const char *key)
{
    cr_json_key_slice(writer, cr_slice_of(key));
}

static void quote_control(struct cr_buf *out, unsigned char c)
{
    static const char codes[] = "\b\f\n\r\t";
    static const char names[] = "bfnrt";
    const char *hit = c ? strchr(codes, c) : NULL;
    if (hit)
        cr_buf_printf(out, "\\%c", names[hit - codes]);
    else
        cr_buf_printf(out, "\\u%04X", c);
}

/* A byte that can stand in a JSON string as it is. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void cr_json_quote(struct cr_buf *out, struct cr_slice text)
{
    cr_buf_char(out, '"');
    while (text.len > 0) {
        size_t run = 0;
        while (run < text.len && is_plain((unsigned char)text.ptr[run]))
            run++;
        cr_buf_append(out, text.ptr, run);
        text = cr_slice_from(text, run);
        if (text.len == 0)
            break;
        unsigned char c = (unsigned char)text.ptr[0];
        if (c >= 0x80) {
            cr_utf8_put(out, cr_utf8_next(&text));
            continue;
        }
        if (c < 0x20)
            quote_control(out, c);
        else
            cr_buf_printf(out, "\\%c", c);
        text = cr_slice_from(text, 1);
    }
    cr_buf_char(out, '"');
}

void cr_json_string(struct cr_json_writer *writer, struct cr_slice text)
{
    value_begins(writer);
    cr_json_quote(writer->out, text);
}

void cr_json_text(struct cr_json_writer *writer, const char *text)
{
    if (text)
        cr_json_string(writer, cr_slice_of(text));
    else
        cr_json_null(writer);
}

void cr_json_raw(struct cr_json_writer *writer, struct cr_slice json)
{
    value_begins(writer);
    cr_buf_slice(writer->out, json);
}

void cr_json_int(struct cr_json_writer *writer, int64_t value)
{
    value_begins(writer);
    cr_buf_int(writer->out, value);
}

void cr_json_double(struct cr_json_writer *writer, double value)
{
    char text[CR_NUMBER_TEXT_SIZE];
    if (!isfinite(value)) {
        cr_json_null(writer);
        return;
    }
    size_t length = cr_number_text(value, text);
    cr_json_raw(writer, (struct cr_slice){text, length});
}

void cr_json_bool(struct cr_json_writer *writer, bool value)
{
    cr_json_raw(writer, value ? CR_SLICE("true") : CR_SLICE("false"));
}

void cr_json_null(struct cr_json_writer *writer)
{
    cr_json_raw(writer, CR_SLICE("null"));
}

/* Recursion is bounded by the parser's depth, which is below the writer's. */
void cr_json_tree(struct cr_json_writer *writer, const struct cr_tree *tree)
{
    enum cr_tree_kind kind = cr_tree_kind(tree);
    bool object = kind == CR_TREE_OBJECT;
    if (kind == CR_TREE_NULL) {
        cr_json_null(writer);
    } else if (kind == CR_TREE_STRING) {
        cr_json_string(writer, cr_tree_slice(tree));
    } else if (kind == CR_TREE_NUMBER || kind == CR_TREE_BOOL) {
        cr_json_raw(writer, cr_tree_slice(tree));
    } else {
        begin(writer, object);
        for (const struct cr_tree *n = cr_tree_first(tree); n; n = cr_tree_next(n)) {
            if (object)
                cr_json_key_slice(writer, cr_tree_key(n));
            cr_json_tree(writer, n);
        }
        end(writer, object);
    }
}

void cr_json_pair_object(struct cr_json_writer *writer, const char *key)
{
    cr_json_key(writer, key);
    cr_json_begin_object(writer);
}

void cr_json_pair_array(struct cr_json_writer *writer, const char *key)
{
    cr_json_key(writer, key);
    cr_json_begin_array(writer);
}

void cr_json_pair_string(struct cr_json_writer *writer, const char *key, struct cr_slice text)
{
    cr_json_key(writer, key);
    cr_json_string(writer, text);
}

void cr_json_pair_text(struct cr_json_writer *writer, const char *key, const char *text)
{
    cr_json_key(writer, key);
    cr_json_text(writer, text);
}

void cr_json_pair_int(struct cr_json_writer *writer, const char *key, int64_t value)
{
    cr_json_key(writer, key);
    cr_json_int(writer, value);
}

void cr_json_pair_double(struct cr_json_writer *writer, const char *key, double value)
{
    cr_json_key(writer, key);
    cr_json_double(writer, value);
}

void cr_json_pair_bool(struct cr_json_writer *writer, const char *key, bool value)
{
    cr_json_key(writer, key);
    cr_json_bool(writer, value);
}

void cr_json_pair_null(struct cr_json_writer *writer, const char *key)
{
    cr_json_key(writer, key);
    cr_json_null(writer);
}

void cr_json_pair_raw(struct cr_json_writer *writer, const char *key, struct cr_slice json)
{
    cr_json_key(writer, key);
    cr_json_raw(writer, json);
}
