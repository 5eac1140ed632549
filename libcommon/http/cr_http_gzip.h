/* cr_http_gzip: whether and how a body is compressed for a client.
 *
 * Ownership: the caller owns the buffer.
 * Errors:    CR_ENOMEM; the body is then sent as it is.
 * Threads:   any.
 * Source:    RFC 9110 section 12.5.3 (Accept-Encoding), RFC 1952.
 */
#ifndef CR_HTTP_GZIP_H
#define CR_HTTP_GZIP_H

#include "cr_attr.h"
#include "cr_buf.h"

bool cr_http_gzip_accepted(struct cr_slice accept_encoding);
/* Text of some kind: everything that shrinks. */
bool cr_http_gzip_worthwhile(struct cr_slice content_type);
CR_MUST_CHECK int cr_http_gzip(struct cr_slice body, struct cr_buf *out);

#endif
