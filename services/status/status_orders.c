/* Fetches order's feed from one of its instances. */
#include "status_orders.h"

#include "cr_arena.h"
#include "cr_cloud.h"
#include "cr_http_client.h"

enum { FETCH_MS = 3000 };

static int feed_url(const struct cr_app *app, const struct cr_feed_query *query, struct cr_buf *out,
                    struct cr_err *err)
{
    struct cr_instances *instances = cr_cloud_instances(app);
    if (!instances)
        return cr_err_set(err, CR_EUNAVAILABLE, "no registry to find %s", STATUS_ORDER_SERVICE);
    struct cr_instances_pin pin = cr_instances_pin(instances);
    const struct cr_service *service =
        cr_snapshot_service(pin.snapshot, CR_SLICE(STATUS_ORDER_SERVICE));
    bool found = service && service->up_count > 0;
    if (found) {
        const struct cr_instance *instance = service->instances[0];
        cr_buf_printf(out, "http://%s:%d", instance->ip, instance->port);
        cr_feed_query_write(query, out);
    }
    cr_instances_unpin(instances, &pin);
    if (!found)
        return cr_err_set(err, CR_EUNAVAILABLE, "no instance of %s is up", STATUS_ORDER_SERVICE);
    return cr_buf_status(out) ? cr_err_set(err, CR_ENOMEM, "out of memory") : 0;
}

int status_orders_fetch(void *ctx, const struct cr_feed_query *query, struct cr_buf *out_body,
                        struct cr_err *err)
{
    const struct cr_app *app = ctx;
    CR_AUTO(cr_buf) url = {0};
    int rc = feed_url(app, query, &url, err);
    if (rc)
        return rc;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    struct cr_http_call call = {
        .url = url.data, .total_ms = FETCH_MS, .body_max = CR_FEED_BODY_MAX, .gzip = true};
    struct cr_http_response response;
    rc = cr_http_client_fetch(cr_app_http_client(app), &call, arena, &response, err);
    if (rc)
        return CR_EUNAVAILABLE;
    if (response.status != 200)
        return cr_err_set(err, CR_EIO, "%s answered %d", url.data, response.status);
    cr_buf_slice(out_body, response.body);
    return cr_buf_status(out_body);
}
