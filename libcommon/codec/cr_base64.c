/* Base64: three bytes are four characters of six bits. */
#include "cr_base64.h"

#include <string.h>

#include "cr_err.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void cr_base64_encode(struct cr_buf *out, struct cr_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t count = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = 0;
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (j < count ? (unsigned char)bytes.ptr[i + j] : 0U);
        for (size_t j = 0; j < 4; j++)
            cr_buf_char(out, j <= count ? alphabet[group >> (18 - 6 * j) & 63] : '=');
    }
}

/* "=" or "==" that completes the last group of four; none at all is fine. False: misplaced. */
static bool strip_padding(struct cr_slice *text)
{
    size_t padding = 0;
    while (padding < 2 && padding < text->len && text->ptr[text->len - 1 - padding] == '=')
        padding++;
    if (padding > 0 && text->len % 4 != 0)
        return false;
    text->len -= padding;
    return true;
}

static int decode(struct cr_buf *out, struct cr_slice text, bool exact)
{
    if (!strip_padding(&text) || text.len % 4 == 1)
        return CR_EPARSE;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *hit = text.ptr[i] ? strchr(alphabet, text.ptr[i]) : NULL;
        if (!hit)
            return CR_EPARSE;
        bits = bits << 6 | (uint32_t)(hit - alphabet);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        cr_buf_char(out, (char)(bits >> count & 255));
    }
    if (exact && (bits & ((UINT32_C(1) << count) - 1)) != 0)
        return CR_EPARSE;
    return cr_buf_status(out);
}

int cr_base64_decode(struct cr_buf *out, struct cr_slice text)
{
    return decode(out, text, false);
}

int cr_base64_decode_exact(struct cr_buf *out, struct cr_slice text)
{
    return decode(out, text, true);
}
