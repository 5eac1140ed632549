/* The local copy of a registry. */
#include "cr_registry_copy_private.h"

#include <stdlib.h>

#include "cr_map.h"
#include "cr_wire_applications.h"

struct cr_registry_copy {
    struct cr_map *records; /* by key */
    size_t counts[CR_WIRE_STATUS_COUNT];
};

static void free_record(void *value)
{
    cr_wire_instance_free(value);
}

struct cr_registry_copy *cr_registry_copy_new(void)
{
    struct cr_registry_copy *copy = calloc(1, sizeof *copy);
    if (!copy)
        return NULL;
    copy->records = cr_map_new(CR_WIRE_INSTANCES_MAX, free_record);
    if (copy->records)
        return copy;
    free(copy);
    return NULL;
}

void cr_registry_copy_free(struct cr_registry_copy *copy)
{
    if (!copy)
        return;
    cr_map_free(copy->records);
    free(copy);
}

void cr_registry_copy_freep(struct cr_registry_copy **copy)
{
    cr_registry_copy_free(*copy);
    *copy = NULL;
}

void cr_registry_key(const struct cr_wire_instance *one, struct cr_buf *out)
{
    for (size_t i = 0; i < one->app.len; i++) {
        char c = one->app.ptr[i];
        cr_buf_char(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    cr_buf_char(out, '\n'); /* in no application's name that a path could carry */
    cr_buf_slice(out, cr_wire_instance_id(one));
}

static int put(struct cr_registry_copy *copy, struct cr_slice key,
               const struct cr_wire_instance *one)
{
    struct cr_wire_instance *record = cr_wire_instance_copy(one);
    if (!record)
        return CR_ENOMEM;
    const struct cr_wire_instance *old = cr_map_get(copy->records, key);
    size_t *before = old ? &copy->counts[old->status] : NULL;
    int rc = cr_map_put(copy->records, key, record);
    if (rc) {
        cr_wire_instance_free(record);
        return rc;
    }
    if (before)
        --*before;
    copy->counts[record->status]++;
    return 0;
}

static void take_out(struct cr_registry_copy *copy, struct cr_slice key)
{
    const struct cr_wire_instance *old = cr_map_get(copy->records, key);
    if (!old)
        return;
    copy->counts[old->status]--;
    cr_map_remove(copy->records, key);
}

static int take(struct cr_registry_copy *copy, const struct cr_wire_instance *one, bool removes,
                struct cr_buf *key)
{
    cr_buf_reset(key);
    cr_registry_key(one, key);
    if (cr_buf_status(key))
        return CR_ENOMEM;
    if (!removes)
        return put(copy, cr_buf_view(key), one);
    take_out(copy, cr_buf_view(key));
    return 0;
}

int cr_registry_copy_add(struct cr_registry_copy *copy, const struct cr_wire_instances *list)
{
    CR_AUTO(cr_buf) key = {0};
    int rc = 0;
    for (size_t i = 0; i < list->count && rc == 0; i++)
        rc = take(copy, &list->items[i], false, &key);
    return rc;
}

int cr_registry_copy_apply(struct cr_registry_copy *copy, const struct cr_wire_instances *changes)
{
    CR_AUTO(cr_buf) key = {0};
    int rc = 0;
    for (size_t i = 0; i < changes->count && rc == 0; i++)
        rc = take(copy, &changes->items[i], changes->items[i].action == CR_WIRE_DELETED, &key);
    return rc;
}

bool cr_registry_copy_has(const struct cr_registry_copy *copy, const struct cr_wire_instance *one)
{
    CR_AUTO(cr_buf) key = {0};
    cr_registry_key(one, &key);
    return cr_buf_status(&key) == 0 && cr_map_get(copy->records, cr_buf_view(&key));
}

size_t cr_registry_copy_count(const struct cr_registry_copy *copy)
{
    return cr_map_count(copy->records);
}

void cr_registry_copy_hash(const struct cr_registry_copy *copy, struct cr_buf *out)
{
    cr_wire_hash_code(copy->counts, out);
}

bool cr_registry_copy_agrees(const struct cr_registry_copy *copy, struct cr_slice hash_code)
{
    CR_AUTO(cr_buf) ours = {0};
    cr_registry_copy_hash(copy, &ours);
    return !hash_code.ptr || cr_slice_equal(cr_buf_view(&ours), hash_code);
}

int cr_registry_copy_list(const struct cr_registry_copy *copy, size_t more, struct cr_arena *arena,
                          struct cr_wire_instance **out_items, size_t *out_count)
{
    size_t room = cr_map_count(copy->records) + more + 1;
    struct cr_wire_instance *items = cr_arena_array(arena, room, sizeof *items);
    if (!items)
        return CR_ENOMEM;
    size_t count = 0;
    size_t cursor = 0;
    struct cr_slice key;
    void *record = NULL;
    while (cr_map_next(copy->records, &cursor, &key, &record))
        items[count++] = *(const struct cr_wire_instance *)record;
    *out_items = items;
    *out_count = count;
    return 0;
}
