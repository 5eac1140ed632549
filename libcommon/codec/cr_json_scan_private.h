/* cr_json_scan_private: reads a JSON text's grammar, so that cJSON is only given what is JSON.
 *
 * Ownership: nothing is allocated or kept.
 * Errors:    CR_EPARSE with line, column and reason; CR_ELIMIT beyond CR_JSON_DEPTH_MAX.
 * Threads:   any.
 * Source:    RFC 8259, sections 2 to 9.
 */
#ifndef CR_JSON_SCAN_PRIVATE_H
#define CR_JSON_SCAN_PRIVATE_H

#include "cr_err.h"
#include "cr_slice.h"

/* What a tree of the text needs. */
struct cr_json_extent {
    size_t start;            /* of the value; behind a byte order mark */
    size_t values;           /* at least 1 */
    size_t text_bytes;       /* enough for all strings and numbers with a NUL behind each */
    size_t number_max_bytes; /* the longest number */
};

CR_MUST_CHECK int cr_json_scan(struct cr_slice text, struct cr_json_extent *out_extent,
                               struct cr_err *err);

/* A string (without its quotes) or a number, as it is written. */
struct cr_json_token {
    bool number;
    struct cr_slice raw;
    size_t meant_bytes; /* what is left when the escapes are read */
};

/* Takes the next string or number off the front of *rest, in the document's order: names before
 * their values. The text must have passed cr_json_scan. False when there is none. */
bool cr_json_next_token(struct cr_slice *rest, struct cr_json_token *out_token);

#endif
