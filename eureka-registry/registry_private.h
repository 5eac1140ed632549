/* registry_private: what the files of the registry's core share. */
#ifndef REGISTRY_PRIVATE_H
#define REGISTRY_PRIVATE_H

#include "registry.h"

struct registry {
    struct cr_map *apps;
    struct lease_queue leases;
    struct overrides overrides;
    struct census census;
    struct self_preservation self_preservation;
    struct delta delta;
    struct cr_map *graves;       /* by application and id: gone, but in the delta */
    struct cr_list graves_queue; /* the same, the longest gone first */
    size_t graves_bytes;
    size_t bytes; /* of the texts of all that are in */
    struct lastn registered;
    struct lastn cancelled;
    uint64_t version;
    struct registry_rendering rendered[REGISTRY_USES][CR_WIRE_FORMS];
    struct registry_options options;
};

void registry_instance_free(struct registry_instance *instance); /* NULL is fine */

/* Everything that can fail, before anything shows: a new instance with its lease into an
 * application, which is made where there is none. */
CR_MUST_CHECK int registry_enter(struct registry *registry, struct registry_instance *instance);

/* Takes it out; it stays readable until it is buried or freed. */
void registry_leave(struct registry *registry, struct registry_instance *instance);
/* Keeps one that left for the delta. */
void registry_bury(struct registry *registry, struct registry_instance *instance);
/* Forgets one that left and came again. */
void registry_unbury(struct registry *registry, struct cr_slice app, struct cr_slice id);

/* The record's status, counted. */
void registry_set_status(struct registry *registry, struct registry_instance *instance,
                         enum cr_wire_status status);

/* What was rendered of all is stale. */
void registry_drop_documents(struct registry *registry);

/* Whatever was rendered of it is stale; a new version, the delta, and whoever listens. */
void registry_changed(struct registry *registry, enum registry_change change,
                      enum registry_origin origin, struct registry_instance *instance,
                      struct registry_now now);

/* It goes: by its client's or its lease's end. */
void registry_drop(struct registry *registry, enum registry_change change,
                   enum registry_origin origin, struct registry_instance *instance,
                   struct registry_now now);

/* What a lease gets on top of its period. */
static inline int64_t registry_slack_ms(const struct registry *registry,
                                        enum registry_origin origin)
{
    return registry->options.clock_step_ms + (origin == REGISTRY_PEER ? REGISTRY_SLACK_MS : 0);
}

/* Contact with its client, directly or by a peer. */
void registry_touch(struct registry *registry, struct registry_instance *instance,
                    enum registry_origin origin, struct registry_now now);

/* The status of a record by the rules. stored: the record of the lease that there is, or NULL. */
enum cr_wire_status registry_judge(struct registry *registry, const struct cr_wire_instance *record,
                                   const struct cr_wire_instance *stored,
                                   enum registry_origin origin, struct registry_now now);

#endif
