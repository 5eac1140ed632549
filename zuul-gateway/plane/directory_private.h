/* directory_private: what the two halves of the directory share: building and reclaiming. */
#ifndef GATEWAY_DIRECTORY_PRIVATE_H
#define GATEWAY_DIRECTORY_PRIVATE_H

#include "cr_map.h"
#include "cr_thread.h"
#include "directory.h"
#include "slots.h"

/* A snapshot that is not up any more, until the epoch has passed. */
struct old_snapshot {
    struct snapshot *snapshot;
    uint64_t number;
    struct old_snapshot *next;
};

/* A route or an instance that no snapshot holds, until no lane does. */
struct parked {
    struct route *route;
    struct instance *instance;
    struct parked *next;
};

struct directory {
    struct epoch epoch;
    struct cr_mutex lock;
    _Atomic(struct snapshot *) current;
    size_t workers;
    struct lanes *lanes;
    struct directory_hooks hooks;
    uint64_t version;
    struct cr_map *services;  /* struct service, by "s:<id>" or "u:<route id>" */
    struct cr_map *instances; /* struct instance of living snapshots, by signature */
    struct slots route_slots;
    struct slots instance_slots;
    struct old_snapshot *old;
    struct parked *parked;
    size_t snapshot_count;
    size_t route_count;
    size_t instance_count;
    struct quota url_quota; /* of all url: routes together */
    struct service admin_service;
    struct instance *admin_instance; /* NULL: no admin side */
};

/* Gives back what a snapshot holds and frees it; nobody may be looking. */
void directory_release_snapshot(struct directory *directory, struct snapshot *snapshot);

/* Forgets a route or an instance that never was in a published snapshot. */
void directory_free_route(struct directory *directory, struct route *route);
void directory_free_instance(struct directory *directory, struct instance *instance);

/* For the next one of that slot. */
void directory_clear_route(struct directory *directory, const struct route *route);
void directory_clear_instance(struct directory *directory, const struct instance *instance);

void directory_reclaim_locked(struct directory *directory);

#endif
