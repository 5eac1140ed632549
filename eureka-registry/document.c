/* Reference-counted rendered bytes. */
#include "document.h"

#include <stdatomic.h>
#include <stdlib.h>

struct document {
    atomic_size_t refs;
    char *data;
    size_t len;
};

struct document *document_take(struct cr_buf *buf)
{
    struct document *document = cr_buf_status(buf) ? NULL : malloc(sizeof *document);
    if (!document) {
        cr_buf_free(buf);
        return NULL;
    }
    atomic_init(&document->refs, 1);
    document->len = buf->len;
    document->data = cr_buf_steal(buf);
    if (!document->data)
        document->len = 0;
    return document;
}

struct document *document_ref(struct document *document)
{
    atomic_fetch_add_explicit(&document->refs, 1, memory_order_relaxed);
    return document;
}

void document_unref(struct document *document)
{
    if (!document || atomic_fetch_sub_explicit(&document->refs, 1, memory_order_acq_rel) > 1)
        return;
    free(document->data);
    free(document);
}

struct cr_slice document_bytes(const struct document *document)
{
    return (struct cr_slice){document->data, document->len};
}

void documents_drop(struct document *forms[DOCUMENT_FORMS])
{
    for (size_t i = 0; i < DOCUMENT_FORMS; i++) {
        document_unref(forms[i]);
        forms[i] = NULL;
    }
}
