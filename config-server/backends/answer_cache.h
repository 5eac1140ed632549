/* answer_cache: rendered answers by key. New ones are on probation and make room for each other;
 * those that were asked for again are kept apart, so that a flood of invented keys leaves them.
 *
 * Ownership: keys, tags and bodies are copied in and out.
 * Errors:    none: what cannot be kept is rendered again next time.
 * Threads:   any; one mutex inside.
 * Units:     bytes of keys, bodies and bookkeeping together.
 * Source:    Karedla, Love, Wherry: "Caching strategies to improve disk system performance" (1994):
 *            segmented LRU; decision C6.
 *
 * A key names everything that the answer depends on, the commit first, so nothing ever has to be
 * thrown away because it became wrong.
 */
#ifndef ANSWER_CACHE_H
#define ANSWER_CACHE_H

#include "cr_buf.h"
#include "cr_slice.h"
#include "entity_tag.h"

struct answer_cache;

struct answer_cache *answer_cache_new(size_t max_bytes); /* NULL: no memory; 0 keeps nothing */
void answer_cache_free(struct answer_cache *cache);      /* NULL is fine */

/* Appends the body to out, and gives the tag it was put with; false when it is not there. out_tag
 * may be NULL. */
bool answer_cache_get(struct answer_cache *cache, struct cr_slice key, struct cr_buf *out,
                      char out_tag[ENTITY_TAG_SIZE]);

struct answer {
    struct cr_slice body;
    const char *tag; /* NULL: none */
    bool stays;      /* leaves probation when it is asked for again; false: never */
};
void answer_cache_put(struct answer_cache *cache, struct cr_slice key, const struct answer *answer);

size_t answer_cache_bytes(struct answer_cache *cache);
size_t answer_cache_count(struct answer_cache *cache);

#endif
