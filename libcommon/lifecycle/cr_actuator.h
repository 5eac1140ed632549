/* cr_actuator: the management endpoints under /actuator, and Boot 1's aliases at the root.
 *
 * Ownership: tables are static; handlers get the cr_app as ctx.
 * Errors:    CR_ENOMEM, CR_EINVAL from the router.
 * Threads:   cr_actuator_routes before the server starts.
 * Source:    Spring Boot 2 actuator (JSON of each endpoint), Spring Boot 1.5 (aliases), Spring
 * Cloud (refresh, hystrix.stream).
 */
#ifndef CR_ACTUATOR_H
#define CR_ACTUATOR_H

#include "cr_app_private.h"

/* Builds app->routes: the actuator, then what modules and daemon serve, then those aliases whose
 * path no route of the daemon serves. */
CR_MUST_CHECK int cr_actuator_routes(struct cr_app *app, struct cr_err *err);

/* Figures of the process, of the log and of the Hystrix commands. CR_ELIMIT. */
CR_MUST_CHECK int cr_actuator_register_metrics(struct cr_app *app);
void cr_actuator_unregister_metrics(struct cr_app *app);

#endif
