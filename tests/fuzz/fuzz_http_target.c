/* Request targets: the parts are those that a foreign reader finds, and the path that is routed has
 * one spelling only. */
#include <http_parser.h>
#include <stdlib.h>
#include <string.h>

#include "foreign.h"
#include "fuzz.h"
#include "octet.h"
#include "target.h"

static struct cr_slice part(const struct http_parser_url *url, struct cr_slice raw,
                            enum http_parser_url_fields field)
{
    if (!(url->field_set & (1U << (unsigned)field)))
        return (struct cr_slice){NULL, 0};
    return cr_slice_sub(raw, url->field_data[field].off,
                        (size_t)url->field_data[field].off + url->field_data[field].len);
}

/* A name in brackets is an address: the foreign reader tells it without them. */
static struct cr_slice bare(struct cr_slice host)
{
    return host.len > 2 && host.ptr[0] == '[' ? cr_slice_sub(host, 1, host.len - 1) : host;
}

static void check_parts(const struct target *target, struct cr_slice raw)
{
    struct http_parser_url url;
    struct cr_slice host;
    int port;
    http_parser_url_init(&url);
    if (http_parser_parse_url(raw.ptr, raw.len, 0, &url))
        return;
    struct cr_slice path = part(&url, raw, UF_PATH);
    FUZZ_HOLDS(!(url.field_set & (1U << UF_FRAGMENT)));
    FUZZ_HOLDS(cr_slice_equal(target->path, path.len ? path : CR_SLICE("/")));
    FUZZ_HOLDS(cr_slice_equal(target->query.len ? cr_slice_from(target->query, 1) : target->query,
                              part(&url, raw, UF_QUERY)));
    if (target->form != TARGET_ABSOLUTE)
        return;
    FUZZ_HOLDS(!(url.field_set & (1U << UF_USERINFO)));
    authority_split(target->authority, &host, &port);
    FUZZ_HOLDS(cr_slice_equal(bare(host), part(&url, raw, UF_HOST)));
    FUZZ_HOLDS(port == url.port);
}

/* The path as it is routed says the same when it is read again, and climbs nowhere. */
static void check_path(struct cr_slice path)
{
    static char area[64 * 1024], again_area[64 * 1024];
    struct cr_slice once, again;
    struct fault fault = {0};
    if (path.len > sizeof(area) || target_normalise(path, area, &once, &fault))
        return;
    FUZZ_HOLDS(once.len && once.ptr[0] == '/' && (once.len < 2 || once.ptr[1] != '/'));
    FUZZ_HOLDS(once.len <= path.len);
    FUZZ_HOLDS(!memmem(once.ptr, once.len, "/../", 4) && !cr_slice_ends(once, CR_SLICE("/..")));
    FUZZ_HOLDS(!memmem(once.ptr, once.len, "/./", 3) && !memchr(once.ptr, ';', once.len));
    FUZZ_HOLDS(!memchr(once.ptr, '\\', once.len) && octet_all(once, OCTET_TARGET));
    FUZZ_HOLDS(target_normalise(once, again_area, &again, &fault) == 0);
    FUZZ_HOLDS(cr_slice_equal(once, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cr_slice raw = fuzz_slice(data, size);
    struct target target;
    struct fault fault = {0};
    if (!raw.len || !octet_all(raw, OCTET_TARGET))
        return 0; /* the head's reader lets no other target through */
    if (target_split(raw, CR_SLICE("GET"), &target, &fault)) {
        FUZZ_HOLDS(fault.failure != FAILURE_NONE && fault.text[0]);
        return 0;
    }
    check_parts(&target, raw);
    check_path(target.path);
    return 0;
}
