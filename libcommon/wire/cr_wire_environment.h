/* cr_wire_environment: the config server's answer: ordered property sources for an application.
 *
 * Ownership: the record borrows everything; what the reader fills belongs to the caller's arena.
 * Errors:    the reader returns CR_EPARSE with what is wrong and where, CR_ELIMIT beyond a bound,
 *            CR_ENOMEM. It is tolerant: unknown keys are skipped, absent or null members are empty,
 *            values may be bare or {"value":V,"origin":O}, nested values are flattened to a.b[0].
 *            The writer's failures stick to the buffer (cr_buf_status).
 * Threads:   value type.
 * Source:    Spring Cloud Config, org.springframework.cloud.config.environment.Environment, and
 *            EnvironmentMediaType for the second form with origins.
 *
 * The first source is the strongest. A source keeps the order of its file.
 */
#ifndef CR_WIRE_ENVIRONMENT_H
#define CR_WIRE_ENVIRONMENT_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_slice.h"

/* What clients send as Accept, and what the answer in that form carries as Content-Type. */
#define CR_WIRE_ENVIRONMENT_V2 "application/vnd.spring-cloud.config-server.v2+json"

enum {
    CR_WIRE_ENVIRONMENT_SOURCES_MAX = 1024,
    CR_WIRE_ENVIRONMENT_PROPERTIES_MAX = 100000, /* in all sources together */
};

enum cr_wire_kind {
    CR_WIRE_NULL,
    CR_WIRE_BOOL,   /* text: "true" or "false" */
    CR_WIRE_NUMBER, /* text: the JSON spelling, carried unchanged ("8080", "1.0", "6.02E23") */
    CR_WIRE_STRING,
};

struct cr_wire_property {
    struct cr_slice key; /* flat: "a.b[0].c" */
    struct cr_slice text;
    enum cr_wire_kind kind;
    unsigned line, column;  /* from 1; 0 = unknown. The origin that form 2 writes as "L:C" */
    struct cr_slice origin; /* when not empty, written instead of line and column; what was read */
};

struct cr_wire_source {
    struct cr_slice name; /* unique within an environment */
    const struct cr_wire_property *properties;
    size_t count;
};

/* A slice with a NULL ptr is null on the wire where Spring allows it (label, version, state). */
struct cr_wire_environment {
    struct cr_slice name;
    const struct cr_slice *profiles; /* as they stand in the answer: ["a,b"] is one */
    size_t profile_count;
    struct cr_slice label;
    struct cr_slice version;
    struct cr_slice state;
    const struct cr_wire_source *sources;
    size_t source_count;
};

/* Appends the document. origins: each value as {"value":V,"origin":"L:C"} where its origin is
 * known, bare where it is not. */
void cr_wire_environment_write(const struct cr_wire_environment *environment, bool origins,
                               struct cr_buf *out);

CR_MUST_CHECK int cr_wire_environment_read(struct cr_slice json, struct cr_arena *arena,
                                           struct cr_wire_environment *out_environment,
                                           struct cr_err *err);

#endif
