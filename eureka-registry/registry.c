/* The registry's rules: who is in, with which data, and for how long. */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_err.h"

struct registry {
    struct cr_map *apps;
    struct lease_queue leases;
    size_t by_status[CR_WIRE_STATUS_COUNT];
    uint64_t version;
    struct document *rendered[DOCUMENT_FORMS];
    struct registry_options options;
};

static void instance_free(void *value)
{
    struct registry_instance *instance = value;
    documents_drop(instance->rendered);
    cr_wire_instance_free(instance->record);
    free(instance);
}

static void app_free(void *value)
{
    struct registry_app *app = value;
    if (!app)
        return;
    documents_drop(app->rendered);
    cr_map_free(app->instances);
    free(app);
}

struct registry *registry_new(const struct registry_options *options)
{
    struct registry *registry = calloc(1, sizeof *registry);
    if (!registry)
        return NULL;
    registry->options = *options;
    registry->version = 1;
    registry->apps = cr_map_new(0, app_free);
    if (registry->apps)
        return registry;
    free(registry);
    return NULL;
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    cr_map_free(registry->apps);
    lease_queue_fini(&registry->leases);
    documents_drop(registry->rendered);
    free(registry);
}

void registry_freep(struct registry **registry)
{
    registry_free(*registry);
    *registry = NULL;
}

/* What is rendered of the instance, of its application and of the whole is stale. */
static void changed(struct registry *registry, enum registry_change change,
                    struct registry_instance *instance)
{
    documents_drop(instance->rendered);
    documents_drop(instance->app->rendered);
    documents_drop(registry->rendered);
    registry->version++;
    if (registry->options.changed)
        registry->options.changed(registry->options.ctx, change, instance);
}

static void drop_app_if_empty(struct registry *registry, struct registry_app *app)
{
    if (cr_map_count(app->instances) == 0)
        cr_map_remove(registry->apps, app->name);
}

static void drop(struct registry *registry, enum registry_change change,
                 struct registry_instance *instance, int64_t wall_ms)
{
    struct registry_app *app = instance->app;
    struct cr_wire_instance *record = instance->record;
    record->action = CR_WIRE_DELETED;
    record->lease.eviction_ms = wall_ms;
    record->last_updated_ms = wall_ms;
    lease_queue_remove(&registry->leases, &instance->lease);
    registry->by_status[record->status]--;
    changed(registry, change, instance);
    cr_map_remove(app->instances, cr_wire_instance_id(record));
    drop_app_if_empty(registry, app);
}

/* Which status an instance gets, first rule that matches. Netflix numbers five rules; the second
 * and third need overrides and auto-scaling groups. */
static enum cr_wire_status status_by_rules(const struct cr_wire_instance *record,
                                           const struct cr_wire_instance *stored, bool replicated)
{
    bool serving = record->status == CR_WIRE_UP || record->status == CR_WIRE_OUT_OF_SERVICE;
    if (!serving)
        return record->status; /* 1: DOWN, STARTING and UNKNOWN always show */
    if (stored && !replicated &&
        (stored->status == CR_WIRE_UP || stored->status == CR_WIRE_OUT_OF_SERVICE))
        return stored->status; /* 4: a client may not change between these two by itself */
    return record->status;     /* 5 */
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
    record->overridden_status = CR_WIRE_UNKNOWN;
    record->coordinating_discovery_server = false;
    record->action = CR_WIRE_ADDED;
    record->last_updated_ms = wall_ms;
}

static struct registry_app *app_get_or_new(struct registry *registry, struct cr_slice name)
{
    struct registry_app *app = cr_map_get(registry->apps, name);
    if (app)
        return app;
    app = calloc(1, sizeof *app + name.len);
    if (!app)
        return NULL;
    memcpy(app->text, name.ptr, name.len);
    app->name = (struct cr_slice){app->text, name.len};
    app->instances = cr_map_new(0, instance_free);
    if (!app->instances || cr_map_put(registry->apps, name, app)) {
        app_free(app);
        return NULL;
    }
    return app;
}

/* Everything that can fail, before anything shows. */
static int add(struct registry *registry, struct registry_instance *instance)
{
    struct registry_app *app = app_get_or_new(registry, instance->record->app);
    if (!app)
        return CR_ENOMEM;
    instance->app = app;
    int rc = lease_queue_put(&registry->leases, &instance->lease);
    if (!rc) {
        rc = cr_map_put(app->instances, cr_wire_instance_id(instance->record), instance);
        if (rc)
            lease_queue_remove(&registry->leases, &instance->lease);
    }
    if (rc)
        drop_app_if_empty(registry, app);
    return rc;
}

static int register_new(struct registry *registry, const struct cr_wire_instance *record,
                        bool replicated, struct registry_now now, struct registry_registration *out)
{
    if (registry->options.instances_max &&
        registry->leases.count >= registry->options.instances_max)
        return CR_ELIMIT;
    struct registry_instance *instance = calloc(1, sizeof *instance);
    if (!instance)
        return CR_ENOMEM;
    instance->record = cr_wire_instance_copy(record);
    if (!instance->record) {
        free(instance);
        return CR_ENOMEM;
    }
    instance->lease.period_ms = lease_period_ms(&record->lease, &instance->stretched);
    instance->lease.due_ms = now.now_ms + instance->lease.period_ms;
    instance->record->status = status_by_rules(record, NULL, replicated);
    begin_lease(instance->record, 0, now.wall_ms);
    int rc = add(registry, instance);
    if (rc) {
        instance_free(instance);
        return rc;
    }
    registry->by_status[instance->record->status]++;
    *out = (struct registry_registration){.stretched = instance->stretched,
                                          .period_ms = instance->lease.period_ms};
    changed(registry, REGISTRY_ADDED, instance);
    return 0;
}

static int register_again(struct registry *registry, struct registry_instance *instance,
                          const struct cr_wire_instance *record, bool replicated,
                          struct registry_now now, struct registry_registration *out)
{
    struct cr_wire_instance *stored = instance->record;
    bool kept = stored->last_dirty_ms > record->last_dirty_ms;
    struct cr_wire_instance *next = kept ? stored : cr_wire_instance_copy(record);
    if (!next)
        return CR_ENOMEM;
    bool stretched_before = instance->stretched;
    enum cr_wire_status status = status_by_rules(next, stored, replicated);
    registry->by_status[stored->status]--;
    registry->by_status[status]++;
    next->status = status;
    begin_lease(next, stored->lease.service_up_ms, now.wall_ms);
    if (!kept)
        cr_wire_instance_free(stored);
    instance->record = next;
    /* The new lease is the one that was asked for, also where the data is not taken. */
    instance->lease.period_ms = lease_period_ms(&record->lease, &instance->stretched);
    lease_renew(&registry->leases, &instance->lease, now.now_ms);
    *out = (struct registry_registration){.renewed = true,
                                          .kept = kept,
                                          .stretched = instance->stretched && !stretched_before,
                                          .period_ms = instance->lease.period_ms};
    changed(registry, REGISTRY_ADDED, instance);
    return 0;
}

int registry_register(struct registry *registry, const struct cr_wire_instance *record,
                      bool replicated, struct registry_now now,
                      struct registry_registration *out_registration)
{
    CR_ASSERT(record->app.len > 0 && cr_wire_instance_id(record).len > 0);
    registry_expire(registry, now);
    struct registry_instance *instance =
        registry_find(registry, record->app, cr_wire_instance_id(record));
    if (instance)
        return register_again(registry, instance, record, replicated, now, out_registration);
    return register_new(registry, record, replicated, now, out_registration);
}

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
    return names_fault(record, arena);
}

enum registry_renewal registry_renew(struct registry *registry, struct cr_slice app,
                                     struct cr_slice id, const int64_t *dirty_ms, bool replicated,
                                     struct registry_now now)
{
    registry_expire(registry, now);
    struct registry_instance *instance = registry_find(registry, app, id);
    if (!instance || instance->record->status == CR_WIRE_UNKNOWN)
        return REGISTRY_UNKNOWN;
    /* Contact is contact: the lease is renewed whatever the timestamps say. */
    struct cr_wire_instance *record = instance->record;
    lease_renew(&registry->leases, &instance->lease, now.now_ms);
    record->lease.last_renewal_ms = now.wall_ms + 1000 * record->lease.duration_s;
    if (!dirty_ms || *dirty_ms == record->last_dirty_ms)
        return REGISTRY_RENEWED;
    if (*dirty_ms > record->last_dirty_ms)
        return REGISTRY_UNKNOWN;
    return replicated ? REGISTRY_NEWER : REGISTRY_RENEWED;
}

bool registry_cancel(struct registry *registry, struct cr_slice app, struct cr_slice id,
                     struct registry_now now)
{
    registry_expire(registry, now);
    struct registry_instance *instance = registry_find(registry, app, id);
    if (instance)
        drop(registry, REGISTRY_CANCELLED, instance, now.wall_ms);
    return instance != NULL;
}

size_t registry_expire(struct registry *registry, struct registry_now now)
{
    size_t count = 0;
    struct lease *lease = lease_queue_first(&registry->leases);
    while (lease && lease_is_due(lease, now.now_ms)) {
        struct registry_instance *instance = CR_CONTAINER(lease, struct registry_instance, lease);
        drop(registry, REGISTRY_EXPIRED, instance, now.wall_ms);
        count++;
        lease = lease_queue_first(&registry->leases);
    }
    return count;
}

int64_t registry_next_due_ms(const struct registry *registry)
{
    const struct lease *lease = lease_queue_first(&registry->leases);
    return lease ? lease->due_ms : INT64_MAX;
}

struct registry_app *registry_app(const struct registry *registry, struct cr_slice app)
{
    return cr_map_get(registry->apps, app);
}

struct registry_instance *registry_find(const struct registry *registry, struct cr_slice app,
                                        struct cr_slice id)
{
    const struct registry_app *found = registry_app(registry, app);
    return found ? cr_map_get(found->instances, id) : NULL;
}

struct registry_instance *registry_find_any(const struct registry *registry, struct cr_slice id)
{
    size_t cursor = 0;
    for (struct registry_app *app = registry_next_app(registry, &cursor); app;
         app = registry_next_app(registry, &cursor)) {
        struct registry_instance *instance = cr_map_get(app->instances, id);
        if (instance)
            return instance;
    }
    return NULL;
}

struct registry_app *registry_next_app(const struct registry *registry, size_t *cursor)
{
    struct cr_slice name;
    void *value = NULL;
    return cr_map_next(registry->apps, cursor, &name, &value) ? value : NULL;
}

struct registry_instance *registry_next_instance(const struct registry_app *app, size_t *cursor)
{
    struct cr_slice id;
    void *value = NULL;
    return cr_map_next(app->instances, cursor, &id, &value) ? value : NULL;
}

size_t registry_count(const struct registry *registry)
{
    return registry->leases.count;
}

size_t registry_status_count(const struct registry *registry, enum cr_wire_status status)
{
    return registry->by_status[status];
}

uint64_t registry_version(const struct registry *registry)
{
    return registry->version;
}

struct document **registry_rendered(struct registry *registry)
{
    return registry->rendered;
}
