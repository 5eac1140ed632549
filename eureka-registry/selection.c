/* Picks instances and brings those of one application together. */
#include "selection.h"

#include <stdlib.h>

#include "cr_array.h"
#include "cr_err.h"
#include "registry_private.h"

void selection_freep(struct selection *selection)
{
    free(selection->items);
    *selection = (struct selection){0};
}

static int put(struct selection *selection, struct registry_instance *instance)
{
    if (!CR_ARRAY_ROOM(selection->items, selection->count, selection->capacity))
        return CR_ENOMEM;
    selection->items[selection->count++] = instance;
    selection->census.by_status[instance->record->status]++;
    return 0;
}

/* A group of equal application names: how many, and where its next instance goes. */
struct group {
    size_t count;
    size_t next;
};

static int count_groups(const struct selection *selection, struct cr_map *groups)
{
    for (size_t i = 0; i < selection->count; i++) {
        struct cr_slice app = selection->items[i]->record->app;
        struct group *group = cr_map_get(groups, app);
        if (!group) {
            group = calloc(1, sizeof *group);
            if (!group || cr_map_put(groups, app, group)) {
                free(group);
                return CR_ENOMEM;
            }
        }
        group->count++;
    }
    return 0;
}

/* Stable: within an application the order stays. */
static int bring_together(struct selection *selection)
{
    CR_AUTO_MAP groups = cr_map_new(0, free);
    struct registry_instance **sorted =
        calloc(selection->count + 1, sizeof(struct registry_instance *));
    if (!groups || !sorted || count_groups(selection, groups)) {
        free(sorted);
        return CR_ENOMEM;
    }
    size_t cursor = 0;
    size_t place = 0;
    struct cr_slice app;
    void *value = NULL;
    while (cr_map_next(groups, &cursor, &app, &value)) {
        struct group *group = value;
        group->next = place;
        place += group->count;
    }
    for (size_t i = 0; i < selection->count; i++) {
        struct group *group = cr_map_get(groups, selection->items[i]->record->app);
        sorted[group->next++] = selection->items[i];
    }
    free(selection->items);
    selection->items = sorted;
    selection->capacity = selection->count + 1;
    return 0;
}

int selection_of_all(const struct registry *registry, struct selection *out)
{
    *out = (struct selection){0};
    size_t app_cursor = 0;
    const struct registry_app *app;
    while ((app = registry_next_app(registry, &app_cursor)) != NULL) {
        size_t cursor = 0;
        struct registry_instance *instance;
        while ((instance = registry_next_instance(app, &cursor)) != NULL)
            if (put(out, instance))
                return CR_ENOMEM;
    }
    return 0; /* it was walked by application */
}

static int put_changes(const struct registry *registry, struct delta_entry *entry,
                       struct selection *out)
{
    for (; entry; entry = delta_next(&registry->delta, entry))
        if (put(out, CR_CONTAINER(entry, struct registry_instance, change)))
            return CR_ENOMEM;
    return bring_together(out);
}

int selection_of_delta(const struct registry *registry, struct selection *out)
{
    *out = (struct selection){0};
    return put_changes(registry, delta_next(&registry->delta, NULL), out);
}

/* The last changes stand at the queue's end: what is older is not looked at. */
int selection_of_changes(const struct registry *registry, uint64_t version, struct selection *out)
{
    struct delta_entry *first = NULL;
    struct delta_entry *entry = delta_before(&registry->delta, NULL);
    *out = (struct selection){0};
    while (entry && CR_CONTAINER(entry, struct registry_instance, change)->version > version) {
        first = entry;
        entry = delta_before(&registry->delta, entry);
    }
    return put_changes(registry, first, out);
}

static bool has_vip(struct cr_slice addresses, struct cr_slice vip)
{
    struct cr_slice part;
    if (!addresses.ptr)
        return false;
    while (cr_slice_split(&addresses, ',', &part))
        if (cr_slice_equal(part, vip))
            return true;
    return false;
}

int selection_of_vip(const struct registry *registry, struct cr_slice vip, bool secure,
                     struct selection *out)
{
    *out = (struct selection){0};
    size_t app_cursor = 0;
    const struct registry_app *app;
    while ((app = registry_next_app(registry, &app_cursor)) != NULL) {
        size_t cursor = 0;
        struct registry_instance *instance;
        while ((instance = registry_next_instance(app, &cursor)) != NULL) {
            const struct cr_wire_instance *record = instance->record;
            if (has_vip(secure ? record->secure_vip_address : record->vip_address, vip) &&
                put(out, instance))
                return CR_ENOMEM;
        }
    }
    return 0; /* it was walked by application */
}
