/* http_proxy: the HTTP proxies on the way to a remote repository, as the settings say them, and
 * which of them a URL needs. Pure.
 *
 * Ownership: borrowed texts, "" where one is not set.
 * Source:    Spring Cloud Config ProxyHostProperties and SchemeBasedRoutePlanner: each stands in
 *            for the other. java.net's http.nonProxyHosts for the exceptions.
 */
#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include <stdint.h>

#include "cr_slice.h"

struct http_proxy {
    const char *host; /* "": there is none */
    int64_t port;
    const char *username, *password;
    const char *non_proxy_hosts; /* "localhost|*.example.org", "*" at either end of one */
};

struct http_proxies {
    struct http_proxy http, https; /* for URLs of the scheme; spoken to in clear */
};

/* The one by which the URL is reached; NULL: without any. */
const struct http_proxy *http_proxy_for(const struct http_proxies *proxies, struct cr_slice url);

#endif
