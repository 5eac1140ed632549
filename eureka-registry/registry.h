/* registry: applications, their instances and their leases, by Netflix' rules but with exact
 * expiry.
 *
 * Pure: time is an argument, nothing is read or written outside. Every call first lets go what is
 * due at its moment, so that nobody ever sees an instance whose lease is over.
 *
 * Ownership: the registry owns what it returns; an instance is valid until the next call that may
 *            change the registry. Records that come in are copied.
 * Units:     now_ms is monotonic and drives leases; wall_ms is what the wire shows.
 * Errors:    CR_ENOMEM and CR_ELIMIT (instances_max) of registry_register; it then did nothing.
 * Threads:   one at a time.
 * Source:    Netflix/eureka AbstractInstanceRegistry, InstanceResource and Lease; when a lease is
 *            over: lease.h.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "cr_map.h"
#include "cr_wire_instance.h"
#include "document.h"
#include "lease.h"

enum { REGISTRY_NAME_MAX = 1024 }; /* bytes of an id, a host, an address, an application */

struct registry_app {
    struct cr_slice name; /* upper case */
    struct cr_map *instances;
    struct document *rendered[DOCUMENT_FORMS];
    char text[]; /* of the name */
};

struct registry_instance {
    struct cr_wire_instance *record;
    struct registry_app *app;
    struct lease lease;
    bool stretched; /* see lease_period_ms */
    struct document *rendered[DOCUMENT_FORMS];
};

enum registry_change { REGISTRY_ADDED, REGISTRY_CANCELLED, REGISTRY_EXPIRED };

struct registry_options {
    size_t instances_max; /* 0: no limit */
    /* Told of each change, right after it (removals: right before). May be NULL. */
    void (*changed)(void *ctx, enum registry_change change,
                    const struct registry_instance *instance);
    void *ctx;
};

struct registry_now {
    int64_t now_ms;
    int64_t wall_ms;
};

struct registry;

struct registry *registry_new(const struct registry_options *options); /* NULL: no memory */
void registry_free(struct registry *registry);
void registry_freep(struct registry **registry);

struct registry_registration {
    bool renewed;   /* there was a lease already */
    bool kept;      /* the stored record is newer and was kept */
    bool stretched; /* the lease's terms make no sense together; true once per instance */
    int64_t period_ms;
};

/* record: complete (registry_check), its app in upper case. */
CR_MUST_CHECK int registry_register(struct registry *registry,
                                    const struct cr_wire_instance *record, bool replicated,
                                    struct registry_now now,
                                    struct registry_registration *out_registration);

/* NULL, or what is said about a record that may not be registered for path_app, in Netflix' words
 * ("Missing hostname") and order, then ours about names; the text lives in the arena or for ever.
 */
const char *registry_check(const struct cr_wire_instance *record, struct cr_slice path_app,
                           struct cr_arena *arena);

enum registry_renewal {
    REGISTRY_RENEWED,
    REGISTRY_UNKNOWN, /* no such lease, or data here that is older: the client must register */
    REGISTRY_NEWER,   /* to a peer: here is newer data */
};

/* dirty_ms: the client's lastDirtyTimestamp, NULL if it sent none. */
enum registry_renewal registry_renew(struct registry *registry, struct cr_slice app,
                                     struct cr_slice id, const int64_t *dirty_ms, bool replicated,
                                     struct registry_now now);

/* False if there is none. */
bool registry_cancel(struct registry *registry, struct cr_slice app, struct cr_slice id,
                     struct registry_now now);

/* Lets go all leases that are due; returns how many. */
size_t registry_expire(struct registry *registry, struct registry_now now);
/* When the next lease is due; INT64_MAX if there is none. */
int64_t registry_next_due_ms(const struct registry *registry);

/* Application names in upper case; ids exactly. NULL if there is none. */
struct registry_app *registry_app(const struct registry *registry, struct cr_slice app);
struct registry_instance *registry_find(const struct registry *registry, struct cr_slice app,
                                        struct cr_slice id);
/* In whatever application, the oldest first. */
struct registry_instance *registry_find_any(const struct registry *registry, struct cr_slice id);

/* Walks in order of registration, *cursor = 0 at first; NULL at the end. */
struct registry_app *registry_next_app(const struct registry *registry, size_t *cursor);
struct registry_instance *registry_next_instance(const struct registry_app *app, size_t *cursor);

size_t registry_count(const struct registry *registry);
size_t registry_status_count(const struct registry *registry, enum cr_wire_status status);
uint64_t registry_version(const struct registry *registry); /* grows with each change */

/* The slots for the whole registry's documents, dropped at each change. */
struct document **registry_rendered(struct registry *registry);

#endif
