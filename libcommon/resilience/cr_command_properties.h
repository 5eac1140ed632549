/* cr_command_properties: what a Hystrix command can be told, with Hystrix' names and defaults.
 *
 * Ownership: a value; no memory behind it.
 * Units:     milliseconds, per cent.
 * Errors:    CR_ENOTFOUND an unknown property, CR_EPARSE a value of the wrong type, CR_EINVAL one
 *            that makes no sense (an interval of 0); the text names the key and the value.
 * Threads:   any, on values of their own.
 * Source:    Hystrix 1.5 HystrixCommandProperties. For each property `hystrix.command.<key>.X` is
 *            asked first, then the value set in code, then `hystrix.command.default.X`, then the
 *            built-in default.
 */
#ifndef CR_COMMAND_PROPERTIES_H
#define CR_COMMAND_PROPERTIES_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_err.h"
#include "cr_slice.h"

enum { CR_COMMAND_BUCKETS_MAX = 1000 }; /* of any window */

struct cr_command_properties {
    int32_t timeout_ms; /* execution.isolation.thread.timeoutInMilliseconds: 1000 */
    bool timeout_enabled;
    bool interrupt_on_timeout; /* shown in the stream only */
    int32_t max_concurrent;    /* execution.isolation.semaphore.maxConcurrentRequests: 10 */
    int32_t fallback_max_concurrent;
    bool fallback_enabled;
    bool circuit_enabled;
    bool circuit_force_open;
    bool circuit_force_closed;
    int32_t circuit_request_volume_threshold;   /* 20 */
    int32_t circuit_sleep_window_ms;            /* 5000 */
    int32_t circuit_error_threshold_percentage; /* 50 */
    int32_t rolling_window_ms;                  /* 10000, in rolling_buckets */
    int32_t rolling_buckets;                    /* 10 */
    int32_t percentile_window_ms;               /* 60000, in percentile_buckets */
    int32_t percentile_buckets;                 /* 6 */
    int32_t health_interval_ms;                 /* 500 */
    bool request_cache_enabled;                 /* shown in the stream only */
    bool request_log_enabled;                   /* shown in the stream only */
};

extern const struct cr_command_properties cr_command_defaults;

/* A value set in code: `{"execution.isolation.thread.timeoutInMilliseconds", "300"}`. */
struct cr_command_preset {
    const char *property;
    const char *value;
};

struct cr_command_presets {
    const struct cr_command_preset *rows;
    size_t count;
};

/* Looks a full key up, for instance in a daemon's environment; false when it is not set. */
typedef bool (*cr_property_lookup)(void *ctx, const char *key, struct cr_slice *out_value);

/* Sets one property by the part of its key behind `hystrix.command.<key>.`. */
CR_MUST_CHECK int cr_command_property_set(struct cr_command_properties *properties,
                                          struct cr_slice property, struct cr_slice value,
                                          struct cr_err *err);

/* Resolves all properties of one command; lookup may be NULL. */
CR_MUST_CHECK int cr_command_properties_load(const char *command_key,
                                             struct cr_command_presets presets,
                                             cr_property_lookup lookup, void *ctx,
                                             struct cr_command_properties *out_properties,
                                             struct cr_err *err);

/* The known names, in order, for `--help` and documents; NULL at the end. */
const char *cr_command_property_name(size_t index);

#endif
