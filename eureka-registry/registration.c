/* How an instance comes in, for the first time or again. */
#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_err.h"
#include "cr_int.h"
#include "registry_private.h"

/* ---- what may come in ---- */

/* NULL, or what makes a name unfit to be kept, shown and put into paths. */
static const char *name_fault(const char *key, struct cr_slice name, struct cr_arena *arena)
{
    if (name.len > REGISTRY_NAME_MAX)
        return cr_arena_printf(arena, "%s is longer than %d bytes", key, REGISTRY_NAME_MAX);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f)
            return cr_arena_printf(arena, "%s has a control character", key);
    return NULL;
}

static const char *names_fault(const struct cr_wire_instance *record, struct cr_arena *arena)
{
    const struct {
        const char *key;
        struct cr_slice name;
    } names[] = {
        {"instanceId", cr_wire_instance_id(record)},
        {"hostName", record->host_name},
        {"ipAddr", record->ip_addr},
        {"app", record->app},
    };
    const char *fault = NULL;
    for (size_t i = 0; !fault && i < CR_COUNT(names); i++)
        fault = name_fault(names[i].key, names[i].name, arena);
    return fault;
}

static size_t pairs_bytes(const struct cr_wire_pair *pairs, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += pairs[i].key.len + pairs[i].value.len;
    return bytes;
}

static size_t record_bytes(const struct cr_wire_instance *record)
{
    const struct cr_slice texts[] = {
        record->instance_id,
        record->host_name,
        record->app,
        record->ip_addr,
        record->sid,
        record->app_group_name,
        record->home_page_url,
        record->status_page_url,
        record->health_check_url,
        record->vip_address,
        record->secure_vip_address,
        record->asg_name,
        record->secure_health_check_url,
    };
    size_t bytes = pairs_bytes(record->metadata, record->metadata_count) +
                   pairs_bytes(record->data_center_metadata, record->data_center_metadata_count);
    for (size_t i = 0; i < CR_COUNT(texts); i++)
        bytes += texts[i].len;
    return bytes;
}

const char *registry_check(const struct cr_wire_instance *record, struct cr_slice path_app,
                           struct cr_arena *arena)
{
    if (cr_wire_instance_id(record).len == 0)
        return "Missing instanceId";
    if (record->host_name.len == 0)
        return "Missing hostname";
    if (record->ip_addr.len == 0)
        return "Missing ip address";
    if (record->app.len == 0)
        return "Missing appName";
    if (!cr_slice_equal(record->app, path_app))
        return cr_arena_printf(arena, "Mismatched appName, expecting %.*s but was %.*s",
                               CR_SLICE_ARG(path_app), CR_SLICE_ARG(record->app));
    if (record->data_center == CR_WIRE_NO_DATA_CENTER)
        return "Missing dataCenterInfo";
    if (record->data_center == CR_WIRE_DATA_CENTER_NAMELESS)
        return "Missing dataCenterInfo Name";
    if (record_bytes(record) > REGISTRY_RECORD_MAX)
        return cr_arena_printf(arena, "the texts of the instance have %zu bytes, at most %d",
                               record_bytes(record), REGISTRY_RECORD_MAX);
    return names_fault(record, arena);
}

/* ---- the record that is kept ---- */

/* A record that carries an override brings it along where none is known; the known one wins.
 * *out_brought: it is to be taken back if the registration fails. */
static int settle_override(struct registry *registry, struct cr_wire_instance *record,
                           struct registry_now now, bool *out_brought)
{
    struct cr_slice id = cr_wire_instance_id(record);
    enum cr_wire_status known;
    *out_brought = false;
    if (overrides_get(&registry->overrides, id, now.now_ms, &known)) {
        record->overridden_status = known;
        return 0;
    }
    if (record->overridden_status == CR_WIRE_UNKNOWN)
        return 0;
    *out_brought = true;
    return overrides_set(&registry->overrides, id, record->overridden_status, now.now_ms);
}

/* The server's part of a record that begins a new lease. */
static void begin_lease(struct cr_wire_instance *record, int64_t service_up_ms, int64_t wall_ms)
{
    if (record->lease.renewal_s <= 0)
        record->lease.renewal_s = CR_WIRE_LEASE_RENEWAL_S;
    if (record->lease.duration_s <= 0)
        record->lease.duration_s = CR_WIRE_LEASE_DURATION_S;
    if (service_up_ms == 0 && record->status == CR_WIRE_UP)
        service_up_ms = wall_ms;
    record->lease.registration_ms = wall_ms;
    record->lease.last_renewal_ms = wall_ms;
    record->lease.eviction_ms = 0;
    record->lease.service_up_ms = service_up_ms;
    record->coordinating_discovery_server = false;
}

static struct registry_instance *instance_new(const struct cr_wire_instance *record)
{
    struct registry_instance *instance = calloc(1, sizeof *instance);
    if (!instance)
        return NULL;
    instance->record = cr_wire_instance_copy(record);
    instance->bytes = record_bytes(record);
    instance->lease.period_ms = lease_period_ms(&record->lease, &instance->stretched);
    if (instance->record)
        return instance;
    free(instance);
    return NULL;
}

enum { BYTES_ALWAYS = 16 * 1024 * 1024 };

/* Is there no room for so many more bytes? */
static bool is_heavy(const struct registry *registry, size_t more)
{
    size_t max = registry->options.instances_max;
    size_t room;
    if (max == 0 || more == 0 || cr_mul_overflows(max, (size_t)REGISTRY_AVERAGE_MAX, &room))
        return false;
    if (room < BYTES_ALWAYS)
        room = BYTES_ALWAYS;
    return registry->bytes + more > room;
}

static bool is_full(const struct registry *registry, const struct cr_wire_instance *record)
{
    size_t max = registry->options.instances_max;
    return (max && registry_count(registry) >= max) || is_heavy(registry, record_bytes(record));
}

/* Into its application, with a lease that runs from now. */
static int enter(struct registry *registry, struct registry_instance *instance,
                 enum registry_origin origin, struct registry_now now)
{
    instance->lease.contact_ms = now.now_ms;
    instance->lease.due_ms =
        now.now_ms + instance->lease.period_ms + registry_slack_ms(registry, origin);
    int rc = registry_enter(registry, instance);
    if (rc)
        return rc;
    registry_unbury(registry, instance->record->app, cr_wire_instance_id(instance->record));
    self_preservation_size(&registry->self_preservation, registry_count(registry), now.now_ms);
    return 0;
}

static int register_new(struct registry *registry, const struct cr_wire_instance *record,
                        enum registry_origin origin, struct registry_now now,
                        struct registry_registration *out)
{
    bool brought = false;
    if (is_full(registry, record))
        return CR_ELIMIT;
    struct registry_instance *instance = instance_new(record);
    if (!instance)
        return CR_ENOMEM;
    int rc = settle_override(registry, instance->record, now, &brought);
    if (!rc) {
        instance->record->status = registry_judge(registry, instance->record, NULL, origin, now);
        begin_lease(instance->record, 0, now.wall_ms);
        rc = enter(registry, instance, origin, now);
    }
    if (rc) {
        if (brought)
            overrides_remove(&registry->overrides, cr_wire_instance_id(record), now.now_ms);
        registry_instance_free(instance);
        return rc;
    }
    *out = (struct registry_registration){.stretched = instance->stretched,
                                          .period_ms = instance->lease.period_ms};
    registry_changed(registry, REGISTRY_ADDED, origin, instance, now);
    return 0;
}

static int register_again(struct registry *registry, struct registry_instance *instance,
                          const struct cr_wire_instance *record, enum registry_origin origin,
                          struct registry_now now, struct registry_registration *out)
{
    bool brought = false;
    struct cr_wire_instance *stored = instance->record;
    bool kept = stored->last_dirty_ms > record->last_dirty_ms;
    size_t bytes = kept ? instance->bytes : record_bytes(record);
    if (bytes > instance->bytes && is_heavy(registry, bytes - instance->bytes))
        return CR_ELIMIT;
    struct cr_wire_instance *next = kept ? stored : cr_wire_instance_copy(record);
    if (!next)
        return CR_ENOMEM;
    if (settle_override(registry, next, now, &brought)) {
        if (!kept)
            cr_wire_instance_free(next);
        return CR_ENOMEM;
    }
    bool stretched_before = instance->stretched;
    enum cr_wire_status status = registry_judge(registry, next, stored, origin, now);
    int64_t service_up_ms = stored->lease.service_up_ms;
    /* The new lease is the one that was asked for, also where the data is not taken. */
    instance->lease.period_ms = lease_period_ms(&record->lease, &instance->stretched);
    registry_set_status(registry, instance, status);
    registry->bytes += bytes - instance->bytes;
    instance->bytes = bytes;
    next->status = status;
    instance->record = next;
    if (!kept)
        cr_wire_instance_free(stored);
    registry_touch(registry, instance, origin, now);
    begin_lease(next, service_up_ms, now.wall_ms);
    *out = (struct registry_registration){.renewed = true,
                                          .kept = kept,
                                          .stretched = instance->stretched && !stretched_before,
                                          .period_ms = instance->lease.period_ms};
    registry_changed(registry, REGISTRY_ADDED, origin, instance, now);
    return 0;
}

int registry_register(struct registry *registry, const struct cr_wire_instance *record,
                      enum registry_origin origin, struct registry_now now,
                      struct registry_registration *out_registration)
{
    struct cr_slice id = cr_wire_instance_id(record);
    CR_ASSERT(record->app.len > 0 && id.len > 0);
    registry_expire(registry, now);
    struct registry_instance *instance = registry_find(registry, record->app, id);
    int rc = instance ? register_again(registry, instance, record, origin, now, out_registration)
                      : register_new(registry, record, origin, now, out_registration);
    if (!rc)
        lastn_add(&registry->registered, record->app, id, now.wall_ms);
    return rc;
}

/* ---- metadata ---- */

static void merge(struct cr_wire_pair *all, size_t *count, struct cr_wire_pair pair)
{
    size_t i = 0;
    while (i < *count && !cr_slice_equal(all[i].key, pair.key))
        i++;
    all[i] = pair;
    if (i == *count)
        ++*count;
}

int registry_add_metadata(struct registry *registry, struct cr_slice app, struct cr_slice id,
                          const struct cr_wire_pair *pairs, size_t count, struct registry_now now)
{
    registry_expire(registry, now);
    const struct registry_instance *instance = registry_find(registry, app, id);
    if (!instance)
        return CR_ENOTFOUND;
    if (count > CR_WIRE_METADATA_MAX)
        return CR_ELIMIT;
    struct cr_wire_instance record = *instance->record;
    CR_AUTO_FREE struct cr_wire_pair *all =
        calloc(record.metadata_count + count + 1, sizeof(struct cr_wire_pair));
    if (!all)
        return CR_ENOMEM;
    if (record.metadata_count > 0)
        memcpy(all, record.metadata, record.metadata_count * sizeof *all);
    for (size_t i = 0; i < count; i++)
        merge(all, &record.metadata_count, pairs[i]);
    record.metadata = all;
    if (record.metadata_count > CR_WIRE_METADATA_MAX || record_bytes(&record) > REGISTRY_RECORD_MAX)
        return CR_ELIMIT;
    struct registry_registration out = {0};
    return registry_register(registry, &record, REGISTRY_CLIENT, now, &out);
}

/* ---- from a snapshot ---- */

int registry_restore(struct registry *registry, const struct cr_wire_instance *record,
                     struct registry_now now)
{
    CR_ASSERT(record->app.len > 0 && cr_wire_instance_id(record).len > 0);
    if (registry_find(registry, record->app, cr_wire_instance_id(record)))
        return CR_EEXISTS;
    if (is_full(registry, record))
        return CR_ELIMIT;
    struct registry_instance *instance = instance_new(record);
    if (!instance)
        return CR_ENOMEM;
    int rc = enter(registry, instance, REGISTRY_CLIENT, now);
    if (rc)
        registry_instance_free(instance);
    registry_drop_documents(registry);
    return rc;
}

int registry_restore_override(struct registry *registry, struct cr_slice id,
                              enum cr_wire_status status, struct registry_now now)
{
    return overrides_set(&registry->overrides, id, status, now.now_ms);
}
