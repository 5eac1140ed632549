/* hystrix-dashboard: shows circuits in a browser. */
#include "cr_cloud.h"
#include "cr_daemon.h"
#include "cr_settings.h"
#include "dashboard_module.h"
#include "dashboard_settings.h"

static const struct cr_setting_table *const tables[] = {CR_CLOUD_TABLES};
static const char *const prefixes[] = {"hystrix.dashboard", "crema.dashboard"};

static const char examples[] =
    "  hystrix-dashboard --eureka.client.service-url.defaultZone=http://localhost:9091/eureka/\n"
    "  hystrix-dashboard --crema.dashboard.stream=http://localhost:9999/turbine.stream\n"
    "  then open http://localhost:7070/ in a browser\n";

int main(int argc, char **argv)
{
    const struct cr_module modules[] = {dashboard_module, CR_CLOUD_MODULE};
    const struct cr_daemon dashboard_daemon = {
        .name = "hystrix-dashboard",
        .summary = "Shows the circuits of a cluster, or of any registered instance, in a browser.",
        .version = CREMA_VERSION,
        .application = "msa-architecture-hystrix-dashboard",
        .port = 7070,
        .settings = dashboard_setting_rows,
        .setting_count = dashboard_setting_count,
        .settings_size = sizeof(struct dashboard_settings),
        .tables = tables,
        .table_count = CR_COUNT(tables),
        .prefixes = prefixes,
        .prefix_count = CR_COUNT(prefixes),
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .config_source = cr_cloud_config_source,
        .examples = examples,
    };
    return cr_daemon_main(&dashboard_daemon, argc, argv);
}
