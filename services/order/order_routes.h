/* order_routes: the HTTP paths of both editions. Handlers get the daemon's cr_app as ctx. */
#ifndef ORDER_ROUTES_H
#define ORDER_ROUTES_H

#include "cr_http_router.h"

extern const struct cr_http_route order_routes[];
extern const size_t order_route_count;

#endif
