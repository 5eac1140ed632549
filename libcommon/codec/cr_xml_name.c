/* XStream's escaping of element names. */
#include "cr_xml_name.h"

#include "cr_hex.h"
#include "cr_utf8.h"

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Letters of every edition of XML 1.0, so that every reader takes them; not all there are. */
static bool is_letter(uint32_t c)
{
    static const struct range ranges[] = {
        {'A', 'Z'},       {'a', 'z'},                         /* ASCII */
        {0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x131},    /* Latin */
        {0x134, 0x13e},   {0x141, 0x148},   {0x14a, 0x17e},   /* Latin */
        {0x38e, 0x3a1},   {0x3a3, 0x3ce},                     /* Greek */
        {0x401, 0x40c},   {0x40e, 0x44f},   {0x451, 0x45c},   /* Cyrillic */
        {0x5d0, 0x5ea},   {0x621, 0x63a},                     /* Hebrew, Arabic */
        {0x3041, 0x3094}, {0x30a1, 0x30fa}, {0x4e00, 0x9fa5}, /* Kana, Han */
        {0xac00, 0xd7a3},                                     /* Hangul */
    };
    return is_in(ranges, CR_COUNT(ranges), c);
}

static bool is_name_char(uint32_t c, bool first)
{
    return is_letter(c) || (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
}

static void put_unit(struct cr_buf *out, uint32_t unit)
{
    cr_buf_printf(out, "_.%04x", (unsigned)unit);
}

void cr_xml_name_escape(struct cr_buf *out, struct cr_slice text)
{
    for (bool first = true; text.len > 0; first = false) {
        uint32_t c = cr_utf8_next(&text);
        if (c == '_') {
            cr_buf_text(out, "__");
        } else if (c == '$') {
            cr_buf_text(out, "_-");
        } else if (is_name_char(c, first)) {
            cr_utf8_put(out, c);
        } else if (c == CR_UTF8_BAD) {
            put_unit(out, 0xfffd);
        } else if (c > 0xffff) {
            put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
            put_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            put_unit(out, c);
        }
    }
}

/* Takes "_.xxxx" off the front, if it stands there. */
static bool take_unit(struct cr_slice *rest, uint32_t *out_unit)
{
    if (!cr_slice_starts(*rest, CR_SLICE("_.")) || !cr_hex_unit(cr_slice_from(*rest, 2), out_unit))
        return false;
    *rest = cr_slice_from(*rest, 6);
    return true;
}

/* One character from one unit or from a pair of them; a lone half is U+FFFD. */
static void unescape_units(struct cr_buf *out, struct cr_slice *rest, uint32_t unit)
{
    struct cr_slice behind = *rest;
    uint32_t low = 0;
    if (unit >= 0xd800 && unit <= 0xdbff && take_unit(&behind, &low) && low >= 0xdc00 &&
        low <= 0xdfff) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        *rest = behind;
    }
    cr_utf8_put(out, unit);
}

void cr_xml_name_unescape(struct cr_buf *out, struct cr_slice name)
{
    while (name.len > 0) {
        uint32_t unit = 0;
        if (take_unit(&name, &unit)) {
            unescape_units(out, &name, unit);
        } else if (cr_slice_starts(name, CR_SLICE("__"))) {
            cr_buf_char(out, '_');
            name = cr_slice_from(name, 2);
        } else if (cr_slice_starts(name, CR_SLICE("_-"))) {
            cr_buf_char(out, '$');
            name = cr_slice_from(name, 2);
        } else {
            cr_buf_char(out, name.ptr[0]);
            name = cr_slice_from(name, 1);
        }
    }
}
