/* directory: makes snapshots out of routes and instances, puts them up, and frees the old ones once
 * no worker can be looking.
 *
 * Ownership: the caller owns the directory; inputs are copied.
 * Errors:    CR_EINVAL with the setting that is wrong, CR_ELIMIT with the bound; then the snapshot
 *            before stays up.
 * Threads:   publish, reclaim and walk from any thread, behind one mutex; workers read
 *            directory_current between epoch_enter and epoch_leave. Name resolution happens in
 *            publish, never in a worker.
 * Source:    decision G5.
 */
#ifndef GATEWAY_DIRECTORY_H
#define GATEWAY_DIRECTORY_H

#include "epoch.h"
#include "snapshot.h"

struct directory;

struct directory_instance {
    const char *id;
    const char *host; /* for Host and texts; resolved when ip is empty or no address */
    const char *ip;
    int port;
};

struct directory_service {
    const char *id; /* lower case */
    const struct directory_instance *instances;
    size_t count;
    bool discovered; /* gets an automatic route */
};

struct directory_input {
    const struct route_options *options;
    const struct route_spec *specs;
    size_t spec_count;
    const struct directory_service *services;
    size_t service_count;
    uint32_t streams_max; /* open streams, all together; 0: no limit */
};

/* What the directory asks of its owner when it meets a service. */
struct directory_hooks {
    /* The Hystrix command of that key, or NULL. Asked once per service. */
    struct cr_command *(*command)(void *ctx, const char *key, bool static_url);
    /* The limits; asked at each publication. */
    void (*limits)(void *ctx, const char *key, bool static_url, struct destination_limits *out);
    void *ctx;
};

/* admin_socket: path of the admin side's Unix socket; NULL or "": none. */
CR_MUST_CHECK int directory_new(size_t workers, const char *admin_socket,
                                const struct directory_hooks *hooks,
                                struct directory **out_directory, struct cr_err *err);
void directory_free(struct directory *directory); /* workers must have ended */

CR_MUST_CHECK int directory_publish(struct directory *directory,
                                    const struct directory_input *input, struct cr_err *err);

/* Frees what nobody can hold any more. */
void directory_reclaim(struct directory *directory);

/* For a worker, between enter and leave; NULL before the first publication. */
const struct snapshot *directory_current(const struct directory *directory);
struct epoch *directory_epoch(struct directory *directory);
const struct lanes *directory_lanes(const struct directory *directory, size_t worker);

/* For the admin side: calls fn with the newest snapshot, which does not go away meanwhile. */
void directory_visit(struct directory *directory,
                     void (*fn)(const struct snapshot *snapshot, void *ctx), void *ctx);

/* Sums of a route's and of an instance's lanes over all workers. */
struct lane_totals {
    uint64_t requests;
    uint64_t classes[LANE_CLASSES];
    uint64_t sum_us;
    uint64_t powers[LANE_POWERS];
};
void directory_route_totals(const struct directory *directory, const struct route *route,
                            struct lane_totals *out);
void directory_instance_totals(const struct directory *directory, const struct instance *instance,
                               struct lane_totals *out);

struct directory_counts {
    size_t snapshots; /* in use and not yet freed */
    size_t routes;
    size_t instances;
    uint64_t connections; /* to instances, in work */
    uint64_t waiting;     /* requests that wait for one */
};
void directory_counts(struct directory *directory, struct directory_counts *out);

#endif
