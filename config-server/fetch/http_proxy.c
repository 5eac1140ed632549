/* http_proxy: the scheme's own proxy, or the other one, unless the host is an exception. */
#include "http_proxy.h"

#include <stdbool.h>
#include <stddef.h>

#include "cr_url.h"

static bool is_there(const struct http_proxy *proxy)
{
    return *proxy->host && proxy->port > 0;
}

static bool starts_nocase(struct cr_slice text, struct cr_slice with)
{
    return text.len >= with.len && cr_slice_equal_nocase(cr_slice_sub(text, 0, with.len), with);
}

static bool ends_nocase(struct cr_slice text, struct cr_slice with)
{
    return text.len >= with.len &&
           cr_slice_equal_nocase(cr_slice_from(text, text.len - with.len), with);
}

static bool matches(struct cr_slice pattern, struct cr_slice host)
{
    bool open_start = cr_slice_starts(pattern, CR_SLICE("*"));
    struct cr_slice rest = cr_slice_from(pattern, open_start);
    bool open_end = cr_slice_ends(rest, CR_SLICE("*"));
    rest = cr_slice_sub(rest, 0, rest.len - open_end);
    if (open_start && open_end) {
        for (size_t at = 0; at + rest.len <= host.len; at++)
            if (starts_nocase(cr_slice_from(host, at), rest))
                return true;
        return false;
    }
    if (open_start)
        return ends_nocase(host, rest);
    return open_end ? starts_nocase(host, rest) : cr_slice_equal_nocase(host, rest);
}

static bool is_excepted(const struct http_proxy *proxy, struct cr_slice host)
{
    struct cr_slice all = cr_slice_of(proxy->non_proxy_hosts), part, pattern;
    while (cr_slice_split(&all, '|', &part)) {
        while (cr_slice_split(&part, ',', &pattern)) {
            pattern = cr_slice_trim(pattern);
            if (pattern.len > 0 && matches(pattern, host))
                return true;
        }
    }
    return false;
}

const struct http_proxy *http_proxy_for(const struct http_proxies *proxies, struct cr_slice url)
{
    struct cr_url parts;
    if (cr_url_parse(url, &parts, NULL) < 0)
        return NULL;
    bool is_https = cr_slice_equal_nocase(parts.scheme, CR_SLICE("https"));
    const struct http_proxy *own = is_https ? &proxies->https : &proxies->http;
    const struct http_proxy *other = is_https ? &proxies->http : &proxies->https;
    const struct http_proxy *proxy = is_there(own) ? own : other;
    return is_there(proxy) && !is_excepted(proxy, parts.host) ? proxy : NULL;
}
