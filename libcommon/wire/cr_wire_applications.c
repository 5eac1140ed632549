/* Documents of a registry, piece by piece, in each form. */
#include "cr_wire_applications.h"

#include "cr_assert.h"
#include "cr_json_writer.h"
#include "cr_wire_instance_private.h"
#include "cr_xml_writer.h"

/* ---- applications ---- */

static void write_json_head(const struct cr_wire_applications *head, struct cr_buf *out)
{
    cr_buf_text(out, "\"versions__delta\":\"");
    cr_buf_int(out, head->version);
    cr_buf_text(out, "\",\"apps__hashcode\":");
    cr_json_quote(out, head->hash_code);
}

static void write_xml_head(const struct cr_wire_applications *head, enum cr_xml_layout layout,
                           struct cr_buf *out)
{
    struct cr_xml_writer w;
    cr_xml_init(&w, out, layout, 1);
    cr_xml_pair_int(&w, "versions__delta", head->version);
    cr_xml_pair(&w, "apps__hashcode", head->hash_code);
}

void cr_wire_applications_begin(enum cr_wire_form form, const struct cr_wire_applications *head,
                                struct cr_buf *out)
{
    switch (form) {
    case CR_WIRE_JSON:
        cr_buf_text(out, "{\"applications\":{");
        write_json_head(head, out);
        cr_buf_text(out, ",\"application\":[");
        break;
    case CR_WIRE_JSON_COMPACT:
        cr_buf_text(out, "{\"applications\":{\"application\":[");
        break;
    case CR_WIRE_XML:
        cr_buf_text(out, "<applications>");
        write_xml_head(head, CR_XML_PRETTY, out);
        break;
    case CR_WIRE_XML_COMPACT:
        cr_buf_text(out, "<applications>");
        break;
    case CR_WIRE_FORMS:
        CR_ASSERT(false);
    }
}

/* The compact codecs write what is said about the document behind it. */
void cr_wire_applications_end(enum cr_wire_form form, const struct cr_wire_applications *head,
                              struct cr_buf *out)
{
    switch (form) {
    case CR_WIRE_JSON:
        cr_buf_text(out, "]}}");
        break;
    case CR_WIRE_JSON_COMPACT:
        cr_buf_text(out, "],");
        write_json_head(head, out);
        cr_buf_text(out, "}}");
        break;
    case CR_WIRE_XML:
        cr_buf_text(out, "\n</applications>");
        break;
    case CR_WIRE_XML_COMPACT:
        write_xml_head(head, CR_XML_DENSE, out);
        cr_buf_text(out, "</applications>");
        break;
    case CR_WIRE_FORMS:
        CR_ASSERT(false);
    }
}

/* ---- application ---- */

static void write_json_application(enum cr_wire_place place, struct cr_slice name,
                                   struct cr_buf *out)
{
    cr_buf_text(out, place == CR_WIRE_ALONE ? "{\"application\":{\"name\":" : "{\"name\":");
    cr_json_quote(out, name);
    cr_buf_text(out, ",\"instance\":[");
}

static void write_xml_application(enum cr_xml_layout layout, enum cr_wire_place place,
                                  struct cr_slice name, struct cr_buf *out)
{
    struct cr_xml_writer w;
    if (layout == CR_XML_PRETTY && place != CR_WIRE_ALONE)
        cr_buf_text(out, "\n  ");
    cr_buf_text(out, "<application>");
    cr_xml_init(&w, out, layout, place == CR_WIRE_ALONE ? 1 : 2);
    cr_xml_pair(&w, "name", name);
}

void cr_wire_application_begin(enum cr_wire_form form, enum cr_wire_place place,
                               struct cr_slice name, struct cr_buf *out)
{
    CR_ASSERT(place != CR_WIRE_IN_APPLICATION && form < CR_WIRE_FORMS);
    if (form == CR_WIRE_JSON || form == CR_WIRE_JSON_COMPACT)
        write_json_application(place, name, out);
    else
        write_xml_application(form == CR_WIRE_XML ? CR_XML_PRETTY : CR_XML_DENSE, place, name, out);
}

void cr_wire_application_end(enum cr_wire_form form, enum cr_wire_place place, struct cr_buf *out)
{
    CR_ASSERT(place != CR_WIRE_IN_APPLICATION && form < CR_WIRE_FORMS);
    bool alone = place == CR_WIRE_ALONE;
    if (form == CR_WIRE_JSON || form == CR_WIRE_JSON_COMPACT)
        cr_buf_text(out, alone ? "]}}" : "]}");
    else if (form == CR_WIRE_XML)
        cr_buf_text(out, alone ? "\n</application>" : "\n  </application>");
    else
        cr_buf_text(out, "</application>");
}

/* ---- instance ---- */

static const unsigned margins[] = {
    [CR_WIRE_ALONE] = 0,
    [CR_WIRE_IN_APPLICATION] = 1,
    [CR_WIRE_IN_APPLICATIONS] = 2,
};

void cr_wire_instance_write_form(const struct cr_wire_instance *instance, enum cr_wire_form form,
                                 enum cr_wire_place place, struct cr_buf *out)
{
    bool wrapped = place == CR_WIRE_ALONE && (form == CR_WIRE_JSON || form == CR_WIRE_JSON_COMPACT);
    if (wrapped)
        cr_buf_text(out, "{\"instance\":");
    switch (form) {
    case CR_WIRE_JSON:
        cr_wire_instance_write_json(instance, out);
        break;
    case CR_WIRE_JSON_COMPACT:
        cr_wire_instance_write_json_compact(instance, out);
        break;
    case CR_WIRE_XML:
        cr_wire_instance_write_xml(instance, margins[place], out);
        break;
    case CR_WIRE_XML_COMPACT:
        cr_wire_instance_write_xml_compact(instance, out);
        break;
    case CR_WIRE_FORMS:
        CR_ASSERT(false);
    }
    if (wrapped)
        cr_buf_char(out, '}');
}

/* ---- about forms ---- */

const char *cr_wire_separator(enum cr_wire_form form)
{
    return form == CR_WIRE_JSON || form == CR_WIRE_JSON_COMPACT ? "," : "";
}

const char *cr_wire_content_type(enum cr_wire_form form)
{
    return form == CR_WIRE_JSON || form == CR_WIRE_JSON_COMPACT ? "application/json"
                                                                : "application/xml";
}

void cr_wire_hash_code(const size_t counts[CR_WIRE_STATUS_COUNT], struct cr_buf *out)
{
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++)
        if (counts[i] > 0)
            cr_buf_printf(out, "%s_%zu_", cr_wire_status_name((enum cr_wire_status)i), counts[i]);
}
