/* YAML 1.1 scalar types. The patterns of SnakeYAML, which the matchers below implement:
 *
 *   bool   yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF
 *   int    [-+]?0b_*[01][01_]*  [-+]?0_*[0-7][0-7_]*  [-+]?(0|[1-9][0-9_]*)
 *          [-+]?0x_*[0-9a-fA-F][0-9a-fA-F_]*  [-+]?[1-9][0-9_]*(:[0-5]?[0-9])+
 *   float  [-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?  [-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
 *          [-+]?\.[0-9_]+([eE][-+]?[0-9]+)?  [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*
 *          [-+]?\.(inf|Inf|INF)  \.(nan|NaN|NAN)
 *   null   ~|null|Null|NULL|empty        merge  <<
 *
 * int is tried before float. Longer texts than NUMBER_MAX are strings.
 */
#include "cr_yaml_scalar_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cr_int.h"
#include "cr_number.h"

enum { NUMBER_MAX = 1024, LIMBS_MAX = 160, LIMB_BASE = 1000000000 };

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

static char *big_text(const struct big *big, bool negative, struct cr_arena *arena)
{
    if (big->count == 0)
        return cr_arena_text(arena, "0");
    char text[LIMBS_MAX * 9 + 2];
    size_t used = (size_t)snprintf(text, sizeof text, "%s%u", negative ? "-" : "",
                                   big->limbs[big->count - 1]);
    for (size_t i = big->count - 1; i > 0; i--)
        used += (size_t)snprintf(text + used, sizeof text - used, "%09u", big->limbs[i - 1]);
    return cr_arena_text(arena, text);
}

static bool is_one_of(struct cr_slice text, const char *const *words)
{
    for (; *words; words++)
        if (cr_slice_is(text, *words))
            return true;
    return false;
}

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

static const char decimal_digits[] = "0123456789_";

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

static uint32_t digit_value(char c)
{
    if (c >= 'a')
        return (uint32_t)(c - 'a') + 10;
    if (c >= 'A')
        return (uint32_t)(c - 'A') + 10;
    return (uint32_t)(c - '0');
}

static void big_digits(struct big *big, struct cr_slice digits, uint32_t base)
{
    for (size_t i = 0; i < digits.len; i++)
        if (digits.ptr[i] != '_')
            big_multiply_add(big, base, digit_value(digits.ptr[i]));
}

/* "0b", "0x" and "0" forms. */
static bool match_prefixed_int(struct cr_slice text, struct big *out)
{
    static const struct {
        const char *prefix;
        const char *set;
        uint32_t base;
    } forms[] = {
        {"0b", "01_", 2},
        {"0x", "0123456789abcdefABCDEF_", 16},
        {"0", "01234567_", 8},
    };
    for (size_t i = 0; i < CR_COUNT(forms); i++) {
        struct cr_slice prefix = cr_slice_of(forms[i].prefix);
        size_t digits = span(text, prefix.len, forms[i].set);
        size_t blanks = span(text, prefix.len, "_");
        if (!cr_slice_starts(text, prefix) || prefix.len + digits != text.len || digits == blanks)
            continue;
        big_digits(out, cr_slice_from(text, prefix.len), forms[i].base);
        return true;
    }
    return false;
}

static bool match_decimal_int(struct cr_slice text, struct big *out)
{
    if (cr_slice_is(text, "0"))
        return true;
    if (text.len == 0 || text.ptr[0] < '1' || text.ptr[0] > '9')
        return false;
    size_t whole = span(text, 0, decimal_digits);
    size_t end = match_sixties(text, whole);
    if (end != text.len)
        return false;
    big_digits(out, cr_slice_sub(text, 0, whole), 10);
    struct cr_slice rest = cr_slice_from(text, whole + 1);
    struct cr_slice group;
    while (whole < end && cr_slice_split(&rest, ':', &group)) {
        int64_t value = 0;
        if (cr_int_parse(group, 0, 59, &value))
            return false;
        big_multiply_add(out, 60, (uint32_t)value);
    }
    return true;
}

/* NULL when it is no integer; *out_failed tells a lack of memory. */
static char *match_int(struct cr_slice text, struct cr_arena *arena, bool *out_failed)
{
    struct big big = {.count = 0};
    struct cr_slice digits = cr_slice_from(text, sign_length(text));
    if (!match_prefixed_int(digits, &big)) {
        big = (struct big){.count = 0};
        if (!match_decimal_int(digits, &big))
            return NULL;
    }
    char *canonical = big_text(&big, char_is(text, 0, '-'), arena);
    *out_failed = !canonical;
    return canonical;
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

/* The base 10 and base 60 patterns behind the sign. */
static bool is_float_digits(struct cr_slice text)
{
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

/* Base 60, summed from the last group on as SnakeYAML does it. */
static int sexagesimal(struct cr_slice text, double *out_value)
{
    double sum = 0;
    double factor = 1;
    for (;;) {
        ptrdiff_t colon = cr_slice_find_last(text, ':');
        double group;
        int rc = cr_number_double(cr_slice_from(text, (size_t)(colon + 1)), &group);
        if (rc)
            return rc;
        sum += group * factor;
        factor *= 60;
        if (colon < 0)
            break;
        text = cr_slice_sub(text, 0, (size_t)colon);
    }
    *out_value = sum;
    return 0;
}

/* Digits with '_' to a double. */
static int float_value(struct cr_slice text, double *out_value)
{
    char copy[NUMBER_MAX];
    struct cr_slice clean = {copy, 0};
    if (text.len > sizeof copy)
        return CR_ELIMIT;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '_')
            copy[clean.len++] = text.ptr[i];
    double sign = char_is(clean, 0, '-') ? -1.0 : 1.0;
    clean = cr_slice_from(clean, sign_length(clean));
    double value;
    int rc = cr_slice_find(clean, ':') >= 0 ? sexagesimal(clean, &value)
                                            : cr_number_double(clean, &value);
    if (rc == 0)
        *out_value = sign * value;
    return rc;
}

static const char *const infinities[] = {".inf", ".Inf", ".INF", NULL};
static const char *const not_numbers[] = {".nan", ".NaN", ".NAN", NULL};

static int set_text(struct cr_yaml_scalar *scalar, enum cr_flat_kind kind, const char *text,
                    struct cr_arena *arena, struct cr_err *err)
{
    char *copy = cr_arena_text(arena, text);
    if (!copy)
        return cr_err_set(err, CR_ELIMIT, "the document needs more memory than allowed");
    scalar->kind = kind;
    scalar->text = cr_slice_of(copy);
    return 0;
}

/* CR_ENOTFOUND: not a float. */
static int resolve_float(struct cr_slice text, bool forced, struct cr_arena *arena,
                         struct cr_yaml_scalar *out, struct cr_err *err)
{
    struct cr_slice digits = cr_slice_from(text, sign_length(text));
    /* JSON has no word for these: Spring's server sends them as strings */
    if (is_one_of(digits, infinities))
        return set_text(out, CR_FLAT_STRING, char_is(text, 0, '-') ? "-Infinity" : "Infinity",
                        arena, err);
    if (is_one_of(text, not_numbers))
        return set_text(out, CR_FLAT_STRING, "NaN", arena, err);
    if (!forced && !is_float_digits(digits))
        return CR_ENOTFOUND;
    double value;
    char spelled[CR_NUMBER_TEXT_SIZE];
    if (float_value(text, &value))
        return cr_err_set(err, CR_EPARSE, "'%.*s' is not a number",
                          CR_SLICE_ARG(cr_slice_sub(text, 0, 60)));
    cr_number_text(value, spelled);
    return set_text(out, isinf(value) ? CR_FLAT_STRING : CR_FLAT_DOUBLE, spelled, arena, err);
}

static int resolve_int(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                       struct cr_err *err)
{
    bool failed = false;
    char *canonical = match_int(text, arena, &failed);
    if (failed)
        return cr_err_set(err, CR_ELIMIT, "the document needs more memory than allowed");
    if (!canonical)
        return CR_ENOTFOUND;
    out->kind = CR_FLAT_INT;
    out->text = cr_slice_of(canonical);
    return 0;
}

static int resolve_bool(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                        struct cr_err *err)
{
    static const char *const truths[] = {"yes",  "Yes", "YES", "true", "True",
                                         "TRUE", "on",  "On",  "ON",   NULL};
    static const char *const falsehoods[] = {"no",    "No",  "NO",  "false", "False",
                                             "FALSE", "off", "Off", "OFF",   NULL};
    if (is_one_of(text, truths))
        return set_text(out, CR_FLAT_BOOL, "true", arena, err);
    if (is_one_of(text, falsehoods))
        return set_text(out, CR_FLAT_BOOL, "false", arena, err);
    return CR_ENOTFOUND;
}

static int resolve_null(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                        struct cr_err *err)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    if (!is_one_of(text, nulls))
        return CR_ENOTFOUND;
    out->null = true;
    return set_text(out, CR_FLAT_STRING, "", arena, err);
}

static int resolve_string(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                          struct cr_err *err)
{
    char *copy = cr_arena_slice(arena, text);
    if (!copy)
        return cr_err_set(err, CR_ELIMIT, "the document needs more memory than allowed");
    out->kind = CR_FLAT_STRING;
    out->text = (struct cr_slice){copy, text.len};
    return 0;
}

/* Base64 without its blanks: what Jackson makes of the bytes. */
static int resolve_binary(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                          struct cr_err *err)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    int rc = resolve_string(text, arena, out, err);
    if (rc)
        return rc;
    char *to = cr_arena_slice(arena, text);
    if (!to)
        return cr_err_set(err, CR_ELIMIT, "the document needs more memory than allowed");
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            continue;
        if (!c || !strchr(alphabet, c))
            return cr_err_set(err, CR_EPARSE, "!!binary is not base64");
        to[len++] = c;
    }
    to[len] = '\0';
    out->text = (struct cr_slice){to, len};
    return 0;
}

static int resolve_plain(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                         struct cr_err *err)
{
    int rc = CR_ENOTFOUND;
    if (cr_slice_is(text, "<<")) {
        out->merge = true;
        return resolve_string(text, arena, out, err);
    }
    if (text.len <= NUMBER_MAX) {
        rc = resolve_bool(text, arena, out, err);
        if (rc == CR_ENOTFOUND)
            rc = resolve_int(text, arena, out, err);
        if (rc == CR_ENOTFOUND)
            rc = resolve_float(text, false, arena, out, err);
        if (rc == CR_ENOTFOUND)
            rc = resolve_null(text, arena, out, err);
    }
    return rc == CR_ENOTFOUND ? resolve_string(text, arena, out, err) : rc;
}

static int resolve_forced_float(struct cr_slice text, struct cr_arena *arena,
                                struct cr_yaml_scalar *out, struct cr_err *err)
{
    return resolve_float(text, true, arena, out, err);
}

int cr_yaml_scalar_resolve(struct cr_slice text, const char *tag, bool plain,
                           struct cr_arena *arena, struct cr_yaml_scalar *out_scalar,
                           struct cr_err *err)
{
    static const struct {
        const char *tag;
        int (*resolve)(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                       struct cr_err *err);
    } tags[] = {
        {"!", resolve_string},
        {"tag:yaml.org,2002:str", resolve_string},
        {"tag:yaml.org,2002:int", resolve_int},
        {"tag:yaml.org,2002:float", resolve_forced_float},
        {"tag:yaml.org,2002:bool", resolve_bool},
        {"tag:yaml.org,2002:null", resolve_null},
        {"tag:yaml.org,2002:binary", resolve_binary},
    };
    *out_scalar = (struct cr_yaml_scalar){.kind = CR_FLAT_STRING};
    if (!tag)
        return plain ? resolve_plain(text, arena, out_scalar, err)
                     : resolve_string(text, arena, out_scalar, err);
    for (size_t i = 0; i < CR_COUNT(tags); i++) {
        if (strcmp(tag, tags[i].tag) != 0)
            continue;
        int rc = tags[i].resolve(text, arena, out_scalar, err);
        if (rc != CR_ENOTFOUND)
            return rc;
        return cr_err_set(err, CR_EPARSE, "'%.*s' is not of its type '%s'",
                          CR_SLICE_ARG(cr_slice_sub(text, 0, 60)), tag);
    }
    return cr_err_set(err, CR_EPARSE, "unknown tag '%.80s'", tag);
}
