/* The rows of the dashboard's settings. */
#include "dashboard_settings.h"

#include "cr_attr.h"

#define AT(field) offsetof(struct dashboard_settings, field)

const struct cr_setting dashboard_setting_rows[] = {
    {"hystrix.dashboard.proxy-stream-allow-list", CR_SETTING_LIST, AT(allow_list), NULL, 0, 0,
     CR_SETTING_LIVE,
     "Hosts that /proxy.stream may reach beside the registry's instances: * within a label, ** any "
     "labels, with or without :port."},
    {"crema.dashboard.stream", CR_SETTING_TEXT, AT(stream), "", 0, 0, CR_SETTING_LIVE,
     "URL of the stream that the first page shows; unset: the aggregator's, from the registry."},
    {"crema.dashboard.turbine-service", CR_SETTING_TEXT, AT(turbine_service),
     "msa-architecture-turbine-server", 0, 0, CR_SETTING_LIVE,
     "Name under which the aggregator is registered."},
    {"crema.dashboard.streams-max", CR_SETTING_INT, AT(streams_max), "100", 1, 10000,
     CR_SETTING_RESTART, "Most streams that are passed on at once."},
};
const size_t dashboard_setting_count = CR_COUNT(dashboard_setting_rows);
