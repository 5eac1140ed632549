/* eureka_settings: what the registry can be told. */
#ifndef EUREKA_SETTINGS_H
#define EUREKA_SETTINGS_H

#include "cr_setting.h"

struct eureka_settings {
    int64_t instances_max;
    bool dashboard;
    const char *environment;
    const char *datacenter;
};

enum { EUREKA_SETTING_COUNT = 4 };
extern const struct cr_setting eureka_setting_rows[EUREKA_SETTING_COUNT];

#endif
