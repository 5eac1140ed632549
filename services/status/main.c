/* coffee-status: tells how far an order is, from the events that order announces. */
#include "cr_cloud.h"
#include "cr_consumer.h"
#include "cr_outbox.h"
#include "cr_settings.h"
#include "shop_events.h"
#include "shop_store.h"
#include "status_projection.h"
#include "status_routes.h"
#include "status_store.h"

static int store_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    static const struct cr_schema *const schemas[] = {&cr_consumer_schema, &cr_outbox_schema,
                                                      &status_schema};
    return shop_store_open(app, schemas, CR_COUNT(schemas), out_state, err);
}

static const struct cr_module modules[] = {
    SHOP_STORE_MODULE(store_open),
    STATUS_PROJECTION_MODULE,
    CR_CLOUD_MODULE,
};

static const struct cr_setting_table *const tables[] = {&shop_store_table, &shop_broker_table,
                                                        &status_projection_table, CR_CLOUD_TABLES};

int main(int argc, char **argv)
{
    const struct cr_daemon daemon = {
        .name = "coffee-status",
        .summary = "Tells how far an order is, from the events that coffee-order announces.",
        .version = CREMA_VERSION,
        .application = "msa-service-coffee-status",
        .port = 8082,
        .tables = tables,
        .table_count = CR_COUNT(tables),
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .routes = status_routes,
        .route_count = status_route_count,
        .config_source = cr_cloud_config_source,
    };
    return cr_daemon_main(&daemon, argc, argv);
}
