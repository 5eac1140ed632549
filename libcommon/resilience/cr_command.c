/* The hot path of a command: admission, the race between answer and timer, counting. */
#include "cr_command.h"

#include <stdlib.h>

#include "cr_assert.h"
#include "cr_command_private.h"

/* What becomes of an execution. Only `running` may be raced for. */
enum run_state { RUN_REFUSED, RUN_RUNNING, RUN_ENDED, RUN_FALLBACK, RUN_PUBLISHED };

static const char *const event_names[CR_EVENT_COUNT] = {
    [CR_EVENT_SUCCESS] = "success",
    [CR_EVENT_FAILURE] = "failure",
    [CR_EVENT_TIMEOUT] = "timeout",
    [CR_EVENT_BAD_REQUEST] = "bad_request",
    [CR_EVENT_CANCELLED] = "cancelled",
    [CR_EVENT_SHORT_CIRCUITED] = "short_circuited",
    [CR_EVENT_THREAD_POOL_REJECTED] = "thread_pool_rejected",
    [CR_EVENT_SEMAPHORE_REJECTED] = "semaphore_rejected",
    [CR_EVENT_FALLBACK_SUCCESS] = "fallback_success",
    [CR_EVENT_FALLBACK_FAILURE] = "fallback_failure",
    [CR_EVENT_FALLBACK_REJECTION] = "fallback_rejection",
    [CR_EVENT_FALLBACK_MISSING] = "fallback_missing",
    [CR_EVENT_RESPONSE_FROM_CACHE] = "response_from_cache",
    [CR_EVENT_COLLAPSED] = "collapsed",
    [CR_EVENT_EMIT] = "emit",
    [CR_EVENT_FALLBACK_EMIT] = "fallback_emit",
};

const char *cr_command_event_name(enum cr_command_event event)
{
    CR_ASSERT((unsigned)event < CR_EVENT_COUNT);
    return event_names[event];
}

/* --- making --- */

static void *aligned_zeroed(size_t size)
{
    size_t rounded = (size + 63) / 64 * 64;
    char *memory = aligned_alloc(64, rounded);
    for (size_t i = 0; memory && i < rounded; i++)
        memory[i] = 0;
    return memory;
}

static struct cr_command_shard *add_shard(struct cr_command *command, bool single_writer)
{
    if (atomic_fetch_add(&command->shard_count, 1) >= CR_COMMAND_SHARD_MAX) {
        atomic_fetch_sub(&command->shard_count, 1);
        return NULL;
    }
    struct cr_command_shard *shard = aligned_zeroed(sizeof *shard);
    if (!shard) {
        atomic_fetch_sub(&command->shard_count, 1);
        return NULL;
    }
    shard->single_writer = single_writer;
    shard->next = atomic_load(&command->shards);
    while (!atomic_compare_exchange_weak(&command->shards, &shard->next, shard)) {
    }
    return shard;
}

struct cr_command_shard *cr_command_shard_new(struct cr_command *command)
{
    return add_shard(command, true);
}

static struct cr_circuit_settings circuit_settings(const struct cr_command_properties *properties)
{
    return (struct cr_circuit_settings){
        .enabled = properties->circuit_enabled,
        .force_open = properties->circuit_force_open,
        .force_closed = properties->circuit_force_closed,
        .request_volume_threshold = properties->circuit_request_volume_threshold,
        .sleep_window_ms = properties->circuit_sleep_window_ms,
        .error_threshold_percentage = properties->circuit_error_threshold_percentage,
    };
}

static void set_limits(struct cr_command *command, const struct cr_command_properties *properties)
{
    atomic_store_explicit(&command->timeout_ms,
                          properties->timeout_enabled ? properties->timeout_ms : 0,
                          memory_order_relaxed);
    atomic_store_explicit(&command->max_concurrent, properties->max_concurrent,
                          memory_order_relaxed);
    atomic_store_explicit(&command->fallback_max_concurrent, properties->fallback_max_concurrent,
                          memory_order_relaxed);
    atomic_store_explicit(&command->fallback_enabled, properties->fallback_enabled,
                          memory_order_relaxed);
}

static char *copy_of(struct cr_slice text)
{
    char *copy = malloc(text.len + 1);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < text.len; i++)
        copy[i] = text.ptr[i];
    copy[text.len] = '\0';
    return copy;
}

struct cr_command *cr_command_new(const struct cr_command_watcher *watcher, struct cr_slice key,
                                  struct cr_slice group,
                                  const struct cr_command_properties *properties, int64_t now_ms)
{
    struct cr_command *command = aligned_zeroed(sizeof *command);
    if (!command)
        return NULL;
    command->watcher = watcher;
    command->key = copy_of(key);
    command->group = copy_of(group);
    command->shared = add_shard(command, false);
    cr_mutex_init(&command->lock);
    int rc = cr_command_figures_init(command, properties, now_ms);
    if (!command->key || !command->group || !command->shared || rc) {
        cr_command_free(command);
        return NULL;
    }
    struct cr_circuit_settings circuit = circuit_settings(properties);
    cr_circuit_init(&command->circuit, &circuit);
    set_limits(command, properties);
    return command;
}

void cr_command_free(struct cr_command *command)
{
    if (!command)
        return;
    struct cr_command_shard *shard = atomic_load(&command->shards);
    while (shard) {
        struct cr_command_shard *next = shard->next;
        cr_latency_fini(&shard->execute);
        cr_latency_fini(&shard->total);
        free(shard);
        shard = next;
    }
    cr_command_figures_fini(command);
    cr_mutex_fini(&command->lock);
    free(command->key);
    free(command->group);
    free(command);
}

void cr_command_configure(struct cr_command *command,
                          const struct cr_command_properties *properties)
{
    struct cr_circuit_settings circuit = circuit_settings(properties);
    cr_circuit_configure(&command->circuit, &circuit);
    set_limits(command, properties);
    CR_LOCKED(&command->lock);
    struct cr_command_properties made = command->properties;
    command->properties = *properties;
    command->properties.circuit_enabled = made.circuit_enabled;
    command->properties.rolling_window_ms = made.rolling_window_ms;
    command->properties.rolling_buckets = made.rolling_buckets;
    command->properties.percentile_window_ms = made.percentile_window_ms;
    command->properties.percentile_buckets = made.percentile_buckets;
    command->properties.health_interval_ms = made.health_interval_ms;
}

/* --- counting --- */

static void count_event(struct cr_command_shard *shard, enum cr_command_event event)
{
    _Atomic uint64_t *counter = &shard->counts[event];
    if (shard->single_writer) {
        uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
        atomic_store_explicit(counter, value + 1, memory_order_relaxed);
    } else {
        atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    }
}

static void note_peak(struct cr_command_shard *shard, uint32_t in_flight)
{
    uint32_t peak = atomic_load_explicit(&shard->peak, memory_order_relaxed);
    while (in_flight > peak) {
        if (atomic_compare_exchange_weak_explicit(&shard->peak, &peak, in_flight,
                                                  memory_order_relaxed, memory_order_relaxed))
            return;
    }
}

static uint32_t bit(enum cr_command_event event)
{
    return UINT32_C(1) << event;
}

/* The completion record: all events of one execution at once, at its very end. */
static void publish(struct cr_execution *run, int64_t now_ms)
{
    struct cr_command_shard *shard = run->shard;
    for (uint32_t left = run->events; left; left &= left - 1)
        count_event(shard, (enum cr_command_event)__builtin_ctz(left));
    const uint32_t never_ran = bit(CR_EVENT_SHORT_CIRCUITED) | bit(CR_EVENT_SEMAPHORE_REJECTED) |
                               bit(CR_EVENT_THREAD_POOL_REJECTED);
    if (!(run->events & never_ran)) {
        /* Nothing waits between admission and start, so both begin at the same moment; both end
         * with the fallback, as Hystrix measures them. */
        cr_latency_record(&shard->execute, now_ms - run->started_ms);
        cr_latency_record(&shard->total, now_ms - run->started_ms);
    }
    atomic_store_explicit(&run->state, RUN_PUBLISHED, memory_order_release);
}

/* --- the life of an execution --- */

static bool take_permit(_Atomic uint32_t *taken, const _Atomic int32_t *max, uint32_t *out_now)
{
    uint32_t now = atomic_fetch_add_explicit(taken, 1, memory_order_acq_rel) + 1;
    if ((int64_t)now <= atomic_load_explicit(max, memory_order_relaxed)) {
        *out_now = now;
        return true;
    }
    atomic_fetch_sub_explicit(taken, 1, memory_order_acq_rel);
    return false;
}

static void note_failure(struct cr_command *command, int64_t now_ms)
{
    if (cr_circuit_failure(&command->circuit, now_ms))
        cr_command_changed(command, CR_CIRCUIT_HALF_OPEN, CR_CIRCUIT_OPEN);
}

enum cr_admission cr_command_begin_on(struct cr_command *command, struct cr_command_shard *shard,
                                      struct cr_execution *run, int64_t now_ms)
{
    run->command = command;
    run->shard = shard;
    run->started_ms = now_ms;
    run->events = 0;
    atomic_init(&run->state, RUN_REFUSED);
    enum cr_circuit_verdict verdict = cr_circuit_attempt(&command->circuit, now_ms);
    if (verdict == CR_CIRCUIT_REFUSED) {
        run->events = bit(CR_EVENT_SHORT_CIRCUITED);
        return CR_SHORT_CIRCUITED;
    }
    if (verdict == CR_CIRCUIT_TRIAL)
        cr_command_changed(command, CR_CIRCUIT_OPEN, CR_CIRCUIT_HALF_OPEN);
    uint32_t in_flight = 0;
    if (!take_permit(&command->in_flight, &command->max_concurrent, &in_flight)) {
        run->events = bit(CR_EVENT_SEMAPHORE_REJECTED);
        /* A trial that could not run must not leave the circuit stuck in HALF_OPEN. */
        if (verdict == CR_CIRCUIT_TRIAL)
            note_failure(command, now_ms);
        return CR_SEMAPHORE_REJECTED;
    }
    note_peak(shard, in_flight);
    atomic_store_explicit(&run->state, RUN_RUNNING, memory_order_release);
    return CR_PERMITTED;
}

enum cr_admission cr_command_begin(struct cr_command *command, struct cr_execution *run,
                                   int64_t now_ms)
{
    return cr_command_begin_on(command, command->shared, run, now_ms);
}

static bool is_outcome(enum cr_command_event event)
{
    return event == CR_EVENT_SUCCESS || event == CR_EVENT_FAILURE || event == CR_EVENT_TIMEOUT ||
           event == CR_EVENT_BAD_REQUEST || event == CR_EVENT_CANCELLED;
}

bool cr_execution_finish(struct cr_execution *run, enum cr_command_event outcome, int64_t now_ms)
{
    CR_ASSERT(is_outcome(outcome));
    uint32_t running = RUN_RUNNING;
    if (!atomic_compare_exchange_strong(&run->state, &running, RUN_ENDED))
        return false;
    struct cr_command *command = run->command;
    atomic_fetch_sub_explicit(&command->in_flight, 1, memory_order_acq_rel);
    run->events = bit(outcome);
    /* The circuit is told before the kind of error is looked at: a bad request or a cancelled trial
     * opens it again, too. */
    if (outcome != CR_EVENT_SUCCESS)
        note_failure(command, now_ms);
    else if (cr_circuit_state(&command->circuit) == CR_CIRCUIT_HALF_OPEN)
        cr_command_recover(command);
    if (outcome != CR_EVENT_FAILURE && outcome != CR_EVENT_TIMEOUT)
        publish(run, now_ms);
    return true;
}

bool cr_execution_running(const struct cr_execution *run)
{
    return atomic_load_explicit(&run->state, memory_order_acquire) == RUN_RUNNING;
}

bool cr_execution_fallback_begin(struct cr_execution *run, int64_t now_ms)
{
    uint32_t state = atomic_load_explicit(&run->state, memory_order_relaxed);
    CR_ASSERT(state == RUN_REFUSED || state == RUN_ENDED);
    struct cr_command *command = run->command;
    if (!atomic_load_explicit(&command->fallback_enabled, memory_order_relaxed)) {
        publish(run, now_ms); /* a disabled fallback leaves no event of its own */
        return false;
    }
    uint32_t running = 0;
    if (!take_permit(&command->fallbacks, &command->fallback_max_concurrent, &running)) {
        run->events |= bit(CR_EVENT_FALLBACK_REJECTION);
        publish(run, now_ms);
        return false;
    }
    atomic_store_explicit(&run->state, RUN_FALLBACK, memory_order_release);
    return true;
}

void cr_execution_fallback_end(struct cr_execution *run, enum cr_command_event outcome,
                               int64_t now_ms)
{
    CR_ASSERT(outcome == CR_EVENT_FALLBACK_SUCCESS || outcome == CR_EVENT_FALLBACK_FAILURE ||
              outcome == CR_EVENT_FALLBACK_MISSING);
    CR_ASSERT(atomic_load_explicit(&run->state, memory_order_relaxed) == RUN_FALLBACK);
    atomic_fetch_sub_explicit(&run->command->fallbacks, 1, memory_order_acq_rel);
    run->events |= bit(outcome);
    publish(run, now_ms);
}

void cr_execution_no_fallback(struct cr_execution *run, int64_t now_ms)
{
    if (cr_execution_fallback_begin(run, now_ms))
        cr_execution_fallback_end(run, CR_EVENT_FALLBACK_MISSING, now_ms);
}

/* --- asking --- */

int64_t cr_command_max_concurrent(const struct cr_command *command)
{
    return atomic_load_explicit(&command->max_concurrent, memory_order_relaxed);
}

int32_t cr_command_timeout_ms(const struct cr_command *command)
{
    return atomic_load_explicit(&command->timeout_ms, memory_order_relaxed);
}

const char *cr_command_key(const struct cr_command *command)
{
    return command->key;
}

const char *cr_command_group(const struct cr_command *command)
{
    return command->group;
}

struct cr_circuit *cr_command_circuit(struct cr_command *command)
{
    return &command->circuit;
}

uint32_t cr_command_in_flight(const struct cr_command *command)
{
    return atomic_load_explicit(&command->in_flight, memory_order_relaxed);
}

uint64_t cr_command_count(struct cr_command *command, enum cr_command_event event)
{
    uint64_t sum = 0;
    for (struct cr_command_shard *shard = atomic_load(&command->shards); shard; shard = shard->next)
        sum += atomic_load_explicit(&shard->counts[event], memory_order_relaxed);
    return sum;
}
