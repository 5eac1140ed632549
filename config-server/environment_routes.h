/* environment_routes: answers /{name}/{profiles}[/{label}] and the flat texts
 * [/{label}]/{name}-{profiles}.yml, .yaml, .properties and .json.
 *
 * Source: Spring Cloud Config EnvironmentController; config-server reference 1.1 to 1.4.
 */
#ifndef ENVIRONMENT_ROUTES_H
#define ENVIRONMENT_ROUTES_H

#include "accept.h"
#include "asked.h"

/* Two or three segments; the form is chosen already. */
void environment_get(struct cr_http_request *req, const struct config_site *site,
                     const struct config_path *path, enum accept_form form);

/* One or two segments; a last one that names no flat text is answered with 404. */
void flat_get(struct cr_http_request *req, const struct config_site *site,
              const struct config_path *path);

#endif
