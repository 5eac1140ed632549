/* stream_proxy: passes one upstream event stream on to one client, event by event.
 *
 * The client is answered when the upstream has answered: with the stream, or with a problem that
 * names the URL, what happened and what to change. An event that does not fit into a slow client's
 * queue is left out whole, and ends the stream if it bears an id. When the upstream breaks off, the
 * last event is `event: problem` with {"detail":...}, and the stream ends; the client comes back.
 *
 * Ownership: the caller owns the stream_proxies, which must outlive every stream; a request handed
 *            over is answered by this room.
 * Units:     bytes, milliseconds.
 * Errors:    none towards the caller.
 * Threads:   any.
 * Source:    Spring's ProxyStreamServlet, with reasons instead of an empty 200. No redirects, no
 *            cookies, no headers of the client but Last-Event-ID.
 */
#ifndef STREAM_PROXY_H
#define STREAM_PROXY_H

#include <stdbool.h>

struct cr_http_client;
struct cr_http_request;

struct stream_proxies {
    struct cr_http_client *http;
    int streams_max;
    _Atomic int streams;
};

struct stream_proxy_target {
    const char *url;
    const char *advice; /* what to change when it fails; a constant */
    /* Judges the address before a connection is made; NULL: all are fine. */
    bool (*may_connect)(const char *address, void *ctx);
    void *ctx; /* must outlive the stream */
};

void stream_proxy(struct stream_proxies *proxies, struct cr_http_request *req,
                  const struct stream_proxy_target *target);

#endif
