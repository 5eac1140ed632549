/* config-server: serves the configuration of applications from a git repository. */
#include "ask_pass.h"
#include "config_routes.h"
#include "config_settings.h"
#include "cr_daemon.h"
#include "fetch_main.h"
#include "init_repo.h"
#include "push_routes.h"

static const struct cr_setting_table *const tables[] = {CONFIG_SETTING_TABLES};
static const char *const prefixes[] = {"spring.cloud.config.server", "crema.config"};

/* Tokens of applications, and the hooks' secret, are another way in. */
static const char *const open_patterns[] = {CONFIG_OPEN_PATTERNS, "/monitor", "/config/watch",
                                            NULL};

static const char examples[] =
    "  config-server --spring.cloud.config.server.git.uri=file:///srv/config\n"
    "  curl localhost:8888/msa-service-coffee-order/dev\n"
    "  config-server --init-repo --spring.cloud.config.server.git.uri=file:///srv/config.git \\\n"
    "      --crema.config.init-from=config-repo\n"
    "      makes a bare repository with the files of a folder as its first commit\n"
    "  config-server --spring.cloud.config.server.git.uri=https://git.example.org/config.git\n";

int main(int argc, char **argv)
{
    int exit_code;
    if (ask_pass_main(argc, argv, &exit_code) || fetch_main(argc, argv, &exit_code) ||
        init_repo_main(argc, argv, &exit_code))
        return exit_code;
    const struct cr_module modules[] = {config_module, push_module};
    const struct cr_daemon config_daemon = {
        .name = "config-server",
        .summary = "Serves the configuration of applications from the commits of a git repository.",
        .version = CREMA_VERSION,
        .application = "msa-architecture-config-server",
        .port = 8888,
        .settings = config_setting_rows,
        .setting_count = config_setting_count,
        .settings_size = sizeof(struct config_settings),
        .tables = tables,
        .table_count = CR_COUNT(tables),
        .prefixes = prefixes,
        .prefix_count = CR_COUNT(prefixes),
        .check = config_settings_check,
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .open_patterns = open_patterns,
        .examples = examples,
    };
    return cr_daemon_main(&config_daemon, argc, argv);
}
