/* gateway_settings: what the gateway can be told: Zuul's keys, Ribbon's keys, and those of our own
 * data plane.
 *
 * Ownership: bound by the spine; see cr_app_settings. Texts live as long as that says.
 * Units:     milliseconds and octets.
 * Errors:    gateway_settings_check: CR_EINVAL with the key, its origin and what is wrong.
 * Threads:   immutable once bound.
 * Source:    Spring Cloud Netflix ZuulProperties, Ribbon CommonClientConfigKey; gateway reference
 *            1.1, 1.2, 1.13 and Appendix A.
 */
#ifndef GATEWAY_SETTINGS_H
#define GATEWAY_SETTINGS_H

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_setting.h"

struct cr_environment;
struct cr_setting_table;

struct gateway_settings {
    /* zuul.*: live */
    const char *prefix;
    bool strip_prefix;
    bool retryable;
    bool add_proxy;
    bool add_host;
    struct cr_setting_list route_texts; /* zuul.routes as a list */
    struct cr_setting_list sensitive;
    struct cr_setting_list ignored_headers;
    struct cr_setting_list ignored_services;
    struct cr_setting_list ignored_patterns;
    bool ignore_local;
    const char *servlet_path;
    int64_t semaphores;
    int64_t host_connect_ms;
    int64_t host_read_ms;
    int64_t host_instance_max, host_total_max; /* connections of url: routes: of one, of all */
    int64_t host_queue_ms;                     /* -1, 0: no limit of its own */
    int64_t queue_max;
    int64_t streams_max;

    /* what follows needs a restart */
    bool compat_errors;
    const char *via;
    int64_t workers; /* 0: one per core */
    struct cr_setting_list admin_paths;
    struct cr_setting_list trusted;
    bool expose_internal;
    int64_t log_every;
    bool io_uring;
    bool trace, trace_b3;
    int64_t trace_every;

    int64_t target_max, head_max, field_max, fields_max;
    int64_t upstream_head_max, upstream_fields_max;
    int64_t body_max;
    int64_t connections_max;
    int64_t requests_max;
    int64_t upstream_requests_max;
    int64_t pool_max;
    int64_t buffer_max;
    int64_t unsent_max;

    int64_t idle_ms, head_ms, body_ms, body_rate, write_ms;
    int64_t continue_ms, linger_ms, linger_max_ms, age_max_ms;
    int64_t upstream_idle_ms, stream_idle_ms, tunnel_idle_ms, drain_idle_ms;
};
extern const struct cr_setting gateway_setting_rows[];
extern const size_t gateway_setting_count;

/* zuul.routes.<id>: one text, or a path with its further words. */
struct gateway_route_settings {
    const char *text;
    const char *id;
    const char *path;
    const char *service_id;
    const char *url;
    bool strip_prefix;
    bool retryable;
    struct cr_setting_list sensitive;
};
extern const struct cr_setting_table gateway_route_table;

/* <client>.ribbon.*, over ribbon.*. */
struct gateway_ribbon_settings {
    int64_t connect_ms;
    int64_t read_ms; /* 0: not set */
    int64_t retries_same;
    int64_t retries_next;
    int64_t instance_max, instance_max_old; /* connections to one instance; old: 0 not set */
    int64_t total_max, total_max_old;       /* ... to all of them */
    int64_t queue_ms;                       /* 0: no limit of its own */
    struct cr_setting_list servers;
};
extern const struct cr_setting_table gateway_ribbon_table;

/* Keys that stand behind the families' values, and keys of Zuul that change nothing here; for
 * --help and checks. */
extern const struct cr_setting_table gateway_ribbon_global_table;
extern const struct cr_setting_table gateway_semaphore_table;
extern const struct cr_setting_table gateway_accepted_table;
#define GATEWAY_SETTING_TABLES                                                                     \
    &gateway_route_table, &gateway_ribbon_global_table, &gateway_ribbon_table,                     \
        &gateway_semaphore_table, &gateway_accepted_table

/* For --check-config and every refresh: are all routes and lists what they should be? */
CR_MUST_CHECK int gateway_settings_check(const void *settings,
                                         const struct cr_environment *environment,
                                         struct cr_err *err);

#endif
