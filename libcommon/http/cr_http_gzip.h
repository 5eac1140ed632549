/* cr_http_gzip: whether and how a body is compressed for a client, and the way back.
 *
 * Ownership: the caller owns the buffer.
 * Errors:    cr_http_gzip: CR_ENOMEM; the body is then sent as it is. cr_http_gunzip: CR_EPARSE for
 *            what is not complete gzip, CR_ELIMIT for more than the buffer's max, CR_ENOMEM.
 * Threads:   any; pure.
 * Source:    RFC 9110 sections 8.4 and 12.5.3 (Content-Encoding, Accept-Encoding), RFC 1952.
 */
#ifndef CR_HTTP_GZIP_H
#define CR_HTTP_GZIP_H

#include "cr_attr.h"
#include "cr_buf.h"

bool cr_http_gzip_accepted(struct cr_slice accept_encoding);
/* Text of some kind: everything that shrinks. */
bool cr_http_gzip_worthwhile(struct cr_slice content_type);
CR_MUST_CHECK int cr_http_gzip(struct cr_slice body, struct cr_buf *out);

/* What a Content-Encoding asks of the reader. "x-gzip" is gzip; several codings are not understood,
 * nobody sends them but to make a small body huge. */
enum cr_http_coding { CR_HTTP_CODING_NONE, CR_HTTP_CODING_GZIP, CR_HTTP_CODING_UNKNOWN };
enum cr_http_coding cr_http_coding_of(struct cr_slice content_encoding);

/* Appends what body unpacks to; several members count as one text, as RFC 1952 says. Stops at the
 * first byte over out->max, which bounds the memory whatever the body claims. */
CR_MUST_CHECK int cr_http_gunzip(struct cr_slice body, struct cr_buf *out);

#endif
