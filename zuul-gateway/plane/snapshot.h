/* snapshot: everything that a request is routed by, at one moment; immutable.
 *
 * A request does not keep the snapshot (one long stream would keep every table that came after it
 * from being freed, and with a reference count all workers would write one word): it keeps its
 * route and its instance by counts of its own worker, the lanes.
 *
 * Ownership: the directory makes and frees all of it. Services are kept for ever, like the Hystrix
 *            commands that they stand for; routes and instances while a snapshot or a lane needs
 *            them.
 * Threads:   snapshots are read by all workers between epoch_enter and epoch_leave; a lane is
 *            written by its worker only.
 */
#ifndef GATEWAY_SNAPSHOT_H
#define GATEWAY_SNAPSHOT_H

#include <stdatomic.h>
#include <sys/socket.h>

#include "cr_list.h"
#include "quota.h"
#include "route_table.h"

struct cr_command;
struct cr_command_shard;

enum { INSTANCES_MAX = 16384, SERVICES_MAX = 4096 };

struct instance {
    const char *signature; /* service, id and address: equal ones are one instance */
    const char *id;
    struct cr_slice authority; /* "10.0.0.1:8080", as in Host and in problems */
    struct sockaddr_storage address;
    socklen_t address_len;     /* 0: the name did not resolve */
    unsigned slot;             /* of the lanes */
    size_t lists;              /* the directory's: snapshots that hold it */
    uint64_t version;          /* the directory's: the newest snapshot that holds it */
    _Atomic bool retired;      /* in no snapshot any more: its connections are not kept */
    _Atomic uint32_t used_max; /* limit of `used` in the newest snapshot that holds it */
    struct cr_arena *arena;

    /* What all workers write with every request lies apart from what they only read. */
    char apart[64];
    _Atomic uint32_t used; /* connections in work, see quota */
    char apart_too[64];
};

struct service {
    const char *id;
    struct cr_command *command; /* NULL: none (the admin side) */
    unsigned slot;              /* of the lanes */
    struct quota *quota;        /* its own, or that of all url: routes; NULL: no limit (admin) */
    struct quota own;
};

/* What the settings say about one service; asked for at each publication. */
struct destination_limits {
    int64_t connect_ms;
    int64_t read_ms;       /* to the answer's head; 0: only the command's time limit counts */
    uint32_t instance_max; /* connections in work to one instance; 0: no limit */
    uint32_t quota_max;    /* ... to all that share the quota; 0: no limit */
    uint32_t queue_max;    /* requests that may wait for one */
    int64_t queue_ms;      /* how long; 0: only the command's time limit counts */
};

/* A service with what is known of it in this snapshot. */
struct destination {
    struct service *service;
    struct instance **instances;
    size_t count;
    struct destination_limits limits; /* no 0 in those that 0 takes away */
    bool static_url;                  /* of a url: route */
};

struct snapshot {
    struct cr_arena *arena;
    uint64_t version;
    struct route_table *routes;
    struct destination **by_route;   /* as the routes; NULL for ROUTE_LOCAL */
    struct destination **by_service; /* by the service's slot; NULL: no route leads to it */
    size_t service_slots;            /* of by_service */
    struct destination *destinations;
    size_t destination_count;
    struct destination *admin; /* the gateway's own admin side; NULL: there is none */
    uint32_t streams_max;      /* open streams, all together */
};

/* Requests that ended, and how long they took: by powers of two of microseconds. */
enum { LANE_CLASSES = 6, LANE_POWERS = 32 };
struct lane_counts {
    _Atomic uint64_t
        classes[LANE_CLASSES]; /* by answer: 1xx (a tunnel) ... 5xx; [0] none, or cut */
    _Atomic uint64_t sum_us;
    _Atomic uint64_t powers[LANE_POWERS];
};

/* One worker's counts of one route: from a request's head to its answer's end. */
struct route_lane {
    _Atomic uint32_t users; /* requests that hold the route */
    struct lane_counts counts;
};

/* One worker's connections to one instance. */
struct instance_lane {
    _Atomic uint32_t users;    /* connections, idle or not, and requests that hold the instance */
    struct lane_counts counts; /* from a request's end to its answer's head */
    unsigned idle_count;
    struct cr_list idle; /* last used first */
};

struct service_lane {
    struct cr_command_shard *shard;
    bool sharded;  /* a shard was asked for */
    uint32_t turn; /* round robin */

    /* Requests of this worker that wait for a connection. */
    struct quota *quota;
    unsigned waits;
    struct cr_list queue; /* in the worker's list while there are any, or were just now */
};

struct lanes {
    struct route_lane *routes;
    struct instance_lane *instances;
    struct service_lane *services;
};

static inline void lane_hold(_Atomic uint32_t *users)
{
    atomic_store_explicit(users, atomic_load_explicit(users, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

/* Release: whoever sees the count without us sees all that we did before. */
static inline void lane_release(_Atomic uint32_t *users)
{
    atomic_store_explicit(users, atomic_load_explicit(users, memory_order_relaxed) - 1,
                          memory_order_release);
}

static inline void lane_add(_Atomic uint64_t *counter, uint64_t amount)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + amount,
                          memory_order_relaxed);
}

static inline void lane_count(_Atomic uint64_t *counter)
{
    lane_add(counter, 1);
}

/* One request more that was answered with that class (0 ... 5) after so long. */
static inline void lane_record(struct lane_counts *counts, int class, uint64_t us)
{
    int power = 63 - __builtin_clzll(us | 1);
    lane_count(&counts->classes[class]);
    lane_add(&counts->sum_us, us);
    lane_count(&counts->powers[power < LANE_POWERS ? power : LANE_POWERS - 1]);
}

#endif
