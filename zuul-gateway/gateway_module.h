/* gateway_module: the gateway as a module of the spine: the data plane's life, its admin pages, its
 * health.
 *
 * The data plane owns server.port; the spine's HTTP server listens on a Unix socket in the home,
 * to which the data plane hands the paths of crema.gateway.admin-paths (decision G12).
 *
 * The end: the registry is left (its module drains first), the data plane takes what waits and
 * listens no more, the admin side ends its streams, requests in work are finished, the rest is cut.
 */
#ifndef GATEWAY_MODULE_H
#define GATEWAY_MODULE_H

#include "cr_module.h"

extern const struct cr_module gateway_module;

#endif
