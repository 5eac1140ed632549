/* coffee-member: knows who the members are. */
#include "cr_cloud.h"
#include "cr_outbox.h"
#include "cr_settings.h"
#include "member_commands.h"
#include "member_routes.h"
#include "member_store.h"
#include "shop_events.h"
#include "shop_store.h"

static int store_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    static const struct cr_schema *const schemas[] = {&cr_outbox_schema, &member_schema};
    return shop_store_open(app, schemas, CR_COUNT(schemas), out_state, err);
}

static int relay_start(struct cr_app *app, void *state, struct cr_err *err)
{
    static const struct shop_topic topic = {MEMBER_TOPIC, MEMBER_SOURCE, MEMBER_PARTITIONS};
    return shop_relay_start(app, state, &topic, err);
}

static const struct cr_module modules[] = {
    SHOP_STORE_MODULE(store_open),
    SHOP_RELAY_MODULE(relay_start),
    MEMBER_COMMANDS_MODULE,
    CR_CLOUD_MODULE,
};

static const struct cr_setting_table *const tables[] = {&shop_store_table, &shop_broker_table,
                                                        &shop_relay_table, CR_CLOUD_TABLES};

int main(int argc, char **argv)
{
    const struct cr_daemon daemon = {
        .name = "coffee-member",
        .summary = "Knows who the members of the coffee shop are.",
        .version = CREMA_VERSION,
        .application = "msa-service-coffee-member",
        .port = 8081,
        .tables = tables,
        .table_count = CR_COUNT(tables),
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .routes = member_routes,
        .route_count = member_route_count,
        .config_source = cr_cloud_config_source,
        .commands_max = MEMBER_COMMANDS,
    };
    return cr_daemon_main(&daemon, argc, argv);
}
