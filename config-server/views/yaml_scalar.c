/* yaml_scalar: the emitter's analysis of a text, character by character. */
#include "yaml_scalar.h"

#include <string.h>

#include "cr_utf8.h"

bool yaml_scalar_is_break(uint32_t c)
{
    return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool yaml_scalar_is_printable(uint32_t c)
{
    return (c >= 0x20 && c <= 0x7e) || c == '\t' || c == '\n' || c == '\r' || c == 0x85 ||
           (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
           (c >= 0x10000 && c <= 0x10ffff);
}

bool yaml_scalar_all_printable(struct cr_slice text)
{
    while (text.len > 0) {
        if (!yaml_scalar_is_printable(cr_utf8_next(&text)))
            return false;
    }
    return true;
}

bool yaml_scalar_has_break(struct cr_slice text)
{
    while (text.len > 0) {
        if (yaml_scalar_is_break(cr_utf8_next(&text)))
            return true;
    }
    return false;
}

size_t yaml_scalar_units(struct cr_slice text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c & 0xc0) != 0x80)
            units += c >= 0xf0 ? 2 : 1;
    }
    return units;
}

/* Constant.NULL_BL_T: none of these is more than a byte. */
static bool is_blank(uint32_t c)
{
    return c == '\0' || c == ' ' || c == '\t';
}

static bool is_one_of(uint32_t c, const char *set)
{
    return c > 0 && c < 0x80 && strchr(set, (char)c);
}

/* What was seen so far. */
struct scan {
    bool indicators, special;
    bool leading_space, leading_break, trailing_space, trailing_break;
    bool break_space, space_break;
    bool multiline;
    bool previous_space, previous_break;
    bool blank_before, blank_behind; /* of the character at hand */
};

static void see_indicator(struct scan *scan, uint32_t c, bool first)
{
    if (first && is_one_of(c, "#,[]{}&*!|>'\"%@`"))
        scan->indicators = true;
    if (first && (c == '?' || c == '-') && scan->blank_behind)
        scan->indicators = true;
    if (c == ':' && scan->blank_behind)
        scan->indicators = true;
    if (!first && c == '#' && scan->blank_before)
        scan->indicators = true;
}

static void see_space(struct scan *scan, uint32_t c, bool first, bool last)
{
    bool is_break = yaml_scalar_is_break(c);
    if (c == ' ') {
        scan->leading_space |= first;
        scan->trailing_space |= last;
        scan->break_space |= scan->previous_break;
    } else if (is_break) {
        scan->multiline = true;
        scan->leading_break |= first;
        scan->trailing_break |= last;
        scan->space_break |= scan->previous_space;
    }
    scan->previous_space = c == ' ';
    scan->previous_break = is_break;
}

/* Java asks by UTF-16 index whether a blank follows; `rest` begins behind the character at hand.
 * A last character beyond U+FFFF counts as followed by a blank there, and so does whatever comes
 * behind a line break. */
static bool blank_follows(struct cr_slice rest, bool behind_break)
{
    if (rest.len == 0)
        return true;
    struct cr_slice behind = rest;
    (void)cr_utf8_next(&behind);
    if (behind.len == 0)
        return true;
    return behind_break || is_blank(cr_utf8_next(&behind));
}

/* 0[0-9_]+, which some readers take for a number. */
static bool has_leading_zero(struct cr_slice text)
{
    if (text.len < 2 || text.ptr[0] != '0')
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] != '_' && (text.ptr[i] < '0' || text.ptr[i] > '9'))
            return false;
    }
    return true;
}

static bool first_is_followed_by_blank(struct cr_slice text)
{
    uint32_t first = cr_utf8_next(&text);
    if (text.len == 0)
        return first < 0x10000;
    uint32_t second = first < 0x10000 ? cr_utf8_next(&text) : 'x';
    return is_blank(second) || second == '\r' || yaml_scalar_is_break(second);
}

struct yaml_analysis yaml_scalar_analyse(struct cr_slice text)
{
    if (text.len == 0)
        return (struct yaml_analysis){.empty = true, .plain = true, .single_quoted = true};
    struct scan scan = {.blank_before = true};
    scan.indicators =
        cr_slice_starts(text, CR_SLICE("---")) || cr_slice_starts(text, CR_SLICE("..."));
    scan.blank_behind = first_is_followed_by_blank(text);
    bool first = true;
    for (struct cr_slice rest = text; rest.len > 0; first = false) {
        uint32_t c = cr_utf8_next(&rest);
        see_indicator(&scan, c, first);
        if (c == '\t' || c == '\r' || !yaml_scalar_is_printable(c))
            scan.special = true;
        see_space(&scan, c, first, rest.len == 0);
        bool is_break = yaml_scalar_is_break(c);
        scan.blank_before = is_blank(c) || is_break;
        scan.blank_behind = blank_follows(rest, is_break);
    }
    bool outer_space = scan.leading_space || scan.leading_break || scan.trailing_space ||
                       scan.trailing_break || has_leading_zero(text);
    bool quotes_only = scan.space_break || scan.special;
    return (struct yaml_analysis){
        .multiline = scan.multiline,
        .plain = !outer_space && !scan.break_space && !quotes_only && !scan.indicators,
        .single_quoted = !scan.break_space && !quotes_only,
        .block = !scan.trailing_space && !quotes_only,
    };
}
