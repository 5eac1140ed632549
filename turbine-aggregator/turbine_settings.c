/* The rows of the aggregator's settings. */
#include "turbine_settings.h"

#include <stddef.h>

#include "cr_settings.h"
#include "target.h"

#define AT(field) offsetof(struct turbine_settings, field)

const struct cr_setting turbine_setting_rows[] = {
    {"turbine.app-config", CR_SETTING_LIST, AT(app_config), NULL, 0, 0, CR_SETTING_RESTART,
     "Services whose instances are read; unset: all instances form the cluster \"default\"."},
    {"turbine.aggregator.cluster-config", CR_SETTING_LIST, AT(cluster_config), NULL, 0, 0,
     CR_SETTING_RESTART, "Clusters to build; unset: every cluster that an instance belongs to."},
    {"turbine.cluster-name-expression", CR_SETTING_TEXT, AT(cluster_name_expression), "appName", 0,
     0, CR_SETTING_RESTART,
     "Cluster of an instance: appName, serviceId, 'name', new String(\"name\") or "
     "metadata['key']."},
    {"turbine.combine-host-port", CR_SETTING_BOOL, AT(combine_host_port), "true", 0, 0,
     CR_SETTING_RESTART, "Count instances by host and port instead of by host."},
    {"turbine.instance-url-suffix", CR_SETTING_TEXT, AT(instance_url_suffix), NULL, 0, 0,
     CR_SETTING_RESTART,
     "Path of an instance's stream, also per cluster (turbine.instance-url-suffix.NAME); unset: "
     "actuator/hystrix.stream, then hystrix.stream."},
    {"turbine.instance-insert-port", CR_SETTING_BOOL, AT(instance_insert_port), "true", 0, 0,
     CR_SETTING_RESTART, "Put the port into the URL where host and port are not combined."},
    {"turbine.endpoints.clusters.enabled", CR_SETTING_BOOL, AT(clusters_enabled), "true", 0, 0,
     CR_SETTING_RESTART, "Serve /clusters."},
    {"turbine.instance-monitor.event-stream.skip-line-logic.enabled", CR_SETTING_BOOL,
     AT(skip_late), "true", 0, 0, CR_SETTING_RESTART,
     "Discard events that come too late; switch it off where clocks differ."},
    {"turbine.instance-monitor.event-stream.skip-line-logic.latency-threshold", CR_SETTING_DURATION,
     AT(skip_threshold_ms), "2500", 0, 86400000, CR_SETTING_RESTART,
     "How old an event may be when it comes."},
    {"turbine.instance-monitor.event-stream.skip-line-logic.delay", CR_SETTING_DURATION,
     AT(skip_pause_ms), "500", 0, 86400000, CR_SETTING_RESTART,
     "How long everything is discarded after an event that came too late."},
    {"crema.turbine.flush-interval", CR_SETTING_DURATION, AT(flush_ms), "500", 10, 60000,
     CR_SETTING_RESTART, "Least time between two rounds of changed sums on a stream."},
    {"crema.turbine.hosts-max", CR_SETTING_INT, AT(hosts_max), "1000", 1, 100000,
     CR_SETTING_RESTART, "Most instances that are read at once."},
    {"crema.turbine.circuits-max", CR_SETTING_INT, AT(circuits_max), "10000", 1, 1000000,
     CR_SETTING_RESTART, "Most circuits of one cluster."},
};
const size_t turbine_setting_count = CR_COUNT(turbine_setting_rows);

#undef AT
#define AT(field) offsetof(struct turbine_cluster_settings, field)

static const struct cr_setting suffix_rows[] = {
    {"turbine.instance-url-suffix.<cluster>", CR_SETTING_TEXT, AT(instance_url_suffix), NULL, 0, 0,
     CR_SETTING_RESTART, "Path of the streams of one cluster's instances."},
};
static const struct cr_setting port_rows[] = {
    {"turbine.instance-insert-port.<cluster>", CR_SETTING_BOOL, AT(instance_insert_port), "true", 0,
     0, CR_SETTING_RESTART, "Put the port into the URLs of one cluster's instances."},
};
const struct cr_setting_table turbine_suffix_table = {suffix_rows, CR_COUNT(suffix_rows)};
const struct cr_setting_table turbine_port_table = {port_rows, CR_COUNT(port_rows)};

int turbine_settings_check(const void *settings, const struct cr_environment *environment CR_UNUSED,
                           struct cr_err *err)
{
    const struct turbine_settings *turbine = settings;
    struct expression expression;
    return expression_parse(turbine->cluster_name_expression, &expression, err);
}
