/* replay_event: stream events from their text, for the conformance cases of the aggregator. */
#ifndef REPLAY_EVENT_H
#define REPLAY_EVENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate.h"
#include "cr_err.h"
#include "cr_wire_stream.h"

/* The event of {"type":"HystrixCommand","name":"GetOrder",<fields>}. Lives in the arena. */
struct cr_wire_event event_of(struct cr_arena *arena, const char *fields);

/* host says that. */
void says(struct aggregate *aggregate, const char *host, const char *fields);

/* The sums hold `"key":value` literally. */
void expect_shown(const struct aggregate *aggregate, const char *pair);
void expect_absent(const struct aggregate *aggregate, const char *text);

#endif
