/* YAML 1.1 numbers: which texts are some (the patterns stand in cr_yaml_scalar.c), and what Java
 * makes of them. A text with a tag need not match its pattern; then it is as good as Java's parsers
 * say. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cr_hex.h"
#include "cr_int.h"
#include "cr_number.h"
#include "cr_yaml_scalar_private.h"

/* Longer texts are no numbers: SnakeYAML's bound for patterns. */
enum { NUMBER_MAX = 1024, LIMBS_MAX = 160, LIMB_BASE = 1000000000 };

static const char decimal_digits[] = "0123456789_";

/* How many characters from `at` on are in the set. */
static size_t span(struct cr_slice text, size_t at, const char *set)
{
    size_t start = at;
    while (at < text.len && text.ptr[at] && strchr(set, text.ptr[at]))
        at++;
    return at - start;
}

static bool char_is(struct cr_slice text, size_t at, char c)
{
    return at < text.len && text.ptr[at] == c;
}

static size_t sign_length(struct cr_slice text)
{
    return char_is(text, 0, '-') || char_is(text, 0, '+') ? 1 : 0;
}

/* ---- patterns ---- */

/* (:[0-5]?[0-9])+ from at on; the end, or at itself without a match. */
static size_t match_sixties(struct cr_slice text, size_t at)
{
    while (char_is(text, at, ':')) {
        size_t digits = span(text, at + 1, "0123456789");
        if (digits == 0 || digits > 2 || (digits == 2 && text.ptr[at + 1] > '5'))
            break;
        at += 1 + digits;
    }
    return at;
}

static bool is_prefixed_int(struct cr_slice text)
{
    static const struct {
        const char *prefix;
        const char *digits;
    } forms[] = {{"0b", "01_"}, {"0x", "0123456789abcdefABCDEF_"}, {"0", "01234567_"}};
    for (size_t i = 0; i < CR_COUNT(forms); i++) {
        struct cr_slice prefix = cr_slice_of(forms[i].prefix);
        size_t digits = span(text, prefix.len, forms[i].digits);
        bool blank = span(text, prefix.len, "_") == digits;
        if (cr_slice_starts(text, prefix) && prefix.len + digits == text.len && !blank)
            return true;
    }
    return false;
}

bool cr_yaml_is_int(struct cr_slice text)
{
    if (text.len > NUMBER_MAX)
        return false;
    text = cr_slice_from(text, sign_length(text));
    if (cr_slice_is(text, "0") || is_prefixed_int(text))
        return true;
    if (text.len == 0 || text.ptr[0] < '1' || text.ptr[0] > '9')
        return false;
    return match_sixties(text, span(text, 0, decimal_digits)) == text.len;
}

/* The end of an exponent at `at`, or at itself. */
static size_t match_exponent(struct cr_slice text, size_t at)
{
    if (span(text, at, "eE") == 0)
        return at;
    size_t digits = at + 1;
    if (char_is(text, digits, '-') || char_is(text, digits, '+'))
        digits++;
    size_t count = span(text, digits, "0123456789");
    return count > 0 ? digits + count : at;
}

static bool is_special_float(struct cr_slice text)
{
    static const char *const names[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
    size_t sign = sign_length(text);
    for (size_t i = 0; i < CR_COUNT(names); i++)
        if (cr_slice_is(cr_slice_from(text, i < 3 ? sign : 0), names[i]))
            return true;
    return false;
}

bool cr_yaml_is_float(struct cr_slice text)
{
    if (text.len > NUMBER_MAX)
        return false;
    if (is_special_float(text))
        return true;
    text = cr_slice_from(text, sign_length(text));
    size_t whole = char_is(text, 0, '_') ? 0 : span(text, 0, decimal_digits);
    if (whole > 0) {
        size_t sixties = match_sixties(text, whole);
        if (sixties > whole)
            return char_is(text, sixties, '.') &&
                   sixties + 1 + span(text, sixties + 1, decimal_digits) == text.len;
        size_t exponent = match_exponent(text, whole);
        if (exponent > whole)
            return exponent == text.len;
    }
    if (!char_is(text, whole, '.'))
        return false;
    size_t fraction = span(text, whole + 1, decimal_digits);
    if (whole == 0 && fraction == 0)
        return false;
    return match_exponent(text, whole + 1 + fraction) == text.len;
}

/* ---- values ---- */

/* A number's text without '_', and its sign apart from it. */
struct digits {
    char copy[NUMBER_MAX];
    struct cr_slice text;
    bool negative;
};

static int fail(struct cr_slice text, const char *what, struct cr_err *err)
{
    return cr_err_set(err, CR_EPARSE, "'%.*s' is no %s", CR_SLICE_ARG(cr_slice_sub(text, 0, 60)),
                      what);
}

static bool clean(struct cr_slice text, struct digits *out)
{
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '_')
            continue;
        if (length == sizeof out->copy)
            return false;
        out->copy[length++] = text.ptr[i];
    }
    struct cr_slice all = {out->copy, length};
    out->negative = char_is(all, 0, '-');
    out->text = cr_slice_from(all, sign_length(all));
    return length > 0;
}

/* An unsigned integer of up to 1,440 decimal digits: 1,024 hexadecimal ones need 1,234. */
struct big {
    uint32_t limbs[LIMBS_MAX]; /* base 1e9, smallest first */
    size_t count;
};

static void big_multiply_add(struct big *big, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (size_t i = 0; i < big->count; i++) {
        carry += (uint64_t)big->limbs[i] * factor;
        big->limbs[i] = (uint32_t)(carry % LIMB_BASE);
        carry /= LIMB_BASE;
    }
    if (carry > 0 && big->count < LIMBS_MAX)
        big->limbs[big->count++] = (uint32_t)carry;
}

static size_t big_text(const struct big *big, bool negative, char *to, size_t size)
{
    if (big->count == 0)
        return (size_t)snprintf(to, size, "0");
    size_t used =
        (size_t)snprintf(to, size, "%s%u", negative ? "-" : "", big->limbs[big->count - 1]);
    for (size_t i = big->count - 1; i > 0; i--)
        used += (size_t)snprintf(to + used, size - used, "%09u", big->limbs[i - 1]);
    return used;
}

/* new BigInteger(text, base): a sign of its own, then digits. */
static bool parse_big(struct cr_slice text, uint32_t base, bool signs, struct big *out,
                      bool *out_negative)
{
    size_t sign = signs ? sign_length(text) : 0;
    *out_negative = sign > 0 && text.ptr[0] == '-';
    *out = (struct big){.count = 0};
    for (size_t i = sign; i < text.len; i++) {
        int digit = cr_hex_value(text.ptr[i]);
        if (digit < 0 || (uint32_t)digit >= base)
            return false;
        big_multiply_add(out, base, (uint32_t)digit);
    }
    return text.len > sign;
}

/* Takes the last group off; of "1:30:" the last is "30", as with String.split. False: none is left.
 */
static bool take_group(struct cr_slice *text, struct cr_slice *out_group)
{
    if (!text->ptr)
        return false;
    ptrdiff_t colon = cr_slice_find_last(*text, ':');
    *out_group = cr_slice_from(*text, (size_t)(colon + 1));
    *text = colon < 0 ? (struct cr_slice){NULL, 0} : cr_slice_sub(*text, 0, (size_t)colon);
    return true;
}

static struct cr_slice without_last_colons(struct cr_slice text)
{
    while (cr_slice_ends(text, CR_SLICE(":")))
        text.len--;
    return text.len > 0 ? text : (struct cr_slice){NULL, 0};
}

/* Long.parseLong of the groups, summed into an int that overflows. */
static bool parse_sixties(struct cr_slice text, int32_t *out_value)
{
    uint32_t sum = 0;
    uint32_t factor = 1;
    struct cr_slice group;
    text = without_last_colons(text);
    while (take_group(&text, &group)) {
        int64_t value = 0;
        group = cr_slice_from(group, char_is(group, 0, '+') && !char_is(group, 1, '-') ? 1 : 0);
        if (cr_int_parse(group, INT64_MIN, INT64_MAX, &value))
            return false;
        sum += (uint32_t)((uint64_t)value * (uint64_t)(int64_t)(int32_t)factor);
        factor *= 60;
    }
    *out_value = (int32_t)sum;
    return true;
}

/* The text behind the sign, of whatever base. */
static bool parse_int(struct cr_slice text, bool signs, struct big *out, bool *out_negative)
{
    if (cr_slice_starts(text, CR_SLICE("0b")))
        return parse_big(cr_slice_from(text, 2), 2, signs, out, out_negative);
    if (cr_slice_starts(text, CR_SLICE("0x")))
        return parse_big(cr_slice_from(text, 2), 16, signs, out, out_negative);
    if (text.len > 1 && text.ptr[0] == '0')
        return parse_big(cr_slice_from(text, 1), 8, signs, out, out_negative);
    int32_t value = 0;
    if (cr_slice_find(text, ':') < 0)
        return parse_big(text, 10, signs, out, out_negative);
    if (!parse_sixties(text, &value))
        return false;
    char decimal[16];
    snprintf(decimal, sizeof decimal, "%d", (int)value);
    return parse_big(cr_slice_of(decimal), 10, signs, out, out_negative);
}

int cr_yaml_construct_int(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                          struct cr_err *err)
{
    struct digits digits;
    struct big big;
    bool negative = false;
    char spelled[LIMBS_MAX * 9 + 2];
    if (!clean(text, &digits) || !parse_int(digits.text, !digits.negative, &big, &negative))
        return fail(text, "whole number", err);
    size_t length = big_text(&big, negative || digits.negative, spelled, sizeof spelled);
    return cr_yaml_scalar_set(out, CR_YAML_INT, (struct cr_slice){spelled, length}, arena, err);
}

/* Double.parseDouble, but for its hexadecimal form. */
static bool parse_double(struct cr_slice text, double *out_value)
{
    while (text.len > 0 && (unsigned char)text.ptr[0] <= ' ')
        text = cr_slice_from(text, 1);
    while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    struct cr_slice name = cr_slice_from(text, sign_length(text));
    bool infinite = cr_slice_is(name, "Infinity");
    if (infinite || cr_slice_is(name, "NaN")) {
        *out_value = infinite ? (double)INFINITY : (double)NAN;
        if (char_is(text, 0, '-'))
            *out_value = -*out_value;
        return true;
    }
    if (text.len > 0 && span(text, text.len - 1, "fFdD") == 1)
        text.len--;
    return cr_number_double(text, out_value) == 0;
}

/* As parse_sixties: the factor is an int, and overflows. */
static bool parse_sixties_double(struct cr_slice text, double *out_value)
{
    uint32_t factor = 1;
    struct cr_slice group;
    *out_value = 0;
    text = without_last_colons(text);
    while (take_group(&text, &group)) {
        double value = 0;
        if (!parse_double(group, &value))
            return false;
        *out_value += value * (double)(int32_t)factor;
        factor *= 60;
    }
    return true;
}

static bool parse_float(struct cr_slice text, double *out_value)
{
    if (cr_slice_equal_nocase(text, CR_SLICE(".inf"))) {
        *out_value = (double)INFINITY;
        return true;
    }
    if (cr_slice_equal_nocase(text, CR_SLICE(".nan"))) {
        *out_value = (double)NAN;
        return true;
    }
    if (cr_slice_find(text, ':') >= 0)
        return parse_sixties_double(text, out_value);
    return parse_double(text, out_value);
}

int cr_yaml_construct_float(struct cr_slice text, struct cr_arena *arena,
                            struct cr_yaml_scalar *out, struct cr_err *err)
{
    struct digits digits;
    double value = 0;
    char spelled[CR_NUMBER_TEXT_SIZE];
    if (!clean(text, &digits) || !parse_float(digits.text, &value))
        return fail(text, "number", err);
    size_t length = cr_number_text(digits.negative ? -value : value, spelled);
    int rc =
        cr_yaml_scalar_set(out, CR_YAML_DOUBLE, (struct cr_slice){spelled, length}, arena, err);
    /* JSON has no word for these: Spring's server sends them as strings */
    if (rc == 0 && !isfinite(value))
        out->kind = CR_FLAT_STRING;
    return rc;
}
