/* turbine-aggregator: sums the circuits of all instances into one stream per cluster. */
#include "cr_cloud.h"
#include "cr_daemon.h"
#include "cr_settings.h"
#include "turbine_module.h"
#include "turbine_settings.h"

static const struct cr_setting_table *const tables[] = {&turbine_suffix_table, &turbine_port_table,
                                                        CR_CLOUD_TABLES};
static const char *const prefixes[] = {"turbine", "crema.turbine"};

static const char examples[] =
    "  turbine-aggregator --eureka.client.service-url.defaultZone=http://localhost:9091/eureka/\n"
    "  curl -N localhost:9999/turbine.stream\n"
    "  curl localhost:9999/hosts\n";

int main(int argc, char **argv)
{
    const struct cr_module modules[] = {turbine_module, CR_CLOUD_MODULE};
    const struct cr_daemon turbine_daemon = {
        .name = "turbine-aggregator",
        .summary = "Sums the circuits of all instances into one stream per cluster.",
        .version = CREMA_VERSION,
        .application = "msa-architecture-turbine-server",
        .port = 9999,
        .settings = turbine_setting_rows,
        .setting_count = turbine_setting_count,
        .settings_size = sizeof(struct turbine_settings),
        .tables = tables,
        .table_count = CR_COUNT(tables),
        .prefixes = prefixes,
        .prefix_count = CR_COUNT(prefixes),
        .check = turbine_settings_check,
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .config_source = cr_cloud_config_source,
        .examples = examples,
    };
    return cr_daemon_main(&turbine_daemon, argc, argv);
}
