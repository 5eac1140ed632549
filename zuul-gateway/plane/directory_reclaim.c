/* Freeing what was replaced: snapshots once every worker has moved on, routes and instances once no
 * request and no connection holds them. */
#include <stdlib.h>

#include "directory_private.h"

void directory_free_route(struct directory *directory, struct route *route)
{
    if (route->slot != ROUTE_NO_SLOT) {
        directory_clear_route(directory, route);
        slots_return(&directory->route_slots, route->slot);
        directory->route_count--;
    }
    route_free(route);
}

void directory_free_instance(struct directory *directory, struct instance *instance)
{
    directory_clear_instance(directory, instance);
    slots_return(&directory->instance_slots, instance->slot);
    directory->instance_count--;
    cr_arena_free(instance->arena);
}

static void park(struct directory *directory, struct route *route, struct instance *instance)
{
    struct parked *parked = malloc(sizeof(*parked));
    if (!parked)
        return; /* then it stays for ever: a leak is better than a crash */
    *parked = (struct parked){route, instance, directory->parked};
    directory->parked = parked;
}

static void park_route(struct route *route, void *ctx)
{
    struct directory *directory = ctx;
    if (route->slot == ROUTE_NO_SLOT)
        directory_free_route(directory, route);
    else
        park(directory, route, NULL);
}

static void release_instances(struct directory *directory, const struct destination *destination)
{
    for (size_t i = 0; i < destination->count; i++) {
        struct instance *instance = destination->instances[i];
        if (--instance->lists)
            continue;
        /* A name that came up meanwhile has a new instance under the same signature. */
        if (cr_map_get(directory->instances, cr_slice_of(instance->signature)) == instance)
            cr_map_remove(directory->instances, cr_slice_of(instance->signature));
        park(directory, NULL, instance);
    }
}

void directory_release_snapshot(struct directory *directory, struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->destination_count; i++)
        release_instances(directory, &snapshot->destinations[i]);
    route_table_free(snapshot->routes, park_route, directory);
    cr_arena_free(snapshot->arena);
    directory->snapshot_count--;
}

/* Does any worker's request or connection hold it? */
static bool held(const struct directory *directory, const struct parked *parked)
{
    for (size_t i = 0; i < directory->workers; i++) {
        const struct lanes *lanes = &directory->lanes[i];
        const _Atomic uint32_t *users = parked->route
                                            ? &lanes->routes[parked->route->slot].users
                                            : &lanes->instances[parked->instance->slot].users;
        if (atomic_load_explicit(users, memory_order_acquire))
            return true;
    }
    return false;
}

static void free_parked(struct directory *directory)
{
    struct parked **at = &directory->parked;
    while (*at) {
        struct parked *parked = *at;
        if (held(directory, parked)) {
            at = &parked->next;
            continue;
        }
        *at = parked->next;
        if (parked->route)
            directory_free_route(directory, parked->route);
        else
            directory_free_instance(directory, parked->instance);
        free(parked);
    }
}

void directory_reclaim_locked(struct directory *directory)
{
    struct old_snapshot **at = &directory->old;
    while (*at) {
        struct old_snapshot *old = *at;
        if (!epoch_passed(&directory->epoch, old->number)) {
            at = &old->next;
            continue;
        }
        *at = old->next;
        directory_release_snapshot(directory, old->snapshot);
        free(old);
    }
    free_parked(directory);
}

void directory_reclaim(struct directory *directory)
{
    CR_LOCKED(&directory->lock);
    directory_reclaim_locked(directory);
}
