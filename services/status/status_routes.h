/* status_routes: the HTTP paths of both editions. Handlers get the daemon's cr_app as ctx. */
#ifndef STATUS_ROUTES_H
#define STATUS_ROUTES_H

#include "cr_http_router.h"

extern const struct cr_http_route status_routes[];
extern const size_t status_route_count;

#endif
