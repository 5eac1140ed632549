/* cr_cloud: makes a daemon a member of the stack: its settings come from the config server too, and
 * the registry knows it.
 *
 *     static const struct cr_module modules[] = {
 *         {.name = "store", ...},
 *         CR_CLOUD_MODULE,   the last row: registers when all else has started, leaves first
 *     };
 *     static const struct cr_setting_table *const tables[] = {CR_CLOUD_TABLES};
 *     const struct cr_daemon daemon = {..., .config_source = cr_cloud_config_source,
 *                                      .tables = tables, .table_count = CR_COUNT(tables)};
 *
 * Ownership: everything belongs to the daemon's spine.
 * Errors:    a registry or config server that is away is none (unless
 * spring.cloud.config.fail-fast). Threads:   as cr_module and cr_config_source; cr_cloud_instances
 * and cr_cloud_want from any, once the module is open. Source:    Spring Cloud Config client and
 * Spring Cloud Netflix Eureka client: their keys.
 */
#ifndef CR_CLOUD_H
#define CR_CLOUD_H

#include "cr_daemon.h"
#include "cr_instances.h"

extern const struct cr_setting_table cr_cloud_config_table; /* spring.cloud.config.* */
extern const struct cr_setting_table
    cr_cloud_registry_table; /* eureka.client.*, eureka.instance.* */
extern const struct cr_setting_table cr_cloud_metadata_table; /* eureka.instance.metadata-map.<> */
#define CR_CLOUD_TABLES &cr_cloud_config_table, &cr_cloud_registry_table, &cr_cloud_metadata_table

int cr_cloud_config_source(const struct cr_config_question *question, struct cr_arena *arena,
                           struct cr_config_answer *out_answer, struct cr_err *err);

int cr_cloud_registry_open(struct cr_app *app, void **out_state, struct cr_err *err);
int cr_cloud_registry_start(struct cr_app *app, void *state, struct cr_err *err);
void cr_cloud_registry_drain(struct cr_app *app, void *state);
void cr_cloud_registry_stop(struct cr_app *app, void *state);
void cr_cloud_registry_health(void *state, struct cr_health *health);
#define CR_CLOUD_MODULE_NAME "eureka"
#define CR_CLOUD_MODULE                                                                            \
    {                                                                                              \
        .name = CR_CLOUD_MODULE_NAME, .open = cr_cloud_registry_open,                              \
        .start = cr_cloud_registry_start, .drain = cr_cloud_registry_drain,                        \
        .stop = cr_cloud_registry_stop, .health = cr_cloud_registry_health                         \
    }

/* The snapshots of all instances; NULL while eureka.client.enabled=false or fetch-registry=false,
 * and before the module is open. */
struct cr_instances *cr_cloud_instances(const struct cr_app *app);

/* Says that a service is needed: its absence is looked into ten times a second. */
void cr_cloud_want(const struct cr_app *app, const char *service_id);

#endif
