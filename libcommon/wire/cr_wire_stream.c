/* The hystrix.stream event: 48 fields from one table, and a reader that forgives as Turbine does.
 */
#include "cr_wire_stream.h"

#include "cr_int.h"
#include "cr_json.h"
#include "cr_json_writer.h"

const char *const cr_wire_percentile_names[CR_WIRE_PERCENTILES] = {"0",  "25", "50",   "75", "90",
                                                                   "95", "99", "99.5", "100"};
const double cr_wire_percentiles[CR_WIRE_PERCENTILES] = {0, 25, 50, 75, 90, 95, 99, 99.5, 100};

/* --- writing --- */

enum kind { NUMBER, FLAG, TEXT, LATENCY, TYPE, NOTHING };

struct row {
    const char *key;
    enum kind kind;
    size_t offset;
};

#define AT(field) offsetof(struct cr_wire_command, field)

/* In the order of SerialHystrixDashboardData.writeCommandMetrics. */
static const struct row rows[] = {
    {"type", TYPE, 0},
    {"name", TEXT, AT(name)},
    {"group", TEXT, AT(group)},
    {"currentTime", NUMBER, AT(current_time_ms)},
    {"isCircuitBreakerOpen", FLAG, AT(is_open)},
    {"errorPercentage", NUMBER, AT(error_percentage)},
    {"errorCount", NUMBER, AT(error_count)},
    {"requestCount", NUMBER, AT(request_count)},
    {"rollingCountBadRequests", NUMBER, AT(bad_requests)},
    {"rollingCountCollapsedRequests", NUMBER, AT(collapsed)},
    {"rollingCountEmit", NUMBER, AT(emit)},
    {"rollingCountExceptionsThrown", NUMBER, AT(exceptions_thrown)},
    {"rollingCountFailure", NUMBER, AT(failure)},
    {"rollingCountFallbackEmit", NUMBER, AT(fallback_emit)},
    {"rollingCountFallbackFailure", NUMBER, AT(fallback_failure)},
    {"rollingCountFallbackMissing", NUMBER, AT(fallback_missing)},
    {"rollingCountFallbackRejection", NUMBER, AT(fallback_rejection)},
    {"rollingCountFallbackSuccess", NUMBER, AT(fallback_success)},
    {"rollingCountResponsesFromCache", NUMBER, AT(from_cache)},
    {"rollingCountSemaphoreRejected", NUMBER, AT(semaphore_rejected)},
    {"rollingCountShortCircuited", NUMBER, AT(short_circuited)},
    {"rollingCountSuccess", NUMBER, AT(success)},
    {"rollingCountThreadPoolRejected", NUMBER, AT(thread_pool_rejected)},
    {"rollingCountTimeout", NUMBER, AT(timeout)},
    {"currentConcurrentExecutionCount", NUMBER, AT(concurrent)},
    {"rollingMaxConcurrentExecutionCount", NUMBER, AT(concurrent_max)},
    {"latencyExecute_mean", NUMBER, AT(execute.mean)},
    {"latencyExecute", LATENCY, AT(execute)},
    {"latencyTotal_mean", NUMBER, AT(total.mean)},
    {"latencyTotal", LATENCY, AT(total)},
    {"propertyValue_circuitBreakerRequestVolumeThreshold", NUMBER, AT(request_volume_threshold)},
    {"propertyValue_circuitBreakerSleepWindowInMilliseconds", NUMBER, AT(sleep_window_ms)},
    {"propertyValue_circuitBreakerErrorThresholdPercentage", NUMBER,
     AT(error_threshold_percentage)},
    {"propertyValue_circuitBreakerForceOpen", FLAG, AT(force_open)},
    {"propertyValue_circuitBreakerForceClosed", FLAG, AT(force_closed)},
    {"propertyValue_circuitBreakerEnabled", FLAG, AT(circuit_enabled)},
    {"propertyValue_executionIsolationStrategy", TEXT, AT(isolation)},
    {"propertyValue_executionIsolationThreadTimeoutInMilliseconds", NUMBER, AT(timeout_ms)},
    {"propertyValue_executionTimeoutInMilliseconds", NUMBER, AT(timeout_ms)},
    {"propertyValue_executionIsolationThreadInterruptOnTimeout", FLAG, AT(interrupt_on_timeout)},
    {"propertyValue_executionIsolationThreadPoolKeyOverride", NOTHING, 0},
    {"propertyValue_executionIsolationSemaphoreMaxConcurrentRequests", NUMBER, AT(max_concurrent)},
    {"propertyValue_fallbackIsolationSemaphoreMaxConcurrentRequests", NUMBER,
     AT(fallback_max_concurrent)},
    {"propertyValue_metricsRollingStatisticalWindowInMilliseconds", NUMBER, AT(rolling_window_ms)},
    {"propertyValue_requestCacheEnabled", FLAG, AT(request_cache_enabled)},
    {"propertyValue_requestLogEnabled", FLAG, AT(request_log_enabled)},
    {"reportingHosts", NUMBER, AT(reporting_hosts)},
    {"threadPool", TEXT, AT(thread_pool)},
};

static void write_latency(struct cr_json_writer *writer, const struct cr_wire_latency *latency)
{
    cr_json_begin_object(writer);
    for (size_t i = 0; i < CR_WIRE_PERCENTILES; i++)
        cr_json_pair_int(writer, cr_wire_percentile_names[i], latency->at[i]);
    cr_json_end_object(writer);
}

static void write_value(struct cr_json_writer *writer, enum kind kind, const void *place)
{
    switch (kind) {
    case NUMBER:
        cr_json_int(writer, *(const int64_t *)place);
        break;
    case FLAG:
        cr_json_bool(writer, *(const bool *)place);
        break;
    case TEXT:
        cr_json_text(writer, *(const char *const *)place);
        break;
    case LATENCY:
        write_latency(writer, place);
        break;
    case TYPE:
        cr_json_text(writer, "HystrixCommand");
        break;
    case NOTHING:
        cr_json_null(writer);
        break;
    }
}

void cr_wire_command_write(const struct cr_wire_command *command, struct cr_buf *out)
{
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_begin_object(&writer);
    for (size_t i = 0; i < CR_COUNT(rows); i++) {
        cr_json_key(&writer, rows[i].key);
        write_value(&writer, rows[i].kind, (const char *)command + rows[i].offset);
    }
    cr_json_end_object(&writer);
}

/* --- reading --- */

bool cr_wire_stream_data(struct cr_slice line, struct cr_slice *out_json)
{
    line = cr_slice_trim(line);
    if (!cr_slice_starts(line, CR_SLICE("data")))
        return false;
    ptrdiff_t brace = cr_slice_find(line, '{');
    if (brace < 0)
        return false;
    *out_json = cr_slice_from(line, (size_t)brace);
    return true;
}

/* Only what is written as an integer is one: 12.5 and 1e3 are texts to Turbine. */
static bool integer_of(const struct cr_tree *value, int64_t *out_number)
{
    return cr_tree_kind(value) == CR_TREE_NUMBER &&
           cr_int_parse(cr_tree_slice(value), INT64_MIN, INT64_MAX, out_number) == 0;
}

/* A map's fraction is cut; what is no number at all is left out. */
static bool entry_number(const struct cr_tree *value, int64_t *out_number)
{
    if (integer_of(value, out_number))
        return true;
    double fraction = cr_tree_kind(value) == CR_TREE_NUMBER ? cr_tree_double(value, 0) : 1e300;
    if (!(fraction > -9e15 && fraction < 9e15))
        return false;
    *out_number = (int64_t)fraction;
    return true;
}

static int read_map(const struct cr_tree *object, struct cr_arena *arena,
                    struct cr_wire_field *field)
{
    field->kind = CR_WIRE_MAP;
    field->entries = cr_arena_array(arena, cr_tree_count(object) + 1, sizeof *field->entries);
    if (!field->entries)
        return CR_ENOMEM;
    for (const struct cr_tree *value = cr_tree_first(object); value; value = cr_tree_next(value)) {
        struct cr_wire_number *entry = &field->entries[field->entry_count];
        if (entry_number(value, &entry->value)) {
            entry->key = cr_tree_key(value);
            field->entry_count++;
        }
    }
    return 0;
}

static int read_text(const struct cr_tree *value, struct cr_arena *arena,
                     struct cr_wire_field *field)
{
    field->kind = CR_WIRE_TEXT;
    enum cr_tree_kind kind = cr_tree_kind(value);
    if (kind == CR_TREE_NULL) {
        field->text = CR_SLICE("null");
    } else if (kind == CR_TREE_ARRAY) {
        CR_AUTO(cr_buf) json = {0};
        struct cr_json_writer writer;
        cr_json_init(&writer, &json);
        cr_json_tree(&writer, value);
        char *copy = cr_arena_slice(arena, cr_buf_view(&json));
        if (!copy || cr_buf_status(&json))
            return CR_ENOMEM;
        field->text = cr_slice_of(copy);
    } else {
        field->text = cr_tree_slice(value);
    }
    return 0;
}

static int read_field(const struct cr_tree *value, struct cr_arena *arena,
                      struct cr_wire_field *field)
{
    field->key = cr_tree_key(value);
    if (integer_of(value, &field->number)) {
        field->kind = CR_WIRE_NUMBER;
        return 0;
    }
    if (cr_tree_kind(value) == CR_TREE_OBJECT)
        return read_map(value, arena, field);
    return read_text(value, arena, field);
}

/* The fields that say what the event is; all others are its contents. */
static bool is_head(struct cr_slice key)
{
    return cr_slice_is(key, "type") || cr_slice_is(key, "name") ||
           cr_slice_is(key, "currentTime") || cr_slice_is(key, "reportingHosts");
}

static int read_head(const struct cr_tree *tree, struct cr_wire_event *event, struct cr_err *err)
{
    const struct cr_tree *type = cr_tree_get(tree, "type");
    const struct cr_tree *name = cr_tree_get(tree, "name");
    if (cr_tree_kind(type) != CR_TREE_STRING || cr_tree_kind(name) != CR_TREE_STRING)
        return cr_err_set(err, CR_ENOTFOUND, "stream event without a type and a name");
    event->type = cr_tree_slice(type);
    event->name = cr_tree_slice(name);
    event->has_time = integer_of(cr_tree_get(tree, "currentTime"), &event->current_time_ms);
    if (!integer_of(cr_tree_get(tree, "reportingHosts"), &event->reporting_hosts))
        event->reporting_hosts = 1;
    return 0;
}

int cr_wire_event_parse(struct cr_slice json, struct cr_arena *arena,
                        struct cr_wire_event *out_event, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_json_parse(json, arena, &tree, err);
    if (rc)
        return rc;
    if (cr_tree_kind(tree) != CR_TREE_OBJECT)
        return cr_err_set(err, CR_EPARSE, "stream event is not a JSON object");
    struct cr_wire_event event = {0};
    rc = read_head(tree, &event, err);
    if (rc)
        return rc;
    event.fields = cr_arena_array(arena, cr_tree_count(tree), sizeof *event.fields);
    if (!event.fields)
        return cr_err_set(err, CR_ENOMEM, "stream event: out of memory");
    for (const struct cr_tree *value = cr_tree_first(tree); value; value = cr_tree_next(value)) {
        if (is_head(cr_tree_key(value)))
            continue;
        if (read_field(value, arena, &event.fields[event.field_count++]))
            return cr_err_set(err, CR_ENOMEM, "stream event: out of memory");
    }
    *out_event = event;
    return 0;
}
