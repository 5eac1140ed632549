/* The Hystrix 1.5 circuit: CLOSED, OPEN, HALF_OPEN in one compare-and-swap word. */
#include "cr_circuit.h"

#include "cr_assert.h"

enum { STATE_BITS = 2, STATE_MASK = 3 };

static int64_t word_of(enum cr_circuit_state state, int64_t opened_at_ms)
{
    return opened_at_ms * (1 << STATE_BITS) + (int64_t)state;
}

static enum cr_circuit_state state_of(int64_t word)
{
    return (enum cr_circuit_state)(word & STATE_MASK);
}

static int64_t opened_at(int64_t word)
{
    return word >> STATE_BITS;
}

void cr_circuit_init(struct cr_circuit *circuit, const struct cr_circuit_settings *settings)
{
    atomic_init(&circuit->word, 0);
    circuit->enabled = settings->enabled;
    cr_circuit_configure(circuit, settings);
}

void cr_circuit_configure(struct cr_circuit *circuit, const struct cr_circuit_settings *settings)
{
    atomic_store_explicit(&circuit->request_volume_threshold, settings->request_volume_threshold,
                          memory_order_relaxed);
    atomic_store_explicit(&circuit->sleep_window_ms, settings->sleep_window_ms,
                          memory_order_relaxed);
    atomic_store_explicit(&circuit->error_threshold_percentage,
                          settings->error_threshold_percentage, memory_order_relaxed);
    atomic_store_explicit(&circuit->force_open, settings->force_open, memory_order_relaxed);
    atomic_store_explicit(&circuit->force_closed, settings->force_closed, memory_order_relaxed);
}

static bool forced_open(const struct cr_circuit *circuit)
{
    return atomic_load_explicit(&circuit->force_open, memory_order_relaxed);
}

static bool forced_closed(const struct cr_circuit *circuit)
{
    return atomic_load_explicit(&circuit->force_closed, memory_order_relaxed);
}

enum cr_circuit_verdict cr_circuit_attempt(struct cr_circuit *circuit, int64_t now_ms)
{
    CR_ASSERT(now_ms >= 0);
    if (!circuit->enabled)
        return CR_CIRCUIT_ALLOWED;
    if (forced_open(circuit))
        return CR_CIRCUIT_REFUSED;
    if (forced_closed(circuit))
        return CR_CIRCUIT_ALLOWED;
    int64_t word = atomic_load_explicit(&circuit->word, memory_order_acquire);
    if (state_of(word) == CR_CIRCUIT_CLOSED)
        return CR_CIRCUIT_ALLOWED;
    int64_t sleep_ms = atomic_load_explicit(&circuit->sleep_window_ms, memory_order_relaxed);
    /* Strictly after: at the very end of the window the attempt is still refused. */
    if (state_of(word) != CR_CIRCUIT_OPEN || now_ms <= opened_at(word) + sleep_ms)
        return CR_CIRCUIT_REFUSED;
    int64_t half_open = word_of(CR_CIRCUIT_HALF_OPEN, opened_at(word));
    return atomic_compare_exchange_strong(&circuit->word, &word, half_open) ? CR_CIRCUIT_TRIAL
                                                                            : CR_CIRCUIT_REFUSED;
}

bool cr_circuit_evaluate(struct cr_circuit *circuit, int64_t total, int64_t errors, int64_t now_ms)
{
    CR_ASSERT(now_ms >= 0);
    if (!circuit->enabled ||
        total < atomic_load_explicit(&circuit->request_volume_threshold, memory_order_relaxed))
        return false;
    if (cr_error_percentage(total, errors) <
        atomic_load_explicit(&circuit->error_threshold_percentage, memory_order_relaxed))
        return false;
    int64_t closed = 0;
    return atomic_compare_exchange_strong(&circuit->word, &closed,
                                          word_of(CR_CIRCUIT_OPEN, now_ms));
}

bool cr_circuit_success(struct cr_circuit *circuit)
{
    int64_t word = atomic_load_explicit(&circuit->word, memory_order_acquire);
    return state_of(word) == CR_CIRCUIT_HALF_OPEN &&
           atomic_compare_exchange_strong(&circuit->word, &word, 0);
}

bool cr_circuit_failure(struct cr_circuit *circuit, int64_t now_ms)
{
    CR_ASSERT(now_ms >= 0);
    int64_t word = atomic_load_explicit(&circuit->word, memory_order_acquire);
    return state_of(word) == CR_CIRCUIT_HALF_OPEN &&
           atomic_compare_exchange_strong(&circuit->word, &word, word_of(CR_CIRCUIT_OPEN, now_ms));
}

bool cr_circuit_is_open(const struct cr_circuit *circuit)
{
    if (!circuit->enabled)
        return false;
    if (forced_open(circuit))
        return true;
    return !forced_closed(circuit) && cr_circuit_state(circuit) != CR_CIRCUIT_CLOSED;
}

enum cr_circuit_state cr_circuit_state(const struct cr_circuit *circuit)
{
    return state_of(atomic_load_explicit(&circuit->word, memory_order_acquire));
}

const char *cr_circuit_state_name(enum cr_circuit_state state)
{
    static const char *const names[] = {"CLOSED", "OPEN", "HALF_OPEN"};
    return names[state];
}

int32_t cr_error_percentage(int64_t total, int64_t errors)
{
    if (total <= 0)
        return 0;
    return (int32_t)((double)errors / (double)total * 100);
}
