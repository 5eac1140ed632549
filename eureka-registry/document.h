/* document: an answer's bytes, as runs that it shares with other documents.
 *
 * Compressed it is one gzip member, put together once from the runs' own compressed forms: a
 * header, the deflate blocks of each run, an empty last block, and a trailer that is computed from
 * the runs' checksums. It is a twentieth of the plain bytes, so it is copied into one piece, which
 * leaves together with the head of the answer. Several members, which gzip allows too, are not read
 * to their end by Java's GZIPInputStream over a socket, nor by Python's zlib.
 *
 * Ownership: counted references. Pieces live as long as the document.
 * Errors:    NULL: no memory.
 * Threads:   any.
 * Source:    RFC 1952; zlib's crc32_combine.
 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "cr_attr.h"
#include "cr_buf.h"
#include "cr_slice.h"
#include "cr_wire_applications.h"
#include "run.h"

struct document;

/* Takes over the runs, each with a reference, also when it fails; copies the list. */
struct document *document_new(struct run *const *runs, size_t count);
/* Of one run with the buffer's bytes. Frees the buffer. NULL also when the buffer failed. */
struct document *document_take(struct cr_buf *buf);
struct document *document_ref(struct document *document); /* returns it */
void document_unref(struct document *document);           /* NULL is fine */

const struct cr_slice *document_pieces(const struct document *document, size_t *out_count);
/* The same as gzip; made at first. NULL ptr: no memory. */
struct cr_slice document_gzip(struct document *document);

size_t document_len(const struct document *document);
void document_write(const struct document *document, struct cr_buf *out);

#endif
