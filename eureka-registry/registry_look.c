/* Looking without changing: finding, walking, counting. */
#include "registry_private.h"

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
    return registry->leases.count + registry->leases.held_count;
}

size_t registry_status_count(const struct registry *registry, enum cr_wire_status status)
{
    return registry->census.by_status[status];
}

const struct census *registry_census(const struct registry *registry)
{
    return &registry->census;
}

uint64_t registry_version(const struct registry *registry)
{
    return registry->version;
}

const struct lastn *registry_last_registered(const struct registry *registry)
{
    return &registry->registered;
}

const struct lastn *registry_last_cancelled(const struct registry *registry)
{
    return &registry->cancelled;
}

const struct overrides *registry_overrides(const struct registry *registry)
{
    return &registry->overrides;
}

struct registry_preservation registry_preservation(struct registry *registry,
                                                   struct registry_now now)
{
    struct self_preservation *sp = &registry->self_preservation;
    size_t size = registry_count(registry);
    return (struct registry_preservation){
        .enabled = sp->options.enabled,
        .on = self_preservation_is_on(sp, now.now_ms),
        .expires = self_preservation_allows(sp, size, now.now_ms),
        .held = registry->leases.held_count,
        .renewals = self_preservation_renewals(sp, now.now_ms),
        .threshold = self_preservation_threshold(sp, size),
    };
}

struct registry_rendering *registry_rendered(struct registry *registry, enum registry_use use,
                                             enum cr_wire_form form)
{
    return &registry->rendered[use][form];
}
