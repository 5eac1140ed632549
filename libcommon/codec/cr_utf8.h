/* cr_utf8: code points and their UTF-8 bytes.
 *
 * Errors:  cr_utf8_next takes one byte and gives CR_UTF8_BAD for what is not UTF-8 (overlong forms,
 *          surrogates, beyond U+10FFFF, cut off).
 * Threads: any.
 * Source:  RFC 3629.
 */
#ifndef CR_UTF8_H
#define CR_UTF8_H

#include "cr_buf.h"

#define CR_UTF8_BAD UINT32_MAX

/* Takes one code point off the front of *rest, which must not be empty. */
uint32_t cr_utf8_next(struct cr_slice *rest);
bool cr_utf8_valid(struct cr_slice text);
/* Code points that are no Unicode scalar are written as U+FFFD. */
void cr_utf8_put(struct cr_buf *out, uint32_t code_point);
/* At most 4 bytes to `to`; the count. */
size_t cr_utf8_encode(uint32_t code_point, char to[4]);

#endif
