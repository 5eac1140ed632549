/* charset: names and decoders; no library, because a client chooses the name. */
#include "charset.h"

#include "cr_utf8.h"

static const struct {
    const char *name;
    enum charset charset;
} names[] = {
    {"utf-8", CHARSET_UTF_8},         {"utf8", CHARSET_UTF_8},
    {"us-ascii", CHARSET_ASCII},      {"ascii", CHARSET_ASCII},
    {"iso-8859-1", CHARSET_LATIN_1},  {"iso8859-1", CHARSET_LATIN_1},
    {"latin1", CHARSET_LATIN_1},      {"windows-1252", CHARSET_WINDOWS_1252},
    {"cp1252", CHARSET_WINDOWS_1252}, {"utf-16", CHARSET_UTF_16},
    {"utf-16be", CHARSET_UTF_16BE},   {"utf-16le", CHARSET_UTF_16LE},
};

/* 0x80 to 0x9f; 0 where there is no character. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

bool charset_of(struct cr_slice accept_charset, enum charset *out_charset)
{
    struct cr_slice item = {0}, name = {0};
    *out_charset = CHARSET_UTF_8;
    if (cr_slice_trim(accept_charset).len == 0)
        return true;
    (void)cr_slice_split(&accept_charset, ',', &item);
    (void)cr_slice_split(&item, ';', &name);
    name = cr_slice_trim(name);
    for (size_t i = 0; i < CR_COUNT(names); i++) {
        if (cr_slice_equal_nocase(name, cr_slice_of(names[i].name))) {
            *out_charset = names[i].charset;
            return true;
        }
    }
    return cr_slice_is(name, "*");
}

static void decode_byte(enum charset charset, unsigned char c, struct cr_buf *out)
{
    uint32_t point = c;
    if (charset == CHARSET_ASCII && c >= 0x80)
        point = CR_UTF8_BAD;
    else if (charset == CHARSET_WINDOWS_1252 && c >= 0x80 && c <= 0x9f)
        point = windows_1252[c - 0x80] ? windows_1252[c - 0x80] : CR_UTF8_BAD;
    cr_utf8_put(out, point);
}

static uint32_t unit_at(struct cr_slice bytes, size_t at, bool little)
{
    uint32_t first = (unsigned char)bytes.ptr[at], second = (unsigned char)bytes.ptr[at + 1];
    return little ? second << 8 | first : first << 8 | second;
}

static void decode_utf16(struct cr_slice bytes, bool little, struct cr_buf *out)
{
    size_t i = 0;
    for (; i + 1 < bytes.len; i += 2) {
        uint32_t unit = unit_at(bytes, i, little);
        uint32_t next = i + 3 < bytes.len ? unit_at(bytes, i + 2, little) : 0;
        if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
            i += 2;
        }
        cr_utf8_put(out, unit);
    }
    if (i < bytes.len)
        cr_utf8_put(out, CR_UTF8_BAD);
}

static void decode_marked_utf16(struct cr_slice bytes, struct cr_buf *out)
{
    bool little = cr_slice_starts(bytes, CR_SLICE("\xff\xfe"));
    if (little || cr_slice_starts(bytes, CR_SLICE("\xfe\xff")))
        bytes = cr_slice_from(bytes, 2);
    decode_utf16(bytes, little, out);
}

static void decode_utf8(struct cr_slice bytes, struct cr_buf *out)
{
    if (cr_utf8_valid(bytes)) {
        cr_buf_slice(out, bytes);
        return;
    }
    while (bytes.len > 0)
        cr_utf8_put(out, cr_utf8_next(&bytes));
}

void charset_decode(enum charset charset, struct cr_slice bytes, struct cr_buf *out)
{
    switch (charset) {
    case CHARSET_UTF_8:
        decode_utf8(bytes, out);
        break;
    case CHARSET_ASCII:
    case CHARSET_LATIN_1:
    case CHARSET_WINDOWS_1252:
        for (size_t i = 0; i < bytes.len; i++)
            decode_byte(charset, (unsigned char)bytes.ptr[i], out);
        break;
    case CHARSET_UTF_16:
        decode_marked_utf16(bytes, out);
        break;
    case CHARSET_UTF_16BE:
    case CHARSET_UTF_16LE:
        decode_utf16(bytes, charset == CHARSET_UTF_16LE, out);
        break;
    }
}
