/* Keeps instances that a restarted registry does not know yet. */
#include "cr_registry_memory_private.h"

#include <stdlib.h>

#include "cr_int.h"
#include "cr_map.h"

enum { MS_PER_S = 1000 };

struct kept {
    struct cr_wire_instance *record;
    int64_t until_ms;
};

struct cr_registry_memory {
    struct cr_map *kept; /* by cr_registry_key */
};

static void kept_free(void *value)
{
    struct kept *kept = value;
    cr_wire_instance_free(kept->record);
    free(kept);
}

struct cr_registry_memory *cr_registry_memory_new(void)
{
    struct cr_registry_memory *memory = calloc(1, sizeof *memory);
    if (!memory)
        return NULL;
    memory->kept = cr_map_new(CR_WIRE_INSTANCES_MAX, kept_free);
    if (memory->kept)
        return memory;
    free(memory);
    return NULL;
}

void cr_registry_memory_free(struct cr_registry_memory *memory)
{
    if (!memory)
        return;
    cr_map_free(memory->kept);
    free(memory);
}

static int keep_one(struct cr_registry_memory *memory, const struct cr_wire_instance *one,
                    int64_t now_ms)
{
    CR_AUTO(cr_buf) key = {0};
    cr_registry_key(one, &key);
    if (cr_buf_status(&key))
        return CR_ENOMEM;
    if (cr_map_get(memory->kept, cr_buf_view(&key)))
        return 0;
    struct kept *kept = calloc(1, sizeof *kept);
    if (!kept)
        return CR_ENOMEM;
    int64_t lease_s = one->lease.duration_s > 0 ? one->lease.duration_s : CR_WIRE_LEASE_DURATION_S;
    kept->until_ms = now_ms + lease_s * MS_PER_S;
    kept->record = cr_wire_instance_copy(one);
    int rc = kept->record ? cr_map_put(memory->kept, cr_buf_view(&key), kept) : CR_ENOMEM;
    if (rc)
        kept_free(kept);
    return rc;
}

int cr_registry_memory_keep(struct cr_registry_memory *memory,
                            const struct cr_wire_instances *known, int64_t now_ms)
{
    int rc = 0;
    for (size_t i = 0; i < known->count && rc == 0; i++)
        if (known->items[i].status == CR_WIRE_UP)
            rc = keep_one(memory, &known->items[i], now_ms);
    return rc;
}

void cr_registry_memory_review(struct cr_registry_memory *memory,
                               const struct cr_registry_copy *listed, int64_t now_ms)
{
    size_t cursor = 0;
    struct cr_slice key;
    void *value = NULL;
    while (cr_map_next(memory->kept, &cursor, &key, &value)) {
        const struct kept *kept = value;
        if (kept->until_ms <= now_ms || cr_registry_copy_has(listed, kept->record))
            cr_map_remove(memory->kept, key);
    }
}

void cr_registry_memory_clear(struct cr_registry_memory *memory)
{
    cr_map_clear(memory->kept);
}

size_t cr_registry_memory_count(const struct cr_registry_memory *memory)
{
    return cr_map_count(memory->kept);
}

int64_t cr_registry_memory_next_ms(const struct cr_registry_memory *memory)
{
    int64_t next_ms = INT64_MAX;
    size_t cursor = 0;
    struct cr_slice key;
    void *value = NULL;
    while (cr_map_next(memory->kept, &cursor, &key, &value))
        next_ms = cr_min_i64(next_ms, ((const struct kept *)value)->until_ms);
    return next_ms;
}

void cr_registry_memory_list(const struct cr_registry_memory *memory, struct cr_wire_instance *to)
{
    size_t cursor = 0;
    struct cr_slice key;
    void *value = NULL;
    while (cr_map_next(memory->kept, &cursor, &key, &value))
        *to++ = *((const struct kept *)value)->record;
}
