/* cr_xml_writer: writes XML into a buffer, element by element.
 *
 *     struct cr_xml_writer w;
 *     cr_xml_init(&w, &buf, CR_XML_PRETTY, 0);
 *     cr_xml_begin(&w, "port");
 *     cr_xml_attribute(&w, "enabled", CR_SLICE("true"));
 *     cr_xml_text(&w, CR_SLICE("8080"));
 *     cr_xml_end(&w);                      <port enabled="true">8080</port>
 *
 * Ownership: the buffer is the caller's; the writer holds no memory. Names are borrowed until their
 *            element ends.
 * Errors:    those of the buffer, sticky: check cr_buf_status once at the end. An unbalanced end,
 *            an attribute behind content or more than CR_XML_WRITER_DEPTH_MAX levels are programmer
 *            errors and abort.
 * Threads:   one at a time.
 * Source:    XML 1.0. The output is well-formed whatever the texts are: characters that XML cannot
 *            hold are dropped, bytes that are not UTF-8 are written as U+FFFD. The layout is
 *            XStream's PrettyPrintWriter: no declaration, two blanks a level, <a></a> for an empty
 *            text and <a/> for nothing at all.
 */
#ifndef CR_XML_WRITER_H
#define CR_XML_WRITER_H

#include "cr_buf.h"

enum { CR_XML_WRITER_DEPTH_MAX = 16 };

enum cr_xml_layout { CR_XML_PRETTY, CR_XML_DENSE };

/* Treat the fields as private. */
struct cr_xml_writer {
    struct cr_buf *out;
    enum cr_xml_layout layout;
    unsigned margin; /* levels around the first element */
    unsigned depth;
    bool tag_open; /* "<name" is written, its '>' is not */
    bool children; /* the last thing written on this level was an element's end */
    struct {
        struct cr_slice name;
        bool escaped;
    } open[CR_XML_WRITER_DEPTH_MAX];
};

/* margin: how many elements the first one stands in, which somebody else writes. With CR_XML_PRETTY
 * an element that stands in another begins with its line break. */
void cr_xml_init(struct cr_xml_writer *writer, struct cr_buf *out, enum cr_xml_layout layout,
                 unsigned margin);

void cr_xml_begin(struct cr_xml_writer *writer, const char *name); /* must be an XML name */
/* Any text as a name, by cr_xml_name_escape; it must not be empty. */
void cr_xml_begin_escaped(struct cr_xml_writer *writer, struct cr_slice name);
void cr_xml_attribute(struct cr_xml_writer *writer, const char *name, struct cr_slice value);
void cr_xml_text(struct cr_xml_writer *writer, struct cr_slice text);
void cr_xml_int(struct cr_xml_writer *writer, int64_t value);
void cr_xml_end(struct cr_xml_writer *writer);

/* An element with a text in one call. */
void cr_xml_pair(struct cr_xml_writer *writer, const char *name, struct cr_slice text);
void cr_xml_pair_text(struct cr_xml_writer *writer, const char *name, const char *text);
void cr_xml_pair_int(struct cr_xml_writer *writer, const char *name, int64_t value);

/* Text as it stands in an element, without a writer. */
void cr_xml_quote(struct cr_buf *out, struct cr_slice text);

#endif
