/* origin: where /proxy.stream may lead, and the URL that it then asks; pure.
 *
 * Ownership: URLs live in the caller's arena.
 * Errors:    origin_of: CR_EINVAL with what is wrong with the text; CR_ENOMEM.
 * Threads:   pure functions.
 * Source:    Spring's HystrixDashboardConfiguration for the parameters; its allow list's patterns
 *            (Ant style with '.' as the separator). Stricter than the original, which had
 *            CVE-2020-5412: an origin is allowed only when the registry knows its host and port, or
 *            when the list names it. Link-local and reserved addresses need the list's literal
 *            word in either case, addresses of the machine itself for origins of the list.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_instances.h"

struct origin_pair {
    struct cr_slice name;
    struct cr_slice value;
};

struct origin {
    const char *url;
    struct cr_slice host; /* within url */
    int port;
};

/* "host:8080/turbine.stream?cluster=X" with the parameters behind it: "http://" in front where no
 * scheme stands, each parameter once, percent-encoded. */
CR_MUST_CHECK int origin_of(struct cr_slice text, const struct origin_pair *extra, size_t count,
                            struct cr_arena *arena, struct origin *out_origin, struct cr_err *err);

/* "http://h:80", "http://[::1]:80". */
void origin_write(struct cr_buf *out, const char *scheme, const char *host, int port);

/* `*` is within one label, `**` any number of labels, `?` one character; any case. A pattern with
 * ":port" at its end fits that port only. */
bool origin_fits(const char *pattern, struct cr_slice host, int port);

/* Does an instance of the registry stand there? */
bool origin_is_registered(const struct cr_snapshot *snapshot, struct cr_slice host, int port);

enum origin_address {
    ORIGIN_ADDRESS_FREE,
    ORIGIN_ADDRESS_LOOPBACK, /* this machine */
    ORIGIN_ADDRESS_BLOCKED,  /* link-local, multicast, reserved, unspecified, or no address */
};
/* Of a numeric address ("127.0.0.1", "fe80::1"). */
enum origin_address origin_address(const char *address);

#endif
