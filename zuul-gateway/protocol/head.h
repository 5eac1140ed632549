/* head: the head of a request or an answer, read strictly and without a copy.
 *
 * It is read line by line while octets arrive, and what can never become a head is refused early.
 *
 * Ownership: a parsed head holds slices into the caller's bytes and is valid as long as they are.
 * Errors:    CR_EPARSE with the fault filled in; nothing is guessed or repaired, but blanks before
 *            the colon of an answer's field, which are removed (RFC 9112 5.1).
 * Units:     octets.
 * Source:    RFC 9112 sections 2-5, RFC 9110 section 5; gateway reference 3.1 (R1-R19), 3.4
 * (A9-A11). Threads:   one at a time.
 */
#ifndef GATEWAY_HEAD_H
#define GATEWAY_HEAD_H

#include "fault.h"
#include "field_name.h"

enum {
    HEAD_FIELDS_MAX = 200, /* room in the struct; limits are usually lower */
    HEAD_METHOD_MAX = 32,  /* longer methods: 501 */
    HEAD_LISTED_MAX = 32,  /* names in Connection */
    HEAD_STATUS_MIN = 100,
};

struct head_limits {
    size_t target_max; /* of the request target; 414 */
    size_t head_max;   /* of all; 431 */
    size_t field_max;  /* of one line; 431 */
    size_t count_max;  /* of fields; 431; at most HEAD_FIELDS_MAX */
};

struct field {
    struct cr_slice name; /* as spelled */
    struct cr_slice value;
    enum field_id id;
};

struct head {
    struct cr_slice method; /* request */
    struct cr_slice target; /* request, raw */
    int status;             /* answer */
    struct cr_slice reason; /* answer; may be empty */
    int minor;              /* HTTP/1.minor, 0 or 1 */
    size_t count;
    struct field fields[HEAD_FIELDS_MAX];
    uint64_t seen;     /* field_bit of each known field that is there */
    uint64_t repeated; /* ... that is there more than once */
    uint64_t listed;   /* ... that a Connection field names */
    bool close;        /* Connection: close */
    bool keep_alive;   /* Connection: keep-alive */
    size_t listed_count;
    struct cr_slice listed_names[HEAD_LISTED_MAX]; /* unknown names that Connection lists */
};

/* How far the octets of a head have come; zero at the start of a message. */
struct head_scan {
    size_t line; /* start of the line that is not complete yet */
    size_t skip; /* octets of an empty line in front (RFC 9112 2.2) */
};

/* Reads the head of text, the message so far from its first octet. Returns the head's length
 * including the empty line, 0 if it is not complete, or CR_EPARSE. Call again with more of the same
 * text; out_head is valid after a length only. */
CR_MUST_CHECK ptrdiff_t head_read_request(struct head_scan *scan, struct cr_slice text,
                                          const struct head_limits *limits, struct head *out_head,
                                          struct fault *fault);
CR_MUST_CHECK ptrdiff_t head_read_response(struct head_scan *scan, struct cr_slice text,
                                           const struct head_limits *limits, struct head *out_head,
                                           struct fault *fault);

/* The fields of a trailer section, which ends with an empty line like a head. */
CR_MUST_CHECK int head_read_trailers(struct cr_slice text, const struct head_limits *limits,
                                     struct head *out_head, struct fault *fault);

/* The first field of that id, or NULL. */
const struct field *head_find(const struct head *head, enum field_id id);

/* True when a Connection field names the field, known or not. */
bool head_lists(const struct head *head, const struct field *field);

static inline bool head_has(const struct head *head, enum field_id id)
{
    return (head->seen & field_bit(id)) != 0;
}

#endif
