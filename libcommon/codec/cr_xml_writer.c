/* Streaming XML output in XStream's layout. */
#include "cr_xml_writer.h"

#include "cr_assert.h"
#include "cr_utf8.h"
#include "cr_xml_name.h"

void cr_xml_init(struct cr_xml_writer *writer, struct cr_buf *out, enum cr_xml_layout layout,
                 unsigned margin)
{
    *writer = (struct cr_xml_writer){.out = out, .layout = layout, .margin = margin};
}

static void new_line(const struct cr_xml_writer *writer)
{
    unsigned level = writer->margin + writer->depth;
    if (writer->layout == CR_XML_DENSE)
        return;
    cr_buf_char(writer->out, '\n');
    while (level-- > 0)
        cr_buf_text(writer->out, "  ");
}

static void close_tag(struct cr_xml_writer *writer)
{
    if (writer->tag_open)
        cr_buf_char(writer->out, '>');
    writer->tag_open = false;
}

static void put_name(const struct cr_xml_writer *writer, unsigned level)
{
    if (writer->open[level].escaped)
        cr_xml_name_escape(writer->out, writer->open[level].name);
    else
        cr_buf_slice(writer->out, writer->open[level].name);
}

static void begin(struct cr_xml_writer *writer, struct cr_slice name, bool escaped)
{
    CR_ASSERT(writer->depth < CR_XML_WRITER_DEPTH_MAX && name.len > 0);
    close_tag(writer);
    if (writer->margin + writer->depth > 0)
        new_line(writer);
    writer->open[writer->depth].name = name;
    writer->open[writer->depth].escaped = escaped;
    cr_buf_char(writer->out, '<');
    put_name(writer, writer->depth++);
    writer->tag_open = true;
    writer->children = false;
}

void cr_xml_begin(struct cr_xml_writer *writer, const char *name)
{
    begin(writer, cr_slice_of(name), false);
}

void cr_xml_begin_escaped(struct cr_xml_writer *writer, struct cr_slice name)
{
    begin(writer, name, true);
}

/* The Char of XML 1.0; a byte that is not UTF-8 will be written as U+FFFD, which is one. */
static bool is_xml_char(uint32_t c)
{
    return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}

/* What a character is written as; NULL: as itself. */
static const char *entity(uint32_t c, bool attribute)
{
    static const struct {
        char c;
        bool attribute_only;
        const char *entity;
    } rows[] = {
        {'&', false, "&amp;"},  {'<', false, "&lt;"},    {'>', false, "&gt;"},
        {'"', false, "&quot;"}, {'\'', false, "&apos;"}, {'\r', false, "&#xd;"},
        {'\n', true, "&#xa;"},  {'\t', true, "&#x9;"},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++)
        if (c == (uint32_t)rows[i].c && (attribute || !rows[i].attribute_only))
            return rows[i].entity;
    return NULL;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

static void quote(struct cr_buf *out, struct cr_slice text, bool attribute)
{
    while (text.len > 0) {
        size_t run = 0;
        while (run < text.len && is_plain((unsigned char)text.ptr[run]))
            run++;
        cr_buf_append(out, text.ptr, run);
        text = cr_slice_from(text, run);
        if (text.len == 0)
            break;
        uint32_t c = cr_utf8_next(&text);
        const char *written = entity(c, attribute);
        if (written)
            cr_buf_text(out, written);
        else if (c >= 0x7f && c < 0xa0)
            cr_buf_printf(out, "&#x%x;", (unsigned)c);
        else if (is_xml_char(c))
            cr_utf8_put(out, c);
    }
}

void cr_xml_quote(struct cr_buf *out, struct cr_slice text)
{
    quote(out, text, false);
}

void cr_xml_attribute(struct cr_xml_writer *writer, const char *name, struct cr_slice value)
{
    CR_ASSERT(writer->tag_open);
    cr_buf_char(writer->out, ' ');
    cr_buf_text(writer->out, name);
    cr_buf_text(writer->out, "=\"");
    quote(writer->out, value, true);
    cr_buf_char(writer->out, '"');
}

void cr_xml_text(struct cr_xml_writer *writer, struct cr_slice text)
{
    CR_ASSERT(writer->depth > 0);
    close_tag(writer);
    writer->children = false;
    cr_xml_quote(writer->out, text);
}

void cr_xml_int(struct cr_xml_writer *writer, int64_t value)
{
    CR_ASSERT(writer->depth > 0);
    close_tag(writer);
    writer->children = false;
    cr_buf_int(writer->out, value);
}

void cr_xml_end(struct cr_xml_writer *writer)
{
    CR_ASSERT(writer->depth > 0);
    writer->depth--;
    if (writer->tag_open) {
        cr_buf_text(writer->out, "/>");
        writer->tag_open = false;
    } else {
        if (writer->children)
            new_line(writer);
        cr_buf_text(writer->out, "</");
        put_name(writer, writer->depth);
        cr_buf_char(writer->out, '>');
    }
    writer->children = true;
}

void cr_xml_pair(struct cr_xml_writer *writer, const char *name, struct cr_slice text)
{
    cr_xml_begin(writer, name);
    cr_xml_text(writer, text);
    cr_xml_end(writer);
}

void cr_xml_pair_text(struct cr_xml_writer *writer, const char *name, const char *text)
{
    cr_xml_pair(writer, name, cr_slice_of(text));
}

void cr_xml_pair_int(struct cr_xml_writer *writer, const char *name, int64_t value)
{
    cr_xml_begin(writer, name);
    cr_xml_int(writer, value);
    cr_xml_end(writer);
}
