/* parsed_files: counted copies, each in one piece of memory, in the order of their use. */
#include "parsed_files.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "cr_list.h"
#include "cr_map.h"
#include "cr_thread.h"

enum { ENTRY_OVERHEAD_BYTES = 200 }; /* of the entry, its slot in the map and malloc */

struct entry {
    struct cr_list by_use; /* the head's next was used last */
    atomic_size_t holders;
    size_t bytes, key_len;
    struct cr_flat flat;
    _Alignas(max_align_t) char memory[]; /* the documents, their pairs, texts, the key */
};

struct parsed_files {
    struct cr_mutex lock;
    struct cr_map *entries;
    struct cr_list by_use;
    size_t bytes, max_bytes;
};

static void let_go(void *held)
{
    struct entry *entry = held;
    if (atomic_fetch_sub(&entry->holders, 1) == 1)
        free(entry);
}

struct parsed_files *parsed_files_new(size_t max_bytes)
{
    struct parsed_files *files = calloc(1, sizeof(*files));
    struct cr_map *entries = cr_map_new(0, let_go);
    if (!files || !entries) {
        free(files);
        cr_map_free(entries);
        return NULL;
    }
    cr_mutex_init(&files->lock);
    cr_list_init(&files->by_use);
    files->entries = entries;
    files->max_bytes = max_bytes;
    return files;
}

void parsed_files_free(struct parsed_files *files)
{
    if (!files)
        return;
    cr_map_free(files->entries);
    cr_mutex_fini(&files->lock);
    free(files);
}

bool parsed_files_get(struct parsed_files *files, struct cr_slice key, struct cr_arena *arena,
                      struct cr_flat *out_flat)
{
    CR_LOCKED(&files->lock);
    struct entry *entry = cr_map_get(files->entries, key);
    if (!entry || cr_arena_on_free(arena, let_go, entry) < 0)
        return false;
    atomic_fetch_add(&entry->holders, 1);
    cr_list_remove(&entry->by_use);
    cr_list_push_front(&files->by_use, &entry->by_use);
    *out_flat = entry->flat;
    return true;
}

/* --- copying --- */

/* A slice keeps a NUL behind it, as the readers give it. */
static size_t size_of(const struct cr_flat *flat)
{
    size_t size = flat->count * sizeof(struct cr_flat_doc);
    for (size_t d = 0; d < flat->count; d++) {
        const struct cr_flat_doc *doc = &flat->docs[d];
        size += doc->count * sizeof(struct cr_flat_pair);
        for (size_t i = 0; i < doc->count; i++)
            size += doc->pairs[i].key.len + doc->pairs[i].text.len + 2;
    }
    return size;
}

static struct cr_slice copy_text(char **at, struct cr_slice text)
{
    struct cr_slice copy = {*at, text.len};
    if (text.len > 0)
        memcpy(*at, text.ptr, text.len);
    (*at)[text.len] = '\0';
    *at += text.len + 1;
    return copy;
}

/* The documents, then all pairs, then all texts. */
static char *copy_flat(struct entry *entry, const struct cr_flat *flat)
{
    void *memory = entry->memory;
    struct cr_flat_doc *docs = memory;
    memory = docs + flat->count;
    struct cr_flat_pair *pairs = memory;
    size_t count = 0;
    for (size_t d = 0; d < flat->count; d++)
        count += flat->docs[d].count;
    char *texts = (char *)(pairs + count);
    for (size_t d = 0; d < flat->count; d++) {
        const struct cr_flat_doc *doc = &flat->docs[d];
        docs[d] = (struct cr_flat_doc){pairs, doc->count};
        for (size_t i = 0; i < doc->count; i++, pairs++) {
            *pairs = doc->pairs[i];
            pairs->key = copy_text(&texts, pairs->key);
            pairs->text = copy_text(&texts, pairs->text);
        }
    }
    entry->flat = (struct cr_flat){docs, flat->count};
    return texts;
}

static struct entry *new_entry(struct cr_slice key, const struct cr_flat *flat, size_t size)
{
    struct entry *entry = malloc(sizeof(*entry) + size);
    if (!entry)
        return NULL;
    *entry = (struct entry){.bytes = ENTRY_OVERHEAD_BYTES + key.len + size, .key_len = key.len};
    atomic_init(&entry->holders, 1);
    memcpy(copy_flat(entry, flat), key.ptr, key.len);
    return entry;
}

static struct cr_slice key_of(const struct entry *entry)
{
    size_t size = entry->bytes - ENTRY_OVERHEAD_BYTES - entry->key_len;
    return (struct cr_slice){entry->memory + size - entry->key_len, entry->key_len};
}

/* --- keeping --- */

static void drop(struct parsed_files *files, struct entry *entry)
{
    cr_list_remove(&entry->by_use);
    files->bytes -= entry->bytes;
    (void)cr_map_remove(files->entries, key_of(entry));
}

void parsed_files_put(struct parsed_files *files, struct cr_slice key, const struct cr_flat *flat)
{
    size_t size = size_of(flat) + key.len;
    if (key.len == 0 || ENTRY_OVERHEAD_BYTES + key.len + size > files->max_bytes)
        return;
    struct entry *entry = new_entry(key, flat, size);
    if (!entry)
        return;
    CR_LOCKED(&files->lock);
    if (cr_map_get(files->entries, key)) { /* somebody else was faster */
        let_go(entry);
        return;
    }
    while (files->bytes + entry->bytes > files->max_bytes)
        drop(files, CR_CONTAINER(files->by_use.prev, struct entry, by_use));
    if (cr_map_put(files->entries, key, entry) < 0) {
        let_go(entry);
        return;
    }
    cr_list_push_front(&files->by_use, &entry->by_use);
    files->bytes += entry->bytes;
}

size_t parsed_files_bytes(struct parsed_files *files)
{
    CR_LOCKED(&files->lock);
    return files->bytes;
}
