/* cr_url: absolute URLs, percent-encoding and query strings.
 *
 * Ownership: the parts of a cr_url are slices of the text that was parsed. Decoded texts live in
 * the caller's arena, NUL-terminated. Errors:    CR_EPARSE (what is wrong is in err), CR_ENOMEM or
 * CR_ELIMIT from the arena. Threads:   any. Source:    RFC 3986; the query's form encoding ('+' is
 * a blank) is that of the WHATWG URL standard.
 */
#ifndef CR_URL_H
#define CR_URL_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"

struct cr_url {
    struct cr_slice scheme;
    struct cr_slice user_info; /* raw, without '@'; empty if absent */
    struct cr_slice host;      /* raw; an IPv6 address without its brackets */
    int port;                  /* the scheme's default when absent; 0 when it has none */
    bool has_port;
    struct cr_slice path;  /* raw, with its slash; may be empty */
    struct cr_slice query; /* raw, without '?' */
    struct cr_slice fragment;
};

/* "scheme://[user@]host[:port][/path][?query][#fragment]". Blanks and control characters anywhere,
 * an empty host (but for "file:") and a port above 65535 are errors. */
CR_MUST_CHECK int cr_url_parse(struct cr_slice text, struct cr_url *out_url, struct cr_err *err);

/* %XX decoded. CR_EPARSE on a malformed escape and on %00. */
CR_MUST_CHECK int cr_url_decode(struct cr_slice text, struct cr_arena *arena,
                                struct cr_slice *out_text);
/* The same, and '+' is a blank: for queries and form bodies. */
CR_MUST_CHECK int cr_url_decode_form(struct cr_slice text, struct cr_arena *arena,
                                     struct cr_slice *out_text);

/* Percent-encodes everything but unreserved characters and those in keep ("" or e.g. "/:@"). */
void cr_url_encode(struct cr_buf *out, struct cr_slice text, const char *keep);

/* Takes the next "name=value" off a raw query; parts are still encoded. False at the end. */
bool cr_url_query_next(struct cr_slice *rest, struct cr_slice *out_name,
                       struct cr_slice *out_value);
/* The first parameter of that (decoded) name, decoded. CR_ENOTFOUND when there is none. */
CR_MUST_CHECK int cr_url_query_get(struct cr_slice query, const char *name, struct cr_arena *arena,
                                   struct cr_slice *out_value);

#endif
