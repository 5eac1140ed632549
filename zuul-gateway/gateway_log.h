/* gateway_log: writes the access log: one event per finished request, from the workers' rings.
 *
 * Ownership: the log must be freed before the data plane is stopped.
 * Errors:    a ring that is full loses records; the worker counts them.
 * Threads:   one of its own; new and free: main.
 */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H

#include "plane.h"

struct gateway_log;

CR_MUST_CHECK int gateway_log_start(struct plane *plane, struct gateway_log **out_log,
                                    struct cr_err *err);
/* Writes what is left. NULL is fine. */
void gateway_log_free(struct gateway_log *log);

#endif
