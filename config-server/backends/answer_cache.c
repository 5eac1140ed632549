/* answer_cache: a map for finding and two lists in the order of use for leaving. */
#include "answer_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_list.h"
#include "cr_map.h"
#include "cr_thread.h"

enum {
    ENTRY_OVERHEAD_BYTES = 200, /* of the entry, its slot in the map and malloc */
    PROVEN_PARTS = 4,           /* of PARTS of the bytes, at most */
    PARTS = 5,
};

struct entry {
    struct cr_list by_use; /* the head's next was used last */
    size_t key_len, body_len;
    char tag[ENTITY_TAG_SIZE];
    bool stays, proven; /* proven: asked for again; in that list */
    char bytes[];       /* key, then body */
};

struct answer_cache {
    struct cr_mutex lock;
    struct cr_map *entries;
    struct cr_list on_probation, proven;
    size_t bytes, proven_bytes, max_bytes;
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
    cr_list_init(&cache->on_probation);
    cr_list_init(&cache->proven);
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

static void take_out(struct answer_cache *cache, struct entry *entry)
{
    cr_list_remove(&entry->by_use);
    if (entry->proven)
        cache->proven_bytes -= entry_size(entry);
    entry->proven = false;
}

static void drop(struct answer_cache *cache, struct entry *entry)
{
    take_out(cache, entry);
    cache->bytes -= entry_size(entry);
    (void)cr_map_remove(cache->entries, (struct cr_slice){entry->bytes, entry->key_len});
}

static struct entry *last_of(struct cr_list *list)
{
    return list->prev == list ? NULL : CR_CONTAINER(list->prev, struct entry, by_use);
}

/* The proven ones that were not asked for longest are on probation again where they are too many.
 */
static void prove(struct answer_cache *cache, struct entry *entry)
{
    entry->proven = true;
    cache->proven_bytes += entry_size(entry);
    cr_list_push_front(&cache->proven, &entry->by_use);
    while (cache->proven_bytes > cache->max_bytes / PARTS * PROVEN_PARTS) {
        struct entry *last = last_of(&cache->proven);
        take_out(cache, last);
        cr_list_push_front(&cache->on_probation, &last->by_use);
    }
}

bool answer_cache_get(struct answer_cache *cache, struct cr_slice key, struct cr_buf *out,
                      char out_tag[ENTITY_TAG_SIZE])
{
    CR_LOCKED(&cache->lock);
    struct entry *entry = cr_map_get(cache->entries, key);
    if (!entry)
        return false;
    take_out(cache, entry);
    if (entry->stays)
        prove(cache, entry);
    else
        cr_list_push_front(&cache->on_probation, &entry->by_use);
    cr_buf_append(out, entry->bytes + entry->key_len, entry->body_len);
    if (out_tag)
        memcpy(out_tag, entry->tag, sizeof(entry->tag));
    return true;
}

static struct entry *new_entry(struct cr_slice key, const struct answer *answer)
{
    struct cr_slice body = answer->body;
    struct entry *entry = malloc(sizeof(*entry) + key.len + body.len);
    if (!entry)
        return NULL;
    *entry = (struct entry){.key_len = key.len, .body_len = body.len, .stays = answer->stays};
    (void)snprintf(entry->tag, sizeof(entry->tag), "%s", answer->tag ? answer->tag : "");
    memcpy(entry->bytes, key.ptr, key.len);
    if (body.len > 0)
        memcpy(entry->bytes + key.len, body.ptr, body.len);
    return entry;
}

static void make_room(struct answer_cache *cache, size_t size)
{
    while (cache->bytes + size > cache->max_bytes) {
        struct entry *last = last_of(&cache->on_probation);
        drop(cache, last ? last : last_of(&cache->proven));
    }
}

void answer_cache_put(struct answer_cache *cache, struct cr_slice key, const struct answer *answer)
{
    if (key.len == 0 || ENTRY_OVERHEAD_BYTES + 2 * key.len + answer->body.len > cache->max_bytes)
        return;
    struct entry *entry = new_entry(key, answer);
    if (!entry)
        return;
    CR_LOCKED(&cache->lock);
    struct entry *old = cr_map_get(cache->entries, key);
    if (old)
        drop(cache, old);
    make_room(cache, entry_size(entry));
    if (cr_map_put(cache->entries, key, entry) < 0) {
        free(entry);
        return;
    }
    cr_list_push_front(&cache->on_probation, &entry->by_use);
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
