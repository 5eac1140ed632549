/* gateway_admin: what the gateway says about its routes: the pages of Zuul's actuator.
 *
 * Ownership: JSON is appended to the caller's buffer.
 * Errors:    those of the buffer.
 * Threads:   any.
 * Source:    Spring Cloud Netflix RoutesEndpoint, FiltersEndpoint; gateway reference 1.11.
 */
#ifndef GATEWAY_ADMIN_H
#define GATEWAY_ADMIN_H

#include "cr_buf.h"
#include "directory.h"

/* {"/users/" + "**": "users", ...}; with details an object for each. */
void gateway_admin_routes(struct directory *directory, bool details, struct cr_buf *out);

/* The stages of a request under the names of Zuul's filters that they stand for. */
void gateway_admin_filters(struct cr_buf *out);

#endif
