/* cr_wire_applications: the documents in which a registry answers, in the forms that clients ask
 * for.
 *
 * A document is put together from pieces, so that a server can keep those that did not change:
 *
 *     cr_wire_applications_begin
 *         cr_wire_application_begin        once an application, with cr_wire_separator between
 *             cr_wire_instance_write_form  once an instance, likewise
 *         cr_wire_application_end
 *     cr_wire_applications_end
 *
 * Each piece is a run of bytes; a document is their concatenation. A piece's bytes depend on its
 * place, because the full XML is indented.
 *
 * Ownership: writers append to the caller's buffer and keep nothing.
 * Errors:    those of the buffer.
 * Threads:   any, one buffer each.
 * Source:    Netflix/eureka 1.x: LegacyJacksonJson, JacksonJsonMini, XStreamXml, JacksonXmlMini.
 */
#ifndef CR_WIRE_APPLICATIONS_H
#define CR_WIRE_APPLICATIONS_H

#include "cr_buf.h"
#include "cr_wire_instance.h"

enum cr_wire_form {
    CR_WIRE_JSON,
    CR_WIRE_JSON_COMPACT, /* X-Eureka-Accept: compact */
    CR_WIRE_XML,
    CR_WIRE_XML_COMPACT,
    CR_WIRE_FORMS,
};

/* What a piece stands in. */
enum cr_wire_place {
    CR_WIRE_ALONE,           /* the document: {"instance":...}, <instance> at the margin */
    CR_WIRE_IN_APPLICATION,  /* an instance of GET apps/{app} */
    CR_WIRE_IN_APPLICATIONS, /* an application of GET apps, or an instance in one */
};

/* What the document says about itself. */
struct cr_wire_applications {
    int64_t version;           /* versions__delta: 1 for a whole registry, -1 for a vip's */
    struct cr_slice hash_code; /* apps__hashcode; empty where there is no instance */
};

void cr_wire_applications_begin(enum cr_wire_form form, const struct cr_wire_applications *head,
                                struct cr_buf *out);
void cr_wire_applications_end(enum cr_wire_form form, const struct cr_wire_applications *head,
                              struct cr_buf *out);

/* CR_WIRE_ALONE or CR_WIRE_IN_APPLICATIONS. */
void cr_wire_application_begin(enum cr_wire_form form, enum cr_wire_place place,
                               struct cr_slice name, struct cr_buf *out);
void cr_wire_application_end(enum cr_wire_form form, enum cr_wire_place place, struct cr_buf *out);

/* Without the {"instance":...} around it for the places in an application; the bare JSON record
 * that a peer gets with a conflict is CR_WIRE_JSON, CR_WIRE_IN_APPLICATION. The compact forms leave
 * out what the compact codecs do, metadata and lease among it. */
void cr_wire_instance_write_form(const struct cr_wire_instance *instance, enum cr_wire_form form,
                                 enum cr_wire_place place, struct cr_buf *out);

/* What stands between two pieces of one list: "," or nothing. */
const char *cr_wire_separator(enum cr_wire_form form);
/* "application/json" or "application/xml". */
const char *cr_wire_content_type(enum cr_wire_form form);

/* counts[status]: instances with it. "DOWN_1_UP_2_", by name; nothing for none. */
void cr_wire_hash_code(const size_t counts[CR_WIRE_STATUS_COUNT], struct cr_buf *out);

#endif
