/* placeholders: ${key} and ${key:default} resolved against an environment's own sources. Pure.
 *
 * Ownership: the resolver borrows the environment; results are appended to the caller's buffer.
 * Errors:    CR_EINVAL (answer 400) a placeholder that refers to itself, named in the text, or that
 *            expands beyond the bounds below; CR_ENOMEM.
 * Threads:   one at a time.
 * Source:    Spring Cloud Config EnvironmentPropertySource, Spring PlaceholderParser (6.2 and
 *            later); config-server reference 2.8.
 *
 * The first source that has the key gives the value; the server's own settings and environment are
 * never asked. Blanks around a key do not count. Keys, defaults and values may have placeholders
 * themselves. The whole text "key:default" is tried as a key first. What has neither value nor
 * default stays as it is, and so does what a backslash escapes: "\${x}" and "\\${x}" give "${x}".
 */
#ifndef PLACEHOLDERS_H
#define PLACEHOLDERS_H

#include "cr_buf.h"
#include "cr_err.h"
#include "cr_wire_environment.h"

enum {
    PLACEHOLDERS_DEPTH_MAX = 64,           /* values within values, braces within braces */
    PLACEHOLDERS_LOOKUPS_MAX = 1000000,    /* of one resolver in all */
    PLACEHOLDERS_BYTES_MAX = 32 * 1048576, /* made by one resolver in all */
};

struct placeholders;

/* NULL: no memory. */
struct placeholders *placeholders_new(const struct cr_wire_environment *environment);
void placeholders_free(struct placeholders *placeholders); /* NULL is fine */
void placeholders_freep(struct placeholders **placeholders);
#define CR_AUTO_PLACEHOLDERS CR_CLEANUP(placeholders_freep) struct placeholders *

/* A finished text: the properties form, or a file. */
CR_MUST_CHECK int placeholders_text(struct placeholders *placeholders, struct cr_slice text,
                                    struct cr_buf *out, struct cr_err *err);

/* One string value of the other forms: outside of values, a ':' cannot be escaped. */
CR_MUST_CHECK int placeholders_value(struct placeholders *placeholders, struct cr_slice value,
                                     struct cr_buf *out, struct cr_err *err);

/* Would placeholders_value change anything? */
bool placeholders_has(struct cr_slice value);

#endif
