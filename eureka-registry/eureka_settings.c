/* The registry's rows. */
#include "eureka_settings.h"

#define FIELD(name) offsetof(struct eureka_settings, name)

const struct cr_setting eureka_setting_rows[EUREKA_SETTING_COUNT] = {
    {"crema.eureka.max-instances", CR_SETTING_INT, FIELD(instances_max), "100000", 1, 10000000,
     CR_SETTING_RESTART, "Instances that may be registered; more are refused with 503."},
    {"eureka.dashboard.enabled", CR_SETTING_BOOL, FIELD(dashboard), "true", 0, 0, CR_SETTING_LIVE,
     "Whether the page at / shows the instances."},
    {"eureka.environment", CR_SETTING_TEXT, FIELD(environment), "test", 0, 0, CR_SETTING_LIVE,
     "Name of the environment, shown on the page."},
    {"eureka.datacenter", CR_SETTING_TEXT, FIELD(datacenter), "default", 0, 0, CR_SETTING_LIVE,
     "Name of the data centre, shown on the page."},
};
