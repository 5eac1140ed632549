/* dashboard_settings: what the dashboard can be told.
 *
 * Ownership: bound by the spine; see cr_app_settings.
 * Source:    Spring Cloud Netflix Hystrix Dashboard for the names in `hystrix.dashboard.`.
 */
#ifndef DASHBOARD_SETTINGS_H
#define DASHBOARD_SETTINGS_H

#include "cr_setting.h"

struct dashboard_settings {
    struct cr_setting_list allow_list;
    const char *stream; /* "" : the aggregator that the registry knows */
    const char *turbine_service;
    int64_t streams_max;
};

extern const struct cr_setting dashboard_setting_rows[];
extern const size_t dashboard_setting_count;

#endif
