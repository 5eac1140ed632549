/* eureka-registry: who is where, in Netflix' protocol. */
#include "cr_cloud.h"
#include "eureka_module.h"
#include "eureka_settings.h"

/* The registry asks the config server like everybody; it registers nowhere. */
static const struct cr_setting_table *const tables[] = {&eureka_accepted_table,
                                                        &cr_cloud_config_table};
static const char *const prefixes[] = {"crema.eureka", "eureka.dashboard", "eureka.server",
                                       "eureka.instance.registry"};

int main(int argc, char **argv)
{
    const struct cr_module modules[] = {eureka_module};
    const struct cr_daemon registry_daemon = {
        .name = "eureka-registry",
        .summary = "Knows the instances of all services, and for how long.",
        .version = CREMA_VERSION,
        .application = "msa-architecture-eureka-server",
        .port = 9091,
        .settings = eureka_setting_rows,
        .setting_count = EUREKA_SETTING_COUNT,
        .settings_size = sizeof(struct eureka_settings),
        .tables = tables,
        .table_count = CR_COUNT(tables),
        .prefixes = prefixes,
        .prefix_count = CR_COUNT(prefixes),
        .check = eureka_settings_check,
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .config_source = cr_cloud_config_source,
        .examples = "  eureka-registry --server.port=8761\n"
                    "  curl -H 'Accept: application/json' localhost:9091/eureka/apps\n",
    };
    return cr_daemon_main(&registry_daemon, argc, argv);
}
