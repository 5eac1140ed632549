/* Respells surrogate pairs in double-quoted texts: scan, mend the text where the scan stopped,
 * again. */
#include "cr_yaml_escapes_private.h"

#include <string.h>

#include "cr_err.h"
#include "cr_hex.h"

/* Each text with such a pair costs a scan of what stands before it. */
enum { PAIR_LENGTH = 12, SCANNED_MAX = 64 * 1024 * 1024 };

bool cr_yaml_escapes_met(const yaml_parser_t *parser)
{
    return parser->error == YAML_SCANNER_ERROR && parser->encoding == YAML_UTF8_ENCODING &&
           parser->problem &&
           strcmp(parser->problem, "found invalid Unicode character escape code") == 0;
}

/* Scans until the end or the first such escape; *out_index then counts the characters up to behind
 * its "\u". */
static int scan(struct cr_slice text, size_t *out_index)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return CR_ENOMEM;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    bool more = true;
    while (more) {
        yaml_token_t token;
        more = yaml_parser_scan(&parser, &token) != 0;
        if (!more)
            break;
        more = token.type != YAML_STREAM_END_TOKEN;
        yaml_token_delete(&token);
    }
    bool met = cr_yaml_escapes_met(&parser);
    *out_index = parser.problem_mark.index;
    yaml_parser_delete(&parser);
    return met ? 0 : CR_ENOTFOUND;
}

static size_t byte_of(struct cr_slice text, size_t index)
{
    size_t at = 0;
    for (; at < text.len; at++)
        if (((unsigned char)text.ptr[at] & 0xc0) != 0x80 && index-- == 0)
            break;
    return at;
}

/* The unit of a "\uXXXX" at `at`, or 0. */
static uint32_t unit_at(struct cr_slice text, size_t at)
{
    uint32_t unit = 0;
    text = cr_slice_from(text, at);
    bool is_unit =
        cr_slice_starts(text, CR_SLICE("\\u")) && cr_hex_unit(cr_slice_from(text, 2), &unit);
    return is_unit ? unit : 0;
}

/* The code point of a pair at `at`, or 0. */
static uint32_t pair_at(struct cr_slice text, size_t at)
{
    uint32_t high = unit_at(text, at);
    uint32_t low = unit_at(text, at + PAIR_LENGTH / 2);
    if (high < 0xd800 || high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return 0;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* From an escape on to the end of its text, then the rest as it is. */
static void respell_one(struct cr_slice text, size_t at, struct cr_buf *out)
{
    cr_buf_slice(out, cr_slice_sub(text, 0, at));
    while (at < text.len && text.ptr[at] != '"') {
        uint32_t code_point = pair_at(text, at);
        size_t length = text.ptr[at] == '\\' && at + 1 < text.len ? 2 : 1;
        if (code_point)
            cr_buf_printf(out, "\\U%08x", code_point);
        else
            cr_buf_append(out, text.ptr + at, length);
        at += code_point ? PAIR_LENGTH : length;
    }
    cr_buf_slice(out, cr_slice_from(text, at));
}

int cr_yaml_escapes_respell(struct cr_slice text, struct cr_buf *out)
{
    CR_AUTO(cr_buf) before = {0};
    size_t scanned = 0;
    size_t index = 0;
    bool respelled = false;
    int rc = 0;
    cr_buf_reset(out);
    cr_buf_slice(out, text);
    while (!cr_buf_status(out) && (rc = scan(cr_buf_view(out), &index)) == 0) {
        size_t at = byte_of(cr_buf_view(out), index);
        scanned += at;
        if (at < 2 || !pair_at(cr_buf_view(out), at - 2) || scanned > SCANNED_MAX)
            break;
        cr_buf_reset(&before);
        cr_buf_slice(&before, cr_buf_view(out));
        cr_buf_reset(out);
        respell_one(cr_buf_view(&before), at - 2, out);
        respelled = true;
    }
    if (cr_buf_status(out) || cr_buf_status(&before) || rc == CR_ENOMEM)
        return CR_ENOMEM;
    return respelled ? 0 : CR_ENOTFOUND;
}
