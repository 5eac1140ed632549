/* answer_cache: a map for finding and a list in the order of use for leaving. */
#include "answer_cache.h"

#include <stdlib.h>
#include <string.h>

#include "cr_list.h"
#include "cr_map.h"
#include "cr_thread.h"

enum { ENTRY_OVERHEAD_BYTES = 160 }; /* of the entry, its slot in the map and malloc */

struct entry {
    struct cr_list by_use; /* the head's next was used last */
    size_t key_len, body_len;
    char bytes[]; /* key, then body */
};

struct answer_cache {
    struct cr_mutex lock;
    struct cr_map *entries;
    struct cr_list by_use;
    size_t bytes, max_bytes;
};

struct answer_cache *answer_cache_new(size_t max_bytes)
{
    struct answer_cache *cache = calloc(1, sizeof(*cache));
    struct cr_map *entries = cr_map_new(0, free);
    if (!cache || !entries) {
        free(cache);
        cr_map_free(entries);
        return NULL;
    }
    cr_mutex_init(&cache->lock);
    cr_list_init(&cache->by_use);
    cache->entries = entries;
    cache->max_bytes = max_bytes;
    return cache;
}

void answer_cache_free(struct answer_cache *cache)
{
    if (!cache)
        return;
    cr_map_free(cache->entries);
    cr_mutex_fini(&cache->lock);
    free(cache);
}

static size_t entry_size(const struct entry *entry)
{
    /* The map keeps a copy of the key. */
    return ENTRY_OVERHEAD_BYTES + 2 * entry->key_len + entry->body_len;
}

static void drop(struct answer_cache *cache, struct entry *entry)
{
    cr_list_remove(&entry->by_use);
    cache->bytes -= entry_size(entry);
    (void)cr_map_remove(cache->entries, (struct cr_slice){entry->bytes, entry->key_len});
}

bool answer_cache_get(struct answer_cache *cache, struct cr_slice key, struct cr_buf *out)
{
    CR_LOCKED(&cache->lock);
    struct entry *entry = cr_map_get(cache->entries, key);
    if (!entry)
        return false;
    cr_list_remove(&entry->by_use);
    cr_list_push_front(&cache->by_use, &entry->by_use);
    cr_buf_append(out, entry->bytes + entry->key_len, entry->body_len);
    return true;
}

static struct entry *new_entry(struct cr_slice key, struct cr_slice body)
{
    struct entry *entry = malloc(sizeof(*entry) + key.len + body.len);
    if (!entry)
        return NULL;
    *entry = (struct entry){.key_len = key.len, .body_len = body.len};
    memcpy(entry->bytes, key.ptr, key.len);
    if (body.len > 0)
        memcpy(entry->bytes + key.len, body.ptr, body.len);
    return entry;
}

void answer_cache_put(struct answer_cache *cache, struct cr_slice key, struct cr_slice body)
{
    if (key.len == 0 || ENTRY_OVERHEAD_BYTES + 2 * key.len + body.len > cache->max_bytes)
        return;
    struct entry *entry = new_entry(key, body);
    if (!entry)
        return;
    CR_LOCKED(&cache->lock);
    struct entry *old = cr_map_get(cache->entries, key);
    if (old)
        drop(cache, old);
    while (cache->bytes + entry_size(entry) > cache->max_bytes)
        drop(cache, CR_CONTAINER(cache->by_use.prev, struct entry, by_use));
    if (cr_map_put(cache->entries, key, entry) < 0) {
        free(entry);
        return;
    }
    cr_list_push_front(&cache->by_use, &entry->by_use);
    cache->bytes += entry_size(entry);
}

size_t answer_cache_bytes(struct answer_cache *cache)
{
    CR_LOCKED(&cache->lock);
    return cache->bytes;
}

size_t answer_cache_count(struct answer_cache *cache)
{
    CR_LOCKED(&cache->lock);
    return cr_map_count(cache->entries);
}
