/* cr_base64: bytes as base64 text and back.
 *
 * Ownership: the caller's buffer only.
 * Errors:    decoding returns CR_EPARSE for a character outside the alphabet, for a length that no
 *            bytes have, and for padding that is incomplete or not at the end; else what
 *            cr_buf_status says. Padding may be left out altogether.
 * Threads:   any.
 * Source:    RFC 4648 section 4; java.util.Base64's basic decoder decides what is tolerated.
 */
#ifndef CR_BASE64_H
#define CR_BASE64_H

#include "cr_buf.h"

/* Appends; the text is padded. */
void cr_base64_encode(struct cr_buf *out, struct cr_slice bytes);
/* Appends; *out may hold a part of the bytes after a failure. Bits behind the last byte are not
 * looked at. */
CR_MUST_CHECK int cr_base64_decode(struct cr_buf *out, struct cr_slice text);
/* The same, but such bits must be zero (RFC 4648 3.5): but for padding, bytes have one spelling. */
CR_MUST_CHECK int cr_base64_decode_exact(struct cr_buf *out, struct cr_slice text);

#endif
