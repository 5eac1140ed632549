/* Reference-counted rendered bytes. */
#include "document.h"

#include <stdatomic.h>
#include <stdlib.h>

struct document {
    atomic_size_t refs;
    struct cr_slice bytes;
    char *data;
};

struct document *document_take(struct cr_buf *buf)
{
    struct document *document = cr_buf_status(buf) ? NULL : malloc(sizeof *document);
    if (!document) {
        cr_buf_free(buf);
        return NULL;
    }
    atomic_init(&document->refs, 1);
    size_t len = buf->len;
    document->data = cr_buf_steal(buf);
    document->bytes = (struct cr_slice){document->data, document->data ? len : 0};
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
    return document->bytes;
}

const struct cr_slice *document_pieces(const struct document *document, size_t *out_count)
{
    *out_count = 1;
    return &document->bytes;
}

void documents_drop(struct document *forms[DOCUMENT_FORMS])
{
    for (size_t i = 0; i < DOCUMENT_FORMS; i++) {
        document_unref(forms[i]);
        forms[i] = NULL;
    }
}
