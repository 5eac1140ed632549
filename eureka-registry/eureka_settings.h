/* eureka_settings: what the registry can be told. */
#ifndef EUREKA_SETTINGS_H
#define EUREKA_SETTINGS_H

#include "cr_err.h"
#include "cr_setting.h"
#include "cr_settings.h"

struct eureka_settings {
    int64_t instances_max;
    int64_t watchers_max;
    int64_t preservation_min;
    bool snapshot;
    const char *snapshot_file;
    bool preservation;
    double renewal_percent;
    int64_t renewal_interval_s;
    int64_t delta_retention_ms;
    bool disable_delta;
    int64_t empty_wait_ms;
    int64_t open_count;
    bool sync_when_timestamp_differs;
    bool dashboard;
    const char *environment;
    const char *datacenter;
};

enum { EUREKA_SETTING_COUNT = 16 };
extern const struct cr_setting eureka_setting_rows[EUREKA_SETTING_COUNT];

/* Keys of Netflix' server that need no value here, and why. */
extern const struct cr_setting_table eureka_accepted_table;

/* What a row alone cannot say. CR_EINVAL names the key. */
CR_MUST_CHECK int eureka_settings_check(const void *settings,
                                        const struct cr_environment *environment,
                                        struct cr_err *err);

#endif
