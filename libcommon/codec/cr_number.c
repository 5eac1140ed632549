/* Doubles to and from text. */
#include "cr_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_err.h"

enum { DIGITS_MIN = 2, DIGITS_MAX = 17, TEXT_MAX = 1024 };

/* The fewest digits (two at least) that read back as value: "ddd" and the exponent of d.dd. */
static int shortest_digits(double value, char digits[DIGITS_MAX + 1])
{
    char text[DIGITS_MAX + 16];
    for (int count = DIGITS_MIN; count <= DIGITS_MAX; count++) {
        snprintf(text, sizeof text, "%.*e", count - 1, value);
        if (strtod(text, NULL) == value)
            break;
    }
    size_t length = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.')
            digits[length++] = *at;
    while (length > 1 && digits[length - 1] == '0')
        length--;
    digits[length] = '\0';
    return (int)strtol(at + 1, NULL, 10);
}

static int plain_text(char *to, size_t size, const char *digits, int exponent)
{
    int length = (int)strlen(digits);
    if (exponent < 0)
        return snprintf(to, size, "0.%.*s%s", -exponent - 1, "00", digits);
    int whole = exponent + 1;
    if (length <= whole)
        return snprintf(to, size, "%s%.*s.0", digits, whole - length, "000000");
    return snprintf(to, size, "%.*s.%s", whole, digits, digits + whole);
}

size_t cr_number_text(double value, char out[CR_NUMBER_TEXT_SIZE])
{
    const char *sign = signbit(value) && !isnan(value) ? "-" : "";
    char *to = out + snprintf(out, CR_NUMBER_TEXT_SIZE, "%s", sign);
    size_t size = CR_NUMBER_TEXT_SIZE - strlen(sign);
    double magnitude = fabs(value);
    if (isnan(value)) {
        snprintf(to, size, "NaN");
    } else if (isinf(value)) {
        snprintf(to, size, "Infinity");
    } else if (magnitude <= 0.0) {
        snprintf(to, size, "0.0");
    } else {
        char digits[DIGITS_MAX + 1] = "";
        int exponent = shortest_digits(magnitude, digits);
        if (magnitude >= 1e-3 && magnitude < 1e7)
            plain_text(to, size, digits, exponent);
        else
            snprintf(to, size, "%c.%sE%d", digits[0], digits[1] ? digits + 1 : "0", exponent);
    }
    return strlen(out);
}

static size_t skip_digits(struct cr_slice text, size_t at)
{
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
        at++;
    return at;
}

static bool has(struct cr_slice text, size_t at, const char *any)
{
    return at < text.len && text.ptr[at] && strchr(any, text.ptr[at]);
}

static bool is_decimal(struct cr_slice text)
{
    size_t start = has(text, 0, "+-") ? 1 : 0;
    size_t at = skip_digits(text, start);
    size_t digits = at - start;
    if (has(text, at, ".")) {
        size_t fraction = skip_digits(text, at + 1);
        digits += fraction - at - 1;
        at = fraction;
    }
    if (digits == 0)
        return false;
    if (has(text, at, "eE")) {
        at += has(text, at + 1, "+-") ? 2 : 1;
        size_t exponent = skip_digits(text, at);
        if (exponent == at)
            return false;
        at = exponent;
    }
    return at == text.len;
}

int cr_number_double(struct cr_slice text, double *out_value)
{
    char copy[TEXT_MAX + 1];
    if (text.len > TEXT_MAX || !is_decimal(text))
        return CR_EPARSE;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *out_value = strtod(copy, NULL);
    return 0;
}
