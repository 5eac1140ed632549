/* Which origins a proxy may reach. */
#include "origin.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "cr_int.h"
#include "cr_url.h"

/* --- the URL --- */

static void append_pair(struct cr_buf *url, const struct origin_pair *pair, bool first)
{
    cr_buf_char(url, first ? '?' : '&');
    cr_url_encode(url, cr_slice_trim(pair->name), "");
    cr_buf_char(url, '=');
    cr_url_encode(url, cr_slice_trim(pair->value), "");
}

static bool came_before(const struct origin_pair *extra, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (cr_slice_equal(extra[i].name, extra[index].name))
            return true;
    }
    return false;
}

static bool is_http(struct cr_slice scheme)
{
    return cr_slice_equal_nocase(scheme, CR_SLICE("http")) ||
           cr_slice_equal_nocase(scheme, CR_SLICE("https"));
}

/* What a host may be made of, so that nobody down the line reads another host out of it. */
static bool is_host(struct cr_slice host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!isalnum((unsigned char)c) && c != '.' && c != '-' && c != '_' && c != ':')
            return false;
    }
    return host.len > 0;
}

int origin_of(struct cr_slice text, const struct origin_pair *extra, size_t count,
              struct cr_arena *arena, struct origin *out_origin, struct cr_err *err)
{
    text = cr_slice_trim(text);
    CR_AUTO(cr_buf) url = {.max = 8192};
    if (cr_slice_search(text, CR_SLICE("://")) < 0)
        cr_buf_text(&url, "http://");
    cr_buf_slice(&url, text);
    bool first = cr_slice_find(text, '?') < 0;
    for (size_t i = 0; i < count; i++) {
        if (came_before(extra, i))
            continue;
        append_pair(&url, &extra[i], first);
        first = false;
    }
    if (cr_buf_status(&url) == CR_ELIMIT)
        return cr_err_set(err, CR_EINVAL, "origin: longer than %zu bytes", url.max);
    const char *copy = cr_buf_status(&url) ? NULL : cr_arena_slice(arena, cr_buf_view(&url));
    if (!copy)
        return cr_err_set(err, CR_ENOMEM, "origin: out of memory");
    struct cr_url parts;
    if (cr_url_parse(cr_slice_of(copy), &parts, err))
        return cr_err_set(err, CR_EINVAL, "origin '%.*s' is not a URL", CR_SLICE_ARG(text));
    if (!is_http(parts.scheme))
        return cr_err_set(err, CR_EINVAL, "origin '%.*s': only http and https are proxied",
                          CR_SLICE_ARG(text));
    if (!is_host(parts.host))
        return cr_err_set(err, CR_EINVAL, "origin: '%.*s' is not a host", CR_SLICE_ARG(parts.host));
    if (parts.fragment.len > 0 || parts.user_info.len > 0)
        return cr_err_set(err, CR_EINVAL, "origin '%.*s': neither credentials nor '#' belong there",
                          CR_SLICE_ARG(parts.host));
    *out_origin = (struct origin){copy, parts.host, parts.port};
    return 0;
}

void origin_write(struct cr_buf *out, const char *scheme, const char *host, int port)
{
    bool v6 = strchr(host, ':') != NULL;
    cr_buf_printf(out, "%s://%s%s%s:%d", scheme, v6 ? "[" : "", host, v6 ? "]" : "", port);
}

/* --- the list --- */

static bool same_char(char pattern, char c)
{
    return tolower((unsigned char)pattern) == tolower((unsigned char)c);
}

/* One label against a pattern of literals, '?' and '*': greedy, with one step back. */
static bool label_fits(struct cr_slice pattern, struct cr_slice label)
{
    size_t p = 0, l = 0, star = SIZE_MAX, resume = 0;
    while (l < label.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = l;
        } else if (p < pattern.len &&
                   (pattern.ptr[p] == '?' || same_char(pattern.ptr[p], label.ptr[l]))) {
            p++;
            l++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            l = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

enum { LABELS_MAX = 64 };

static size_t split_labels(struct cr_slice text, struct cr_slice out[LABELS_MAX])
{
    size_t count = 0;
    while (count < LABELS_MAX && cr_slice_split(&text, '.', &out[count]))
        count++;
    return text.ptr ? SIZE_MAX : count; /* too many labels */
}

static bool is_any(struct cr_slice label)
{
    return cr_slice_is(label, "**");
}

/* The same greedy walk over labels, with `**` as the star. */
static bool labels_fit(const struct cr_slice *pattern, size_t pattern_count,
                       const struct cr_slice *host, size_t host_count)
{
    size_t p = 0, h = 0, star = SIZE_MAX, resume = 0;
    while (h < host_count) {
        if (p < pattern_count && is_any(pattern[p])) {
            star = p++;
            resume = h;
        } else if (p < pattern_count && label_fits(pattern[p], host[h])) {
            p++;
            h++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            h = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern_count && is_any(pattern[p]))
        p++;
    return p == pattern_count;
}

/* Takes ":8080" off a pattern that has one colon; more of them are an IPv6 address. */
static struct cr_slice without_port(struct cr_slice pattern, int64_t *out_port)
{
    ptrdiff_t colon = cr_slice_find(pattern, ':');
    *out_port = 0;
    if (colon < 0 || cr_slice_find_last(pattern, ':') != colon ||
        cr_int_parse(cr_slice_from(pattern, (size_t)colon + 1), 1, 65535, out_port))
        return pattern;
    return cr_slice_sub(pattern, 0, (size_t)colon);
}

bool origin_fits(const char *pattern, struct cr_slice host, int port)
{
    int64_t wanted_port = 0;
    struct cr_slice text = without_port(cr_slice_trim(cr_slice_of(pattern)), &wanted_port);
    if (wanted_port > 0 && wanted_port != port)
        return false;
    struct cr_slice pattern_labels[LABELS_MAX], host_labels[LABELS_MAX];
    size_t pattern_count = split_labels(text, pattern_labels);
    size_t host_count = split_labels(host, host_labels);
    return pattern_count <= LABELS_MAX && host_count <= LABELS_MAX &&
           labels_fit(pattern_labels, pattern_count, host_labels, host_count);
}

/* --- the registry --- */

bool origin_is_registered(const struct cr_snapshot *snapshot, struct cr_slice host, int port)
{
    for (size_t i = 0; host.len > 0 && i < snapshot->instance_count; i++) {
        const struct cr_instance *instance = &snapshot->instances[i];
        bool its_host = cr_slice_equal_nocase(host, cr_slice_of(instance->host)) ||
                        cr_slice_equal_nocase(host, cr_slice_of(instance->ip));
        bool its_port = port > 0 && (port == instance->port || port == instance->secure_port ||
                                     port == instance->management_port);
        if (its_host && its_port)
            return true;
    }
    return false;
}

/* --- addresses --- */

static enum origin_address kind_of_v4(uint32_t address)
{
    uint32_t first = address >> 24;
    if (first == 127)
        return ORIGIN_ADDRESS_LOOPBACK;
    bool link_local = address >> 16 == 0xA9FE; /* 169.254: metadata services live there */
    return first == 0 || first >= 224 || link_local ? ORIGIN_ADDRESS_BLOCKED : ORIGIN_ADDRESS_FREE;
}

static uint32_t v4_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static enum origin_address kind_of_v6(const unsigned char b[16])
{
    static const unsigned char loopback[16] = {[15] = 1};
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    static const unsigned char nat64[12] = {0x00, 0x64, 0xFF, 0x9B};
    static const unsigned char zero[12] = {0};
    if (memcmp(b, loopback, sizeof loopback) == 0)
        return ORIGIN_ADDRESS_LOOPBACK;
    if (memcmp(b, mapped, sizeof mapped) == 0 || memcmp(b, nat64, sizeof nat64) == 0 ||
        memcmp(b, zero, sizeof zero) == 0)
        return kind_of_v4(v4_at(b + 12)); /* an IPv4 address inside, :: among them */
    bool link_local = b[0] == 0xFE && (b[1] & 0xC0) == 0x80;
    return link_local || b[0] == 0xFF ? ORIGIN_ADDRESS_BLOCKED : ORIGIN_ADDRESS_FREE;
}

enum origin_address origin_address(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    char bare[INET6_ADDRSTRLEN];
    size_t len = strcspn(address, "%"); /* a scope, as in fe80::1%eth0 */
    if (len >= sizeof bare)
        return ORIGIN_ADDRESS_BLOCKED;
    memcpy(bare, address, len);
    bare[len] = '\0';
    if (inet_pton(AF_INET, bare, &v4) == 1)
        return kind_of_v4(ntohl(v4.s_addr));
    if (inet_pton(AF_INET6, bare, &v6) == 1)
        return kind_of_v6(v6.s6_addr);
    return ORIGIN_ADDRESS_BLOCKED;
}
