/* answer_cache: a map for finding and two lists in the order of use for leaving. */
#include "answer_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer_parts.h"
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
    size_t key_len, part_count;
    size_t own_bytes; /* without its parts */
    char tag[ENTITY_TAG_SIZE];
    bool stays, proven; /* proven: asked for again; in that list */
    const char *key;
    struct answer_part *parts[]; /* the body; then the key */
};

struct answer_cache {
    struct cr_mutex lock;
    struct cr_map *entries;
    struct cr_list on_probation, proven;
    struct answer_parts *parts;
    size_t own_bytes, max_bytes;
    size_t proven_bytes; /* of the proven ones, each part once */
};

struct answer_cache *answer_cache_new(size_t max_bytes)
{
    struct answer_cache *cache = calloc(1, sizeof(*cache));
    struct cr_map *entries = cr_map_new(0, free);
    struct answer_parts *parts = answer_parts_new();
    if (!cache || !entries || !parts) {
        free(cache);
        cr_map_free(entries);
        answer_parts_free(parts);
        return NULL;
    }
    cr_mutex_init(&cache->lock);
    cr_list_init(&cache->on_probation);
    cr_list_init(&cache->proven);
    cache->entries = entries;
    cache->parts = parts;
    cache->max_bytes = max_bytes;
    return cache;
}

void answer_cache_free(struct answer_cache *cache)
{
    if (!cache)
        return;
    cr_map_free(cache->entries);
    answer_parts_free(cache->parts);
    cr_mutex_fini(&cache->lock);
    free(cache);
}

/* The map keeps a copy of the key. */
static size_t own_size(size_t key_len, size_t part_count)
{
    return ENTRY_OVERHEAD_BYTES + 2 * key_len + part_count * sizeof(struct answer_part *);
}

static size_t all_bytes(const struct answer_cache *cache)
{
    return cache->own_bytes + answer_parts_bytes(cache->parts);
}

static void take_out(struct answer_cache *cache, struct entry *entry)
{
    cr_list_remove(&entry->by_use);
    if (!entry->proven)
        return;
    entry->proven = false;
    cache->proven_bytes -= entry->own_bytes;
    for (size_t i = 0; i < entry->part_count; i++)
        cache->proven_bytes -= answer_part_disprove(entry->parts[i]);
}

static void drop(struct answer_cache *cache, struct entry *entry)
{
    take_out(cache, entry);
    cache->own_bytes -= entry->own_bytes;
    for (size_t i = 0; i < entry->part_count; i++)
        answer_parts_release(cache->parts, entry->parts[i]);
    (void)cr_map_remove(cache->entries, (struct cr_slice){entry->key, entry->key_len});
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
    cache->proven_bytes += entry->own_bytes;
    for (size_t i = 0; i < entry->part_count; i++)
        cache->proven_bytes += answer_part_prove(entry->parts[i]);
    cr_list_push_front(&cache->proven, &entry->by_use);
    while (cache->proven_bytes > cache->max_bytes / PARTS * PROVEN_PARTS) {
        struct entry *last = last_of(&cache->proven);
        take_out(cache, last);
        cr_list_push_front(&cache->on_probation, &last->by_use);
    }
}

/* It was asked for again. */
static void touch(struct answer_cache *cache, struct entry *entry)
{
    cr_list_remove(&entry->by_use);
    if (entry->stays && !entry->proven)
        prove(cache, entry);
    else
        cr_list_push_front(entry->proven ? &cache->proven : &cache->on_probation, &entry->by_use);
}

bool answer_cache_get(struct answer_cache *cache, struct cr_slice key, struct cr_buf *out,
                      char out_tag[ENTITY_TAG_SIZE])
{
    CR_LOCKED(&cache->lock);
    struct entry *entry = cr_map_get(cache->entries, key);
    if (!entry)
        return false;
    touch(cache, entry);
    for (size_t i = 0; i < entry->part_count; i++)
        cr_buf_slice(out, answer_part_bytes(entry->parts[i]));
    if (out_tag)
        memcpy(out_tag, entry->tag, sizeof(entry->tag));
    return true;
}

static struct entry *new_entry(struct cr_slice key, const struct answer *answer, size_t part_count)
{
    size_t parts_size = part_count * sizeof(struct answer_part *);
    struct entry *entry = malloc(sizeof(*entry) + parts_size + key.len);
    if (!entry)
        return NULL;
    char *own_key = (char *)entry + sizeof(*entry) + parts_size;
    memcpy(own_key, key.ptr, key.len);
    *entry = (struct entry){
        .key_len = key.len,
        .key = own_key,
        .stays = answer->stays,
        .own_bytes = own_size(key.len, part_count),
    };
    (void)snprintf(entry->tag, sizeof(entry->tag), "%s", answer->tag ? answer->tag : "");
    return entry;
}

/* Under lock. False when there is no memory; what was taken is in the entry. */
static bool take_parts(struct answer_cache *cache, struct entry *entry,
                       const struct answer_piece *pieces, size_t count)
{
    for (; entry->part_count < count; entry->part_count++) {
        struct answer_part *part = answer_parts_take(cache->parts, &pieces[entry->part_count]);
        if (!part)
            return false;
        entry->parts[entry->part_count] = part;
    }
    return true;
}

static void make_room(struct answer_cache *cache)
{
    while (all_bytes(cache) > cache->max_bytes) {
        struct entry *last = last_of(&cache->on_probation);
        last = last ? last : last_of(&cache->proven);
        if (!last)
            return;
        drop(cache, last);
    }
}

void answer_cache_put(struct answer_cache *cache, struct cr_slice key, const struct answer *answer)
{
    struct answer_piece pieces[ANSWER_PARTS_MAX];
    size_t most = own_size(key.len, ANSWER_PARTS_MAX) + answer->body.len;
    if (key.len == 0 || most > cache->max_bytes)
        return;
    size_t count = answer_parts_split(answer->body, pieces);
    struct entry *entry = count > 0 ? new_entry(key, answer, count) : NULL;
    if (!entry)
        return;
    CR_LOCKED(&cache->lock);
    struct entry *old = cr_map_get(cache->entries, key);
    if (old)
        drop(cache, old);
    bool taken = take_parts(cache, entry, pieces, count);
    cache->own_bytes += entry->own_bytes;
    make_room(cache);
    cr_list_push_front(&cache->on_probation, &entry->by_use);
    if (!taken || cr_map_put(cache->entries, key, entry) < 0) {
        drop(cache, entry);
        free(entry);
    }
}

size_t answer_cache_bytes(struct answer_cache *cache)
{
    CR_LOCKED(&cache->lock);
    return all_bytes(cache);
}

size_t answer_cache_count(struct answer_cache *cache)
{
    CR_LOCKED(&cache->lock);
    return cr_map_count(cache->entries);
}
