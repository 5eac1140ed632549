/* The table of known fields, and the lookup by length and spelling. */
#include "field_name.h"

#include "octet.h"

struct known {
    struct cr_slice name;
    unsigned flags;
};

#define HOP (FIELD_HOP | FIELD_NO_TRAILER)
#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct known known[FIELD_COUNT] = {
    [FIELD_AUTHORIZATION] = {NAME("authorization"), FIELD_UNLISTABLE | FIELD_NO_TRAILER},
    [FIELD_B3] = {NAME("b3"), FIELD_NO_TRAILER},
    [FIELD_CONNECTION] = {NAME("connection"), HOP},
    [FIELD_CONTENT_ENCODING] = {NAME("content-encoding"), FIELD_NO_TRAILER},
    [FIELD_CONTENT_LENGTH] = {NAME("content-length"), HOP | FIELD_FRAMING | FIELD_UNLISTABLE},
    [FIELD_CONTENT_RANGE] = {NAME("content-range"), FIELD_NO_TRAILER},
    [FIELD_CONTENT_TYPE] = {NAME("content-type"), FIELD_NO_TRAILER},
    [FIELD_COOKIE] = {NAME("cookie"), FIELD_UNLISTABLE | FIELD_NO_TRAILER},
    [FIELD_DATE] = {NAME("date"), FIELD_NO_TRAILER},
    [FIELD_EXPECT] = {NAME("expect"), FIELD_REGENERATED | FIELD_NO_TRAILER},
    [FIELD_FORWARDED] = {NAME("forwarded"), FIELD_CLIENT_CLAIM | FIELD_NO_TRAILER},
    [FIELD_HOST] = {NAME("host"),
                    FIELD_REGENERATED | FIELD_FRAMING | FIELD_UNLISTABLE | FIELD_NO_TRAILER},
    [FIELD_HTTP2_SETTINGS] = {NAME("http2-settings"), HOP},
    [FIELD_KEEP_ALIVE] = {NAME("keep-alive"), HOP},
    [FIELD_MAX_FORWARDS] = {NAME("max-forwards"), FIELD_NO_TRAILER},
    [FIELD_PROXY_AUTHENTICATE] = {NAME("proxy-authenticate"), HOP},
    [FIELD_PROXY_AUTHORIZATION] = {NAME("proxy-authorization"), HOP},
    [FIELD_PROXY_CONNECTION] = {NAME("proxy-connection"), HOP},
    [FIELD_SERVER] = {NAME("server"), FIELD_ZUUL_DROPS | FIELD_NO_TRAILER},
    [FIELD_SET_COOKIE] = {NAME("set-cookie"), FIELD_NO_TRAILER},
    [FIELD_TE] = {NAME("te"), HOP},
    [FIELD_TRACEPARENT] = {NAME("traceparent"), FIELD_NO_TRAILER},
    [FIELD_TRACESTATE] = {NAME("tracestate"), FIELD_NO_TRAILER},
    [FIELD_TRAILER] = {NAME("trailer"), HOP},
    [FIELD_TRANSFER_ENCODING] = {NAME("transfer-encoding"), HOP | FIELD_FRAMING | FIELD_UNLISTABLE},
    [FIELD_UPGRADE] = {NAME("upgrade"), HOP},
    [FIELD_VIA] = {NAME("via"), FIELD_NO_TRAILER},
    [FIELD_X_APPLICATION_CONTEXT] = {NAME("x-application-context"), FIELD_ZUUL_DROPS},
    [FIELD_X_B3_SAMPLED] = {NAME("x-b3-sampled"), FIELD_NO_TRAILER},
    [FIELD_X_B3_TRACEID] = {NAME("x-b3-traceid"), FIELD_NO_TRAILER},
    [FIELD_X_FORWARDED_FOR] = {NAME("x-forwarded-for"),
                               FIELD_REGENERATED | FIELD_CLIENT_CLAIM | FIELD_NO_TRAILER},
    [FIELD_X_FORWARDED_HOST] = {NAME("x-forwarded-host"),
                                FIELD_REGENERATED | FIELD_CLIENT_CLAIM | FIELD_NO_TRAILER},
    [FIELD_X_FORWARDED_PORT] = {NAME("x-forwarded-port"),
                                FIELD_REGENERATED | FIELD_CLIENT_CLAIM | FIELD_NO_TRAILER},
    [FIELD_X_FORWARDED_PREFIX] = {NAME("x-forwarded-prefix"),
                                  FIELD_REGENERATED | FIELD_CLIENT_CLAIM | FIELD_NO_TRAILER},
    [FIELD_X_FORWARDED_PROTO] = {NAME("x-forwarded-proto"),
                                 FIELD_REGENERATED | FIELD_CLIENT_CLAIM | FIELD_NO_TRAILER},
    [FIELD_X_GATEWAY_FAILURE] = {NAME("x-gateway-failure"), FIELD_NO_TRAILER},
    [FIELD_X_REAL_IP] = {NAME("x-real-ip"), FIELD_CLIENT_CLAIM | FIELD_NO_TRAILER},
    [FIELD_X_REQUEST_ID] = {NAME("x-request-id"), FIELD_REGENERATED | FIELD_NO_TRAILER},
};

/* The octet of a token in lower case. Setting that bit leaves '-' and digits as they are, and makes
 * no other octet of a token one of them. */
static char lower(char c)
{
    return (char)(c | ' ');
}

/* True when name, a token, is spelled as the (lower-case) known name of the same length. */
static bool spelled(struct cr_slice name, struct cr_slice as)
{
    size_t i = 0;
    while (i < name.len && lower(name.ptr[i]) == as.ptr[i])
        i++;
    return i == name.len;
}

/* The same with each '_' read as '-'. */
static bool looks_like(struct cr_slice name, struct cr_slice as)
{
    size_t i = 0;
    while (i < name.len && (name.ptr[i] == '_' ? '-' : lower(name.ptr[i])) == as.ptr[i])
        i++;
    return i == name.len;
}

/* The known names of each length, zero-terminated: which one it is, is seen at a glance. */
enum { NAME_MAX_LENGTH = 21, NAMES_OF_ONE_LENGTH = 6 };
static const unsigned char by_length[NAME_MAX_LENGTH + 1][NAMES_OF_ONE_LENGTH] = {
    [2] = {FIELD_TE, FIELD_B3},
    [3] = {FIELD_VIA},
    [4] = {FIELD_HOST, FIELD_DATE},
    [6] = {FIELD_COOKIE, FIELD_EXPECT, FIELD_SERVER},
    [7] = {FIELD_TRAILER, FIELD_UPGRADE},
    [9] = {FIELD_FORWARDED, FIELD_X_REAL_IP},
    [10] = {FIELD_CONNECTION, FIELD_KEEP_ALIVE, FIELD_SET_COOKIE, FIELD_TRACESTATE},
    [11] = {FIELD_TRACEPARENT},
    [12] = {FIELD_CONTENT_TYPE, FIELD_MAX_FORWARDS, FIELD_X_REQUEST_ID, FIELD_X_B3_TRACEID,
            FIELD_X_B3_SAMPLED},
    [13] = {FIELD_AUTHORIZATION, FIELD_CONTENT_RANGE},
    [14] = {FIELD_CONTENT_LENGTH, FIELD_HTTP2_SETTINGS},
    [15] = {FIELD_X_FORWARDED_FOR},
    [16] = {FIELD_CONTENT_ENCODING, FIELD_PROXY_CONNECTION, FIELD_X_FORWARDED_HOST,
            FIELD_X_FORWARDED_PORT},
    [17] = {FIELD_TRANSFER_ENCODING, FIELD_X_FORWARDED_PROTO, FIELD_X_GATEWAY_FAILURE},
    [18] = {FIELD_PROXY_AUTHENTICATE, FIELD_X_FORWARDED_PREFIX},
    [19] = {FIELD_PROXY_AUTHORIZATION},
    [21] = {FIELD_X_APPLICATION_CONTEXT},
};

static const unsigned char *candidates(struct cr_slice name)
{
    return by_length[name.len <= NAME_MAX_LENGTH ? name.len : 0];
}

enum field_id field_name_id(struct cr_slice name)
{
    for (const unsigned char *id = candidates(name); *id; id++)
        if (lower(name.ptr[0]) == known[*id].name.ptr[0] && spelled(name, known[*id].name))
            return (enum field_id) * id;
    return FIELD_OTHER;
}

unsigned field_name_flags(enum field_id id)
{
    return known[id].flags;
}

const char *field_name_text(enum field_id id)
{
    return id == FIELD_OTHER ? "" : known[id].name.ptr;
}

enum field_id field_name_lookalike(struct cr_slice name)
{
    if (cr_slice_find(name, '_') < 0)
        return FIELD_OTHER;
    for (const unsigned char *id = candidates(name); *id; id++)
        if (looks_like(name, known[*id].name))
            return (enum field_id) * id;
    return FIELD_OTHER;
}
