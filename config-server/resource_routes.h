/* resource_routes: answers /{name}/{profiles}/{label}/{path} and, at the default label,
 * /{name}/{profiles}/{path}?useDefaultLabel with a file of the repository.
 *
 * Source: Spring Cloud Config ResourceController; config-server reference 1.6.
 */
#ifndef RESOURCE_ROUTES_H
#define RESOURCE_ROUTES_H

#include "asked.h"

/* Three segments and more. */
void resource_get(struct cr_http_request *req, const struct config_site *site,
                  const struct config_path *path, bool default_label);

#endif
