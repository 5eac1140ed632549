/* The registry's protocol: which path and method is what. */
#include "eureka_routes.h"

#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_metrics.h"
#include "eureka_handlers.h"

static const struct cr_http_route table[] = {
    {"GET", "/eureka/apps", eureka_serve_all, 0, "all applications"},
    {"GET", "/eureka/apps/delta", eureka_serve_delta, 0, "what changed in the last three minutes"},
    {"GET", "/eureka/apps/{app}", eureka_serve_app, 0, "one application"},
    {"POST", "/eureka/apps/{app}", eureka_serve_register, 0, "registers an instance"},
    {"GET", "/eureka/apps/{app}/{id}", eureka_serve_instance, 0, "one instance"},
    {"PUT", "/eureka/apps/{app}/{id}", eureka_serve_renew, 0, "renews a lease"},
    {"DELETE", "/eureka/apps/{app}/{id}", eureka_serve_cancel, 0, "cancels a lease"},
    {"PUT", "/eureka/apps/{app}/{id}/status", eureka_serve_override, 0, "overrides a status"},
    {"DELETE", "/eureka/apps/{app}/{id}/status", eureka_serve_end_override, 0,
     "takes an override back"},
    {"PUT", "/eureka/apps/{app}/{id}/metadata", eureka_serve_metadata, 0, "adds metadata"},
    {"GET", "/eureka/watch", eureka_serve_watch, 0, "every change as it happens"},
    {"GET", "/eureka/instances/{id}", eureka_serve_instance, 0, "one instance, whose ever it is"},
    {"GET", "/eureka/vips/{name}", eureka_serve_vip, 0, "the instances of a VIP address"},
    {"GET", "/eureka/svips/{name}", eureka_serve_svip, 0, "the instances of a secure VIP address"},
    {"PUT", "/eureka/asg/{name}/status", eureka_serve_asg, 0, "Amazon's scaling groups: 400"},
    {"POST", "/eureka/peerreplication/batch", eureka_serve_batch, 0, "changes from a peer"},
    {"GET", "/eureka/status", eureka_serve_status, 0, "figures of this server"},
    {"GET", "/eureka/serverinfo/statusoverrides", eureka_serve_overrides, 0, "all overrides"},
};

struct eureka_routes {
    struct cr_http_router *router;
    struct cr_histogram *timers[CR_COUNT(table)];
};

/* From a request's arrival at its handler to its answer; the sending is in http.server.requests,
 * which knows the whole protocol as one route. */
static void make_timers(struct eureka_routes *routes)
{
    for (size_t i = 0; i < CR_COUNT(table); i++) {
        CR_AUTO(cr_buf) labels = {0};
        cr_metrics_label(&labels, "method", cr_slice_of(table[i].method));
        cr_metrics_label(&labels, "path", cr_slice_of(table[i].pattern));
        routes->timers[i] = cr_metrics_timer("crema.registry.answers",
                                             "Requests of the protocol, and how long they took",
                                             cr_buf_status(&labels) ? NULL : labels.data);
    }
}

int eureka_routes_new(struct eureka_routes **out_routes, struct cr_err *err)
{
    struct eureka_routes *routes = calloc(1, sizeof *routes);
    if (!routes)
        return cr_err_set(err, CR_ENOMEM, "routes: no memory");
    const struct cr_http_routes rows = {table, CR_COUNT(table), NULL};
    int rc = cr_http_router_new(&rows, 1, &routes->router, err);
    make_timers(routes);
    if (rc)
        eureka_routes_free(routes);
    else
        *out_routes = routes;
    return rc;
}

void eureka_routes_free(struct eureka_routes *routes)
{
    if (!routes)
        return;
    cr_http_router_free(routes->router);
    free(routes);
}

/* "/eureka/v2//apps/ORDERS/" becomes "/eureka/apps/ORDERS". NULL ptr: no memory. */
static struct cr_slice plain_path(struct cr_slice path, struct cr_arena *arena)
{
    char *out = cr_arena_alloc(arena, path.len + 1);
    size_t len = 0, index = 0;
    struct cr_slice part;
    while (out && cr_slice_split(&path, '/', &part)) {
        if (part.len == 0 || (index++ == 1 && cr_slice_is(part, "v2")))
            continue;
        out[len++] = '/';
        memcpy(out + len, part.ptr, part.len);
        len += part.len;
    }
    return (struct cr_slice){out, len};
}

static struct cr_slice param(const struct cr_http_match *match, const char *name)
{
    for (size_t i = 0; i < match->param_count; i++)
        if (cr_slice_is(match->param_names[i], name))
            return match->param_values[i];
    return (struct cr_slice){0};
}

static void answer_no_match(struct cr_http_request *req, int status, struct cr_buf *allow)
{
    bool asks = cr_slice_is(cr_slice_of(cr_http_method(req)), "OPTIONS");
    if (status != 405) {
        cr_http_problem(req, status,
                        status == 404 ? "there is nothing at this path"
                                      : "the path cannot be read");
        return;
    }
    cr_buf_text(allow, ", OPTIONS");
    cr_http_answer_header(req, "Allow", cr_buf_status(allow) ? "" : allow->data);
    if (asks)
        eureka_answer_empty(req, 200);
    else
        cr_http_problem(req, 405, "the method is not one of %s", allow->data ? allow->data : "");
}

void eureka_routes_serve(const struct eureka_routes *routes, struct cr_http_request *req,
                         struct eureka_call *call)
{
    struct cr_arena *arena = cr_http_arena(req);
    CR_AUTO(cr_buf) allow = {0};
    struct cr_http_match match;
    struct cr_slice path = plain_path(cr_http_path(req), arena);
    int status = path.ptr ? cr_http_router_match(routes->router, cr_http_method(req), path, arena,
                                                 &match, &allow)
                          : 500;
    if (status) {
        answer_no_match(req, status, &allow);
        return;
    }
    call->app = eureka_app_name(param(&match, "app"), arena);
    call->id = param(&match, "id");
    call->name = param(&match, "name");
    int64_t began_ns = cr_clock_ns();
    match.route->handler(req, call);
    cr_histogram_record(routes->timers[match.index], (cr_clock_ns() - began_ns) / 1000);
}
