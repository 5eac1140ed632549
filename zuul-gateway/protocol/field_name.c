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
    [FIELD_TRAILER] = {NAME("trailer"), HOP},
    [FIELD_TRANSFER_ENCODING] = {NAME("transfer-encoding"), HOP | FIELD_FRAMING | FIELD_UNLISTABLE},
    [FIELD_UPGRADE] = {NAME("upgrade"), HOP},
    [FIELD_VIA] = {NAME("via"), FIELD_NO_TRAILER},
    [FIELD_X_APPLICATION_CONTEXT] = {NAME("x-application-context"), FIELD_ZUUL_DROPS},
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

/* True when name is spelled as the (lower-case) known name; fold maps an octet before comparing. */
static bool spelled(struct cr_slice name, struct cr_slice as, bool fold_underscore)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = octet_lower(name.ptr[i]);
        if (fold_underscore && c == '_')
            c = '-';
        if (c != as.ptr[i])
            return false;
    }
    return true;
}

static enum field_id lookup(struct cr_slice name, bool fold_underscore)
{
    for (unsigned id = FIELD_OTHER + 1; id < FIELD_COUNT; id++)
        if (known[id].name.len == name.len && spelled(name, known[id].name, fold_underscore))
            return (enum field_id)id;
    return FIELD_OTHER;
}

enum field_id field_name_id(struct cr_slice name)
{
    return lookup(name, false);
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
    return lookup(name, true);
}
