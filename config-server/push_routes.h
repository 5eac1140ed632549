/* push_routes: changes come in by POST /monitor and go out by GET /config/watch.
 *
 * Ownership: the module's state is the spine's; it opens behind config_module and uses its service.
 * Errors:    of a hook: 400 a body that cannot be read, 401 a sender that does not know the secret,
 *            415 a type that is neither JSON nor a form.
 * Threads:   as cr_module says.
 * Source:    Spring Cloud Config's PropertyPathEndpoint; config-server reference 1.8.
 */
#ifndef PUSH_ROUTES_H
#define PUSH_ROUTES_H

#include "cr_module.h"

extern const struct cr_module push_module;

#endif
