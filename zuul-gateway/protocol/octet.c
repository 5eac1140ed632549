/* The character classes, a row of sixteen octets a line. */
#include "octet.h"

#define V  OCTET_VALUE
#define VP (V | OCTET_TARGET)
#define TV (V | OCTET_TOKEN)
#define TP (VP | OCTET_TOKEN)
#define TU (TP | OCTET_UNRESERVED | OCTET_HOST)
#define TX (TU | OCTET_HEX)
#define TD (TX | OCTET_DIGIT)

/* clang-format off */
const uint8_t octet_classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, V, 0, 0, 0, 0, 0, 0, /* 00 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
    V, TP, VP, TV, TP, TP, TP, TP, VP, VP, TP, TP, VP, TU, TU, VP, /* 20 */
    TD, TD, TD, TD, TD, TD, TD, TD, TD, TD, VP, VP, VP, VP, VP, VP, /* 30 */
    VP, TX, TX, TX, TX, TX, TX, TU, TU, TU, TU, TU, TU, TU, TU, TU, /* 40 */
    TU, TU, TU, TU, TU, TU, TU, TU, TU, TU, TU, VP, VP, VP, TP, TU, /* 50 */
    TP, TX, TX, TX, TX, TX, TX, TU, TU, TU, TU, TU, TU, TU, TU, TU, /* 60 */
    TU, TU, TU, TU, TU, TU, TU, TU, TU, TU, TU, VP, TP, VP, TU, 0, /* 70 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* 80 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* 90 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* A0 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* B0 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* C0 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* D0 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* E0 */
    V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, /* F0 */
};
/* clang-format on */

bool octet_all(struct cr_slice text, enum octet_class class)
{
    for (size_t i = 0; i < text.len; i++)
        if (!octet_is(text.ptr[i], class))
            return false;
    return true;
}

int octet_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = octet_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct cr_slice octet_trim(struct cr_slice text)
{
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}
