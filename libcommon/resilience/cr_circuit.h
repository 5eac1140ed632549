/* cr_circuit: the state machine of a Hystrix 1.5 circuit breaker; pure, without a lock.
 *
 * Ownership: the caller owns the struct; it holds no other memory.
 * Units:     milliseconds of one monotonic clock, never negative.
 * Errors:    none; functions are total.
 * Threads:   any; state and opening time are one atomic word on a cache line of its own, changed by
 *            compare-and-swap, so that exactly one caller becomes the trial of a sleep window.
 *            cr_circuit_configure may run beside all others.
 * Source:    Hystrix 1.5 HystrixCircuitBreaker: evaluated once per health snapshot, never per call;
 *            a healthy snapshot never closes; the sleep window ends strictly after its length; any
 *            end of a command in HALF_OPEN decides, whoever started it.
 */
#ifndef CR_CIRCUIT_H
#define CR_CIRCUIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum cr_circuit_state { CR_CIRCUIT_CLOSED = 0, CR_CIRCUIT_OPEN = 1, CR_CIRCUIT_HALF_OPEN = 2 };

enum cr_circuit_verdict {
    CR_CIRCUIT_REFUSED = 0,
    CR_CIRCUIT_ALLOWED = 1,
    CR_CIRCUIT_TRIAL = 2, /* allowed, and this caller moved the circuit to HALF_OPEN */
};

struct cr_circuit_settings {
    bool enabled;    /* false when made: always allows, ignores the force flags, is never open */
    bool force_open; /* beats force_closed */
    bool force_closed;
    int32_t request_volume_threshold;
    int32_t sleep_window_ms;
    int32_t error_threshold_percentage;
};

struct cr_circuit {
    _Alignas(64) _Atomic int64_t word; /* opened_at_ms * 4 + state; 0 while CLOSED */
    _Alignas(64) _Atomic int32_t request_volume_threshold;
    _Atomic int32_t sleep_window_ms;
    _Atomic int32_t error_threshold_percentage;
    _Atomic bool force_open;
    _Atomic bool force_closed;
    bool enabled; /* fixed when made */
};

void cr_circuit_init(struct cr_circuit *circuit, const struct cr_circuit_settings *settings);

/* Thresholds, sleep window and force flags are live; `enabled` keeps its first value. */
void cr_circuit_configure(struct cr_circuit *circuit, const struct cr_circuit_settings *settings);

/* May a command run now? */
enum cr_circuit_verdict cr_circuit_attempt(struct cr_circuit *circuit, int64_t now_ms);

/* A health snapshot: the sums of the closed buckets. True when it opened the circuit. */
bool cr_circuit_evaluate(struct cr_circuit *circuit, int64_t total, int64_t errors, int64_t now_ms);

/* A command ended. True when that closed (opened again) the circuit; on closing the caller starts
 * the health window anew. */
bool cr_circuit_success(struct cr_circuit *circuit);
bool cr_circuit_failure(struct cr_circuit *circuit, int64_t now_ms);

/* As the stream shows it: true in HALF_OPEN too, and when forced open. */
bool cr_circuit_is_open(const struct cr_circuit *circuit);
enum cr_circuit_state cr_circuit_state(const struct cr_circuit *circuit);
const char *cr_circuit_state_name(enum cr_circuit_state state); /* "CLOSED", "OPEN", "HALF_OPEN" */

/* Hystrix' own arithmetic: errors / total * 100 in IEEE doubles in that order, truncated; 0 of 0 is
 * 0. So 29 of 50 gives 57. */
int32_t cr_error_percentage(int64_t total, int64_t errors);

#endif
