/* foreign: HTTP/1.1 as somebody else reads it (Debian's libhttp-parser, which was Node's for
 * years), so that our reader is not held against itself (decision G11).
 *
 * Ownership: foreign_free after foreign_read, whatever that found.
 * Errors:    failed: it refused, behind `count` messages that it read completely.
 */
#ifndef FUZZ_FOREIGN_H
#define FUZZ_FOREIGN_H

#include <stdbool.h>

#include "cr_buf.h"

enum { FOREIGN_MESSAGES_MAX = 8 };

struct foreign_message {
    struct cr_buf method;
    struct cr_buf target;
    struct cr_buf fields; /* "name: value\n" each, names in lower case, see foreign_field */
    struct cr_buf body;
    int status;
};

struct foreign {
    struct foreign_message messages[FOREIGN_MESSAGES_MAX];
    size_t count;
    bool failed;
    bool unknown_method; /* of the first message */
    bool misled;         /* it took Transfer-EncodingX for Transfer-Encoding, its own fault */
};

enum foreign_kind { FOREIGN_REQUEST, FOREIGN_ANSWER, FOREIGN_ANSWER_TO_HEAD };

/* Reads all messages that text holds; at its end the connection ends. */
void foreign_read(struct foreign *foreign, enum foreign_kind kind, struct cr_slice text);
void foreign_free(struct foreign *foreign);

/* One field as both sides write it down for comparison. */
void foreign_field(struct cr_buf *out, struct cr_slice name, struct cr_slice value);

#endif
