/* cr_acks: which of the published events are acknowledged, and up to where without a hole.
 *
 * Pure: no time, no I/O. Events are noted in rising order of seq (holes allowed), acknowledged in
 * any order; the cursor is the last one of which all before are acknowledged.
 *
 * Ownership: the caller's storage.
 * Errors:    none; ask cr_acks_full first.
 * Threads:   one at a time.
 */
#ifndef CR_ACKS_H
#define CR_ACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CR_ACKS_MAX = 4096 };

struct cr_acks {
    int64_t cursor;
    int64_t sent; /* newest that was noted; the cursor when none is */
    size_t first;
    size_t count;
    struct {
        int64_t seq;
        bool acked;
    } ring[CR_ACKS_MAX];
};

void cr_acks_reset(struct cr_acks *acks, int64_t cursor);
bool cr_acks_full(const struct cr_acks *acks);
void cr_acks_sent(struct cr_acks *acks, int64_t seq);
void cr_acks_acked(struct cr_acks *acks, int64_t seq); /* an unknown seq is ignored */

#endif
