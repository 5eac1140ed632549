/* From the registry to the data plane. */
#include "gateway_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_cloud.h"
#include "cr_log.h"
#include "gateway_settings.h"

enum { LOOK_MS = 250, RECLAIM_MS = 500, RESOLVE_MS = 3000 };

struct gateway_feed {
    struct cr_app *app;
    const struct cr_log *log;
    struct plane *plane; /* NULL until started */
    struct cr_thread thread;
    struct cr_mutex publishing; /* serialises publications; taken before lock */

    struct cr_mutex lock; /* of what follows */
    struct cr_cond wake;
    bool stopping;
    bool poked;
    struct gateway_routes *routes;
    struct gateway_servers *servers;
    struct gateway_feed_figures figures;
};

/* One publication while it is put together; all of it lives in the arena. */
struct build {
    struct gateway_feed *feed;
    struct cr_arena *arena;
    struct directory_service *services;
    struct directory_input input;
    struct gateway_feed_figures figures;
};

/* --- putting an input together --- */

static size_t add_instances(struct build *build, const struct cr_service *service,
                            struct directory_instance *instances)
{
    size_t count = 0;
    for (size_t i = 0; i < service->up_count; i++) {
        const struct cr_instance *known = service->instances[i];
        if (known->port == 0)
            continue; /* TLS only */
        instances[count++] = (struct directory_instance){
            .id = cr_arena_text(build->arena, known->id),
            .host = cr_arena_text(build->arena, known->host),
            .ip = cr_arena_text(build->arena, known->ip),
            .port = known->port,
        };
    }
    return count;
}

/* Names that no header and no log line could carry are not taken from a registry. */
static bool fit_to_route(const struct cr_service *service)
{
    if (!*service->id || strlen(service->id) > 200)
        return false;
    for (const char *c = service->id; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127 || strchr("/?#%*{}\\", *c))
            return false;
    return true;
}

static int add_service(struct build *build, const struct cr_service *service)
{
    struct directory_instance *instances =
        cr_arena_array(build->arena, service->up_count + 1, sizeof *instances);
    char *id = cr_arena_text(build->arena, service->id);
    if (!instances || !id)
        return CR_ENOMEM;
    size_t count = add_instances(build, service, instances);
    build->services[build->input.service_count++] = (struct directory_service){
        .id = id,
        .instances = instances,
        .count = count,
        .discovered = service->app && count > 0,
    };
    build->figures.instances += service->app ? count : 0;
    return cr_arena_failed(build->arena) ? CR_ENOMEM : 0;
}

/* Configured servers first; they stand for the registry's instances of the same service. */
static int add_services(struct build *build, const struct cr_snapshot *snapshot)
{
    size_t fixed_count;
    const struct gateway_servers *servers = build->feed->servers;
    const struct directory_service *fixed = gateway_servers_all(servers, &fixed_count);
    size_t room = fixed_count + (snapshot ? snapshot->service_count : 0) + 1;
    build->services = cr_arena_array(build->arena, room, sizeof *build->services);
    if (!build->services)
        return CR_ENOMEM;
    for (size_t i = 0; i < fixed_count; i++) {
        build->services[build->input.service_count++] = fixed[i];
        build->figures.instances += fixed[i].count;
    }
    for (size_t i = 0; snapshot && i < snapshot->service_count; i++) {
        const struct cr_service *service = &snapshot->services[i];
        if (!fit_to_route(service) || gateway_servers_has(servers, service->id))
            continue;
        int rc = add_service(build, service);
        if (rc)
            return rc;
    }
    build->input.services = build->services;
    build->figures.services = build->input.service_count;
    return 0;
}

static bool has_instance(const struct build *build, const char *id)
{
    for (size_t i = 0; i < build->input.service_count; i++)
        if (strcmp(build->services[i].id, id) == 0)
            return build->services[i].count > 0;
    return false;
}

/* Which services do configured routes wait for? */
static void count_missing(struct build *build)
{
    for (size_t i = 0; i < build->input.spec_count; i++) {
        const char *id = gateway_routes_service(&build->input.specs[i], build->arena);
        if (!id || has_instance(build, id))
            continue;
        build->figures.without++;
        snprintf(build->figures.without_id, sizeof build->figures.without_id, "%s", id);
    }
}

static int fill_input(struct build *build, struct cr_err *err)
{
    struct gateway_feed *feed = build->feed;
    struct cr_instances *instances = cr_cloud_instances(feed->app);
    struct cr_instances_pin pin = {0};
    build->input.options = &feed->routes->options;
    build->input.specs = feed->routes->specs;
    build->input.spec_count = feed->routes->count;
    build->input.streams_max =
        (uint32_t)((const struct gateway_settings *)cr_app_settings(feed->app))->streams_max;
    if (instances)
        pin = cr_instances_pin(instances);
    build->figures.version = pin.snapshot ? pin.snapshot->version : 0;
    int rc = add_services(build, pin.snapshot);
    if (instances)
        cr_instances_unpin(instances, &pin);
    if (rc)
        return cr_err_set(err, rc, "no memory for %s", "routes");
    count_missing(build);
    return 0;
}

static void note(struct gateway_feed *feed, const struct build *build, const struct cr_err *err)
{
    CR_LOCKED(&feed->lock);
    uint64_t published = feed->figures.published;
    if (err) {
        feed->figures.version = build->figures.version; /* not again for the same snapshot */
        snprintf(feed->figures.problem, sizeof feed->figures.problem, "%s", err->text);
        return;
    }
    feed->figures = build->figures;
    feed->figures.published = published + 1;
}

/* Under `publishing`, which also keeps routes and servers as they are. */
static int publish(struct gateway_feed *feed, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct build build = {.feed = feed, .arena = arena};
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory for routes");
    int rc = fill_input(&build, err);
    if (rc == 0)
        rc = plane_publish(feed->plane, &build.input, err);
    note(feed, &build, rc == 0 ? NULL : err);
    if (rc)
        cr_log_warn(feed->log, "routes.unchanged", "%s; the routes stay as they were", err->text);
    else
        cr_log_debug(feed->log, "routes.published",
                     "%zu configured routes, %zu services, %zu instances", build.input.spec_count,
                     build.figures.services, build.figures.instances);
    return rc;
}

/* --- the thread --- */

static void find_unresolved(const struct snapshot *snapshot, void *ctx)
{
    bool *found = ctx;
    for (size_t i = 0; i < snapshot->destination_count; i++)
        for (size_t k = 0; k < snapshot->destinations[i].count; k++)
            *found |= snapshot->destinations[i].instances[k]->address_len == 0;
}

static bool has_unresolved(struct gateway_feed *feed)
{
    bool found = false;
    directory_visit(plane_directory(feed->plane), find_unresolved, &found);
    return found;
}

/* Waits a moment; false at the end. *out_due: something is to be published. */
static bool wait_a_moment(struct gateway_feed *feed, bool *out_due)
{
    struct cr_instances *instances = cr_cloud_instances(feed->app);
    CR_LOCKED(&feed->lock);
    if (!feed->stopping && !feed->poked)
        (void)cr_cond_wait_until(&feed->wake, &feed->lock, cr_clock_ms() + LOOK_MS);
    *out_due =
        feed->poked || (instances && cr_instances_version(instances) != feed->figures.version);
    feed->poked = false;
    return !feed->stopping;
}

static void watch(void *ctx)
{
    struct gateway_feed *feed = ctx;
    int64_t reclaimed_ms = cr_clock_ms();
    int64_t resolved_ms = reclaimed_ms;
    bool due = false;
    while (wait_a_moment(feed, &due)) {
        int64_t now_ms = cr_clock_ms();
        if (now_ms - resolved_ms >= RESOLVE_MS) {
            resolved_ms = now_ms;
            due = due || has_unresolved(feed);
        }
        if (due) {
            struct cr_err err = {0};
            CR_LOCKED(&feed->publishing);
            (void)!publish(feed, &err);
        }
        if (now_ms - reclaimed_ms >= RECLAIM_MS) {
            reclaimed_ms = now_ms;
            plane_reclaim(feed->plane);
        }
    }
}

static void poke(void *ctx)
{
    struct gateway_feed *feed = ctx;
    CR_LOCKED(&feed->lock);
    feed->poked = true;
    cr_cond_signal(&feed->wake);
}

/* --- for main --- */

/* So that the registry client looks more often while a route has nowhere to lead to. */
static void want_services(struct gateway_feed *feed)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    for (size_t i = 0; arena && i < feed->routes->count; i++) {
        const char *id = gateway_routes_service(&feed->routes->specs[i], arena);
        if (id && !gateway_servers_has(feed->servers, id))
            cr_cloud_want(feed->app, id);
    }
}

int gateway_feed_update(struct gateway_feed *feed, struct cr_err *err)
{
    struct gateway_routes *routes = NULL;
    struct gateway_servers *servers = NULL;
    const struct cr_environment *environment = cr_app_environment(feed->app);
    int rc = gateway_routes_new(cr_app_settings(feed->app), environment, cr_app_name(feed->app),
                                &routes, err);
    if (rc == 0)
        rc = gateway_servers_new(environment, &servers, err);
    if (rc) {
        gateway_routes_free(routes);
        return rc;
    }
    CR_LOCKED(&feed->publishing);
    gateway_routes_free(feed->routes);
    gateway_servers_free(feed->servers);
    feed->routes = routes;
    feed->servers = servers;
    if (!feed->plane)
        return 0;
    want_services(feed);
    return publish(feed, err);
}

static int start_plane(struct gateway_feed *feed, const struct plane_options *options,
                       const struct directory_hooks *hooks, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct build build = {.feed = feed, .arena = arena};
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory for routes");
    int rc = fill_input(&build, err);
    if (rc == 0)
        rc = plane_start(options, hooks, &build.input, &feed->plane, err);
    if (rc == 0)
        note(feed, &build, NULL);
    return rc;
}

int gateway_feed_start(struct gateway_feed *feed, const struct plane_options *options,
                       const struct directory_hooks *hooks, struct plane **out_plane,
                       struct cr_err *err)
{
    want_services(feed);
    int rc = start_plane(feed, options, hooks, err);
    *out_plane = feed->plane;
    rc = rc ? rc : cr_thread_start(&feed->thread, "gateway-feed", watch, feed, err);
    struct cr_instances *instances = cr_cloud_instances(feed->app);
    if (rc || !instances)
        return rc;
    rc = cr_instances_listen(instances, poke, feed);
    return rc ? cr_err_set(err, rc, "gateway feed: too many listen to the instances") : 0;
}

/* While there are instances: the registry client may have ended before. */
static void stop_listening(struct gateway_feed *feed)
{
    struct cr_instances *instances = cr_cloud_instances(feed->app);
    if (instances)
        cr_instances_unlisten(instances, feed);
}

void gateway_feed_stop(struct gateway_feed *feed)
{
    stop_listening(feed);
    {
        CR_LOCKED(&feed->lock);
        feed->stopping = true;
        cr_cond_signal(&feed->wake);
    }
    cr_thread_join(&feed->thread);
}

void gateway_feed_poke(struct gateway_feed *feed)
{
    poke(feed);
}

void gateway_feed_figures(struct gateway_feed *feed, struct gateway_feed_figures *out_figures)
{
    CR_LOCKED(&feed->lock);
    *out_figures = feed->figures;
}

struct gateway_feed *gateway_feed_new(struct cr_app *app)
{
    struct gateway_feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return NULL;
    feed->app = app;
    feed->log = cr_log_get("gateway.routes");
    cr_mutex_init(&feed->publishing);
    cr_mutex_init(&feed->lock);
    cr_cond_init(&feed->wake);
    return feed;
}

void gateway_feed_free(struct gateway_feed *feed)
{
    if (!feed)
        return;
    gateway_feed_stop(feed);
    gateway_routes_free(feed->routes);
    gateway_servers_free(feed->servers);
    cr_cond_fini(&feed->wake);
    cr_mutex_fini(&feed->lock);
    cr_mutex_fini(&feed->publishing);
    free(feed);
}
