/* URL splitting and percent-encoding. */
#include "cr_url.h"

#include <string.h>

#include "cr_hex.h"
#include "cr_int.h"

enum { PORT_MAX = 65535 };

static int default_port(struct cr_slice scheme)
{
    static const struct {
        const char *scheme;
        int port;
    } known[] = {{"http", 80}, {"https", 443}, {"ssh", 22}, {"git", 9418}};
    for (size_t i = 0; i < CR_COUNT(known); i++)
        if (cr_slice_equal_nocase(scheme, cr_slice_of(known[i].scheme)))
            return known[i].port;
    return 0;
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 3986 3.1 */
static bool is_scheme(struct cr_slice text)
{
    if (text.len == 0 || !is_alpha(text.ptr[0]))
        return false;
    for (size_t i = 1; i < text.len; i++) {
        char c = text.ptr[i];
        if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.')
            return false;
    }
    return true;
}

static bool has_blank(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= 0x20 || text.ptr[i] == 0x7f)
            return true;
    return false;
}

/* Cuts *rest at the first of the characters `any` and returns what stood before. */
static struct cr_slice take_until(struct cr_slice *rest, const char *any)
{
    size_t at = 0;
    while (at < rest->len && !strchr(any, rest->ptr[at]))
        at++;
    struct cr_slice part = cr_slice_sub(*rest, 0, at);
    *rest = cr_slice_from(*rest, at);
    return part;
}

static int parse_port(struct cr_slice text, struct cr_url *url, struct cr_err *err)
{
    if (text.len == 0)
        return 0; /* "host:" is allowed and means the default */
    int64_t port;
    if (!is_digit(text.ptr[0]) || cr_int_parse(text, 0, PORT_MAX, &port))
        return cr_err_set(err, CR_EPARSE, "URL: port '%.*s' is not 0..65535", CR_SLICE_ARG(text));
    url->port = (int)port;
    url->has_port = true;
    return 0;
}

static int parse_authority(struct cr_slice text, struct cr_url *url, struct cr_err *err)
{
    ptrdiff_t at = cr_slice_find_last(text, '@');
    if (at >= 0) {
        url->user_info = cr_slice_sub(text, 0, (size_t)at);
        text = cr_slice_from(text, (size_t)at + 1);
    }
    if (cr_slice_starts(text, CR_SLICE("["))) {
        ptrdiff_t close = cr_slice_find(text, ']');
        if (close < 0)
            return cr_err_set(err, CR_EPARSE, "URL: '[' without ']' in the host");
        url->host = cr_slice_sub(text, 1, (size_t)close);
        text = cr_slice_from(text, (size_t)close + 1);
        if (text.len > 0 && text.ptr[0] != ':')
            return cr_err_set(err, CR_EPARSE, "URL: text behind ']' in the host");
    } else {
        url->host = take_until(&text, ":");
    }
    return text.len > 0 ? parse_port(cr_slice_from(text, 1), url, err) : 0;
}

int cr_url_parse(struct cr_slice text, struct cr_url *out_url, struct cr_err *err)
{
    ptrdiff_t at = cr_slice_search(text, CR_SLICE("://"));
    struct cr_url url = {.scheme = cr_slice_sub(text, 0, at < 0 ? 0 : (size_t)at)};
    if (at < 0 || !is_scheme(url.scheme))
        return cr_err_set(err, CR_EPARSE,
                          "URL: '%.*s' does not begin with a scheme such as http://",
                          CR_SLICE_ARG(cr_slice_sub(text, 0, 120)));
    if (has_blank(text))
        return cr_err_set(err, CR_EPARSE, "URL: '%.*s' has a blank or control character",
                          CR_SLICE_ARG(cr_slice_sub(text, 0, 120)));
    url.port = default_port(url.scheme);
    struct cr_slice rest = cr_slice_from(text, (size_t)at + 3);
    int rc = parse_authority(take_until(&rest, "/?#"), &url, err);
    if (rc)
        return rc;
    if (url.host.len == 0 && !cr_slice_equal_nocase(url.scheme, CR_SLICE("file")))
        return cr_err_set(err, CR_EPARSE, "URL: '%.*s' has no host",
                          CR_SLICE_ARG(cr_slice_sub(text, 0, 120)));
    url.path = take_until(&rest, "?#");
    if (cr_slice_starts(rest, CR_SLICE("?"))) {
        rest = cr_slice_from(rest, 1);
        url.query = take_until(&rest, "#");
    }
    url.fragment = cr_slice_from(rest, 1);
    *out_url = url;
    return 0;
}

static int decode(struct cr_slice text, bool form, struct cr_arena *arena,
                  struct cr_slice *out_text)
{
    char *bytes = cr_arena_alloc(arena, text.len + 1);
    if (!bytes)
        return CR_ELIMIT;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '+' && form)
            c = ' ';
        if (c == '%') {
            int octet = i + 2 < text.len ? cr_hex_octet(text.ptr[i + 1], text.ptr[i + 2]) : -1;
            if (octet <= 0)
                return CR_EPARSE;
            c = (char)(unsigned char)octet;
            i += 2;
        }
        bytes[len++] = c;
    }
    *out_text = (struct cr_slice){bytes, len};
    return 0;
}

int cr_url_decode(struct cr_slice text, struct cr_arena *arena, struct cr_slice *out_text)
{
    return decode(text, false, arena, out_text);
}

int cr_url_decode_form(struct cr_slice text, struct cr_arena *arena, struct cr_slice *out_text)
{
    return decode(text, true, arena, out_text);
}

void cr_url_encode(struct cr_buf *out, struct cr_slice text, const char *keep)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = is_alpha(c) || is_digit(c) || (c && strchr("-._~", c));
        if (plain || (c && strchr(keep, c)))
            cr_buf_char(out, c);
        else
            cr_buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

bool cr_url_query_next(struct cr_slice *rest, struct cr_slice *out_name, struct cr_slice *out_value)
{
    struct cr_slice part;
    do {
        if (!cr_slice_split(rest, '&', &part))
            return false;
    } while (part.len == 0);
    ptrdiff_t at = cr_slice_find(part, '=');
    *out_name = at < 0 ? part : cr_slice_sub(part, 0, (size_t)at);
    *out_value = cr_slice_from(part, at < 0 ? part.len : (size_t)at + 1);
    return true;
}

int cr_url_query_get(struct cr_slice query, const char *name, struct cr_arena *arena,
                     struct cr_slice *out_value)
{
    struct cr_slice raw_name;
    struct cr_slice raw_value;
    while (cr_url_query_next(&query, &raw_name, &raw_value)) {
        struct cr_slice decoded;
        int rc = cr_url_decode_form(raw_name, arena, &decoded);
        if (rc)
            return rc;
        if (cr_slice_is(decoded, name))
            return cr_url_decode_form(raw_value, arena, out_value);
    }
    return CR_ENOTFOUND;
}
