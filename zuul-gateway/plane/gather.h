/* gather: the pieces of one write: a head, a chunk's line, runs of a body, an end.
 *
 * Ownership: runs are borrowed until the write; nothing is copied.
 * Errors:    gather_add is false when no slot is left: write, then begin anew.
 * Threads:   one at a time.
 */
#ifndef GATEWAY_GATHER_H
#define GATEWAY_GATHER_H

#include <sys/uio.h>

#include "chunk.h"
#include "framing.h"

enum { GATHER_RUNS = 60, GATHER_SLOTS = GATHER_RUNS + 5 };

struct gather {
    struct iovec slots[GATHER_SLOTS]; /* [0] the head, [1] the chunk's line, then the runs */
    size_t count;
    size_t octets; /* of the runs */
    char line[CHUNK_LINE_SIZE];
};

void gather_init(struct gather *gather, struct cr_slice head);
void gather_head(struct gather *gather, struct cr_slice head); /* replaces it */
bool gather_add(struct gather *gather, struct cr_slice run);

/* Frames the runs for the wire. last: the body ends here, for a chunked one with these trailers
 * (fields and the empty line; empty means none). */
void gather_frame(struct gather *gather, enum framing_kind kind, bool last,
                  struct cr_slice trailers);

size_t gather_size(const struct gather *gather); /* octets in all slots */

#endif
