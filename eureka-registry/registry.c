/* Who is in: applications, instances, and those that have gone of late. */
#include "registry_private.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_err.h"
#include "cr_int.h"
#include "status_rules.h"

enum { RENEWAL_INTERVAL_S = 30 };

/* ---- what was rendered ---- */

static void drop_rendering(struct registry_rendering *rendering)
{
    document_unref(rendering->document);
    rendering->document = NULL;
}

static void drop_app_documents(struct registry_app *app)
{
    for (size_t form = 0; form < CR_WIRE_FORMS; form++)
        drop_rendering(&app->rendered[form]);
}

static void drop_fragments(struct registry_instance *instance)
{
    for (size_t use = 0; use < REGISTRY_USES; use++)
        for (size_t form = 0; form < CR_WIRE_FORMS; form++)
            fragment_drop(&instance->fragments[use][form]);
}

void registry_drop_documents(struct registry *registry)
{
    for (size_t use = 0; use < REGISTRY_USES; use++)
        for (size_t form = 0; form < CR_WIRE_FORMS; form++)
            drop_rendering(&registry->rendered[use][form]);
}

/* ---- life ---- */

void registry_instance_free(struct registry_instance *instance)
{
    if (!instance)
        return;
    drop_fragments(instance);
    cr_wire_instance_free(instance->record);
    free(instance);
}

static void free_instance(void *value)
{
    registry_instance_free(value);
}

static void app_free(void *value)
{
    struct registry_app *app = value;
    if (!app)
        return;
    drop_app_documents(app);
    cr_map_free(app->instances);
    free(app);
}

struct registry *registry_new(const struct registry_options *options)
{
    struct registry *registry = calloc(1, sizeof *registry);
    if (!registry)
        return NULL;
    registry->options = *options;
    registry->version = options->version ? options->version : 1;
    if (registry->options.self_preservation.renewal_interval_s <= 0)
        registry->options.self_preservation.renewal_interval_s = RENEWAL_INTERVAL_S;
    lease_queue_init(&registry->leases);
    delta_init(&registry->delta, options->delta_retention_ms);
    cr_list_init(&registry->graves_queue);
    self_preservation_init(&registry->self_preservation, &registry->options.self_preservation,
                           options->began_ms);
    registry->apps = cr_map_new(0, app_free);
    registry->graves = cr_map_new(0, free_instance);
    if (!overrides_init(&registry->overrides) && registry->apps && registry->graves)
        return registry;
    registry_free(registry);
    return NULL;
}

static void free_instances(struct registry *registry)
{
    size_t app_cursor = 0;
    const struct registry_app *app;
    while (registry->apps && (app = registry_next_app(registry, &app_cursor)) != NULL) {
        size_t cursor = 0;
        struct registry_instance *instance;
        while ((instance = registry_next_instance(app, &cursor)) != NULL)
            registry_instance_free(instance);
    }
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    free_instances(registry);
    cr_map_free(registry->apps);
    cr_map_free(registry->graves);
    overrides_fini(&registry->overrides);
    lease_queue_fini(&registry->leases);
    lastn_fini(&registry->registered);
    lastn_fini(&registry->cancelled);
    registry_drop_documents(registry);
    free(registry);
}

void registry_freep(struct registry **registry)
{
    registry_free(*registry);
    *registry = NULL;
}

/* ---- coming and going ---- */

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
    app->instances = cr_map_new(0, NULL);
    if (!app->instances || cr_map_put(registry->apps, name, app)) {
        app_free(app);
        return NULL;
    }
    return app;
}

static void drop_app_if_empty(struct registry *registry, const struct registry_app *app)
{
    if (cr_map_count(app->instances) == 0)
        cr_map_remove(registry->apps, app->name);
}

int registry_enter(struct registry *registry, struct registry_instance *instance)
{
    struct registry_app *app = app_get_or_new(registry, instance->record->app);
    if (!app)
        return CR_ENOMEM;
    int rc = lease_queue_put(&registry->leases, &instance->lease);
    if (!rc) {
        rc = cr_map_put(app->instances, cr_wire_instance_id(instance->record), instance);
        if (rc)
            lease_queue_remove(&registry->leases, &instance->lease);
    }
    if (rc) {
        drop_app_if_empty(registry, app);
        return rc;
    }
    instance->app = app;
    registry->bytes += instance->bytes;
    registry->census.by_status[instance->record->status]++;
    return 0;
}

void registry_leave(struct registry *registry, struct registry_instance *instance)
{
    struct registry_app *app = instance->app;
    registry->bytes -= instance->bytes;
    registry->census.by_status[instance->record->status]--;
    lease_queue_remove(&registry->leases, &instance->lease);
    cr_map_remove(app->instances, cr_wire_instance_id(instance->record));
    drop_app_documents(app);
    drop_app_if_empty(registry, app);
    instance->app = NULL;
}

/* ---- those that have gone ---- */

enum { GRAVE_KEY_MAX = 2 * REGISTRY_NAME_MAX + 1 };

/* No name has a NUL. False for names that nobody can have registered. */
static bool grave_key(struct cr_slice app, struct cr_slice id, char out[GRAVE_KEY_MAX],
                      struct cr_slice *out_key)
{
    if (app.len > REGISTRY_NAME_MAX || id.len > REGISTRY_NAME_MAX)
        return false;
    memcpy(out, app.ptr, app.len);
    out[app.len] = '\0';
    memcpy(out + app.len + 1, id.ptr, id.len);
    *out_key = (struct cr_slice){out, app.len + 1 + id.len};
    return true;
}

static void forget(struct registry *registry, struct registry_instance *instance)
{
    char text[GRAVE_KEY_MAX];
    struct cr_slice key;
    delta_remove(&registry->delta, &instance->change);
    cr_list_remove(&instance->grave);
    registry->graves_bytes -= instance->bytes;
    if (grave_key(instance->record->app, cr_wire_instance_id(instance->record), text, &key))
        cr_map_remove(registry->graves, key); /* frees it */
}

void registry_bury(struct registry *registry, struct registry_instance *instance)
{
    char text[GRAVE_KEY_MAX];
    struct cr_slice key;
    struct cr_slice id = cr_wire_instance_id(instance->record);
    while (!cr_list_empty(&registry->graves_queue) &&
           (cr_map_count(registry->graves) >= REGISTRY_GRAVES_MAX ||
            registry->graves_bytes + instance->bytes > REGISTRY_GRAVES_BYTES_MAX))
        forget(registry,
               CR_CONTAINER(registry->graves_queue.next, struct registry_instance, grave));
    /* A delta that lacks one is noticed by its hash code. */
    if (!grave_key(instance->record->app, id, text, &key) ||
        cr_map_put(registry->graves, key, instance)) {
        delta_remove(&registry->delta, &instance->change);
        registry_instance_free(instance);
        return;
    }
    cr_list_push_back(&registry->graves_queue, &instance->grave);
    registry->graves_bytes += instance->bytes;
}

void registry_unbury(struct registry *registry, struct cr_slice app, struct cr_slice id)
{
    char text[GRAVE_KEY_MAX];
    struct cr_slice key;
    struct registry_instance *grave =
        grave_key(app, id, text, &key) ? cr_map_get(registry->graves, key) : NULL;
    if (grave)
        forget(registry, grave);
}

/* ---- changes ---- */

enum cr_wire_status registry_judge(struct registry *registry, const struct cr_wire_instance *record,
                                   const struct cr_wire_instance *stored,
                                   enum registry_origin origin, struct registry_now now)
{
    enum cr_wire_status overridden = CR_WIRE_UNKNOWN;
    bool is_overridden =
        overrides_get(&registry->overrides, cr_wire_instance_id(record), now.now_ms, &overridden);
    const struct status_question question = {
        .said = record->status,
        .overridden = is_overridden ? &overridden : NULL,
        .lease = stored ? &stored->status : NULL,
        .replicated = origin == REGISTRY_PEER,
    };
    return status_by_rules(&question);
}

void registry_set_status(struct registry *registry, struct registry_instance *instance,
                         enum cr_wire_status status)
{
    registry->census.by_status[instance->record->status]--;
    registry->census.by_status[status]++;
    instance->record->status = status;
}

void registry_changed(struct registry *registry, enum registry_change change,
                      enum registry_origin origin, struct registry_instance *instance,
                      struct registry_now now)
{
    static const enum cr_wire_action actions[REGISTRY_CHANGE_COUNT] = {
        [REGISTRY_ADDED] = CR_WIRE_ADDED,
        [REGISTRY_MODIFIED] = CR_WIRE_MODIFIED,
        [REGISTRY_CANCELLED] = CR_WIRE_DELETED,
        [REGISTRY_EXPIRED] = CR_WIRE_DELETED,
    };
    instance->record->action = actions[change];
    instance->record->last_updated_ms = now.wall_ms;
    drop_fragments(instance);
    if (instance->app)
        drop_app_documents(instance->app);
    registry_drop_documents(registry);
    delta_put(&registry->delta, &instance->change, now.now_ms);
    registry->version++;
    instance->version = registry->version;
    const struct registry_event event = {registry->version, change, origin, instance};
    if (registry->options.changed)
        registry->options.changed(registry->options.ctx, &event);
}

void registry_drop(struct registry *registry, enum registry_change change,
                   enum registry_origin origin, struct registry_instance *instance,
                   struct registry_now now)
{
    struct cr_wire_instance *record = instance->record;
    struct cr_slice id = cr_wire_instance_id(record);
    lastn_add(&registry->cancelled, record->app, id, now.wall_ms);
    overrides_remove(&registry->overrides, id, now.now_ms);
    record->lease.eviction_ms = now.wall_ms;
    registry_leave(registry, instance);
    registry_changed(registry, change, origin, instance, now);
    registry_bury(registry, instance);
}

void registry_touch(struct registry *registry, struct registry_instance *instance,
                    enum registry_origin origin, struct registry_now now)
{
    struct cr_wire_lease *lease = &instance->record->lease;
    lease_renew(&registry->leases, &instance->lease, now.now_ms,
                registry_slack_ms(registry, origin));
    lease->last_renewal_ms = now.wall_ms + 1000 * cr_min_i64(lease->duration_s, INT32_MAX);
}

/* ---- expiry ---- */

int64_t registry_next_due_ms(const struct registry *registry)
{
    const struct lease *lease = lease_queue_first(&registry->leases);
    int64_t due_ms = lease ? lease->due_ms : INT64_MAX;
    if (!lease_queue_first_held(&registry->leases))
        return due_ms;
    return cr_min_i64(due_ms, self_preservation_next_ms(&registry->self_preservation));
}

static void expire_one(struct registry *registry, struct lease *lease, int64_t due_ms,
                       struct registry_now now)
{
    registry_drop(registry, REGISTRY_EXPIRED, REGISTRY_CLIENT,
                  CR_CONTAINER(lease, struct registry_instance, lease), now);
    self_preservation_size(&registry->self_preservation, registry_count(registry), due_ms);
}

/* What is decided at one moment. It may lie before now: each lease is judged when it is due, not
 * when somebody looks. */
static size_t expire_at(struct registry *registry, int64_t due_ms, struct registry_now now)
{
    struct self_preservation *sp = &registry->self_preservation;
    struct lease_queue *leases = &registry->leases;
    size_t before = registry_count(registry);
    struct lease *lease;
    while ((lease = lease_queue_first(leases)) != NULL && lease_is_due(lease, due_ms)) {
        if (self_preservation_allows(sp, registry_count(registry), due_ms))
            expire_one(registry, lease, due_ms, now);
        else
            lease_queue_hold(leases, lease);
    }
    if (!lease_queue_first_held(leases))
        return before - registry_count(registry);
    size_t may_go = self_preservation_release(sp, registry_count(registry), due_ms);
    while (may_go-- > 0 && (lease = lease_queue_first_held(leases)) != NULL)
        expire_one(registry, lease, due_ms, now);
    return before - registry_count(registry);
}

/* Nothing changed, but a change is too old to be told of. */
static void leave_delta(struct registry *registry, struct registry_instance *instance)
{
    for (size_t form = 0; form < CR_WIRE_FORMS; form++) {
        drop_rendering(&registry->rendered[REGISTRY_DELTA][form]);
        fragment_drop(&instance->fragments[REGISTRY_DELTA][form]);
    }
    if (instance->app)
        delta_remove(&registry->delta, &instance->change);
    else
        forget(registry, instance);
}

static void shorten_delta(struct registry *registry, int64_t now_ms)
{
    struct delta_entry *old;
    while ((old = delta_over(&registry->delta, now_ms)) != NULL)
        leave_delta(registry, CR_CONTAINER(old, struct registry_instance, change));
}

size_t registry_expire(struct registry *registry, struct registry_now now)
{
    size_t count = 0;
    int64_t due_ms;
    while ((due_ms = registry_next_due_ms(registry)) <= now.now_ms)
        count += expire_at(registry, due_ms, now);
    shorten_delta(registry, now.now_ms);
    return count;
}

void registry_set_preservation(struct registry *registry,
                               const struct self_preservation_options *options,
                               struct registry_now now)
{
    struct self_preservation *sp = &registry->self_preservation;
    registry_expire(registry, now);
    sp->options = *options;
    if (sp->options.renewal_interval_s <= 0)
        sp->options.renewal_interval_s = registry->options.self_preservation.renewal_interval_s;
    sp->on = false;
    sp->below_since_ms = -1;
    self_preservation_size(sp, registry_count(registry), now.now_ms);
    registry_expire(registry, now);
}
