/* cr_wire_stream: one event of a hystrix.stream, written and read.
 *
 * Ownership: written structs borrow their texts; a read event lives in the caller's arena.
 * Units:     milliseconds; currentTime is wall-clock time since 1970.
 * Errors:    cr_wire_event_parse returns CR_EPARSE (no JSON object, or too deep), CR_ENOTFOUND (no
 *            string `type` and `name`: a ping), CR_ENOMEM.
 * Threads:   any, on values of their own.
 * Source:    Hystrix 1.5 SerialHystrixDashboardData (48 fields, in order); Turbine 1
 *            InstanceMonitor for what a reader must tolerate.
 */
#ifndef CR_WIRE_STREAM_H
#define CR_WIRE_STREAM_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_slice.h"

/* The percentiles of a latency object: "0","25","50","75","90","95","99","99.5","100". */
enum { CR_WIRE_PERCENTILES = 9 };
extern const char *const cr_wire_percentile_names[CR_WIRE_PERCENTILES];
extern const double cr_wire_percentiles[CR_WIRE_PERCENTILES];

struct cr_wire_latency {
    int64_t mean;
    int64_t at[CR_WIRE_PERCENTILES];
};

/* A HystrixCommand event. */
struct cr_wire_command {
    const char *name;
    const char *group;
    const char *thread_pool;
    const char *isolation; /* "SEMAPHORE" or "THREAD" */
    int64_t current_time_ms;
    bool is_open;
    int64_t error_percentage, error_count, request_count; /* of the health window */
    int64_t bad_requests, collapsed, emit, exceptions_thrown, failure;
    int64_t fallback_emit, fallback_failure, fallback_missing, fallback_rejection;
    int64_t fallback_success, from_cache, semaphore_rejected, short_circuited, success;
    int64_t thread_pool_rejected, timeout;
    int64_t concurrent, concurrent_max;
    struct cr_wire_latency execute, total;
    int64_t request_volume_threshold, sleep_window_ms, error_threshold_percentage;
    bool force_open, force_closed, circuit_enabled;
    int64_t timeout_ms;
    bool interrupt_on_timeout;
    int64_t max_concurrent, fallback_max_concurrent, rolling_window_ms;
    bool request_cache_enabled, request_log_enabled;
    int64_t reporting_hosts;
};

/* Appends the JSON object, on one line, without framing. */
void cr_wire_command_write(const struct cr_wire_command *command, struct cr_buf *out);

/* What one line of a stream is worth: true with the JSON text from the first '{' for a data line,
 * with or without a blank behind the colon; false for comments, pings, ids and blank lines. */
bool cr_wire_stream_data(struct cr_slice line, struct cr_slice *out_json);

/* A field as Turbine 1 sees it: integers are numbers, objects are maps of numbers, everything else
 * is a text (`true`, `null`, `12.5`). */
enum cr_wire_field_kind { CR_WIRE_NUMBER, CR_WIRE_MAP, CR_WIRE_TEXT };

struct cr_wire_number {
    struct cr_slice key;
    int64_t value;
};

struct cr_wire_field {
    struct cr_slice key;
    enum cr_wire_field_kind kind;
    int64_t number;
    struct cr_slice text;
    struct cr_wire_number *entries; /* of a map */
    size_t entry_count;
};

struct cr_wire_event {
    struct cr_slice type;
    struct cr_slice name;
    bool has_time;
    int64_t current_time_ms;
    int64_t reporting_hosts;      /* 1 when absent */
    struct cr_wire_field *fields; /* in order, without those above */
    size_t field_count;
};

CR_MUST_CHECK int cr_wire_event_parse(struct cr_slice json, struct cr_arena *arena,
                                      struct cr_wire_event *out_event, struct cr_err *err);

#endif
