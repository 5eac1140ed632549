/* Taking targets apart and making paths canonical. */
#include "target.h"

#include <string.h>

#include "cr_err.h"
#include "cr_hex.h"
#include "cr_int.h"
#include "octet.h"

enum { PORT_MAX = 65535, DECODE_ROUNDS = 3 };

static int bad(struct fault *fault, const char *text)
{
    return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3.2", "request target: %s", text);
}

/* path["?"query] */
static void split_query(struct cr_slice text, struct target *out)
{
    ptrdiff_t mark = cr_slice_find(text, '?');
    size_t end = mark < 0 ? text.len : (size_t)mark;
    out->path = cr_slice_sub(text, 0, end);
    out->query = cr_slice_from(text, end);
    if (!out->path.len)
        out->path = CR_SLICE("/");
}

static int split_absolute(struct cr_slice raw, struct target *out, struct fault *fault)
{
    static const struct cr_slice schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < CR_COUNT(schemes); i++) {
        if (!cr_slice_equal_nocase(cr_slice_sub(raw, 0, schemes[i].len), schemes[i]))
            continue;
        struct cr_slice rest = cr_slice_from(raw, schemes[i].len);
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
            end++;
        out->form = TARGET_ABSOLUTE;
        out->authority = cr_slice_sub(rest, 0, end);
        if (!authority_valid(out->authority))
            return bad(fault, "not a host and port");
        split_query(cr_slice_from(rest, end), out);
        return 0;
    }
    return bad(fault, "neither a path nor an http URL");
}

int target_split(struct cr_slice raw, struct cr_slice method, struct target *out_target,
                 struct fault *fault)
{
    *out_target = (struct target){.form = TARGET_ORIGIN};
    if (cr_slice_equal(method, CR_SLICE("CONNECT"))) {
        out_target->form = TARGET_AUTHORITY;
        out_target->authority = raw;
        return authority_valid(raw) ? 0 : bad(fault, "not a host and port");
    }
    if (cr_slice_equal(raw, CR_SLICE("*"))) {
        out_target->form = TARGET_ASTERISK;
        out_target->path = raw;
        return cr_slice_equal(method, CR_SLICE("OPTIONS")) ? 0 : bad(fault, "'*' without OPTIONS");
    }
    if (raw.len && raw.ptr[0] == '/') {
        split_query(raw, out_target);
        return 0;
    }
    return split_absolute(raw, out_target, fault);
}

/* The octet that an escape stands for, or -1. */
static int unescape(struct cr_slice text, size_t at)
{
    return at + 2 < text.len ? cr_hex_octet(text.ptr[at + 1], text.ptr[at + 2]) : -1;
}

/* Decodes every escape that is one; text and out may be the same memory. */
static size_t decode_once(struct cr_slice text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int octet = text.ptr[i] == '%' ? unescape(text, i) : -1;
        out[len++] = octet < 0 ? text.ptr[i] : (char)octet;
        if (octet >= 0)
            i += 2;
    }
    return len;
}

/* Does text, read as a path, hold a segment ".." (parameters cut)? Either slash separates. */
static bool climbs(struct cr_slice text)
{
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '/' && text.ptr[i] != '\\')
            continue;
        struct cr_slice segment = cr_slice_sub(text, start, i);
        ptrdiff_t cut = cr_slice_find(segment, ';');
        if (cut >= 0)
            segment.len = (size_t)cut;
        if (cr_slice_equal(segment, CR_SLICE("..")))
            return true;
        start = i + 1;
    }
    return false;
}

/* The length of the shortest-form UTF-8 sequence at text, 0 if there is none. */
static size_t utf8_length(struct cr_slice text)
{
    unsigned char first = (unsigned char)text.ptr[0];
    size_t len = first < 0x80   ? 1
                 : first < 0xC2 ? 0
                 : first < 0xE0 ? 2
                 : first < 0xF0 ? 3
                 : first < 0xF5 ? 4
                                : 0;
    if (!len || len > text.len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if (((unsigned char)text.ptr[i] & 0xC0) != 0x80)
            return 0;
    unsigned char second = len > 1 ? (unsigned char)text.ptr[1] : 0;
    bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    bool beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return overlong || beyond ? 0 : len;
}

static int check_decoded(struct cr_slice text, struct fault *fault)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c == 0x7F)
            return bad(fault, "an escaped control character");
        if (c == '\\')
            return bad(fault, "a backslash");
        size_t len = utf8_length(cr_slice_from(text, i));
        if (!len)
            return bad(fault, "escapes that are not shortest-form UTF-8");
        i += len;
    }
    return 0;
}

/* Every escape is whole; decoded as often as a careless back end might, nothing climbs. out is
 * scratch of at least path.len octets. */
static int check_path(struct cr_slice path, char *out, struct fault *fault)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '%' && unescape(path, i) < 0)
            return bad(fault, "a '%' that no two hexadecimal digits follow");
    if (climbs(path))
        return bad(fault, "a '..' segment");
    struct cr_slice text = path;
    for (int round = 0; round < DECODE_ROUNDS && cr_slice_find(text, '%') >= 0; round++) {
        text = (struct cr_slice){out, decode_once(text, out)};
        if (round == 0 && check_decoded(text, fault))
            return CR_EPARSE;
        if (climbs(text))
            return bad(fault, "a '..' segment");
    }
    return cr_slice_find(path, '\\') >= 0 ? bad(fault, "a backslash") : 0;
}

/* One segment without its parameters in canonical spelling. */
static size_t write_segment(struct cr_slice segment, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;
    for (size_t i = 0; i < segment.len && segment.ptr[i] != ';'; i++) {
        int octet = segment.ptr[i] == '%' ? unescape(segment, i) : -1;
        if (octet < 0) {
            out[len++] = segment.ptr[i];
            continue;
        }
        i += 2;
        if (octet_is((char)octet, OCTET_UNRESERVED)) {
            out[len++] = (char)octet;
            continue;
        }
        out[len++] = '%';
        out[len++] = digits[octet >> 4];
        out[len++] = digits[octet & 15];
    }
    return len;
}

/* Nothing escaped, no parameters, no segment that begins with a dot: spelled as it is meant. */
static bool is_canonical(struct cr_slice path)
{
    char before = '\0';
    if (path.len > 1 && path.ptr[1] == '/')
        return false;
    for (size_t i = 0; i < path.len; before = path.ptr[i++]) {
        char c = path.ptr[i];
        if (c == '%' || c == ';' || c == '\\' || (c == '.' && before == '/'))
            return false;
    }
    return true;
}

int target_normalise(struct cr_slice path, char *out, struct cr_slice *out_path,
                     struct fault *fault)
{
    if (is_canonical(path)) {
        *out_path = path;
        return 0;
    }
    if (check_path(path, out, fault))
        return CR_EPARSE;
    size_t len = 0;
    struct cr_slice rest = cr_slice_from(path, 1), segment;
    while (cr_slice_split(&rest, '/', &segment)) {
        size_t start = len;
        out[len++] = '/';
        size_t written = write_segment(segment, out + len);
        bool dot = written == 1 && out[len] == '.';
        bool last = rest.ptr == NULL;
        if (dot || (!written && start == 0))
            len = last && dot ? start + 1 : start; /* "/a/." is "/a/" */
        else
            len += written;
    }
    if (!len)
        out[len++] = '/';
    *out_path = (struct cr_slice){out, len};
    return 0;
}

static bool port_valid(struct cr_slice text)
{
    int64_t port;
    return octet_all(text, OCTET_DIGIT) && cr_int_parse(text, 1, PORT_MAX, &port) == 0;
}

static bool ipv6_valid(struct cr_slice text)
{
    size_t colons = 0;
    for (size_t i = 0; i < text.len; i++) {
        colons += text.ptr[i] == ':';
        if (text.ptr[i] != ':' && text.ptr[i] != '.' && !octet_is(text.ptr[i], OCTET_HEX))
            return false;
    }
    return colons >= 2;
}

bool authority_valid(struct cr_slice authority)
{
    struct cr_slice port;
    if (authority.len && authority.ptr[0] == '[') {
        ptrdiff_t end = cr_slice_find(authority, ']');
        if (end < 0 || !ipv6_valid(cr_slice_sub(authority, 1, (size_t)end)))
            return false;
        port = cr_slice_from(authority, (size_t)end + 1);
    } else {
        ptrdiff_t colon = cr_slice_find(authority, ':');
        size_t end = colon < 0 ? authority.len : (size_t)colon;
        if (!end || !octet_all(cr_slice_sub(authority, 0, end), OCTET_HOST))
            return false;
        port = cr_slice_from(authority, end);
    }
    if (!port.len)
        return true;
    return port.ptr[0] == ':' && port_valid(cr_slice_from(port, 1));
}

void authority_split(struct cr_slice authority, struct cr_slice *out_host, int *out_port)
{
    ptrdiff_t bracket = cr_slice_find_last(authority, ']');
    ptrdiff_t colon = cr_slice_find_last(authority, ':');
    *out_host = authority;
    *out_port = 0;
    if (colon <= bracket)
        return;
    int64_t port;
    if (cr_int_parse(cr_slice_from(authority, (size_t)colon + 1), 1, PORT_MAX, &port))
        return;
    *out_host = cr_slice_sub(authority, 0, (size_t)colon);
    *out_port = (int)port;
}

bool authority_equal(struct cr_slice a, struct cr_slice b)
{
    struct cr_slice host_a, host_b;
    int port_a, port_b;
    authority_split(a, &host_a, &port_a);
    authority_split(b, &host_b, &port_b);
    return cr_slice_equal_nocase(host_a, host_b) &&
           (port_a ? port_a : 80) == (port_b ? port_b : 80);
}
