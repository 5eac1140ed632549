/* trace: which trace a request belongs to, and what the instance is told of it.
 *
 * A valid traceparent is gone on with (same trace, a span of ours); else one is begun, in the trace
 * that B3 fields name, if they do. B3 fields of a client pass as they are.
 *
 * Ownership: a trace is a value.
 * Errors:    none; what is malformed counts as not said.
 * Threads:   pure; random words are the caller's.
 * Source:    W3C Trace Context 1 (2.2, 4.3); openzipkin/b3-propagation; gateway reference 6.4.
 */
#ifndef GATEWAY_TRACE_H
#define GATEWAY_TRACE_H

#include "head.h"
#include "writer.h"

enum { TRACE_ID_LEN = 32, TRACE_SPAN_LEN = 16 };

struct trace {
    bool on;      /* the fields below say something */
    bool goes_on; /* with the client's traceparent: its tracestate passes */
    bool has_b3;  /* the client said B3 itself */
    bool b3;      /* say B3, too, where the client did not */
    char id[TRACE_ID_LEN];
    char span[TRACE_SPAN_LEN];
    char flags[2];
};

/* random: of it ids are made. sampled: whether a trace that is begun here is recorded. */
void trace_read(const struct head *head, const uint64_t random[3], bool sampled,
                struct trace *out_trace);

/* May the client's field pass beside what trace_write says? */
static inline bool trace_passes(const struct trace *trace, enum field_id id)
{
    return !trace->on || (id != FIELD_TRACEPARENT && (id != FIELD_TRACESTATE || trace->goes_on));
}

/* The header lines for the instance; none for a trace that is off. */
void trace_write(struct writer *out, const struct trace *trace);

#endif
