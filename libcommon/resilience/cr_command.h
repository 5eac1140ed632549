/* cr_command: one Hystrix command: circuit, semaphore, time limit, fallback accounting, figures.
 *
 * A walk-through:
 *     struct cr_execution run;
 *     switch (cr_command_begin(command, &run, now)) {
 *     case CR_PERMITTED:          start the work; arm a timer of cr_command_timeout_ms(command)
 *     case CR_SHORT_CIRCUITED:
 *     case CR_SEMAPHORE_REJECTED: go to the fallback at once
 *     }
 *     the answer:   if (cr_execution_finish(&run, CR_EVENT_SUCCESS, now)) deliver it;
 *     the timer:    if (cr_execution_finish(&run, CR_EVENT_TIMEOUT, now)) go to the fallback;
 *     the fallback: if (cr_execution_fallback_begin(&run, now)) {
 *                       ...; cr_execution_fallback_end(&run, CR_EVENT_FALLBACK_SUCCESS, now); }
 *
 * Ownership: commands belong to their cr_commands registry and live as long. An execution is the
 *            caller's memory and must stay until both answer and timer are done with it.
 * Units:     milliseconds of the monotonic clock.
 * Errors:    cr_execution_finish returns false to everybody but the first: a late answer is
 *            discarded. A permitted execution must be finished (CR_EVENT_CANCELLED when nobody
 *            waits any more), and one that did not succeed must pass through the fallback calls:
 *            its events are published only when that is over, as in Hystrix.
 * Threads:   any. The hot path takes no lock: events are counted in shards and summed into the
 *            rolling windows by cr_commands_tick every 500 ms. Only the call that closes a circuit
 *            takes the command's mutex.
 * Source:    Hystrix 1.5 AbstractCommand, HystrixCommandMetrics. Isolation is reported as
 *            SEMAPHORE; the time limit counts although nothing blocks.
 */
#ifndef CR_COMMAND_H
#define CR_COMMAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cr_circuit.h"
#include "cr_command_properties.h"

struct cr_command;
struct cr_command_shard;
struct cr_wire_command;

enum cr_command_event {
    CR_EVENT_SUCCESS,
    CR_EVENT_FAILURE,
    CR_EVENT_TIMEOUT,
    CR_EVENT_BAD_REQUEST,
    CR_EVENT_CANCELLED,
    CR_EVENT_SHORT_CIRCUITED,
    CR_EVENT_THREAD_POOL_REJECTED,
    CR_EVENT_SEMAPHORE_REJECTED,
    CR_EVENT_FALLBACK_SUCCESS,
    CR_EVENT_FALLBACK_FAILURE,
    CR_EVENT_FALLBACK_REJECTION,
    CR_EVENT_FALLBACK_MISSING,
    CR_EVENT_RESPONSE_FROM_CACHE,
    CR_EVENT_COLLAPSED,
    CR_EVENT_EMIT,
    CR_EVENT_FALLBACK_EMIT,
    CR_EVENT_COUNT
};
const char *
cr_command_event_name(enum cr_command_event event); /* "success", "short_circuited", ... */

enum cr_admission { CR_PERMITTED, CR_SHORT_CIRCUITED, CR_SEMAPHORE_REJECTED };

struct cr_execution {
    struct cr_command *command;
    struct cr_command_shard *shard;
    int64_t started_ms;
    _Atomic uint32_t state; /* private */
    uint32_t events;        /* private: a bit per event; the winner's */
};

/* Asks circuit and semaphore. Initialises *run in every case. */
enum cr_admission cr_command_begin(struct cr_command *command, struct cr_execution *run,
                                   int64_t now_ms);

/* The same, counting into a shard that only the calling thread writes (cr_command_shard_new). */
enum cr_admission cr_command_begin_on(struct cr_command *command, struct cr_command_shard *shard,
                                      struct cr_execution *run, int64_t now_ms);

/* Ends the run with SUCCESS, FAILURE, TIMEOUT, BAD_REQUEST or CANCELLED and gives the permit back.
 * True for the first caller only; after true with FAILURE or TIMEOUT go to the fallback. */
bool cr_execution_finish(struct cr_execution *run, enum cr_command_event outcome, int64_t now_ms);

/* Is the run neither finished nor timed out yet? */
bool cr_execution_running(const struct cr_execution *run);

/* After a refusal, FAILURE or TIMEOUT. False: fallbacks are disabled or too many run; everything is
 * then published and the caller fails with its first error. */
bool cr_execution_fallback_begin(struct cr_execution *run, int64_t now_ms);

/* FALLBACK_SUCCESS, FALLBACK_FAILURE or FALLBACK_MISSING (there is none): publishes. */
void cr_execution_fallback_end(struct cr_execution *run, enum cr_command_event outcome,
                               int64_t now_ms);

/* For a command without a fallback: begin and end(FALLBACK_MISSING) in one. */
void cr_execution_no_fallback(struct cr_execution *run, int64_t now_ms);

/* The time limit, or 0 for none. */
int32_t cr_command_timeout_ms(const struct cr_command *command);

/* How many may run at a time. */
int64_t cr_command_max_concurrent(const struct cr_command *command);

/* Thresholds, flags, limits and the timeout are live; windows keep the sizes they were made with.
 */
void cr_command_configure(struct cr_command *command,
                          const struct cr_command_properties *properties);

const char *cr_command_key(const struct cr_command *command);
const char *cr_command_group(const struct cr_command *command);
struct cr_circuit *cr_command_circuit(struct cr_command *command);
uint32_t cr_command_in_flight(const struct cr_command *command);

/* Since the command was made, all shards, without waiting for a tick. */
uint64_t cr_command_count(struct cr_command *command, enum cr_command_event event);

/* All figures of the stream event; its texts belong to the command. */
void cr_command_snapshot(struct cr_command *command, int64_t wall_ms, struct cr_wire_command *out);

/* A set of counters for one writing thread (a gateway worker); belongs to the command. NULL when
 * memory ends or the command has CR_COMMAND_SHARD_MAX already. */
enum { CR_COMMAND_SHARD_MAX = 256 };
struct cr_command_shard *cr_command_shard_new(struct cr_command *command);

#endif
