/* The character classes, a row of sixteen octets a line. */
#include "octet.h"

#include "cr_word.h"

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

bool octet_all_value(struct cr_slice text)
{
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= text.len; at += sizeof(uint64_t)) {
        uint64_t word = cr_word_load(text.ptr + at);
        /* HTAB is a control character, too, but may stand in a value. */
        if ((cr_word_below(word, ' ') | cr_word_equal(word, 0x7F)) &&
            !octet_all(cr_slice_sub(text, at, at + sizeof(word)), OCTET_VALUE))
            return false;
    }
    return octet_all(cr_slice_from(text, at), OCTET_VALUE);
}
