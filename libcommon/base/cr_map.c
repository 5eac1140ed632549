/* Insertion-ordered hash map: a dense entry array and an open-addressed index over it. */
#include "cr_map.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_err.h"
#include "cr_int.h"
#include "cr_random.h"

struct entry {
    char *key; /* NULL: removed */
    size_t len;
    uint64_t hash;
    void *value;
};

#define SLOT_EMPTY UINT32_MAX
enum { SLOTS_FIRST = 16 };

struct cr_map {
    struct entry *entries;
    size_t entry_count; /* with removed ones */
    size_t entry_capacity;
    size_t live;
    uint32_t *slots; /* index into entries; power of two, at most half full */
    size_t slot_count;
    size_t max;
    uint64_t seed;
    void (*free_value)(void *value);
};

static uint64_t hash_of(const struct cr_map *map, struct cr_slice key)
{
    uint64_t hash = 14695981039346656037U ^ map->seed;
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (unsigned char)key.ptr[i]) * 1099511628211U;
    return hash ^ (hash >> 32);
}

struct cr_map *cr_map_new(size_t max, void (*free_value)(void *value))
{
    struct cr_map *map = calloc(1, sizeof *map);
    if (!map)
        return NULL;
    map->max = max;
    map->free_value = free_value;
    map->seed = cr_random_seed();
    return map;
}

static void entry_release(struct cr_map *map, struct entry *entry)
{
    if (!entry->key)
        return;
    free(entry->key);
    if (map->free_value)
        map->free_value(entry->value);
    *entry = (struct entry){0};
}

void cr_map_clear(struct cr_map *map)
{
    for (size_t i = 0; i < map->entry_count; i++)
        entry_release(map, &map->entries[i]);
    free(map->entries);
    free(map->slots);
    map->entries = NULL;
    map->slots = NULL;
    map->entry_count = map->entry_capacity = map->live = map->slot_count = 0;
}

void cr_map_free(struct cr_map *map)
{
    if (!map)
        return;
    cr_map_clear(map);
    free(map);
}

void cr_map_freep(struct cr_map **map)
{
    cr_map_free(*map);
    *map = NULL;
}

static void slot_insert(struct cr_map *map, uint32_t index)
{
    size_t mask = map->slot_count - 1;
    size_t slot = map->entries[index].hash & mask;
    while (map->slots[slot] != SLOT_EMPTY)
        slot = (slot + 1) & mask;
    map->slots[slot] = index;
}

/* Drops removed entries and builds the index anew, with room for one entry more. */
static int rebuild(struct cr_map *map)
{
    size_t slot_count = SLOTS_FIRST;
    while (slot_count < (map->live + 1) * 3)
        slot_count *= 2;
    if (slot_count > UINT32_MAX / 2)
        return CR_ELIMIT;
    size_t capacity = slot_count / 2;
    uint32_t *slots = malloc(slot_count * sizeof *slots);
    struct entry *entries = malloc(capacity * sizeof *entries);
    if (!slots || !entries) {
        free(slots);
        free(entries);
        return CR_ENOMEM;
    }
    size_t kept = 0;
    for (size_t i = 0; i < map->entry_count; i++)
        if (map->entries[i].key)
            entries[kept++] = map->entries[i];
    free(map->entries);
    free(map->slots);
    memset(slots, 0xff, slot_count * sizeof *slots);
    map->entries = entries;
    map->entry_count = kept;
    map->entry_capacity = capacity;
    map->slots = slots;
    map->slot_count = slot_count;
    for (size_t i = 0; i < kept; i++)
        slot_insert(map, (uint32_t)i);
    return 0;
}

static struct entry *lookup(const struct cr_map *map, struct cr_slice key, uint64_t hash)
{
    if (map->slot_count == 0)
        return NULL;
    size_t mask = map->slot_count - 1;
    for (size_t slot = hash & mask; map->slots[slot] != SLOT_EMPTY; slot = (slot + 1) & mask) {
        struct entry *entry = &map->entries[map->slots[slot]];
        if (entry->key && entry->hash == hash &&
            cr_slice_equal(key, (struct cr_slice){entry->key, entry->len}))
            return entry;
    }
    return NULL;
}

int cr_map_put(struct cr_map *map, struct cr_slice key, void *value)
{
    uint64_t hash = hash_of(map, key);
    struct entry *found = lookup(map, key, hash);
    if (found) {
        if (map->free_value && found->value != value)
            map->free_value(found->value);
        found->value = value;
        return 0;
    }
    if (map->max && map->live >= map->max)
        return CR_ELIMIT;
    if (map->entry_count == map->entry_capacity) {
        int rc = rebuild(map);
        if (rc)
            return rc;
    }
    char *copy = malloc(key.len + 1);
    if (!copy)
        return CR_ENOMEM;
    if (key.len)
        memcpy(copy, key.ptr, key.len);
    copy[key.len] = '\0';
    map->entries[map->entry_count] = (struct entry){copy, key.len, hash, value};
    slot_insert(map, (uint32_t)map->entry_count);
    map->entry_count++;
    map->live++;
    return 0;
}

void *cr_map_get(const struct cr_map *map, struct cr_slice key)
{
    struct entry *entry = lookup(map, key, hash_of(map, key));
    return entry ? entry->value : NULL;
}

bool cr_map_remove(struct cr_map *map, struct cr_slice key)
{
    struct entry *entry = lookup(map, key, hash_of(map, key));
    if (!entry)
        return false;
    entry_release(map, entry);
    map->live--;
    return true;
}

size_t cr_map_count(const struct cr_map *map)
{
    return map->live;
}

bool cr_map_next(const struct cr_map *map, size_t *cursor, struct cr_slice *out_key,
                 void **out_value)
{
    while (*cursor < map->entry_count) {
        const struct entry *entry = &map->entries[(*cursor)++];
        if (!entry->key)
            continue;
        *out_key = (struct cr_slice){entry->key, entry->len};
        *out_value = entry->value;
        return true;
    }
    return false;
}
