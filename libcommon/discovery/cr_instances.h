/* cr_instances: what is known of all services' instances, for readers that never wait.
 *
 * A publisher puts up one immutable snapshot after the other; a reader pins the newest, reads it,
 * and unpins it. A long-running thread (a worker's loop) pins once per turn; a request handler once
 * per request. A pin that is held for long keeps that one snapshot and no other.
 *
 * Ownership: a snapshot and all it points to live while pinned. Records are copied.
 *            cr_instances_free needs that no pin is left.
 * Errors:    pinning cannot fail.
 * Threads:   pin and unpin from any thread, without a lock and without waiting (up to
 *            CR_INSTANCES_PINS pins at a time; beyond that behind a mutex). An unpin may come from
 *            another thread. Publishing: any thread, serialised inside.
 * Source:    M. Michael, "Hazard Pointers" (2004), with slots claimed per pin.
 */
#ifndef CR_INSTANCES_H
#define CR_INSTANCES_H

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_slice.h"
#include "cr_wire_instance.h"

enum { CR_INSTANCES_PINS = 128, CR_INSTANCES_LISTENERS = 8 };

struct cr_instance_pair {
    const char *key;
    const char *value;
};

struct cr_instance {
    const char *id;   /* "h1:orders:8080"; unique within its application */
    const char *app;  /* lower case */
    const char *host; /* hostName as registered */
    const char *ip;
    const char *zone;    /* metadata "zone"; "" where there is none */
    int port;            /* 0: disabled */
    int secure_port;     /* 0: disabled */
    int management_port; /* metadata "management.port", else port */
    enum cr_wire_status status;
    int64_t dirty_ms;          /* grows when the instance registered with other data */
    const char *home_page_url; /* texts that a client left out are "" */
    const char *status_page_url;
    const char *health_check_url;
    const struct cr_instance_pair *metadata;
    size_t metadata_count;
};

/* A service: the instances with one virtual host name, or of one application. */
struct cr_service {
    const char *id;                             /* lower case */
    const struct cr_instance *const *instances; /* ordered by id, those that are UP first */
    size_t count;
    size_t up_count;
    bool app; /* id is an application's name (what Spring lists as services) */
};

struct cr_snapshot {
    uint64_t version; /* 0: nothing was ever published; grows by one per publication */
    const struct cr_service *services; /* ordered by id */
    size_t service_count;
    const struct cr_instance *instances; /* each once, ordered by app and id */
    size_t instance_count;
};

struct cr_instances;

struct cr_instances *cr_instances_new(void); /* version 0, empty. NULL: no memory */
void cr_instances_free(struct cr_instances *instances);

struct cr_instances_pin {
    const struct cr_snapshot *snapshot;
    void *slot; /* internal */
};
struct cr_instances_pin cr_instances_pin(struct cr_instances *instances);
void cr_instances_unpin(struct cr_instances *instances, struct cr_instances_pin *pin);

/* The number of the newest snapshot: cheap enough to ask at each turn of a loop. */
uint64_t cr_instances_version(struct cr_instances *instances);

/* Makes a snapshot of these records and puts it up, unless it says the same as the last one.
 * out_changed may be NULL. */
CR_MUST_CHECK int cr_instances_publish(struct cr_instances *instances,
                                       const struct cr_wire_instances *records, bool *out_changed,
                                       struct cr_err *err);

/* Calls fn(ctx) behind each publication, on the thread that published: it must be quick and must
 * neither publish nor listen. CR_ELIMIT beyond CR_INSTANCES_LISTENERS. */
CR_MUST_CHECK int cr_instances_listen(struct cr_instances *instances, void (*fn)(void *ctx),
                                      void *ctx);
/* Once it returns, nothing with this ctx is called any more. */
void cr_instances_unlisten(struct cr_instances *instances, const void *ctx);

/* By service id, whatever its case; NULL if unknown. */
const struct cr_service *cr_snapshot_service(const struct cr_snapshot *snapshot,
                                             struct cr_slice service_id);
/* NULL if there is no such key. */
const char *cr_instance_metadata(const struct cr_instance *instance, const char *key);

#endif
