/* Where a request goes: the admin side, a route, or nowhere. */
#include "cr_err.h"
#include "exchange.h"
#include "plane.h"

/* The admin side gets everything as it is, credentials included. */
static const struct forward_policy admin_policy;

static int no_route(struct fault *fault, const char *text)
{
    return fault_set(fault, FAILURE_NO_ROUTE, "zuul.routes", "%s", text);
}

static int plan_local(const struct worker *worker, struct destination_plan *plan,
                      struct fault *fault)
{
    plan->destination = worker->snapshot->admin;
    return plan->destination ? 0 : no_route(fault, "the gateway serves nothing there itself");
}

static int plan_route(const struct worker *worker, struct cr_slice path,
                      struct destination_plan *plan, struct fault *fault)
{
    const struct snapshot *snapshot = worker->snapshot;
    struct cr_slice rest;
    ptrdiff_t index = route_table_find(snapshot->routes, path, &rest);
    if (index < 0)
        return no_route(fault, "no route matches this path");
    plan->route = route_table_at(snapshot->routes, (size_t)index);
    plan->policy = &plan->route->policy;
    plan->base = plan->route->base;
    plan->path = route_strip(plan->route, rest);
    if (plan->route->kind == ROUTE_LOCAL)
        return plan_local(worker, plan, fault);
    if (plan->route->kind == ROUTE_SERVICE && !worker->options->expose_internal &&
        route_is_internal(plan->path))
        return fault_set(fault, FAILURE_NO_ROUTE, "crema.gateway.expose-internal",
                         "this path of '%s' is not for the outside", plan->route->location);
    plan->destination = snapshot->by_route[index];
    return 0;
}

int exchange_plan(struct worker *worker, const struct request *request,
                  struct destination_plan *out_plan, struct fault *fault)
{
    struct cr_slice path;
    *out_plan = (struct destination_plan){0};
    if (target_normalise(request->target.path, worker->path_area, &path, fault))
        return CR_EPARSE;
    if (plane_is_admin_path(worker->plane, path) && worker->snapshot->admin) {
        out_plan->policy = &admin_policy;
        out_plan->path = path;
        return plan_local(worker, out_plan, fault);
    }
    if (plan_route(worker, path, out_plan, fault))
        return CR_EPARSE;
    if (forward_loops(request->head, out_plan->policy->via))
        return fault_set(fault, FAILURE_LOOP, "RFC 9110 7.6.3",
                         "the request came back to this gateway");
    return 0;
}
