/* field_name: the header fields that the gateway has an opinion on, each with its rules.
 *
 * A parsed field carries its id, so that every later question ("may this pass?") is a bit test.
 *
 * Source:  RFC 9110 section 7.6.1 (hop-by-hop), 6.5 (trailers); Zuul's ProxyRequestHelper
 *          (fields never copied).
 * Threads: constant data.
 */
#ifndef GATEWAY_FIELD_NAME_H
#define GATEWAY_FIELD_NAME_H

#include "cr_slice.h"

enum field_id {
    FIELD_OTHER,
    FIELD_AUTHORIZATION,
    FIELD_B3,
    FIELD_CONNECTION,
    FIELD_CONTENT_ENCODING,
    FIELD_CONTENT_LENGTH,
    FIELD_CONTENT_RANGE,
    FIELD_CONTENT_TYPE,
    FIELD_COOKIE,
    FIELD_DATE,
    FIELD_EXPECT,
    FIELD_FORWARDED,
    FIELD_HOST,
    FIELD_HTTP2_SETTINGS,
    FIELD_KEEP_ALIVE,
    FIELD_MAX_FORWARDS,
    FIELD_PROXY_AUTHENTICATE,
    FIELD_PROXY_AUTHORIZATION,
    FIELD_PROXY_CONNECTION,
    FIELD_SERVER,
    FIELD_SET_COOKIE,
    FIELD_TE,
    FIELD_TRACEPARENT,
    FIELD_TRACESTATE,
    FIELD_TRAILER,
    FIELD_TRANSFER_ENCODING,
    FIELD_UPGRADE,
    FIELD_VIA,
    FIELD_X_APPLICATION_CONTEXT,
    FIELD_X_B3_SAMPLED,
    FIELD_X_B3_TRACEID,
    FIELD_X_FORWARDED_FOR,
    FIELD_X_FORWARDED_HOST,
    FIELD_X_FORWARDED_PORT,
    FIELD_X_FORWARDED_PREFIX,
    FIELD_X_FORWARDED_PROTO,
    FIELD_X_GATEWAY_FAILURE,
    FIELD_X_REAL_IP,
    FIELD_X_REQUEST_ID,
    FIELD_COUNT,
};

enum field_flag {
    FIELD_HOP = 1,           /* of one connection only: never passed on, either way */
    FIELD_REGENERATED = 2,   /* the gateway writes its own, requests only */
    FIELD_FRAMING = 4,       /* decides where a message ends or where it goes */
    FIELD_UNLISTABLE = 8,    /* 400 when Connection names it (P2) */
    FIELD_CLIENT_CLAIM = 16, /* says who the client is: only from a trusted peer */
    FIELD_NO_TRAILER = 32,   /* must not arrive as a trailer */
    FIELD_ZUUL_DROPS = 64,   /* Zuul never copies it, either way */
};

/* FIELD_OTHER when the gateway has no opinion. name is a token; case does not matter. */
enum field_id field_name_id(struct cr_slice name);

unsigned field_name_flags(enum field_id id);
const char *field_name_text(enum field_id id); /* lower case; "" for FIELD_OTHER */

/* The id of the field that name would be if each '_' were a '-', when it has one at all:
 * X_Forwarded_For is read as X-Forwarded-For by CGI-like back ends. FIELD_OTHER otherwise. */
enum field_id field_name_lookalike(struct cr_slice name);

static inline uint64_t field_bit(enum field_id id)
{
    return UINT64_C(1) << (unsigned)id;
}

_Static_assert(FIELD_COUNT <= 64, "a set of field ids is one 64-bit word");

#endif
