/* What is counted of routes, instances and connections. */
#include "directory_private.h"

static void add_counts(const struct lane_counts *counts, struct lane_totals *totals)
{
    for (size_t class = 0; class < LANE_CLASSES; class ++) {
        uint64_t count = atomic_load_explicit(&counts->classes[class], memory_order_relaxed);
        totals->classes[class] += count;
        totals->requests += count;
    }
    totals->sum_us += atomic_load_explicit(&counts->sum_us, memory_order_relaxed);
    for (size_t power = 0; power < LANE_POWERS; power++)
        totals->powers[power] += atomic_load_explicit(&counts->powers[power], memory_order_relaxed);
}

void directory_route_totals(const struct directory *directory, const struct route *route,
                            struct lane_totals *out)
{
    *out = (struct lane_totals){0};
    for (size_t i = 0; i < directory->workers; i++)
        add_counts(&directory->lanes[i].routes[route->slot].counts, out);
}

void directory_instance_totals(const struct directory *directory, const struct instance *instance,
                               struct lane_totals *out)
{
    *out = (struct lane_totals){0};
    for (size_t i = 0; i < directory->workers; i++)
        add_counts(&directory->lanes[i].instances[instance->slot].counts, out);
}

static void clear_counts(struct lane_counts *counts)
{
    for (size_t class = 0; class < LANE_CLASSES; class ++)
        atomic_store_explicit(&counts->classes[class], 0, memory_order_relaxed);
    atomic_store_explicit(&counts->sum_us, 0, memory_order_relaxed);
    for (size_t power = 0; power < LANE_POWERS; power++)
        atomic_store_explicit(&counts->powers[power], 0, memory_order_relaxed);
}

void directory_clear_route(struct directory *directory, const struct route *route)
{
    for (size_t i = 0; i < directory->workers; i++)
        clear_counts(&directory->lanes[i].routes[route->slot].counts);
}

void directory_clear_instance(struct directory *directory, const struct instance *instance)
{
    for (size_t i = 0; i < directory->workers; i++)
        clear_counts(&directory->lanes[i].instances[instance->slot].counts);
}

static void add_quota(const struct quota *quota, struct directory_counts *out)
{
    out->connections += atomic_load_explicit(&quota->used, memory_order_relaxed);
    out->waiting += atomic_load_explicit(&quota->waiting, memory_order_relaxed);
}

void directory_counts(struct directory *directory, struct directory_counts *out)
{
    size_t cursor = 0;
    struct cr_slice key;
    void *service;
    CR_LOCKED(&directory->lock);
    *out = (struct directory_counts){.snapshots = directory->snapshot_count,
                                     .routes = directory->route_count,
                                     .instances = directory->instance_count};
    add_quota(&directory->url_quota, out);
    while (cr_map_next(directory->services, &cursor, &key, &service))
        add_quota(&((const struct service *)service)->own, out);
}
