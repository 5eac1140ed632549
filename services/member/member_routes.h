/* member_routes: the HTTP paths of both editions. Handlers get the daemon's cr_app as ctx. */
#ifndef MEMBER_ROUTES_H
#define MEMBER_ROUTES_H

#include "cr_http_router.h"

extern const struct cr_http_route member_routes[];
extern const size_t member_route_count;

#endif
