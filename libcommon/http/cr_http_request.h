/* cr_http_request: one request at the server, from its routing to its answer.
 *
 * A handler answers now or later; any thread may answer, exactly once, with one of the
 * cr_http_answer* functions, cr_http_problem or cr_http_stream_open. If the handler returned
 * without an answer, the connection is suspended until somebody answers; no thread waits.
 *
 * Ownership: the request and all that its accessors give live until it is answered; the answering
 *            call ends the caller's right to it, whether or not the client is still there.
 * Errors:    absent values are slices with a NULL ptr; answering cannot fail for the caller (no
 *            memory becomes a 500, a client that left is ignored).
 * Threads:   one at a time; handing the request to another thread is fine. A request that drain
 *            gave up on stays valid; its late answer is dropped.
 * Source:    RFC 9110, RFC 9112; RFC 9457 for problems; Spring Boot's error attributes.
 */
#ifndef CR_HTTP_REQUEST_H
#define CR_HTTP_REQUEST_H

#include "cr_arena.h"
#include "cr_attr.h"
#include "cr_buf.h"
#include "cr_slice.h"

struct cr_http_request;
typedef void (*cr_http_handler)(struct cr_http_request *req, void *ctx);

/* Every text below is NUL-terminated beyond its length. */
const char *cr_http_method(const struct cr_http_request *req);     /* "GET"; "HEAD" stays "HEAD" */
struct cr_slice cr_http_target(const struct cr_http_request *req); /* raw, with the query */
struct cr_slice cr_http_path(const struct cr_http_request *req);   /* raw, not decoded */
struct cr_slice cr_http_query_text(const struct cr_http_request *req); /* raw, without the '?' */
const char *cr_http_pattern(const struct cr_http_request *req); /* of the route that matched */

/* Path parameter "{name}": its one segment, decoded once (so it may hold a '/' that was sent as
 * %2F, never a NUL). "**" is the raw rest of the path, without its leading '/'. */
struct cr_slice cr_http_param(const struct cr_http_request *req, const char *name);

/* First value of a query parameter, decoded, '+' as a blank; "" for a name without '='. A malformed
 * escape or %00 in a query leaves that name or value as it came, as Tomcat does. */
struct cr_slice cr_http_query(const struct cr_http_request *req, const char *name);

/* Walk over all query parameters, in order: start with *cursor = 0. False at the end. */
bool cr_http_query_next(const struct cr_http_request *req, size_t *cursor,
                        struct cr_slice *out_name, struct cr_slice *out_value);

/* First header of that name (any case), trimmed. */
struct cr_slice cr_http_header(const struct cr_http_request *req, const char *name);
bool cr_http_header_next(const struct cr_http_request *req, size_t *cursor,
                         struct cr_slice *out_name, struct cr_slice *out_value);

/* Who asks, by the server's own user and password. Handlers of open patterns judge it themselves.
 */
enum cr_http_standing {
    CR_HTTP_ANYBODY,  /* the server has none */
    CR_HTTP_KNOWN,    /* the request brings them */
    CR_HTTP_STRANGER, /* it does not */
};
enum cr_http_standing cr_http_standing(const struct cr_http_request *req);

/* Unpacked where it came as gzip; its Content-Encoding is then gone from the headers. */
struct cr_slice cr_http_body(const struct cr_http_request *req);
const char *cr_http_peer(const struct cr_http_request *req); /* "127.0.0.1", "::1" or "unix" */
struct cr_arena *cr_http_arena(struct cr_http_request *req); /* for the handler; bounded */

/* Adds a header to the answer to come; both texts are copied. Invalid ones are ignored. */
void cr_http_answer_header(struct cr_http_request *req, const char *name, const char *value);

/* The body is copied. content_type may be NULL where there is no body. */
void cr_http_answer(struct cr_http_request *req, int status, const char *content_type,
                    struct cr_slice body);
/* Takes what the buffer holds and leaves it empty; a failed buffer becomes a 500. */
void cr_http_answer_buf(struct cr_http_request *req, int status, const char *content_type,
                        struct cr_buf *body);
/* A body that exists already, in pieces that do not change: nothing is copied. release is called
 * once, when the last byte has left or nobody wants it any more. The server does not compress it.
 */
struct cr_http_pieces {
    const struct cr_slice
        *items;   /* not kept beyond the call; what they point to is, until release */
    size_t count; /* at most CR_HTTP_PIECES_MAX; more become a 500 */
    void (*release)(void *owner);
    void *owner;
};
enum { CR_HTTP_PIECES_MAX = 256 };
void cr_http_answer_pieces(struct cr_http_request *req, int status, const char *content_type,
                           const struct cr_http_pieces *body);
/* application/problem+json: type, title, status, detail, instance and Boot's timestamp, error,
 * message, path. */
void cr_http_problem(struct cr_http_request *req, int status, const char *format, ...)
    CR_PRINTF(3, 4);

#endif
