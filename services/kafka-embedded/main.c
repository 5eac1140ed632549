/* kafka-embedded: a broker for development beside the services: volatile, this machine only. */
#include "cr_daemon.h"
#include "embedded_module.h"
#include "embedded_settings.h"

static const char *const prefixes[] = {"crema.kafka"};

int main(int argc, char **argv)
{
    const struct cr_module modules[] = {embedded_module};
    const struct cr_daemon embedded_daemon = {
        .name = "kafka-embedded",
        .summary = "A Kafka broker for development: volatile, this machine only.",
        .version = CREMA_VERSION,
        .application = "kafka-embedded",
        .port = 9092,
        .settings = embedded_setting_rows,
        .setting_count = EMBEDDED_SETTING_COUNT,
        .settings_size = sizeof(struct embedded_settings),
        .prefixes = prefixes,
        .prefix_count = CR_COUNT(prefixes),
        .check = embedded_check,
        .modules = modules,
        .module_count = CR_COUNT(modules),
        .admin_socket = true,
        .examples = "  kafka-embedded --server.port=9092 --crema.kafka.topics=coffee.order:6\n"
                    "  curl --unix-socket .crema/0/run/kafka-embedded.sock localhost/health\n",
    };
    return cr_daemon_main(&embedded_daemon, argc, argv);
}
