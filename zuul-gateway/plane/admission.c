/* The data plane's view of Hystrix commands. */
#include "admission.h"

#include "cr_err.h"

bool admission_urgent(struct cr_command *command)
{
    return command && cr_circuit_state(cr_command_circuit(command)) != CR_CIRCUIT_CLOSED;
}

int admission_begin(struct cr_command *command, struct cr_command_shard *shard,
                    struct cr_execution *run, int64_t now_ms, struct fault *fault)
{
    enum cr_admission verdict = shard ? cr_command_begin_on(command, shard, run, now_ms)
                                      : cr_command_begin(command, run, now_ms);
    if (verdict == CR_PERMITTED)
        return 0;
    cr_execution_no_fallback(run, now_ms);
    if (verdict == CR_SHORT_CIRCUITED)
        return fault_set(fault, FAILURE_CIRCUIT_OPEN, "circuitBreaker",
                         "the circuit of '%s' is open after too many failures",
                         cr_command_key(command));
    return fault_limit(fault, FAILURE_SEMAPHORE_FULL, "zuul.semaphore.max-semaphores",
                       cr_command_max_concurrent(command),
                       "'%s' has as many requests in work as it may have", cr_command_key(command));
}

void admission_success(struct cr_execution *run, int64_t now_ms)
{
    (void)cr_execution_finish(run, CR_EVENT_SUCCESS, now_ms);
}

/* What a failure is in Hystrix' words. */
static enum cr_command_event event_of(enum failure failure)
{
    static const unsigned char events[FAILURE_COUNT] = {
        [FAILURE_BAD_REQUEST] = CR_EVENT_BAD_REQUEST,
        [FAILURE_CLIENT_TIMEOUT] = CR_EVENT_CANCELLED,
        [FAILURE_CLIENT_ABORT] = CR_EVENT_CANCELLED,
        [FAILURE_BODY_TOO_LARGE] = CR_EVENT_BAD_REQUEST,
        [FAILURE_UPSTREAM_RESET] = CR_EVENT_FAILURE,
        [FAILURE_UPSTREAM_BAD_RESPONSE] = CR_EVENT_FAILURE,
        [FAILURE_UPSTREAM_CONNECT_REFUSED] = CR_EVENT_FAILURE,
        [FAILURE_UPSTREAM_CONNECT_TIMEOUT] = CR_EVENT_FAILURE,
        [FAILURE_UPSTREAM_READ_TIMEOUT] = CR_EVENT_FAILURE,
        [FAILURE_DEADLINE] = CR_EVENT_TIMEOUT,
        [FAILURE_NO_INSTANCE] = CR_EVENT_FAILURE,
        [FAILURE_POOL_FULL] = CR_EVENT_FAILURE,
        [FAILURE_QUEUE_TIMEOUT] = CR_EVENT_FAILURE,
        [FAILURE_INTERNAL] = CR_EVENT_FAILURE,
    };
    /* Every other failure is decided before a permit is taken. */
    return events[failure] ? (enum cr_command_event)events[failure] : CR_EVENT_CANCELLED;
}

bool admission_is_failure(enum failure failure)
{
    return event_of(failure) == CR_EVENT_FAILURE;
}

void admission_failure(struct cr_execution *run, enum failure failure, int64_t now_ms)
{
    enum cr_command_event event = event_of(failure);
    if (cr_execution_finish(run, event, now_ms) &&
        (event == CR_EVENT_FAILURE || event == CR_EVENT_TIMEOUT))
        cr_execution_no_fallback(run, now_ms);
}

int admission_retry_after_s(struct cr_command *command)
{
    if (!command)
        return 1;
    int32_t sleep_ms =
        atomic_load_explicit(&cr_command_circuit(command)->sleep_window_ms, memory_order_relaxed);
    return sleep_ms < 1000 ? 1 : sleep_ms / 1000;
}
