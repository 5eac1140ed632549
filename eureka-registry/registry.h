/* registry: applications, their instances and their leases, by Netflix' rules but with exact
 * expiry.
 *
 * Pure: time is an argument, nothing is read or written outside. Every call that changes something
 * first lets go what is due at its moment, so that nobody ever sees an instance whose lease is over
 * (but for leases that are held, see self_preservation.h).
 *
 * Ownership: the registry owns what it returns; an instance is valid until the next call that may
 *            change the registry. Records that come in are copied.
 * Units:     now_ms is monotonic and drives leases; wall_ms is what the wire shows.
 * Errors:    CR_ENOMEM and CR_ELIMIT (instances_max, the size of a record or of all); the call
 *            then did nothing.
 * Threads:   one at a time.
 * Source:    Netflix/eureka AbstractInstanceRegistry, InstanceResource and Lease; when a lease is
 *            over: lease.h; which status counts: status_rules.h.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "census.h"
#include "cr_map.h"
#include "cr_wire_instance.h"
#include "delta.h"
#include "document.h"
#include "lastn.h"
#include "lease.h"
#include "overrides.h"
#include "run.h"
#include "self_preservation.h"

enum {
    REGISTRY_NAME_MAX = 1024,        /* bytes of an id, a host, an address, an application */
    REGISTRY_RECORD_MAX = 64 * 1024, /* bytes of all texts of a record */
    REGISTRY_AVERAGE_MAX = 4 * 1024, /* of all records, where there are many */
    REGISTRY_GRAVES_MAX = 10000,     /* of those that are gone, how many the delta still tells */
    REGISTRY_GRAVES_BYTES_MAX = 16 * 1024 * 1024, /* of their texts */
    REGISTRY_SLACK_MS = 2000, /* more time for a lease that only a peer renews */
};

/* For which document an instance has its fragments. */
enum registry_use { REGISTRY_ALL, REGISTRY_DELTA, REGISTRY_USES };

/* A document, and when somebody last wanted it. */
struct registry_rendering {
    struct document *document;
    int64_t used_ms;
};

struct registry_app {
    struct cr_slice name; /* upper case */
    struct cr_map *instances;
    struct registry_rendering rendered[CR_WIRE_FORMS];
    char text[]; /* of the name */
};

struct registry_instance {
    struct cr_wire_instance *record;
    struct registry_app *app; /* NULL: it is gone, and only the delta still tells of it */
    struct lease lease;
    bool stretched; /* see lease_period_ms */
    size_t bytes;   /* of the record's texts */
    struct delta_entry change;
    uint64_t version; /* of the registry, after its last change */
    struct cr_list grave;
    struct fragment fragments[REGISTRY_USES][CR_WIRE_FORMS];
};

/* Who says it. What a peer says is told to no other peer, and its word is taken in more cases. */
enum registry_origin { REGISTRY_CLIENT, REGISTRY_PEER };

enum registry_change {
    REGISTRY_ADDED,     /* registered, for the first time or again */
    REGISTRY_MODIFIED,  /* a status or an override */
    REGISTRY_CANCELLED, /* by its client */
    REGISTRY_EXPIRED,   /* its lease is over */
    REGISTRY_CHANGE_COUNT,
};

/* One change: the versions of all changes have no gaps. */
struct registry_event {
    uint64_t version;
    enum registry_change change;
    enum registry_origin origin;
    const struct registry_instance *instance; /* as it is now */
};

struct registry_options {
    /* 0: no limit. Their texts may have REGISTRY_AVERAGE_MAX bytes each on average, or 16 MiB. */
    size_t instances_max;
    int64_t delta_retention_ms; /* 0: DELTA_RETENTION_MS */
    uint64_t version;           /* to begin with; must grow from start to start. 0: 1 */
    int64_t began_ms;           /* the monotonic moment at which it begins */
    int64_t clock_step_ms;      /* what the clock cuts off at most: no lease may end early for it */
    struct self_preservation_options self_preservation;
    void (*changed)(void *ctx, const struct registry_event *event); /* after each; may be NULL */
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

/* --- registration.c --- */

struct registry_registration {
    bool renewed;   /* there was a lease already */
    bool kept;      /* the stored record is newer and was kept */
    bool stretched; /* the lease's terms make no sense together; true once per instance */
    int64_t period_ms;
};

/* record: complete (registry_check), its app in upper case. */
CR_MUST_CHECK int registry_register(struct registry *registry,
                                    const struct cr_wire_instance *record,
                                    enum registry_origin origin, struct registry_now now,
                                    struct registry_registration *out_registration);

/* NULL, or what is said about a record that may not be registered for path_app, in Netflix' words
 * ("Missing hostname") and order, then ours about names; the text lives in the arena or for ever.
 */
const char *registry_check(const struct cr_wire_instance *record, struct cr_slice path_app,
                           struct cr_arena *arena);

/* Adds or replaces metadata and registers the record anew, as if its client had. CR_ENOTFOUND
 * where there is no such instance; CR_ELIMIT: it would become too large. */
CR_MUST_CHECK int registry_add_metadata(struct registry *registry, struct cr_slice app,
                                        struct cr_slice id, const struct cr_wire_pair *pairs,
                                        size_t count, struct registry_now now);

/* From a snapshot: the record as it was, its lease begins anew. No change is told of. CR_EEXISTS
 * where there is one already. */
CR_MUST_CHECK int registry_restore(struct registry *registry, const struct cr_wire_instance *record,
                                   struct registry_now now);
CR_MUST_CHECK int registry_restore_override(struct registry *registry, struct cr_slice id,
                                            enum cr_wire_status status, struct registry_now now);

/* --- renewal.c --- */

enum registry_renewal {
    REGISTRY_RENEWED,
    REGISTRY_UNKNOWN, /* no such lease, or data here that is older: the client must register */
    REGISTRY_NEWER,   /* to a peer: here is newer data */
    REGISTRY_RENEWALS,
};

struct registry_beat {
    const int64_t *dirty_ms;               /* lastDirtyTimestamp; NULL: none was sent */
    const enum cr_wire_status *overridden; /* a peer's override; NULL or UNKNOWN: none */
    enum registry_origin origin;
    int64_t *out_silence_ms; /* since the last contact, where it is renewed; may be NULL */
};

/* CR_ENOMEM only where a peer's override had to be kept. */
enum registry_renewal registry_renew(struct registry *registry, struct cr_slice app,
                                     struct cr_slice id, const struct registry_beat *beat,
                                     struct registry_now now);

/* False if there is none. */
bool registry_cancel(struct registry *registry, struct cr_slice app, struct cr_slice id,
                     enum registry_origin origin, struct registry_now now);

/* What the status API says. */
struct registry_order {
    enum cr_wire_status status;
    const int64_t *dirty_ms; /* NULL: none was sent */
    enum registry_origin origin;
};

/* Overrides the status. Where it is that already, only the lease is renewed. CR_ENOTFOUND. */
CR_MUST_CHECK int registry_override(struct registry *registry, struct cr_slice app,
                                    struct cr_slice id, const struct registry_order *order,
                                    struct registry_now now);
/* Takes an override back; the status becomes the order's (UNKNOWN: its client must register).
 * Without an override only the lease is renewed. CR_ENOTFOUND. */
CR_MUST_CHECK int registry_end_override(struct registry *registry, struct cr_slice app,
                                        struct cr_slice id, const struct registry_order *order,
                                        struct registry_now now);

/* --- registry.c --- */

/* Lets go all leases that are due (or holds them) and forgets changes that are too old for the
 * delta; returns how many leases went. */
size_t registry_expire(struct registry *registry, struct registry_now now);
/* When registry_expire is to be called next; INT64_MAX if there is no lease. */
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
const struct census *registry_census(const struct registry *registry);
uint64_t registry_version(const struct registry *registry); /* of the last change */
const struct lastn *registry_last_registered(const struct registry *registry);
const struct lastn *registry_last_cancelled(const struct registry *registry);
const struct overrides *registry_overrides(const struct registry *registry);

/* What self-preservation does at this moment. */
struct registry_preservation {
    bool enabled;
    bool on;                     /* enabled, and there are enough instances for it */
    bool expires;                /* a lease that came due now would go */
    size_t held;                 /* leases that are over and were not let go */
    int64_t renewals, threshold; /* in the last full minute; to be passed */
};
struct registry_preservation registry_preservation(struct registry *registry,
                                                   struct registry_now now);
/* What is on under the old options is judged anew by the new ones. */
void registry_set_preservation(struct registry *registry,
                               const struct self_preservation_options *options,
                               struct registry_now now);

/* The whole registry's documents, dropped at each change. */
struct registry_rendering *registry_rendered(struct registry *registry, enum registry_use use,
                                             enum cr_wire_form form);

#endif
