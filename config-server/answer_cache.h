/* answer_cache: rendered answers by key; those not asked for longest make room.
 *
 * Ownership: keys and bodies are copied in and out.
 * Errors:    none: what cannot be kept is rendered again next time.
 * Threads:   any; one mutex inside.
 * Units:     bytes of keys, bodies and bookkeeping together.
 *
 * A key names everything that the answer depends on, the commit first, so nothing ever has to be
 * thrown away because it became wrong.
 */
#ifndef ANSWER_CACHE_H
#define ANSWER_CACHE_H

#include "cr_buf.h"
#include "cr_slice.h"

struct answer_cache;

struct answer_cache *answer_cache_new(size_t max_bytes); /* NULL: no memory; 0 keeps nothing */
void answer_cache_free(struct answer_cache *cache);      /* NULL is fine */

/* Appends the body to out; false when it is not there. */
bool answer_cache_get(struct answer_cache *cache, struct cr_slice key, struct cr_buf *out);
void answer_cache_put(struct answer_cache *cache, struct cr_slice key, struct cr_slice body);

size_t answer_cache_bytes(struct answer_cache *cache);
size_t answer_cache_count(struct answer_cache *cache);

#endif
