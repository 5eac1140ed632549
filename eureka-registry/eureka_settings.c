/* The registry's rows: Spring's names where Spring has one. */
#include "eureka_settings.h"

#define FIELD(name) offsetof(struct eureka_settings, name)

const struct cr_setting eureka_setting_rows[EUREKA_SETTING_COUNT] = {
    {"crema.eureka.max-instances", CR_SETTING_INT, FIELD(instances_max), "100000", 1, 10000000,
     CR_SETTING_RESTART, "Instances that may be registered; more are refused with 503."},
    {"crema.eureka.max-watchers", CR_SETTING_INT, FIELD(watchers_max), "2048", 1, 60000,
     CR_SETTING_RESTART,
     "Clients that may follow /eureka/watch at once; more are refused with 503."},
    {"crema.eureka.self-preservation-min-instances", CR_SETTING_INT, FIELD(preservation_min), "10",
     0, 10000000, CR_SETTING_LIVE,
     "Instances from which on self-preservation works; with fewer for 15 minutes it is off."},
    {"crema.eureka.snapshot.enabled", CR_SETTING_BOOL, FIELD(snapshot), "true", 0, 0,
     CR_SETTING_RESTART,
     "Whether the registry is kept on disk, so that a restarted server knows its instances."},
    {"crema.eureka.snapshot.file", CR_SETTING_TEXT, FIELD(snapshot_file), "", 0, 0,
     CR_SETTING_RESTART, "That file; empty: data/eureka-registry.snapshot below crema.home."},
    {"eureka.server.enable-self-preservation", CR_SETTING_BOOL, FIELD(preservation), "true", 0, 0,
     CR_SETTING_LIVE,
     "Whether leases that are over are held while too many clients are silent at once."},
    {"eureka.server.renewal-percent-threshold", CR_SETTING_DOUBLE, FIELD(renewal_percent), "0.85",
     0, 0, CR_SETTING_LIVE,
     "Part of the expected renewals of a minute that must be passed for leases to end (0..1)."},
    {"eureka.server.expected-client-renewal-interval-seconds", CR_SETTING_INT,
     FIELD(renewal_interval_s), "30", 1, 86400, CR_SETTING_LIVE,
     "How often self-preservation expects a client to renew."},
    {"eureka.server.retention-time-in-m-s-in-delta-queue", CR_SETTING_DURATION,
     FIELD(delta_retention_ms), "180000", 1000, 86400000, CR_SETTING_RESTART,
     "How long a change is told in /eureka/apps/delta."},
    {"eureka.server.disable-delta", CR_SETTING_BOOL, FIELD(disable_delta), "false", 0, 0,
     CR_SETTING_LIVE, "Whether /eureka/apps/delta answers 403; clients then fetch everything."},
    {"eureka.server.wait-time-in-ms-when-sync-empty", CR_SETTING_DURATION, FIELD(empty_wait_ms),
     "300000", 0, 86400000, CR_SETTING_RESTART,
     "How long lists answer 403 after a start without any instance, if the count below is 0."},
    {"eureka.instance.registry.default-open-for-traffic-count", CR_SETTING_INT, FIELD(open_count),
     "1", 0, 1000000, CR_SETTING_RESTART,
     "0: a registry that starts empty waits before it tells lists."},
    {"eureka.server.sync-when-timestamp-differs", CR_SETTING_BOOL,
     FIELD(sync_when_timestamp_differs), "true", 0, 0, CR_SETTING_LIVE,
     "Whether renewals are judged by their lastDirtyTimestamp."},
    {"eureka.dashboard.enabled", CR_SETTING_BOOL, FIELD(dashboard), "true", 0, 0, CR_SETTING_LIVE,
     "Whether the page at / shows the instances."},
    {"eureka.environment", CR_SETTING_TEXT, FIELD(environment), "test", 0, 0, CR_SETTING_LIVE,
     "Name of the environment, shown on the page."},
    {"eureka.datacenter", CR_SETTING_TEXT, FIELD(datacenter), "default", 0, 0, CR_SETTING_LIVE,
     "Name of the data centre, shown on the page."},
};

/* --- keys without effect --- */

#define ACCEPTED(key, doc)                                                                         \
    {                                                                                              \
        key, CR_SETTING_TEXT, 0, NULL, 0, 0, CR_SETTING_RESTART, "Without effect: " doc            \
    }
#define AT_ONCE   "answers show every change at once."
#define EXPECTED  "the registered instances are what is expected."
#define NO_LIMIT  "fetches are not limited by rate, see crema.http.max-connections."
#define NO_AMAZON "this registry knows no Amazon groups."

static const struct cr_setting accepted_rows[] = {
    ACCEPTED("eureka.server.eviction-interval-timer-in-ms", "a lease ends when it is due."),
    ACCEPTED("eureka.server.delta-retention-timer-interval-in-ms",
             "a change leaves the delta when its time is over."),
    ACCEPTED("eureka.server.response-cache-auto-expiration-in-seconds", AT_ONCE),
    ACCEPTED("eureka.server.response-cache-update-interval-ms", AT_ONCE),
    ACCEPTED("eureka.server.use-read-only-response-cache", AT_ONCE),
    ACCEPTED("eureka.server.initial-capacity-of-response-cache", AT_ONCE),
    ACCEPTED("eureka.server.renewal-threshold-update-interval-ms", EXPECTED),
    ACCEPTED("eureka.instance.registry.expected-number-of-clients-sending-renews", EXPECTED),
    ACCEPTED("eureka.server.rate-limiter-enabled", NO_LIMIT),
    ACCEPTED("eureka.server.rate-limiter-throttle-standard-clients", NO_LIMIT),
    ACCEPTED("eureka.server.rate-limiter-burst-size", NO_LIMIT),
    ACCEPTED("eureka.server.rate-limiter-registry-fetch-average-rate", NO_LIMIT),
    ACCEPTED("eureka.server.rate-limiter-full-fetch-average-rate", NO_LIMIT),
    ACCEPTED("eureka.server.use-aws-asg-api", NO_AMAZON),
};
const struct cr_setting_table eureka_accepted_table = {accepted_rows, CR_COUNT(accepted_rows)};

int eureka_settings_check(const void *bound, const struct cr_environment *environment,
                          struct cr_err *err)
{
    const struct eureka_settings *settings = bound;
    (void)environment;
    if (settings->renewal_percent >= 0 && settings->renewal_percent <= 1)
        return 0;
    return cr_err_set(err, CR_EINVAL,
                      "eureka.server.renewal-percent-threshold: %g is not between 0 and 1",
                      settings->renewal_percent);
}
