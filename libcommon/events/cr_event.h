/* cr_event: one thing that happened to one aggregate, as a CloudEvent.
 *
 * On a topic it travels in binary mode: the value is the plain business JSON, the key the
 * aggregate, all else headers that Spring Cloud Stream reads as texts. In the feed it is structured
 * JSON. Reading accepts both modes.
 *
 * Ownership: all slices are borrowed: from the caller, the arena, or the message that was read.
 * Errors:    CR_ENOTFOUND a message that is no CloudEvent at all (a foreign producer's), CR_EPARSE
 * a broken one; the text names the attribute. Threads:   value type. Source:    CloudEvents 1.0,
 * its Kafka binding and JSON format; W3C Trace Context; Spring's BinderHeaderMapper for
 * spring_json_header_types.
 */
#ifndef CR_EVENT_H
#define CR_EVENT_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_slice.h"

struct cr_event {
    int64_t seq;                 /* position in its owner's store, from 1; ce_sequence */
    struct cr_slice id;          /* unique for its source; ce_id */
    struct cr_slice source;      /* "/coffee/order" */
    struct cr_slice type;        /* "coffee.order.placed.v1": the suffix is the major version */
    struct cr_slice time;        /* RFC 3339, UTC */
    struct cr_slice aggregate;   /* ce_subject, and the record's key */
    int64_t version;             /* of the aggregate, 1, 2, 3, ...; ce_aggregateversion */
    struct cr_slice traceparent; /* of the request that caused it; may be empty */
    struct cr_slice data;        /* JSON */
};

enum {
    CR_EVENT_HEADERS_MAX = 32,      /* of a message that is read; more are ignored */
    CR_EVENT_DATA_MAX = 900 * 1024, /* bytes: below Kafka's default message limit */
    CR_EVENT_ATTRIBUTE_MAX = 256,   /* bytes of id, source, type, time, aggregate, traceparent */
};

/* One record header of a message. */
struct cr_event_header {
    struct cr_slice name;
    struct cr_slice value;
};

/* A record as a broker has it; key and value may be empty. */
struct cr_event_message {
    struct cr_slice key;
    struct cr_slice value;
    const struct cr_event_header *headers;
    size_t header_count;
};

/* Binary mode. Values that had to be made are in the arena. out_headers holds
 * CR_EVENT_HEADERS_MAX; out_count are used. */
CR_MUST_CHECK int cr_event_to_message(const struct cr_event *event, struct cr_arena *arena,
                                      struct cr_event_header *out_headers,
                                      struct cr_event_message *out_message, struct cr_err *err);

/* Either mode; data must be one JSON value. A structured event's parts are in the arena. */
CR_MUST_CHECK int cr_event_from_message(const struct cr_event_message *message,
                                        struct cr_arena *arena, struct cr_event *out_event,
                                        struct cr_err *err);

/* Appends {"specversion":"1.0","id":...,"data":{...}}. */
void cr_event_write_json(const struct cr_event *event, struct cr_buf *out);

/* 0, or CR_EINVAL / CR_ELIMIT when it cannot be stored: an attribute is missing or over-long. */
CR_MUST_CHECK int cr_event_check(const struct cr_event *event, struct cr_err *err);

/* RFC 3339 in UTC ("...Z") to milliseconds since 1970; -1 for anything else. */
int64_t cr_event_wall_ms(struct cr_slice time);

#endif
