/* flat_dump: flat documents as one text, so that a test reads as input and output.
 *
 *     s:a.b=text    (s string, b boolean, i integer, d double), a line per pair; "--" per document
 */
#ifndef FLAT_DUMP_H
#define FLAT_DUMP_H

#include "cr_buf.h"
#include "cr_flat.h"

static inline void flat_dump(const struct cr_flat *flat, struct cr_buf *out)
{
    cr_buf_reset(out);
    cr_buf_text(out, "");
    for (size_t i = 0; i < flat->count; i++) {
        if (i > 0)
            cr_buf_text(out, "--\n");
        for (size_t j = 0; j < flat->docs[i].count; j++) {
            const struct cr_flat_pair *pair = &flat->docs[i].pairs[j];
            cr_buf_printf(out, "%c:%s=", "sbid"[pair->kind], pair -> key.ptr);
            cr_buf_slice(out, pair->text);
            cr_buf_char(out, '\n');
        }
    }
}

#endif
