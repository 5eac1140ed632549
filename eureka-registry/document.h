/* document: rendered bytes that several answers share.
 *
 * Ownership: counted references; the bytes never change after document_take.
 * Threads:   references may be taken and dropped by any thread.
 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "cr_buf.h"
#include "cr_slice.h"
#include "cr_wire_applications.h"

/* Each thing that is rendered keeps one document a form (enum cr_wire_form). */
enum { DOCUMENT_FORMS = CR_WIRE_FORMS };

struct document;

/* Takes the buffer's bytes, with one reference. NULL when the buffer failed or memory ends. */
struct document *document_take(struct cr_buf *buf);
struct document *document_ref(struct document *document); /* returns it */
void document_unref(struct document *document);           /* NULL is fine */
struct cr_slice document_bytes(const struct document *document);
/* The same in pieces. */
const struct cr_slice *document_pieces(const struct document *document, size_t *out_count);

/* Drops all forms of a thing that changed. */
void documents_drop(struct document *forms[DOCUMENT_FORMS]);

#endif
