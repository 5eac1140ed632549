/* Java .properties: Spring Boot's character reader, its documents and its lists. */
#include "cr_properties.h"

#include <string.h>

#include "cr_flat_private.h"
#include "cr_hex.h"
#include "cr_utf8.h"

enum { END = -1 };

/* Reads characters; joins continued lines, resolves escapes, knows the place. */
struct reader {
    struct cr_slice text;
    size_t at;
    int line;     /* of the next character, from 0 */
    int column;   /* of the current one, from 0; -1 before the first */
    bool in_line; /* the last character was not the end of a line, nor of the text */
    bool escaped;
    int character; /* a UTF-16 unit, or END */
    int comment;   /* the prefix of the comment on the line before, or END */
    int malformed; /* the line, from 1, of an escape that is none; 0 without one */
    int malformed_column;
};

/* One character as java.io.LineNumberReader gives it: CR LF and CR are LF; the end of the text ends
 * a line, too. */
static int next_raw(struct reader *r)
{
    if (r->at >= r->text.len) {
        r->line += r->in_line;
        r->in_line = false;
        return END;
    }
    unsigned char c = (unsigned char)r->text.ptr[r->at++];
    if (c == '\r') {
        if (r->at < r->text.len && r->text.ptr[r->at] == '\n')
            r->at++;
        c = '\n';
    }
    r->line += c == '\n';
    r->in_line = c != '\n';
    return c;
}

static bool is_blank(const struct reader *r)
{
    return !r->escaped && (r->character == ' ' || r->character == '\t' || r->character == '\f');
}

static bool at_line_end(const struct reader *r)
{
    return r->character == END || (!r->escaped && r->character == '\n');
}

static void skip_blanks(struct reader *r)
{
    while (is_blank(r)) {
        r->character = next_raw(r);
        r->column++;
    }
}

static int hex_unit(struct reader *r)
{
    int unit = 0;
    int line = r->line;
    for (int i = 0; i < 4; i++) {
        int c = next_raw(r);
        int digit = cr_hex_value(c);
        if (digit < 0 && !r->malformed) {
            r->malformed = line + 1;
            r->malformed_column = r->column + 1;
        }
        if (digit < 0)
            return END;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* The next character; continued lines are joined here, one after the other. */
static void read_char(struct reader *r)
{
    static const char names[] = "trnf";
    static const char values[] = "\t\r\n\f";
    bool wrapped;
    do {
        wrapped = false;
        r->escaped = false;
        r->character = next_raw(r);
        r->column++;
        if (r->column == 0)
            skip_blanks(r);
        if (r->character == '\n')
            r->column = -1;
        if (r->character != '\\')
            return;
        r->escaped = true;
        r->character = next_raw(r);
        const char *hit = r->character > 0 ? strchr(names, r->character) : NULL;
        if (hit)
            r->character = (unsigned char)values[hit - names];
        else if (r->character == 'u')
            r->character = hex_unit(r);
        else if (r->character == '\n')
            wrapped = true;
        if (wrapped)
            r->column = -1;
    } while (wrapped);
}

/* The current character is the next one, and a hyphen. */
static bool next_is_hyphen(struct reader *r)
{
    read_char(r);
    return r->character == '-';
}

/* At a comment character: is it in column 0, with "---" and only blanks behind it? What was looked
 * at has been read. */
static bool is_separator(struct reader *r)
{
    if (r->character == r->comment)
        return false;
    bool separator = r->column == 0 && next_is_hyphen(r) && next_is_hyphen(r) && next_is_hyphen(r);
    if (!at_line_end(r)) {
        read_char(r);
        skip_blanks(r);
    }
    return separator && at_line_end(r);
}

static void skip_comment(struct reader *r)
{
    while (r->character != '\n' && r->character != END)
        r->character = next_raw(r);
    r->column = -1;
}

struct loader {
    struct reader reader;
    struct cr_flat_builder flat;
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_buf key;
    struct cr_buf value;
    int high_surrogate; /* waits for its pair, or END */
    bool separated;     /* a separator came and no value since */
};

static int fail_malformed(struct loader *l)
{
    return cr_err_set(l->err, CR_EPARSE, "properties line %d column %d: malformed \\uXXXX escape",
                      l->reader.malformed, l->reader.malformed_column);
}

static void put_unit(struct loader *l, struct cr_buf *to, int unit)
{
    bool low = unit >= 0xdc00 && unit <= 0xdfff;
    if (l->high_surrogate != END && low) {
        cr_utf8_put(to, 0x10000U + ((uint32_t)(l->high_surrogate - 0xd800) << 10) +
                            (uint32_t)(unit - 0xdc00));
        l->high_surrogate = END;
        return;
    }
    if (l->high_surrogate != END)
        cr_utf8_put(to, CR_UTF8_BAD);
    bool high = unit >= 0xd800 && unit <= 0xdbff;
    l->high_surrogate = high ? unit : END;
    if (!high && unit != END)
        cr_utf8_put(to, (uint32_t)unit);
}

/* A lone high surrogate at the end of a text. */
static void end_units(struct loader *l, struct cr_buf *to)
{
    put_unit(l, to, END);
}

static void load_key(struct loader *l)
{
    struct reader *r = &l->reader;
    cr_buf_reset(&l->key);
    bool was_blank = false;
    while (!at_line_end(r)) {
        if (!r->escaped && (r->character == '=' || r->character == ':')) {
            read_char(r);
            break;
        }
        if (!is_blank(r) && was_blank)
            break;
        was_blank = is_blank(r);
        put_unit(l, &l->key, r->character);
        read_char(r);
    }
    end_units(l, &l->key);
}

static int put_value(struct loader *l, struct cr_slice key, bool split)
{
    struct reader *r = &l->reader;
    cr_buf_reset(&l->value);
    while (is_blank(r) && !at_line_end(r))
        read_char(r);
    /* the place of an empty value is column 0 of the next line */
    struct cr_flat_pair pair = {.key = key, .line = r->line + 1, .column = r->column + 1};
    while (!at_line_end(r) && !(split && !r->escaped && r->character == ',')) {
        put_unit(l, &l->value, r->character);
        read_char(r);
    }
    end_units(l, &l->value);
    if (r->malformed)
        return fail_malformed(l);
    pair.text.ptr = cr_arena_slice(l->arena, cr_buf_view(&l->value));
    pair.text.len = l->value.len;
    if (!pair.text.ptr || cr_buf_status(&l->value) || cr_buf_status(&l->key))
        return cr_flat_no_memory(l->err);
    if (key.len == 0)
        return 0;
    int rc = 0;
    if (l->separated && !cr_flat_builder_empty(&l->flat))
        rc = cr_flat_builder_end_doc(&l->flat);
    l->separated = false;
    if (rc == 0)
        rc = cr_flat_builder_put(&l->flat, &pair);
    if (rc)
        (void)cr_err_prefix(l->err, "properties ");
    return rc;
}

/* "key[]=a,b" */
static int put_list(struct loader *l, struct cr_slice name)
{
    struct reader *r = &l->reader;
    CR_AUTO(cr_buf) key = {0};
    size_t index = 0;
    int rc;
    do {
        cr_buf_reset(&key);
        cr_buf_slice(&key, name);
        cr_buf_printf(&key, "[%zu]", index++);
        if (cr_buf_status(&key))
            return cr_flat_no_memory(l->err);
        rc = put_value(l, cr_buf_view(&key), true);
        if (!at_line_end(r))
            read_char(r);
    } while (rc == 0 && !at_line_end(r));
    return rc;
}

/* String.trim. */
static struct cr_slice trim(struct cr_slice text)
{
    while (text.len > 0 && (unsigned char)text.ptr[0] <= ' ')
        text = cr_slice_from(text, 1);
    while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    return text;
}

static int load_pair(struct loader *l)
{
    struct reader *r = &l->reader;
    r->comment = END;
    if (at_line_end(r))
        return 0;
    load_key(l);
    struct cr_slice key = trim(cr_buf_view(&l->key));
    if (r->malformed)
        return fail_malformed(l);
    if (cr_slice_ends(key, CR_SLICE("[]")))
        return put_list(l, cr_slice_sub(key, 0, key.len - 2));
    return put_value(l, key, false);
}

/* A comment line that touches a separator takes its effect back (Spring Boot's rule). */
static void load_comment(struct loader *l)
{
    struct reader *r = &l->reader;
    int prefix = r->character;
    l->separated = is_separator(r);
    if (l->separated)
        return;
    r->comment = prefix;
    skip_comment(r);
}

int cr_properties_parse(struct cr_slice text, struct cr_arena *arena, struct cr_flat *out_flat,
                        struct cr_err *err)
{
    if (text.len > CR_FLAT_BYTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "properties: larger than %d bytes", CR_FLAT_BYTES_MAX);
    struct loader l = {
        .reader = {.text = text, .column = -1, .comment = END},
        .arena = arena,
        .err = err,
        .high_surrogate = END,
    };
    int rc = cr_flat_builder_init(&l.flat, arena, err);
    read_char(&l.reader);
    while (rc == 0 && l.reader.character != END) {
        if (!l.reader.escaped && (l.reader.character == '#' || l.reader.character == '!'))
            load_comment(&l);
        else
            rc = load_pair(&l);
        if (rc == 0)
            read_char(&l.reader);
    }
    if (rc == 0 && l.reader.malformed)
        rc = fail_malformed(&l);
    if (rc == 0 && !cr_flat_builder_empty(&l.flat))
        rc = cr_flat_builder_end_doc(&l.flat);
    if (rc == 0)
        rc = cr_flat_builder_finish(&l.flat, out_flat);
    cr_flat_builder_fini(&l.flat);
    cr_buf_free(&l.key);
    cr_buf_free(&l.value);
    return rc;
}
