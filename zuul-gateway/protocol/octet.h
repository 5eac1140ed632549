/* octet: the character classes of HTTP/1.1 and URI syntax, as one lookup table.
 *
 * Source:  RFC 9110 section 5.5, 5.6.2 (tchar, field-vchar), RFC 3986 section 2.3 (unreserved).
 * Threads: constant data.
 */
#ifndef GATEWAY_OCTET_H
#define GATEWAY_OCTET_H

#include "cr_slice.h"

enum octet_class {
    OCTET_TOKEN = 1,      /* tchar: method and field names */
    OCTET_VALUE = 2,      /* field value: HTAB, SP, VCHAR, 0x80-0xFF */
    OCTET_TARGET = 4,     /* request target: VCHAR but '#'; what a path may hold is narrower */
    OCTET_UNRESERVED = 8, /* ALPHA DIGIT - . _ ~ */
    OCTET_HOST = 16,      /* reg-name as we accept it: ALPHA DIGIT - . _ ~ */
    OCTET_HEX = 32,
    OCTET_DIGIT = 64,
};

extern const uint8_t octet_classes[256];

static inline bool octet_is(char c, enum octet_class class)
{
    return (octet_classes[(unsigned char)c] & (unsigned)class) != 0;
}

/* True when every octet of text is of the class; the empty text is. */
static inline bool octet_all(struct cr_slice text, enum octet_class class)
{
    for (size_t i = 0; i < text.len; i++)
        if (!octet_is(text.ptr[i], class))
            return false;
    return true;
}

/* How many octets at the front are of the class. */
static inline size_t octet_span(struct cr_slice text, enum octet_class class)
{
    size_t len = 0;
    while (len < text.len && octet_is(text.ptr[len], class))
        len++;
    return len;
}

/* octet_all of OCTET_VALUE, for most of what a head consists of: eight octets at a time. */
bool octet_all_value(struct cr_slice text);

/* ASCII lower case; other octets unchanged. */
static inline char octet_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Without SP and HTAB at both ends, and nothing else (RFC 9110 5.5). */
static inline struct cr_slice octet_trim(struct cr_slice text)
{
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

#endif
