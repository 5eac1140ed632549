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

/* Is one of the eight octets below SP, or DEL? Of a word's octets, "x - 0x20" borrows into the high
 * bit where x is below 0x20 ("Bit Twiddling Hacks", hasless); DEL is the octet that XOR makes zero.
 * Octets from 0x80 on, whose high bit is set before, are masked out. A borrow may also mark the
 * octet behind a bad one, never a word without one. */
static bool has_control(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t del = word ^ ones * 0x7F;
    return (((word - ones * ' ') & ~word) | ((del - ones) & ~del)) & highs;
}

bool octet_all_value(struct cr_slice text)
{
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= text.len; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, text.ptr + at, sizeof(word));
        /* HTAB is a control character, too, but may stand in a value. */
        if (has_control(word) && !octet_all(cr_slice_sub(text, at, at + sizeof(word)), OCTET_VALUE))
            return false;
    }
    return octet_all(cr_slice_from(text, at), OCTET_VALUE);
}
