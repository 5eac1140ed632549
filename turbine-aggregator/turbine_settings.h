/* turbine_settings: what the aggregator can be told.
 *
 * Ownership: bound by the spine; see cr_app_settings.
 * Source:    Spring Cloud Netflix Turbine and Turbine 1 for the names in `turbine.`.
 */
#ifndef TURBINE_SETTINGS_H
#define TURBINE_SETTINGS_H

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_setting.h"

struct cr_environment;

struct turbine_settings {
    struct cr_setting_list app_config;
    struct cr_setting_list cluster_config;
    const char *cluster_name_expression;
    bool combine_host_port;
    const char *instance_url_suffix; /* NULL: Boot 2's path, then Boot 1's */
    bool instance_insert_port;
    bool clusters_enabled;
    bool skip_late;
    int64_t skip_threshold_ms;
    int64_t skip_pause_ms;
    int64_t flush_ms;
    int64_t hosts_max;
    int64_t circuits_max;
};

extern const struct cr_setting turbine_setting_rows[];
extern const size_t turbine_setting_count;

/* turbine.instance-url-suffix.NAME and turbine.instance-insert-port.NAME. */
struct turbine_cluster_settings {
    const char *instance_url_suffix;
    bool instance_insert_port;
};
struct cr_setting_table;
extern const struct cr_setting_table turbine_suffix_table;
extern const struct cr_setting_table turbine_port_table;

/* For --check-config: what rows cannot say. */
int turbine_settings_check(const void *settings, const struct cr_environment *environment,
                           struct cr_err *err);

#endif
