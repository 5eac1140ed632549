/* Basic credentials: decoded into a bounded place and compared in constant time. */
#include "cr_http_basic.h"

#include <string.h>

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Padding may be missing, as some clients leave it out; text behind it may not be there, nor bits
 * that stand for nothing: one password has one spelling. */
static bool decode(struct cr_slice text, char out[CR_HTTP_BASIC_MAX], size_t *out_len)
{
    unsigned bits = 0, count = 0;
    size_t len = 0, padding = 0;
    while (padding < 2 && text.len > 0 && text.ptr[text.len - 1] == '=') {
        text.len--;
        padding++;
    }
    if (padding > 0 && (text.len + padding) % 4 != 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.ptr[i]);
        if (digit < 0)
            return false;
        bits = (bits << 6 | (unsigned)digit) & 0xfff;
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        if (len == CR_HTTP_BASIC_MAX)
            return false;
        out[len++] = (char)(unsigned char)(bits >> count);
    }
    *out_len = len;
    return count < 6 && (bits & ((1U << count) - 1)) == 0;
}

static bool take(struct cr_slice authorization, char out[CR_HTTP_BASIC_MAX],
                 struct cr_slice *out_given)
{
    size_t len = 0;
    struct cr_slice scheme = CR_SLICE("Basic ");
    if (!cr_slice_equal_nocase(cr_slice_sub(authorization, 0, scheme.len), scheme) ||
        !decode(cr_slice_trim(cr_slice_from(authorization, scheme.len)), out, &len))
        return false;
    *out_given = (struct cr_slice){out, len};
    return true;
}

bool cr_http_basic_matches(struct cr_slice authorization, struct cr_slice credentials)
{
    char text[CR_HTTP_BASIC_MAX];
    struct cr_slice given;
    return take(authorization, text, &given) && credentials.len > 0 &&
           cr_slice_equal_secret(given, credentials);
}

bool cr_http_basic_has_password(struct cr_slice authorization, struct cr_slice password)
{
    char text[CR_HTTP_BASIC_MAX];
    struct cr_slice given;
    if (!take(authorization, text, &given))
        return false;
    ptrdiff_t colon = cr_slice_find(given, ':');
    return colon >= 0 && password.len > 0 &&
           cr_slice_equal_secret(cr_slice_from(given, (size_t)colon + 1), password);
}
