/* answer_parts: what many answers have in common, kept once: the sources of environments, which
 * most applications share.
 *
 * Ownership: a part lives until the last of those who took it has released it.
 * Errors:    NULL where there is no memory.
 * Threads:   one at a time (answer_cache's lock); answer_parts_split is pure.
 * Units:     bytes of parts and bookkeeping together.
 */
#ifndef ANSWER_PARTS_H
#define ANSWER_PARTS_H

#include "cr_err.h"
#include "cr_slice.h"

enum { ANSWER_PARTS_MAX = 64, ANSWER_PART_ID_SIZE = 16 };

struct answer_piece {
    struct cr_slice bytes;
    char id[ANSWER_PART_ID_SIZE]; /* the first half of a SHA-256 */
};
/* Cuts a body where a source of an environment begins; other bodies are one piece. How many there
 * are, 1 to ANSWER_PARTS_MAX; 0 where there is no memory. */
size_t answer_parts_split(struct cr_slice body, struct answer_piece out_pieces[ANSWER_PARTS_MAX]);

struct answer_parts;
struct answer_part;

struct answer_parts *answer_parts_new(void);
void answer_parts_free(struct answer_parts *parts); /* NULL is fine; nobody holds a part */

/* The part with these bytes, new or one that is there. */
struct answer_part *answer_parts_take(struct answer_parts *parts, const struct answer_piece *piece);
void answer_parts_release(struct answer_parts *parts, struct answer_part *part);
struct cr_slice answer_part_bytes(const struct answer_part *part);

/* One more of the holders is a proven one, or one less: the bytes that the proven ones hold now and
 * did not before; or no longer hold. */
size_t answer_part_prove(struct answer_part *part);
size_t answer_part_disprove(struct answer_part *part);

size_t answer_parts_bytes(const struct answer_parts *parts);

#endif
