/* Hystrix' command properties: one table of names, types and places. */
#include "cr_command_properties.h"

#include <stddef.h>
#include <stdio.h>

#include "cr_int.h"

enum type { FLAG, NUMBER, ISOLATION, IGNORED_FLAG, IGNORED_NUMBER };

struct row {
    const char *name;
    enum type type;
    size_t offset;
    int32_t min;
};

#define AT(field) offsetof(struct cr_command_properties, field)

static const struct row rows[] = {
    {"execution.isolation.strategy", ISOLATION, 0, 0},
    {"execution.isolation.thread.timeoutInMilliseconds", NUMBER, AT(timeout_ms), 0},
    {"execution.timeout.enabled", FLAG, AT(timeout_enabled), 0},
    {"execution.isolation.thread.interruptOnTimeout", FLAG, AT(interrupt_on_timeout), 0},
    {"execution.isolation.thread.interruptOnFutureCancel", IGNORED_FLAG, 0, 0},
    {"execution.isolation.semaphore.maxConcurrentRequests", NUMBER, AT(max_concurrent), 0},
    {"fallback.isolation.semaphore.maxConcurrentRequests", NUMBER, AT(fallback_max_concurrent), 0},
    {"fallback.enabled", FLAG, AT(fallback_enabled), 0},
    {"circuitBreaker.enabled", FLAG, AT(circuit_enabled), 0},
    {"circuitBreaker.requestVolumeThreshold", NUMBER, AT(circuit_request_volume_threshold), 0},
    {"circuitBreaker.sleepWindowInMilliseconds", NUMBER, AT(circuit_sleep_window_ms), 0},
    {"circuitBreaker.errorThresholdPercentage", NUMBER, AT(circuit_error_threshold_percentage), 0},
    {"circuitBreaker.forceOpen", FLAG, AT(circuit_force_open), 0},
    {"circuitBreaker.forceClosed", FLAG, AT(circuit_force_closed), 0},
    {"metrics.rollingStats.timeInMilliseconds", NUMBER, AT(rolling_window_ms), 1},
    {"metrics.rollingStats.numBuckets", NUMBER, AT(rolling_buckets), 1},
    {"metrics.rollingPercentile.enabled", IGNORED_FLAG, 0, 0},
    {"metrics.rollingPercentile.timeInMilliseconds", NUMBER, AT(percentile_window_ms), 1},
    {"metrics.rollingPercentile.numBuckets", NUMBER, AT(percentile_buckets), 1},
    {"metrics.rollingPercentile.bucketSize", IGNORED_NUMBER, 0, 0},
    {"metrics.healthSnapshot.intervalInMilliseconds", NUMBER, AT(health_interval_ms), 1},
    {"requestCache.enabled", FLAG, AT(request_cache_enabled), 0},
    {"requestLog.enabled", FLAG, AT(request_log_enabled), 0},
};

const struct cr_command_properties cr_command_defaults = {
    .timeout_ms = 1000,
    .timeout_enabled = true,
    .interrupt_on_timeout = true,
    .max_concurrent = 10,
    .fallback_max_concurrent = 10,
    .fallback_enabled = true,
    .circuit_enabled = true,
    .circuit_request_volume_threshold = 20,
    .circuit_sleep_window_ms = 5000,
    .circuit_error_threshold_percentage = 50,
    .rolling_window_ms = 10000,
    .rolling_buckets = 10,
    .percentile_window_ms = 60000,
    .percentile_buckets = 6,
    .health_interval_ms = 500,
    .request_cache_enabled = true,
    .request_log_enabled = true,
};

const char *cr_command_property_name(size_t index)
{
    return index < CR_COUNT(rows) ? rows[index].name : NULL;
}

static const struct row *row_of(struct cr_slice name)
{
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        if (cr_slice_is(name, rows[i].name))
            return &rows[i];
    }
    return NULL;
}

static int parse_flag(struct cr_slice value, bool *out_flag)
{
    if (cr_slice_equal_nocase(value, CR_SLICE("true")))
        *out_flag = true;
    else if (cr_slice_equal_nocase(value, CR_SLICE("false")))
        *out_flag = false;
    else
        return CR_EPARSE;
    return 0;
}

static int set_flag(bool *target, const struct row *row, struct cr_slice value, struct cr_err *err)
{
    if (parse_flag(value, target) == 0)
        return 0;
    return cr_err_set(err, CR_EPARSE, "'%s': '%.*s' is neither true nor false", row->name,
                      CR_SLICE_ARG(value));
}

static int set_number(int32_t *target, const struct row *row, struct cr_slice value,
                      struct cr_err *err)
{
    int64_t number = 0;
    int rc = cr_int_parse(value, row->min, INT32_MAX, &number);
    if (rc == CR_EPARSE)
        return cr_err_set(err, CR_EPARSE, "'%s': '%.*s' is not a number", row->name,
                          CR_SLICE_ARG(value));
    if (rc)
        return cr_err_set(err, CR_EINVAL, "'%s': '%.*s' is not between %d and %d", row->name,
                          CR_SLICE_ARG(value), row->min, INT32_MAX);
    *target = (int32_t)number;
    return 0;
}

/* Both strategies are accepted: a command here never occupies a thread, and says SEMAPHORE. */
static int check_isolation(const struct row *row, struct cr_slice value, struct cr_err *err)
{
    if (cr_slice_equal_nocase(value, CR_SLICE("SEMAPHORE")) ||
        cr_slice_equal_nocase(value, CR_SLICE("THREAD")))
        return 0;
    return cr_err_set(err, CR_EPARSE, "'%s': '%.*s' is neither SEMAPHORE nor THREAD", row->name,
                      CR_SLICE_ARG(value));
}

int cr_command_property_set(struct cr_command_properties *properties, struct cr_slice property,
                            struct cr_slice value, struct cr_err *err)
{
    const struct row *row = row_of(property);
    if (!row)
        return cr_err_set(err, CR_ENOTFOUND, "'%.*s' is not a property of a Hystrix command",
                          CR_SLICE_ARG(property));
    value = cr_slice_trim(value);
    void *place = (char *)properties + row->offset;
    bool ignored_flag = false;
    int32_t ignored_number = 0;
    switch (row->type) {
    case FLAG:
        return set_flag(place, row, value, err);
    case NUMBER:
        return set_number(place, row, value, err);
    case ISOLATION:
        return check_isolation(row, value, err);
    case IGNORED_FLAG:
        return set_flag(&ignored_flag, row, value, err);
    case IGNORED_NUMBER:
    default:
        return set_number(&ignored_number, row, value, err);
    }
}

static const char *preset_of(struct cr_command_presets presets, const char *property)
{
    for (size_t i = 0; i < presets.count; i++) {
        if (cr_slice_is(cr_slice_of(property), presets.rows[i].property))
            return presets.rows[i].value;
    }
    return NULL;
}

/* In the caller's buffer; a key that is too long for it is never asked for. */
static bool look_up(cr_property_lookup lookup, void *ctx, const char *command_key,
                    const char *property, struct cr_slice *out_value)
{
    char key[512];
    int len = snprintf(key, sizeof key, "hystrix.command.%s.%s", command_key, property);
    return lookup && len > 0 && (size_t)len < sizeof key && lookup(ctx, key, out_value);
}

/* A window of `buckets` buckets must give each at least a millisecond, and has a bounded size. */
static int check_window(const char *property, int32_t window_ms, int32_t buckets,
                        struct cr_err *err)
{
    if (buckets <= window_ms && buckets <= CR_COMMAND_BUCKETS_MAX)
        return 0;
    return cr_err_set(err, CR_EINVAL, "'%s': %d buckets in %d ms; at most one a ms and %d in all",
                      property, buckets, window_ms, CR_COMMAND_BUCKETS_MAX);
}

static int check(const struct cr_command_properties *properties, struct cr_err *err)
{
    int rc = check_window("metrics.rollingStats.numBuckets", properties->rolling_window_ms,
                          properties->rolling_buckets, err);
    if (rc == 0)
        rc = check_window("metrics.rollingPercentile.numBuckets", properties->percentile_window_ms,
                          properties->percentile_buckets, err);
    int32_t snapshots = properties->rolling_window_ms / properties->health_interval_ms;
    if (rc == 0 && (snapshots < 1 || snapshots > CR_COMMAND_BUCKETS_MAX))
        rc = cr_err_set(err, CR_EINVAL,
                        "'metrics.healthSnapshot.intervalInMilliseconds': %d ms in a window of %d "
                        "ms makes %d buckets; 1 to %d are possible",
                        properties->health_interval_ms, properties->rolling_window_ms, snapshots,
                        CR_COMMAND_BUCKETS_MAX);
    return rc;
}

int cr_command_properties_load(const char *command_key, struct cr_command_presets presets,
                               cr_property_lookup lookup, void *ctx,
                               struct cr_command_properties *out_properties, struct cr_err *err)
{
    struct cr_command_properties properties = cr_command_defaults;
    int rc = 0;
    for (size_t i = 0; i < CR_COUNT(rows) && rc == 0; i++) {
        const char *name = rows[i].name;
        const char *preset = preset_of(presets, name);
        struct cr_slice value = {0};
        if (look_up(lookup, ctx, command_key, name, &value)) {
            /* the command's own key beats everything */
        } else if (preset) {
            value = cr_slice_of(preset);
        } else if (!look_up(lookup, ctx, "default", name, &value)) {
            continue;
        }
        rc = cr_command_property_set(&properties, cr_slice_of(name), value, err);
    }
    if (rc == 0)
        rc = check(&properties, err);
    if (rc) {
        cr_err_prefix(err, "hystrix command '%s': ", command_key);
        return rc;
    }
    *out_properties = properties;
    return 0;
}
