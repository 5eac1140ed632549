/* The figures of a command: shards into windows at each tick, windows into a stream event. */
#include <stdlib.h>

#include "cr_assert.h"
#include "cr_command_private.h"

/* Which events the health window counts: every run that ended, and rejections, but neither
 * short-circuited nor bad requests. */
static const struct {
    enum cr_command_event event;
    bool error;
} health_events[] = {
    {CR_EVENT_SUCCESS, false},
    {CR_EVENT_FAILURE, true},
    {CR_EVENT_TIMEOUT, true},
    {CR_EVENT_THREAD_POOL_REJECTED, true},
    {CR_EVENT_SEMAPHORE_REJECTED, true},
};

int cr_command_figures_init(struct cr_command *command,
                            const struct cr_command_properties *properties, int64_t now_ms)
{
    command->properties = *properties;
    int32_t snapshots = properties->rolling_window_ms / properties->health_interval_ms;
    int rc = cr_window_init(&command->health, properties->health_interval_ms, (size_t)snapshots,
                            HEALTH_COUNTERS, now_ms);
    if (rc)
        return rc;
    rc = cr_window_init(&command->rolling,
                        properties->rolling_window_ms / properties->rolling_buckets,
                        (size_t)properties->rolling_buckets, ROLLING_COUNTERS, now_ms);
    if (rc)
        return rc;
    command->latency_buckets = (size_t)properties->percentile_buckets;
    command->latency_bucket_ms = properties->percentile_window_ms / properties->percentile_buckets;
    command->latency_start_ms = now_ms;
    command->execute.closed = calloc(command->latency_buckets, sizeof *command->execute.closed);
    command->total.closed = calloc(command->latency_buckets, sizeof *command->total.closed);
    return command->execute.closed && command->total.closed ? 0 : CR_ENOMEM;
}

static void latency_window_fini(struct cr_latency_window *window, size_t buckets)
{
    for (size_t i = 0; window->closed && i < buckets; i++)
        cr_latency_fini(&window->closed[i]);
    free(window->closed);
}

void cr_command_figures_fini(struct cr_command *command)
{
    cr_window_fini(&command->health);
    cr_window_fini(&command->rolling);
    latency_window_fini(&command->execute, command->latency_buckets);
    latency_window_fini(&command->total, command->latency_buckets);
}

/* --- collecting --- */

static void collect_shard(struct cr_command *command, struct cr_command_shard *shard)
{
    uint64_t fresh[CR_EVENT_COUNT];
    for (size_t event = 0; event < CR_EVENT_COUNT; event++) {
        uint64_t count = atomic_load_explicit(&shard->counts[event], memory_order_relaxed);
        fresh[event] = count - shard->seen[event];
        shard->seen[event] = count;
        cr_window_add(&command->rolling, event, fresh[event]);
    }
    for (size_t i = 0; i < CR_COUNT(health_events); i++) {
        uint64_t n = fresh[health_events[i].event];
        cr_window_add(&command->health, HEALTH_TOTAL, n);
        if (health_events[i].error)
            cr_window_add(&command->health, HEALTH_ERRORS, n);
    }
    cr_window_peak(&command->rolling, ROLLING_PEAK,
                   atomic_exchange_explicit(&shard->peak, 0, memory_order_relaxed));
}

static void collect(struct cr_command *command)
{
    for (struct cr_command_shard *shard = atomic_load(&command->shards); shard; shard = shard->next)
        collect_shard(command, shard);
}

/* Puts what the shards hold into the oldest bucket's place, or empties it. */
static void close_latency_bucket(struct cr_command *command, bool first)
{
    struct cr_latency *execute = &command->execute.closed[command->latency_oldest];
    struct cr_latency *total = &command->total.closed[command->latency_oldest];
    cr_latency_fini(execute);
    cr_latency_fini(total);
    struct cr_command_shard *shard = first ? atomic_load(&command->shards) : NULL;
    for (; shard; shard = shard->next) {
        cr_latency_drain(&shard->execute, execute);
        cr_latency_drain(&shard->total, total);
    }
    command->latency_oldest = (command->latency_oldest + 1) % command->latency_buckets;
}

static void summarise(struct cr_latency_window *window, size_t buckets)
{
    struct cr_latency sum = {.pages = {NULL}};
    for (size_t i = 0; i < buckets; i++)
        cr_latency_add(&window->closed[i], &sum);
    window->summary = cr_latency_summary(&sum);
    cr_latency_fini(&sum);
}

static void roll_latencies(struct cr_command *command, int64_t now_ms)
{
    int64_t closed = (now_ms - command->latency_start_ms) / command->latency_bucket_ms;
    if (closed <= 0)
        return;
    command->latency_start_ms += closed * command->latency_bucket_ms;
    for (int64_t i = 0; i < closed && i <= (int64_t)command->latency_buckets; i++)
        close_latency_bucket(command, i == 0);
    summarise(&command->execute, command->latency_buckets);
    summarise(&command->total, command->latency_buckets);
}

static bool tick_locked(struct cr_command *command, int64_t now_ms)
{
    CR_LOCKED(&command->lock);
    collect(command);
    cr_window_roll(&command->rolling, now_ms);
    roll_latencies(command, now_ms);
    if (cr_window_roll(&command->health, now_ms) == 0)
        return false;
    int64_t total = (int64_t)cr_window_sum(&command->health, HEALTH_TOTAL);
    int64_t errors = (int64_t)cr_window_sum(&command->health, HEALTH_ERRORS);
    return cr_circuit_evaluate(&command->circuit, total, errors, now_ms);
}

void cr_command_tick(struct cr_command *command, int64_t now_ms)
{
    if (tick_locked(command, now_ms))
        cr_command_changed(command, CR_CIRCUIT_CLOSED, CR_CIRCUIT_OPEN);
}

/* Under the lock, so that no evaluation sees the closed circuit with the old window. */
static bool recover_locked(struct cr_command *command)
{
    CR_LOCKED(&command->lock);
    if (!cr_circuit_success(&command->circuit))
        return false;
    collect(command);
    cr_window_clear(&command->health);
    return true;
}

void cr_command_recover(struct cr_command *command)
{
    if (recover_locked(command))
        cr_command_changed(command, CR_CIRCUIT_HALF_OPEN, CR_CIRCUIT_CLOSED);
}

/* --- showing --- */

static int64_t rolling(const struct cr_command *command, enum cr_command_event event)
{
    return (int64_t)cr_window_sum(&command->rolling, event);
}

static void show_counts(const struct cr_command *command, struct cr_wire_command *out)
{
    out->bad_requests = rolling(command, CR_EVENT_BAD_REQUEST);
    out->collapsed = rolling(command, CR_EVENT_COLLAPSED);
    out->emit = rolling(command, CR_EVENT_EMIT);
    out->failure = rolling(command, CR_EVENT_FAILURE);
    out->fallback_emit = rolling(command, CR_EVENT_FALLBACK_EMIT);
    out->fallback_failure = rolling(command, CR_EVENT_FALLBACK_FAILURE);
    out->fallback_missing = rolling(command, CR_EVENT_FALLBACK_MISSING);
    out->fallback_rejection = rolling(command, CR_EVENT_FALLBACK_REJECTION);
    out->fallback_success = rolling(command, CR_EVENT_FALLBACK_SUCCESS);
    out->from_cache = rolling(command, CR_EVENT_RESPONSE_FROM_CACHE);
    out->semaphore_rejected = rolling(command, CR_EVENT_SEMAPHORE_REJECTED);
    out->short_circuited = rolling(command, CR_EVENT_SHORT_CIRCUITED);
    out->success = rolling(command, CR_EVENT_SUCCESS);
    out->thread_pool_rejected = rolling(command, CR_EVENT_THREAD_POOL_REJECTED);
    out->timeout = rolling(command, CR_EVENT_TIMEOUT);
    out->exceptions_thrown =
        out->bad_requests + out->fallback_failure + out->fallback_missing + out->fallback_rejection;
}

static void show_properties(const struct cr_command_properties *properties,
                            struct cr_wire_command *out)
{
    out->request_volume_threshold = properties->circuit_request_volume_threshold;
    out->sleep_window_ms = properties->circuit_sleep_window_ms;
    out->error_threshold_percentage = properties->circuit_error_threshold_percentage;
    out->force_open = properties->circuit_force_open;
    out->force_closed = properties->circuit_force_closed;
    out->circuit_enabled = properties->circuit_enabled;
    out->timeout_ms = properties->timeout_ms;
    out->interrupt_on_timeout = properties->interrupt_on_timeout;
    out->max_concurrent = properties->max_concurrent;
    out->fallback_max_concurrent = properties->fallback_max_concurrent;
    out->rolling_window_ms = properties->rolling_window_ms;
    out->request_cache_enabled = properties->request_cache_enabled;
    out->request_log_enabled = properties->request_log_enabled;
}

void cr_command_snapshot(struct cr_command *command, int64_t wall_ms, struct cr_wire_command *out)
{
    *out = (struct cr_wire_command){
        .name = command->key,
        .group = command->group,
        .thread_pool = command->group,
        .isolation = "SEMAPHORE",
        .current_time_ms = wall_ms,
        .concurrent = atomic_load_explicit(&command->in_flight, memory_order_relaxed),
        .reporting_hosts = 1,
    };
    CR_LOCKED(&command->lock);
    out->is_open = cr_circuit_is_open(&command->circuit);
    out->request_count = (int64_t)cr_window_sum(&command->health, HEALTH_TOTAL);
    out->error_count = (int64_t)cr_window_sum(&command->health, HEALTH_ERRORS);
    out->error_percentage = cr_error_percentage(out->request_count, out->error_count);
    out->concurrent_max = (int64_t)cr_window_max(&command->rolling, ROLLING_PEAK);
    out->execute = command->execute.summary;
    out->total = command->total.summary;
    show_counts(command, out);
    show_properties(&command->properties, out);
}
