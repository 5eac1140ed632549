/* cr_hex: bytes as hexadecimal text and back.
 *
 * Digits are read in either case and written in lower case.
 *
 * Ownership: the caller's memory only.
 * Errors:    cr_hex_read returns CR_EPARSE for a length or a character that is not exactly right.
 * Threads:   pure.
 * Source:    RFC 4648 section 8.
 */
#ifndef CR_HEX_H
#define CR_HEX_H

#include "cr_attr.h"
#include "cr_slice.h"

/* 0-15, or -1 for whatever is no digit: a char, a code point or an end mark. */
static inline int cr_hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* 0-255, or -1 when one of the two is no digit. */
static inline int cr_hex_octet(char high, char low)
{
    int first = cr_hex_value(high), second = cr_hex_value(low);
    return first < 0 || second < 0 ? -1 : first * 16 + second;
}

/* Of the lowest four bits. */
static inline char cr_hex_digit(uint64_t value)
{
    return "0123456789abcdef"[value & 15];
}

/* What the first four digits of text are together, as in "\u00e4". False: there are no four. */
bool cr_hex_unit(struct cr_slice text, uint32_t *out_unit);

/* Two digits a byte, without a NUL: out has room for 2 * len characters. */
void cr_hex_write(const void *bytes, size_t len, char *out);

/* text must be the 2 * len digits and nothing else; out is unspecified after a failure. */
CR_MUST_CHECK int cr_hex_read(struct cr_slice text, void *out, size_t len);

#endif
