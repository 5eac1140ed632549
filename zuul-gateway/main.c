/* zuul-gateway: one front door for all services. */
#include "cr_cloud.h"
#include "cr_daemon.h"
#include "cr_settings.h"
#include "gateway_commands.h"
#include "gateway_module.h"
#include "gateway_settings.h"

static const struct cr_setting_table *const tables[] = {GATEWAY_SETTING_TABLES, CR_CLOUD_TABLES};
static const char *const prefixes[] = {"zuul", "ribbon", "crema.gateway"};

static const char examples[] =
    "  zuul-gateway --eureka.client.service-url.defaultZone=http://localhost:9091/eureka/\n"
    "  zuul-gateway --zuul.routes.users.path='/u/**' "
    "--zuul.routes.users.url=http://localhost:8000\n"
    "  curl localhost:9090/actuator/routes\n";

int main(int argc, char **argv)
{
    const struct cr_module modules[] = {gateway_module, CR_CLOUD_MODULE};
    const struct cr_daemon gateway_daemon = {
        .name = "zuul-gateway",
        .summary = "Routes requests to the instances of services, each route behind a circuit.",
        .version = CREMA_VERSION,
        .application = "msa-architecture-zuul-server",
        .port = 9090,
        .settings = gateway_setting_rows,
        .setting_count = gateway_setting_count,
        .settings_size = sizeof(struct gateway_settings),
        .tables = tables,
        .table_count = CR_COUNT(tables),
        .prefixes = prefixes,
        .prefix_count = CR_COUNT(prefixes),
        .check = gateway_settings_check,
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .config_source = cr_cloud_config_source,
        .commands_max = GATEWAY_COMMANDS_MAX,
        .admin_socket = true,
        .examples = examples,
    };
    return cr_daemon_main(&gateway_daemon, argc, argv);
}
