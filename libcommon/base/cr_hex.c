/* Hexadecimal text: a digit for every four bits, the higher ones first. */
#include "cr_hex.h"

#include "cr_err.h"

enum { UNIT_DIGITS = 4 };

bool cr_hex_unit(struct cr_slice text, uint32_t *out_unit)
{
    uint32_t unit = 0;
    if (text.len < UNIT_DIGITS)
        return false;
    for (size_t i = 0; i < UNIT_DIGITS; i++) {
        int digit = cr_hex_value(text.ptr[i]);
        if (digit < 0)
            return false;
        unit = unit << 4 | (uint32_t)digit;
    }
    *out_unit = unit;
    return true;
}

void cr_hex_write(const void *bytes, size_t len, char *out)
{
    const unsigned char *from = bytes;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = cr_hex_digit(from[i] >> 4);
        out[2 * i + 1] = cr_hex_digit(from[i]);
    }
}

int cr_hex_read(struct cr_slice text, void *out, size_t len)
{
    unsigned char *to = out;
    if (text.len % 2 != 0 || text.len / 2 != len)
        return CR_EPARSE;
    for (size_t i = 0; i < len; i++) {
        int octet = cr_hex_octet(text.ptr[2 * i], text.ptr[2 * i + 1]);
        if (octet < 0)
            return CR_EPARSE;
        to[i] = (unsigned char)octet;
    }
    return 0;
}
