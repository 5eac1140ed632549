/* cr_base64: bytes as base64 text and back.
 *
 * Errors:  cr_base64_decode returns CR_EPARSE for a character outside the alphabet, for a length
 * that no bytes have, and for padding that is incomplete or not at the end. A full group's padding
 * may be left out; bits behind the last byte are not looked at. Threads: any. Source:  RFC 4648
 * section 4; java.util.Base64's basic decoder decides what is tolerated.
 */
#ifndef CR_BASE64_H
#define CR_BASE64_H

#include "cr_buf.h"

/* Appends; the text is padded. */
void cr_base64_encode(struct cr_buf *out, struct cr_slice bytes);
/* Appends; *out may hold a part of the bytes after a failure. */
CR_MUST_CHECK int cr_base64_decode(struct cr_buf *out, struct cr_slice text);

#endif
