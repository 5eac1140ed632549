/* admission: may this request go to its service now? The Hystrix command of a service, as seen by
 * one worker.
 *
 * The only file of the data plane that knows the resilience room. Each worker counts into a shard
 * of its own; permits and the circuit's state are atomics of the command (decision G4).
 *
 * Ownership: the run lives in the exchange and must be ended once admitted.
 * Units:     milliseconds.
 * Errors:    none; a refusal is a fault.
 * Threads:   any; one shard is one worker's.
 * Source:    Zuul's AbstractRibbonCommand: a back end's 4xx and 5xx are successes.
 */
#ifndef GATEWAY_ADMISSION_H
#define GATEWAY_ADMISSION_H

#include "cr_command.h"
#include "fault.h"

/* Must the circuit be asked at once? Otherwise a request whose body is still to come takes its
 * permit when the body has come (decision G1). */
bool admission_urgent(struct cr_command *command);

/* Takes a permit: 0, or the fault, which is then counted already. */
CR_MUST_CHECK int admission_begin(struct cr_command *command, struct cr_command_shard *shard,
                                  struct cr_execution *run, int64_t now_ms, struct fault *fault);

/* Is it the service's failure, which its circuit has to hear of? */
bool admission_is_failure(enum failure failure);

/* Gives the permit back and counts the outcome, once; later calls do nothing. */
void admission_success(struct cr_execution *run, int64_t now_ms);
void admission_failure(struct cr_execution *run, enum failure failure, int64_t now_ms);

/* Seconds for Retry-After: how long the circuit sleeps, at least 1. */
int admission_retry_after_s(struct cr_command *command);

#endif
