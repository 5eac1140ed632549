/* The consumer of order's events, and what it writes. */
#include "status_projection.h"

#include <stddef.h>
#include <stdlib.h>

#include "cr_arena.h"
#include "cr_clock.h"
#include "cr_cloud.h"
#include "cr_consumer.h"
#include "cr_log.h"
#include "cr_settings.h"
#include "shop_events.h"
#include "shop_store.h"
#include "status_orders.h"
#include "status_store.h"

#define ORDER_SOURCE  "/coffee/order"
#define ORDER_TOPIC   "coffee.order"
#define ORDER_PLACED  "coffee.order.placed.v1"
#define ORDER_CHANGED "coffee.order.changed.v1"

enum { STOP_MS = 1500, FAILING_MAX_MS = 30000 };

struct projection_settings {
    int64_t sweep_interval_ms;
};
static const struct cr_setting rows[] = {
    {"crema.events.sweep-interval", CR_SETTING_DURATION,
     offsetof(struct projection_settings, sweep_interval_ms), "30s", -1, 86400000,
     CR_SETTING_RESTART,
     "Pause between two sweeps of order's feed, which bring what the broker lost; negative: none "
     "(loses events)."},
};
const struct cr_setting_table status_projection_table = {rows, CR_COUNT(rows)};

struct projection_module {
    struct cr_consumer *_Atomic consumer; /* NULL until the start; health may ask before */
};

/* Orders that are removed keep their row, as in the original; their event only counts. */
static int apply(struct cr_tx *tx, const struct cr_event *event, void *ctx CR_UNUSED,
                 struct cr_err *err)
{
    if (!cr_slice_is(event->type, ORDER_PLACED) && !cr_slice_is(event->type, ORDER_CHANGED))
        return CR_ENOTFOUND;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "order event: out of memory");
    struct status_order order;
    int rc = status_order_read(event->data, arena, &order, err);
    return rc ? rc : status_order_put(tx, &order, err);
}

int status_projection_open(struct cr_app *app CR_UNUSED, void **out_state, struct cr_err *err)
{
    struct projection_module *module = calloc(1, sizeof *module);
    if (!module)
        return cr_err_set(err, CR_ENOMEM, "projection: out of memory");
    *out_state = module;
    return 0;
}

int status_projection_start(struct cr_app *app, void *state, struct cr_err *err)
{
    struct projection_module *module = state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "projection: out of memory");
    struct projection_settings settings;
    const char *servers;
    int rc =
        cr_settings_bind(&status_projection_table, cr_app_environment(app), &settings, arena, err);
    if (!rc)
        rc = shop_bootstrap(app, arena, &servers, err);
    if (rc)
        return rc;
    cr_cloud_want(app, STATUS_ORDER_SERVICE);
    struct cr_consumer *consumer;
    rc = cr_consumer_start(
        &(struct cr_consumer_options){.store = shop_store(app),
                                      .log = cr_log_get("events.consumer"),
                                      .bootstrap_servers = servers,
                                      .client_id = "coffee-status",
                                      .group = "coffee-status",
                                      .topic = ORDER_TOPIC,
                                      .source = ORDER_SOURCE,
                                      .apply = apply,
                                      .fetch = status_orders_fetch,
                                      .ctx = app,
                                      .sweep_interval_ms = settings.sweep_interval_ms},
        &consumer, err);
    if (!rc)
        module->consumer = consumer;
    return rc;
}

void status_projection_stop(struct cr_app *app CR_UNUSED, void *state)
{
    struct projection_module *module = state;
    cr_consumer_stop(module->consumer, cr_clock_ms() + STOP_MS);
    free(module);
}

void status_projection_health(void *state, struct cr_health *health)
{
    struct projection_module *module = state;
    struct cr_consumer *consumer = module->consumer;
    if (!consumer)
        return;
    struct cr_consumer_status status;
    cr_consumer_status(consumer, &status);
    cr_health_detail(health, "bus", "%s",
                     !status.connected ? "away"
                     : status.embedded ? "embedded (volatile, this machine only)"
                                       : "connected");
    if (status.cluster[0])
        cr_health_detail(health, "cluster", "%s", status.cluster);
    cr_health_detail(health, "lag", "%lld", (long long)status.lag);
    cr_health_detail(health, "applied", "%llu", (unsigned long long)status.applied);
    cr_health_detail(health, "repaired", "%llu", (unsigned long long)status.repaired);
    if (status.parked)
        cr_health_detail(health, "parked", "%llu", (unsigned long long)status.parked);
    if (status.reason[0])
        cr_health_detail(health, "reason", "%s", status.reason);
    if (status.failing_ms > FAILING_MAX_MS)
        cr_health_set(health, CR_HEALTH_DOWN);
    else if (!status.connected)
        cr_health_set(health, CR_HEALTH_UNKNOWN);
}
