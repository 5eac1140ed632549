/* UTF-8, strictly. */
#include "cr_utf8.h"

enum { REPLACEMENT = 0xfffd, SCALAR_MAX = 0x10ffff };

static bool is_scalar(uint32_t code_point)
{
    return code_point <= SCALAR_MAX && (code_point < 0xd800 || code_point > 0xdfff);
}

/* Length and payload of a first byte; 0 for a byte that cannot come first. */
static size_t sequence_length(unsigned char first, uint32_t *out_payload)
{
    static const struct {
        unsigned char mask, lead;
        size_t length;
    } forms[] = {{0x80, 0x00, 1}, {0xe0, 0xc0, 2}, {0xf0, 0xe0, 3}, {0xf8, 0xf0, 4}};
    for (size_t i = 0; i < CR_COUNT(forms); i++) {
        if ((first & forms[i].mask) != forms[i].lead)
            continue;
        *out_payload = (uint32_t)first & ~(uint32_t)forms[i].mask & 0xffU;
        return forms[i].length;
    }
    return 0;
}

uint32_t cr_utf8_next(struct cr_slice *rest)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    struct cr_slice at = *rest;
    *rest = cr_slice_from(at, 1);
    uint32_t code_point = 0;
    size_t length = sequence_length((unsigned char)at.ptr[0], &code_point);
    if (length == 0 || length > at.len)
        return CR_UTF8_BAD;
    for (size_t i = 1; i < length; i++) {
        unsigned char c = (unsigned char)at.ptr[i];
        if ((c & 0xc0) != 0x80)
            return CR_UTF8_BAD;
        code_point = code_point << 6 | (c & 0x3fU);
    }
    if (code_point < smallest[length] || !is_scalar(code_point))
        return CR_UTF8_BAD;
    *rest = cr_slice_from(at, length);
    return code_point;
}

bool cr_utf8_valid(struct cr_slice text)
{
    while (text.len > 0) {
        if ((unsigned char)text.ptr[0] < 0x80)
            text = cr_slice_from(text, 1);
        else if (cr_utf8_next(&text) == CR_UTF8_BAD)
            return false;
    }
    return true;
}

size_t cr_utf8_encode(uint32_t code_point, char to[4])
{
    if (!is_scalar(code_point))
        code_point = REPLACEMENT;
    if (code_point < 0x80) {
        to[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        to[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(leads[length] | code_point);
    return length;
}

void cr_utf8_put(struct cr_buf *out, uint32_t code_point)
{
    char bytes[4];
    cr_buf_append(out, bytes, cr_utf8_encode(code_point, bytes));
}
