/* resource_name: the names under which a file that a client asks for may stand. Pure.
 *
 * Ownership: names live in the caller's arena.
 * Errors:    NULL when memory ends.
 * Threads:   any.
 * Source:    Spring Cloud Config GenericResourceRepository; config-server reference 1.5 and 1.6.
 */
#ifndef RESOURCE_NAME_H
#define RESOURCE_NAME_H

#include "cr_arena.h"
#include "cr_slice.h"

/* "cfg/" + "sub/nginx.conf" of profile dev: "cfg/sub/nginx-dev.conf"; an empty profile: the plain
 * name. A name without an extension gets the profile at its end. */
const char *resource_name(struct cr_slice directory, struct cr_slice path, struct cr_slice profile,
                          struct cr_arena *arena);

/* False for what is never served: a segment that is empty, of dots or git's own, WEB-INF and
 * META-INF, and what looks like a URL. */
bool resource_name_is_allowed(struct cr_slice path);

#endif
