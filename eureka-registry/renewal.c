/* What happens to an instance that is in: it renews, its status is set, it leaves. */
#include "cr_err.h"
#include "registry_private.h"

/* Where the rules have changed their mind since (a peer brought an override), it shows now. */
static enum cr_wire_status judge_again(struct registry *registry,
                                       struct registry_instance *instance,
                                       enum registry_origin origin, struct registry_now now)
{
    const struct cr_wire_instance *record = instance->record;
    enum cr_wire_status status = registry_judge(registry, record, record, origin, now);
    if (status == record->status || status == CR_WIRE_UNKNOWN)
        return status;
    registry_set_status(registry, instance, status);
    registry_changed(registry, REGISTRY_MODIFIED, origin, instance, now);
    return status;
}

/* The peer knows newer data and an override; the data will follow, the override is taken now. */
static void take_override(struct registry *registry, struct registry_instance *instance,
                          enum cr_wire_status overridden, struct registry_now now)
{
    struct cr_slice id = cr_wire_instance_id(instance->record);
    enum cr_wire_status known;
    if (overrides_get(&registry->overrides, id, now.now_ms, &known) && known == overridden)
        return;
    /* Without memory the record that follows brings it. */
    if (overrides_set(&registry->overrides, id, overridden, now.now_ms))
        return;
    instance->record->overridden_status = overridden;
    registry_changed(registry, REGISTRY_MODIFIED, REGISTRY_PEER, instance, now);
}

/* Highest timestamp wins; a client is never told that its data is old, a peer is. */
static enum registry_renewal compare(const struct cr_wire_instance *record,
                                     const struct registry_beat *beat)
{
    if (!beat->dirty_ms || *beat->dirty_ms == record->last_dirty_ms)
        return REGISTRY_RENEWED;
    if (*beat->dirty_ms > record->last_dirty_ms)
        return REGISTRY_UNKNOWN;
    return beat->origin == REGISTRY_PEER ? REGISTRY_NEWER : REGISTRY_RENEWED;
}

enum registry_renewal registry_renew(struct registry *registry, struct cr_slice app,
                                     struct cr_slice id, const struct registry_beat *beat,
                                     struct registry_now now)
{
    registry_expire(registry, now);
    struct registry_instance *instance = registry_find(registry, app, id);
    if (!instance || judge_again(registry, instance, beat->origin, now) == CR_WIRE_UNKNOWN)
        return REGISTRY_UNKNOWN;
    /* Contact is contact: the lease is renewed whatever the timestamps say. */
    self_preservation_renewal(&registry->self_preservation, now.now_ms);
    if (beat->out_silence_ms)
        *beat->out_silence_ms = now.now_ms - instance->lease.contact_ms;
    registry_touch(registry, instance, beat->origin, now);
    enum registry_renewal renewal = compare(instance->record, beat);
    if (renewal == REGISTRY_UNKNOWN && beat->origin == REGISTRY_PEER && beat->overridden &&
        *beat->overridden != CR_WIRE_UNKNOWN)
        take_override(registry, instance, *beat->overridden, now);
    return renewal;
}

bool registry_cancel(struct registry *registry, struct cr_slice app, struct cr_slice id,
                     enum registry_origin origin, struct registry_now now)
{
    registry_expire(registry, now);
    struct registry_instance *instance = registry_find(registry, app, id);
    if (!instance) {
        lastn_add(&registry->cancelled, app, id, now.wall_ms);
        overrides_remove(&registry->overrides, id, now.now_ms);
        return false;
    }
    registry_drop(registry, REGISTRY_CANCELLED, origin, instance, now);
    self_preservation_size(&registry->self_preservation, registry_count(registry), now.now_ms);
    return true;
}

/* The instance that an order is about, its lease renewed: that is not counted as a renewal. */
static struct registry_instance *ordered(struct registry *registry, struct cr_slice app,
                                         struct cr_slice id, enum registry_origin origin,
                                         struct registry_now now)
{
    registry_expire(registry, now);
    struct registry_instance *instance = registry_find(registry, app, id);
    if (instance)
        registry_touch(registry, instance, origin, now);
    return instance;
}

static void carry_out(struct registry *registry, struct registry_instance *instance,
                      const struct registry_order *order, enum cr_wire_status overridden,
                      struct registry_now now)
{
    struct cr_wire_instance *record = instance->record;
    record->overridden_status = overridden;
    registry_set_status(registry, instance, order->status);
    if (order->dirty_ms && *order->dirty_ms > record->last_dirty_ms)
        record->last_dirty_ms = *order->dirty_ms;
    registry_changed(registry, REGISTRY_MODIFIED, order->origin, instance, now);
}

int registry_override(struct registry *registry, struct cr_slice app, struct cr_slice id,
                      const struct registry_order *order, struct registry_now now)
{
    struct registry_instance *instance = ordered(registry, app, id, order->origin, now);
    if (!instance)
        return CR_ENOTFOUND;
    struct cr_wire_instance *record = instance->record;
    if (record->status == order->status)
        return 0;
    if (overrides_set(&registry->overrides, id, order->status, now.now_ms))
        return CR_ENOMEM;
    if (order->status == CR_WIRE_UP && record->lease.service_up_ms == 0)
        record->lease.service_up_ms = now.wall_ms;
    carry_out(registry, instance, order, order->status, now);
    return 0;
}

int registry_end_override(struct registry *registry, struct cr_slice app, struct cr_slice id,
                          const struct registry_order *order, struct registry_now now)
{
    struct registry_instance *instance = ordered(registry, app, id, order->origin, now);
    if (!instance)
        return CR_ENOTFOUND;
    if (overrides_remove(&registry->overrides, id, now.now_ms))
        carry_out(registry, instance, order, CR_WIRE_UNKNOWN, now);
    return 0;
}
