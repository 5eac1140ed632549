/* http_peer: a client made of a socket and bytes, for what no HTTP library would send.
 *
 * Ownership: the caller closes what it connected.
 * Errors:    a failure or 10 s without an answer fails the test.
 * Threads:   any.
 */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_buf.h"
#include "cr_http_server.h"

/* cmocka's header needs these. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct cr_http_server *peer_serve(const struct cr_http_server_options *options,
                                  const struct cr_http_route *rows, size_t count, void *ctx);

int peer_connect(int port);
int peer_try_connect(int port); /* -1: refused; for threads, where a test must not fail */
int peer_connect_unix(const char *path);
void peer_send(int fd, const char *text);
void peer_send_bytes(int fd, const void *data, size_t len);

/* One answer: its head, and its body by Content-Length (none for head_only, 204, 304). Returns the
 * status; 0 when the connection ended instead. */
int peer_answer(int fd, struct cr_buf *out, bool head_only);
/* Everything until the end of the connection (a reset counts). */
void peer_rest(int fd, struct cr_buf *out);
/* True when the peer closes within wait_ms, whatever comes before. */
bool peer_closes(int fd, int wait_ms);
/* Reads until text has come; false when the connection ends or time is up before. */
bool peer_expect(int fd, struct cr_buf *seen, const char *text);

/* Connect, send, answer, close: the status. out may be NULL. */
int peer_ask(int port, const char *text, struct cr_buf *out);

/* Polls until check(ctx) or 10 s. */
bool peer_until(bool (*check)(void *ctx), void *ctx);

#endif
