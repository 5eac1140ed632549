/* Building snapshots and putting them up. */
#include "directory.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "cr_buf.h"
#include "directory_private.h"

/* One publication while it is put together. */
struct build {
    struct directory *directory;
    const struct directory_input *input;
    struct snapshot *snapshot;
    struct cr_map *inputs;       /* struct directory_service, by id */
    struct cr_map *destinations; /* struct destination, by service key */
    struct cr_err *err;
};

static int no_memory(struct cr_err *err)
{
    return cr_err_set(err, CR_ENOMEM, "no memory for routes");
}

/* The service of that key, made on first sight and kept for ever. */
static struct service *find_service(const struct build *build, const char *key, bool static_url)
{
    struct directory *directory = build->directory;
    struct service *service = cr_map_get(directory->services, cr_slice_of(key));
    size_t count = cr_map_count(directory->services);
    if (service || count == SERVICES_MAX - 1)
        return service;
    service = aligned_alloc(_Alignof(struct service), sizeof(*service));
    char *id = strdup(key + 2);
    if (!service || !id || cr_map_put(directory->services, cr_slice_of(key), service)) {
        free(service);
        free(id);
        return NULL;
    }
    *service = (struct service){.id = id, .slot = (unsigned)count + 1};
    quota_init(&service->own);
    service->quota = static_url ? &directory->url_quota : &service->own;
    service->command = directory->hooks.command(directory->hooks.ctx, id, static_url);
    return service;
}

static void service_free(void *value)
{
    struct service *service = value;
    quota_fini(&service->own);
    free((void *)(uintptr_t)service->id);
    free(service);
}

static struct instance *instance_new(struct directory *directory, const char *signature,
                                     const struct directory_instance *input)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct instance *instance = arena ? cr_arena_alloc(arena, sizeof(*instance)) : NULL;
    if (!instance)
        return NULL;
    instance->signature = cr_arena_text(arena, signature);
    instance->id = cr_arena_text(arena, input->id);
    instance->authority = cr_slice_of(cr_arena_printf(arena, "%s:%d", input->host, input->port));
    if (cr_arena_failed(arena) ||
        slots_take(&directory->instance_slots, INSTANCES_MAX, &instance->slot))
        return NULL;
    address_of(input->host, input->ip, input->port, &instance->address, &instance->address_len);
    directory->instance_count++;
    instance->arena = cr_steal(&arena);
    return instance;
}

/* The instance that says the same as before, or a new one. */
static struct instance *find_instance(const struct build *build, const struct service *service,
                                      const struct directory_instance *input)
{
    struct directory *directory = build->directory;
    CR_AUTO(cr_buf) signature = {0};
    cr_buf_printf(&signature, "%u\n%s\n%s\n%s\n%d", service->slot, input->id, input->host,
                  input->ip ? input->ip : "", input->port);
    if (cr_buf_status(&signature))
        return NULL;
    struct instance *instance = cr_map_get(directory->instances, cr_buf_view(&signature));
    if (!instance) {
        instance = instance_new(directory, signature.data, input);
        if (!instance)
            return NULL;
        if (cr_map_put(directory->instances, cr_buf_view(&signature), instance)) {
            directory_free_instance(directory, instance);
            return NULL;
        }
    } else if (!instance->address_len) {
        /* No worker connects to it yet; a name may have come up meanwhile. */
        struct sockaddr_storage address;
        socklen_t len;
        address_of(input->host, input->ip, input->port, &address, &len);
        if (len && !atomic_load(&instance->retired)) {
            cr_map_remove(directory->instances, cr_buf_view(&signature));
            return find_instance(build, service, input);
        }
    }
    return instance;
}

static int add_instances(const struct build *build, struct destination *destination,
                         const struct directory_instance *inputs, size_t count)
{
    destination->instances =
        cr_arena_array(build->snapshot->arena, count + 1, sizeof(struct instance *));
    if (!destination->instances)
        return no_memory(build->err);
    for (size_t i = 0; i < count; i++) {
        struct instance *instance = find_instance(build, destination->service, &inputs[i]);
        if (!instance)
            return cr_err_set(build->err, CR_ELIMIT, "more than %d instances", INSTANCES_MAX);
        instance->lists++;
        instance->version = build->snapshot->version;
        destination->instances[destination->count++] = instance;
    }
    return 0;
}

/* The one instance of a url: route. */
static int add_url_instance(const struct build *build, struct destination *destination,
                            const struct route *route)
{
    struct cr_slice host;
    int port;
    authority_split(route->authority, &host, &port);
    if (host.len && host.ptr[0] == '[')
        host = cr_slice_sub(host, 1, host.len - 1);
    char *name = cr_arena_slice(build->snapshot->arena, host);
    if (!name)
        return no_memory(build->err);
    struct directory_instance input = {
        .id = route->id, .host = name, .ip = "", .port = port ? port : 80};
    return add_instances(build, destination, &input, 1);
}

/* 0 is no limit; from here on that is a number which is never reached. */
static void take_limits(const struct build *build, struct destination *destination)
{
    const struct directory_hooks *hooks = &build->directory->hooks;
    struct destination_limits *limits = &destination->limits;
    hooks->limits(hooks->ctx, destination->service->id, destination->static_url, limits);
    limits->instance_max = limits->instance_max ? limits->instance_max : UINT32_MAX;
    limits->quota_max = limits->quota_max ? limits->quota_max : UINT32_MAX;
}

static struct destination *new_destination(const struct build *build, const char *key,
                                           bool static_url)
{
    struct service *service = find_service(build, key, static_url);
    if (!service) {
        cr_err_set(build->err, CR_ELIMIT, "more than %d services", SERVICES_MAX);
        return NULL;
    }
    struct destination *made = &build->snapshot->destinations[build->snapshot->destination_count];
    if (cr_map_put(build->destinations, cr_slice_of(key), made)) {
        no_memory(build->err);
        return NULL;
    }
    *made = (struct destination){.service = service, .static_url = static_url};
    take_limits(build, made);
    build->snapshot->by_service[service->slot] = made;
    build->snapshot->destination_count++;
    return made;
}

/* Where a route leads; out_destination is NULL for the gateway itself. */
static int find_destination(const struct build *build, const struct route *route,
                            struct destination **out_destination)
{
    *out_destination = NULL;
    if (route->kind == ROUTE_LOCAL)
        return 0;
    bool static_url = route->kind == ROUTE_URL;
    const char *key = cr_arena_printf(build->snapshot->arena, "%s:%s", static_url ? "u" : "s",
                                      static_url ? route->id : route->location);
    if (!key)
        return no_memory(build->err);
    struct destination *destination = cr_map_get(build->destinations, cr_slice_of(key));
    *out_destination = destination;
    if (destination)
        return 0;
    destination = new_destination(build, key, static_url);
    *out_destination = destination;
    if (!destination)
        return build->err->code;
    if (static_url)
        return add_url_instance(build, destination, route);
    const struct directory_service *input = cr_map_get(build->inputs, cr_slice_of(route->location));
    return input ? add_instances(build, destination, input->instances, input->count) : 0;
}

static int give_slots(struct directory *directory, struct route_table *table, struct cr_err *err)
{
    for (size_t i = 0; i < route_table_count(table); i++) {
        struct route *route = route_table_at(table, i);
        if (route->slot != ROUTE_NO_SLOT)
            continue;
        if (slots_take(&directory->route_slots, ROUTES_MAX, &route->slot)) {
            route->slot = ROUTE_NO_SLOT;
            return cr_err_set(err, CR_ELIMIT, "more than %d routes", ROUTES_MAX);
        }
        directory->route_count++;
    }
    return 0;
}

static int build_routes(const struct build *build)
{
    const struct directory_input *input = build->input;
    struct snapshot *snapshot = build->snapshot;
    const char **discovered =
        cr_arena_array(snapshot->arena, input->service_count + 1, sizeof(*discovered));
    if (!discovered)
        return no_memory(build->err);
    size_t count = 0;
    for (size_t i = 0; i < input->service_count; i++)
        if (input->services[i].discovered)
            discovered[count++] = input->services[i].id;
    const struct snapshot *previous = atomic_load(&build->directory->current);
    struct route_table_input table = {.options = input->options,
                                      .specs = input->specs,
                                      .spec_count = input->spec_count,
                                      .services = discovered,
                                      .service_count = count,
                                      .previous = previous ? previous->routes : NULL};
    int status = route_table_new(&table, &snapshot->routes, build->err);
    return status ? status : give_slots(build->directory, snapshot->routes, build->err);
}

static int add_admin(const struct build *build)
{
    struct directory *directory = build->directory;
    struct snapshot *snapshot = build->snapshot;
    if (!directory->admin_instance)
        return 0;
    struct instance **instances = cr_arena_array(snapshot->arena, 1, sizeof(struct instance *));
    struct destination *admin = cr_arena_alloc(snapshot->arena, sizeof(*admin));
    if (!instances || !admin)
        return no_memory(build->err);
    instances[0] = directory->admin_instance;
    *admin = (struct destination){.service = &directory->admin_service,
                                  .instances = instances,
                                  .count = 1,
                                  .limits = {.connect_ms = 2000}};
    snapshot->admin = admin;
    return 0;
}

static int build_destinations(const struct build *build)
{
    struct snapshot *snapshot = build->snapshot;
    size_t routes = route_table_count(snapshot->routes);
    snapshot->by_route = cr_arena_array(snapshot->arena, routes + 1, sizeof(struct destination *));
    snapshot->destinations =
        cr_arena_array(snapshot->arena, routes + 1, sizeof(struct destination));
    /* Each route may bring a service that was never seen; slots count from 1. */
    snapshot->service_slots = cr_map_count(build->directory->services) + routes + 1;
    snapshot->by_service =
        cr_arena_array(snapshot->arena, snapshot->service_slots, sizeof(struct destination *));
    if (!snapshot->by_route || !snapshot->destinations || !snapshot->by_service)
        return no_memory(build->err);
    for (size_t i = 0; i < build->input->service_count; i++) {
        const struct directory_service *service = &build->input->services[i];
        /* cr_map keeps pointers that it may change; these are only read. */
        if (cr_map_put(build->inputs, cr_slice_of(service->id), (void *)(uintptr_t)service))
            return no_memory(build->err);
    }
    for (size_t i = 0; i < routes; i++) {
        int status =
            find_destination(build, route_table_at(snapshot->routes, i), &snapshot->by_route[i]);
        if (status)
            return status;
    }
    return add_admin(build);
}

static struct snapshot *snapshot_new(struct directory *directory)
{
    struct cr_arena *arena = cr_arena_new(0);
    struct snapshot *snapshot = arena ? cr_arena_alloc(arena, sizeof(*snapshot)) : NULL;
    if (!snapshot) {
        cr_arena_free(arena);
        return NULL;
    }
    snapshot->arena = arena;
    snapshot->version = ++directory->version;
    snapshot->streams_max = UINT32_MAX;
    directory->snapshot_count++;
    return snapshot;
}

/* Instances of the old snapshot that the new one does not have get no more requests, and their idle
 * connections are closed; those that came back are used again. */
static void mark_retired(const struct snapshot *old, const struct snapshot *new)
{
    for (size_t i = 0; i < old->destination_count; i++)
        for (size_t k = 0; k < old->destinations[i].count; k++) {
            struct instance *instance = old->destinations[i].instances[k];
            atomic_store(&instance->retired, instance->version != new->version);
        }
    for (size_t i = 0; i < new->destination_count; i++)
        for (size_t k = 0; k < new->destinations[i].count; k++)
            atomic_store(&new->destinations[i].instances[k]->retired, false);
}

/* For those who wait for that very instance, see quota. */
static void tell_limits(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->destination_count; i++) {
        const struct destination *destination = &snapshot->destinations[i];
        for (size_t k = 0; k < destination->count; k++)
            atomic_store(&destination->instances[k]->used_max, destination->limits.instance_max);
    }
}

static int put_up(struct directory *directory, struct snapshot *snapshot, struct cr_err *err)
{
    struct snapshot *before = atomic_load(&directory->current);
    struct old_snapshot *old = malloc(sizeof(*old));
    if (!old)
        return no_memory(err);
    if (before)
        mark_retired(before, snapshot);
    tell_limits(snapshot);
    atomic_store(&directory->current, snapshot);
    uint64_t number = epoch_advance(&directory->epoch);
    if (!before) {
        free(old);
        return 0;
    }
    *old = (struct old_snapshot){before, number, directory->old};
    directory->old = old;
    return 0;
}

int directory_publish(struct directory *directory, const struct directory_input *input,
                      struct cr_err *err)
{
    CR_LOCKED(&directory->lock);
    CR_AUTO_MAP inputs = cr_map_new(0, NULL);
    CR_AUTO_MAP destinations = cr_map_new(0, NULL);
    struct snapshot *snapshot = inputs && destinations ? snapshot_new(directory) : NULL;
    if (!snapshot)
        return no_memory(err);
    struct build build = {directory, input, snapshot, inputs, destinations, err};
    if (input->streams_max)
        snapshot->streams_max = input->streams_max;
    int status = build_routes(&build);
    if (!status)
        status = build_destinations(&build);
    if (!status)
        status = put_up(directory, snapshot, err);
    if (status)
        directory_release_snapshot(directory, snapshot);
    directory_reclaim_locked(directory);
    return status;
}

static int make_lanes(struct directory *directory)
{
    directory->lanes = calloc(directory->workers, sizeof(*directory->lanes));
    if (!directory->lanes)
        return CR_ENOMEM;
    for (size_t i = 0; i < directory->workers; i++) {
        struct lanes *lanes = &directory->lanes[i];
        lanes->routes = calloc(ROUTES_MAX, sizeof(*lanes->routes));
        lanes->instances = calloc(INSTANCES_MAX, sizeof(*lanes->instances));
        lanes->services = calloc(SERVICES_MAX, sizeof(*lanes->services));
        if (!lanes->routes || !lanes->instances || !lanes->services)
            return CR_ENOMEM;
    }
    return 0;
}

static int make_admin(struct directory *directory, const char *path)
{
    struct directory_instance input = {.id = "admin", .host = "localhost", .ip = "127.0.0.1"};
    if (!path || !*path)
        return 0;
    directory->admin_service = (struct service){.id = "admin"};
    directory->admin_instance = instance_new(directory, "admin", &input);
    if (!directory->admin_instance)
        return CR_ENOMEM;
    directory->admin_instance->authority = CR_SLICE("localhost");
    address_of_unix(path, &directory->admin_instance->address,
                    &directory->admin_instance->address_len);
    return directory->admin_instance->address_len ? 0 : CR_ELIMIT;
}

int directory_new(size_t workers, const char *admin_socket, const struct directory_hooks *hooks,
                  struct directory **out_directory, struct cr_err *err)
{
    struct directory *directory = aligned_alloc(_Alignof(struct directory), sizeof(*directory));
    if (!directory)
        return no_memory(err);
    memset(directory, 0, sizeof(*directory));
    cr_mutex_init(&directory->lock);
    epoch_init(&directory->epoch, workers);
    quota_init(&directory->url_quota);
    directory->workers = workers;
    directory->hooks = *hooks;
    directory->services = cr_map_new(0, service_free);
    directory->instances = cr_map_new(0, NULL);
    int status = directory->services && directory->instances ? make_lanes(directory) : CR_ENOMEM;
    if (!status)
        status = make_admin(directory, admin_socket);
    if (status) {
        directory_free(directory);
        return status == CR_ELIMIT
                   ? cr_err_set(err, CR_EINVAL, "path too long for a socket: '%s'", admin_socket)
                   : no_memory(err);
    }
    *out_directory = directory;
    return 0;
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    struct snapshot *current = atomic_exchange(&directory->current, NULL);
    if (current)
        directory_release_snapshot(directory, current);
    directory_reclaim_locked(directory);
    if (directory->admin_instance)
        directory_free_instance(directory, directory->admin_instance);
    cr_map_free(directory->services);
    cr_map_free(directory->instances);
    for (size_t i = 0; directory->lanes && i < directory->workers; i++) {
        free(directory->lanes[i].routes);
        free(directory->lanes[i].instances);
        free(directory->lanes[i].services);
    }
    free(directory->lanes);
    slots_free(&directory->route_slots);
    slots_free(&directory->instance_slots);
    quota_fini(&directory->url_quota);
    cr_mutex_fini(&directory->lock);
    free(directory);
}

const struct snapshot *directory_current(const struct directory *directory)
{
    return atomic_load(&directory->current);
}

struct epoch *directory_epoch(struct directory *directory)
{
    return &directory->epoch;
}

const struct lanes *directory_lanes(const struct directory *directory, size_t worker)
{
    return &directory->lanes[worker];
}

void directory_visit(struct directory *directory,
                     void (*fn)(const struct snapshot *snapshot, void *ctx), void *ctx)
{
    CR_LOCKED(&directory->lock);
    const struct snapshot *snapshot = atomic_load(&directory->current);
    if (snapshot)
        fn(snapshot, ctx);
}
