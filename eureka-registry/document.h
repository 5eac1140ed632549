/* document: rendered bytes that several answers share.
 *
 * Ownership: counted references; the bytes never change after document_take.
 * Threads:   references may be taken and dropped by any thread.
 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "cr_buf.h"
#include "cr_slice.h"

/* The forms in which a registry answers; each thing that is rendered keeps one document a form. */
enum document_form { DOCUMENT_JSON, DOCUMENT_FORMS };

struct document;

/* Takes the buffer's bytes, with one reference. NULL when the buffer failed or memory ends. */
struct document *document_take(struct cr_buf *buf);
struct document *document_ref(struct document *document); /* returns it */
void document_unref(struct document *document);           /* NULL is fine */
struct cr_slice document_bytes(const struct document *document);

/* Drops all forms of a thing that changed. */
void documents_drop(struct document *forms[DOCUMENT_FORMS]);

#endif
