/* Keeps instances that a restarted registry does not know yet. */
#include "cr_registry_memory_private.h"

#include <stdlib.h>

#include "cr_arena.h"

static const size_t parsed_max_bytes = (size_t)512 * 1024 * 1024;

static void drop(struct cr_registry_memory *memory, size_t index)
{
    cr_wire_instance_free(memory->kept[index]);
    memory->count--;
    memory->kept[index] = memory->kept[memory->count];
    memory->until_ms[index] = memory->until_ms[memory->count];
}

void cr_registry_memory_free(struct cr_registry_memory *memory)
{
    while (memory->count > 0)
        drop(memory, memory->count - 1);
    free(memory->kept);
    free(memory->until_ms);
    cr_buf_free(&memory->last);
    *memory = (struct cr_registry_memory){0};
}

static bool same(const struct cr_wire_instance *a, const struct cr_wire_instance *b)
{
    return cr_slice_equal_nocase(a->app, b->app) &&
           cr_slice_equal(cr_wire_instance_id(a), cr_wire_instance_id(b));
}

bool cr_registry_lists(const struct cr_wire_instances *list, const struct cr_wire_instance *one)
{
    for (size_t i = 0; i < list->count; i++)
        if (same(&list->items[i], one))
            return true;
    return false;
}

static bool keeps(const struct cr_registry_memory *memory, const struct cr_wire_instance *one)
{
    for (size_t i = 0; i < memory->count; i++)
        if (same(memory->kept[i], one))
            return true;
    return false;
}

static int make_room(struct cr_registry_memory *memory, size_t more)
{
    size_t room = memory->count + more + 1;
    struct cr_wire_instance **kept =
        reallocarray(memory->kept, room, sizeof(struct cr_wire_instance *));
    if (!kept)
        return CR_ENOMEM;
    memory->kept = kept;
    int64_t *until_ms = reallocarray(memory->until_ms, room, sizeof *until_ms);
    if (!until_ms)
        return CR_ENOMEM;
    memory->until_ms = until_ms;
    return 0;
}

static int keep_one(struct cr_registry_memory *memory, const struct cr_wire_instance *one,
                    int64_t now_ms)
{
    int64_t lease_s = one->lease.duration_s > 0 ? one->lease.duration_s : CR_WIRE_LEASE_DURATION_S;
    struct cr_wire_instance *copy = cr_wire_instance_copy(one);
    if (!copy)
        return CR_ENOMEM;
    memory->kept[memory->count] = copy;
    memory->until_ms[memory->count] = now_ms + lease_s * 1000;
    memory->count++;
    return 0;
}

int cr_registry_memory_keep(struct cr_registry_memory *memory, int64_t now_ms)
{
    CR_AUTO_ARENA arena = cr_arena_new(parsed_max_bytes);
    struct cr_wire_instances list = {0};
    if (!arena || cr_buf_status(&memory->last))
        return CR_ENOMEM;
    if (memory->last.len == 0)
        return 0;
    int rc = cr_wire_instances_read(cr_buf_view(&memory->last), arena, &list, NULL, NULL);
    rc = rc ? rc : make_room(memory, list.count);
    for (size_t i = 0; i < list.count && rc == 0; i++)
        if (list.items[i].status == CR_WIRE_UP && !keeps(memory, &list.items[i]))
            rc = keep_one(memory, &list.items[i], now_ms);
    return rc;
}

int cr_registry_memory_add(struct cr_registry_memory *memory, struct cr_slice body, int64_t now_ms,
                           struct cr_arena *arena, struct cr_wire_instances *list)
{
    cr_buf_reset(&memory->last);
    cr_buf_slice(&memory->last, body);
    for (size_t i = memory->count; i-- > 0;)
        if (memory->until_ms[i] <= now_ms || cr_registry_lists(list, memory->kept[i]))
            drop(memory, i);
    if (memory->count == 0)
        return 0;
    size_t count = list->count;
    struct cr_wire_instance *all =
        cr_arena_array(arena, count + memory->count, sizeof(struct cr_wire_instance));
    if (!all)
        return CR_ENOMEM;
    for (size_t i = 0; i < count; i++)
        all[i] = list->items[i];
    for (size_t i = 0; i < memory->count; i++)
        all[count + i] = *memory->kept[i];
    *list = (struct cr_wire_instances){all, count + memory->count};
    return 0;
}
