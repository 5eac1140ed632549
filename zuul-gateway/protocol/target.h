/* target: the request target taken apart, and the one path that is both matched and forwarded.
 *
 * The path is made canonical once: routes are chosen on exactly the octets that the back end gets,
 * so that no spelling means one thing here and another thing there.
 *
 * Ownership: slices into the caller's octets, or into the buffer that it gives.
 * Errors:    CR_EPARSE with a 400.
 * Source:    RFC 9112 section 3.2, RFC 3986 section 6.2.2; gateway reference 3.6, decision G9.
 * Threads:   pure.
 */
#ifndef GATEWAY_TARGET_H
#define GATEWAY_TARGET_H

#include "cr_slice.h"
#include "fault.h"

enum target_form {
    TARGET_ORIGIN,    /* /path?query */
    TARGET_ABSOLUTE,  /* http://host/path?query */
    TARGET_AUTHORITY, /* host:port, CONNECT only */
    TARGET_ASTERISK,  /* *, OPTIONS only */
};

struct target {
    enum target_form form;
    struct cr_slice authority; /* TARGET_ABSOLUTE, TARGET_AUTHORITY */
    struct cr_slice path;      /* raw; "/" when an absolute form has none */
    struct cr_slice query;     /* raw, with its '?'; empty when there is none */
};

CR_MUST_CHECK int target_split(struct cr_slice raw, struct cr_slice method,
                               struct target *out_target, struct fault *fault);

/* The canonical form of a raw path: the path itself, or written to out, which holds at least
 * path.len octets:
 * ";parameters" cut, "." segments gone, escapes of unreserved characters decoded, others in upper
 * case. "%2F" and doubled slashes inside stay, those in front are one. Refused: "..", in whatever
 * spelling, backslashes, control characters, broken escapes and UTF-8 that is not shortest. */
CR_MUST_CHECK int target_normalise(struct cr_slice path, char *out, struct cr_slice *out_path,
                                   struct fault *fault);

/* host [":" port] as we accept it: a name, an IPv4 or a bracketed IPv6 address. */
bool authority_valid(struct cr_slice authority);

/* Names compare without case, port 80 equals none. */
bool authority_equal(struct cr_slice a, struct cr_slice b);

/* Splits a valid authority; out_port is 0 when it names none. */
void authority_split(struct cr_slice authority, struct cr_slice *out_host, int *out_port);

#endif
