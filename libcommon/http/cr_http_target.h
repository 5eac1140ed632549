/* cr_http_target: a request line's target, taken apart without decoding anything.
 *
 * "/path?query", "http://host/path?query" as proxies send it, or "*" (for OPTIONS). The split comes
 * first and whoever reads a part decodes it once: %2F never splits, %3F never begins a query.
 * Blanks, control characters and '#' are not part of any target: another reader might cut the text
 * there. Bytes above 0x7f pass, as browsers and curl send them.
 *
 * Ownership: the parts are slices of the text.
 * Errors:    CR_EPARSE; *out_target is then unchanged.
 * Threads:   pure.
 * Source:    RFC 9112 section 3.2.
 */
#ifndef CR_HTTP_TARGET_H
#define CR_HTTP_TARGET_H

#include "cr_attr.h"
#include "cr_slice.h"

struct cr_http_target {
    struct cr_slice path;  /* raw, with its '/'; or "*" */
    struct cr_slice query; /* raw, without '?'; empty when absent */
};

CR_MUST_CHECK int cr_http_target_parse(struct cr_slice text, struct cr_http_target *out_target);

#endif
