/* The aggregator at work: one lock over clusters and sources, one thread that keeps the time. */
#include "turbine.h"

#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_http_client.h"
#include "cr_log.h"
#include "source.h"
#include "turbine_private.h"
#include "turbine_settings.h"

enum {
    PULSE_MS = 100,
    HOST_ACTIVE_MS = 10000,
    CLUSTERS_MAX = 1000,
    SNAPSHOT_ARENA_BYTES = 64 * 1024 * 1024,
};

/* --- clusters --- */

static void free_cluster(void *cluster)
{
    cluster_free(cluster);
}

static struct cluster *cluster_named(struct turbine *turbine, const char *name)
{
    struct cluster *cluster = cr_map_get(turbine->clusters, cr_slice_of(name));
    if (cluster)
        return cluster;
    cluster = cluster_new(name, (size_t)turbine->settings->circuits_max);
    if (cluster && cr_map_put(turbine->clusters, cr_slice_of(name), cluster) == 0)
        return cluster;
    cluster_free(cluster);
    return NULL;
}

/* Clusters that are known before any instance is. */
static int make_clusters(struct turbine *turbine)
{
    const struct target_rules *rules = &turbine->rules;
    if (rules->app_count == 0)
        return cluster_named(turbine, "default") ? 0 : CR_ENOMEM;
    if (rules->cluster_name.kind == EXPRESSION_LITERAL) {
        char *name = strndup(rules->cluster_name.text.ptr, rules->cluster_name.text.len);
        bool made = name && cluster_named(turbine, name);
        free(name);
        return made ? 0 : CR_ENOMEM;
    }
    for (size_t i = 0; i < rules->cluster_count; i++) {
        if (!cluster_named(turbine, rules->clusters[i]))
            return CR_ENOMEM;
    }
    return 0;
}

/* --- what feeds say, on the http client's thread --- */

static void on_event(const struct cr_wire_event *event, void *ctx)
{
    struct source *source = ctx;
    struct turbine *turbine = source->turbine;
    cr_mutex_lock(&turbine->lock);
    int rc = 0;
    if (!source->retired)
        rc = cluster_put(source->cluster, cr_slice_of(source->host), event);
    cr_mutex_unlock(&turbine->lock);
    if (rc)
        cr_log_debug(turbine->log, "turbine.event.lost", "%s: '%.*s': %s", source->instance,
                     CR_SLICE_ARG(event->name), cr_code_name(rc));
}

static void log_change(const struct source *source, enum feed_state state, const char *problem)
{
    const struct cr_log *log = source->turbine->log;
    if (state == FEED_LIVE)
        cr_log_info(log, "turbine.host.live", "%s: reading the stream of %s", source->instance,
                    source->host);
    else if (state == FEED_WITHOUT_STREAM)
        cr_log_info(log, "turbine.host.without_stream",
                    "%s: %s; it counts in no sum; asking again each minute", source->instance,
                    problem);
    else
        cr_log_warn(log, "turbine.host.lost", "%s: %s; out of the sums, trying again",
                    source->instance, problem);
}

static void on_change(enum feed_state state, const char *problem, void *ctx)
{
    struct source *source = ctx;
    struct turbine *turbine = source->turbine;
    cr_mutex_lock(&turbine->lock);
    bool retired = source->retired;
    if (!retired && state != FEED_LIVE) {
        cluster_drop(source->cluster, cr_slice_of(source->host));
        cr_cond_signal(&turbine->wake);
    }
    cr_mutex_unlock(&turbine->lock);
    if (!retired)
        log_change(source, state, problem);
}

static void on_ended(void *ctx)
{
    source_free(ctx);
}

/* --- sources --- */

static struct source *source_at(struct cr_list *node)
{
    return CR_CONTAINER(node, struct source, link);
}

static void retire(struct turbine *turbine, struct source *source)
{
    source->retired = true;
    cr_list_remove(&source->link);
    turbine->source_count--;
    cluster_drop(source->cluster, cr_slice_of(source->host));
    cr_log_info(turbine->log, "turbine.host.gone", "%s: no longer in the registry, or elsewhere",
                source->instance);
    feed_stop(source->feed); /* frees the source, now or soon */
}

static bool has_room(struct turbine *turbine)
{
    bool room = turbine->source_count < (size_t)turbine->settings->hosts_max;
    if (!room && !turbine->crowded)
        cr_log_warn(turbine->log, "turbine.hosts.max",
                    "more than %lld instances: ignoring the others; raise crema.turbine.hosts-max",
                    (long long)turbine->settings->hosts_max);
    turbine->crowded = !room;
    return room;
}

static void add_source(struct turbine *turbine, const struct target *target,
                       const struct cr_instance *instance)
{
    struct cluster *cluster = has_room(turbine) ? cluster_named(turbine, target->cluster) : NULL;
    struct source *source = cluster ? source_new(target, instance) : NULL;
    if (!source)
        return;
    source->turbine = turbine;
    source->cluster = cluster;
    source->seen = true;
    const struct feed_options options = {
        .http = turbine->http,
        .target = target,
        .lag = turbine->lag,
        .on_event = on_event,
        .on_change = on_change,
        .on_ended = on_ended,
        .ctx = source,
    };
    if (feed_start(&options, &source->feed)) {
        source_free(source);
        return;
    }
    cr_list_push_back(&turbine->sources, &source->link);
    turbine->source_count++;
}

static struct source *source_named(struct turbine *turbine, const struct target *target)
{
    cr_list_for (node, &turbine->sources) {
        struct source *source = source_at(node);
        if (strcmp(source->host, target->host) == 0 &&
            strcmp(cluster_name(source->cluster), target->cluster) == 0)
            return source;
    }
    return NULL;
}

/* An instance that registered anew may have a stream by now. */
static bool is_stale(struct source *source, const struct target *target,
                     const struct cr_instance *instance)
{
    if (!source_fits(source, target))
        return true;
    if (source->dirty_ms == instance->dirty_ms)
        return false;
    source->dirty_ms = instance->dirty_ms;
    struct feed_status status;
    feed_status(source->feed, &status);
    return status.state == FEED_WITHOUT_STREAM;
}

static void meet(struct turbine *turbine, const struct cr_instance *instance,
                 struct cr_arena *arena)
{
    struct target target;
    struct cr_err err = {0};
    int rc = target_of(&turbine->rules, instance, arena, &target, &err);
    if (rc) {
        if (rc != CR_ENOTFOUND)
            cr_log_warn(turbine->log, "turbine.instance.ignored", "%s", err.text);
        return;
    }
    struct source *known = source_named(turbine, &target);
    if (known && known->seen)
        return; /* a second process under one name (turbine.combine-host-port=false) */
    if (known && is_stale(known, &target, instance)) {
        retire(turbine, known);
        known = NULL;
    }
    if (known)
        known->seen = true;
    else
        add_source(turbine, &target, instance);
}

/* Brings the sources in line with the newest snapshot. */
static void follow(struct turbine *turbine)
{
    if (!turbine->instances || cr_instances_version(turbine->instances) == turbine->version)
        return;
    CR_AUTO_ARENA arena = cr_arena_new(SNAPSHOT_ARENA_BYTES);
    if (!arena)
        return;
    cr_list_for (node, &turbine->sources) {
        source_at(node)->seen = false;
    }
    struct cr_instances_pin pin = cr_instances_pin(turbine->instances);
    for (size_t i = 0; i < pin.snapshot->instance_count; i++) {
        meet(turbine, &pin.snapshot->instances[i], arena);
        cr_arena_reset(arena);
    }
    turbine->version = pin.snapshot->version;
    cr_instances_unpin(turbine->instances, &pin);
    cr_list_for (node, &turbine->sources) {
        if (!source_at(node)->seen)
            retire(turbine, source_at(node));
    }
}

/* --- the pulse --- */

static size_t active_hosts(struct turbine *turbine, const struct cluster *cluster, int64_t now_ms)
{
    size_t count = 0;
    cr_list_for (node, &turbine->sources) {
        struct source *source = source_at(node);
        if (source->cluster != cluster)
            continue;
        struct feed_status status;
        feed_status(source->feed, &status);
        count += status.event_ms > 0 && now_ms - status.event_ms <= HOST_ACTIVE_MS;
    }
    return count;
}

static void pulse_cluster(struct turbine *turbine, struct cluster *cluster, int64_t now_ms)
{
    const struct cluster_moment moment = {
        .now_ms = now_ms,
        .wall_ms = cr_clock_wall_ms(),
        .epoch = turbine->epoch,
        .flush_ms = turbine->settings->flush_ms,
        .hosts = active_hosts(turbine, cluster, now_ms),
    };
    cluster_pulse(cluster, &moment);
}

static void beat(struct turbine *turbine)
{
    follow(turbine);
    int64_t now_ms = cr_clock_ms();
    struct cr_slice name;
    void *cluster = NULL;
    for (size_t cursor = 0; cr_map_next(turbine->clusters, &cursor, &name, &cluster);)
        pulse_cluster(turbine, cluster, now_ms);
}

static void pulse_until_stopped(void *ctx)
{
    struct turbine *turbine = ctx;
    CR_LOCKED(&turbine->lock);
    while (!turbine->stopping) {
        beat(turbine);
        cr_cond_wait_until(&turbine->wake, &turbine->lock, cr_clock_ms() + PULSE_MS);
    }
}

/* --- life --- */

static int set_rules(struct turbine *turbine, const struct turbine_options *options,
                     struct cr_err *err)
{
    const struct turbine_settings *settings = options->settings;
    turbine->rules = (struct target_rules){
        .apps = settings->app_config.items,
        .app_count = settings->app_config.count,
        .clusters = settings->cluster_config.items,
        .cluster_count = settings->cluster_config.count,
        .combine_host_port = settings->combine_host_port,
        .suffix = options->suffix,
        .insert_port = options->insert_port,
        .ctx = options->ctx,
    };
    turbine->lag = (struct lag_rule){settings->skip_late, settings->skip_threshold_ms,
                                     settings->skip_pause_ms};
    return expression_parse(settings->cluster_name_expression, &turbine->rules.cluster_name, err);
}

int turbine_new(const struct turbine_options *options, struct turbine **out_turbine,
                struct cr_err *err)
{
    struct turbine *turbine = calloc(1, sizeof *turbine);
    if (!turbine)
        return cr_err_set(err, CR_ENOMEM, "turbine: out of memory");
    turbine->settings = options->settings;
    turbine->log = options->log;
    turbine->epoch = cr_clock_wall_ms();
    cr_mutex_init(&turbine->lock);
    cr_cond_init(&turbine->wake);
    cr_list_init(&turbine->sources);
    turbine->clusters = cr_map_new(CLUSTERS_MAX, free_cluster);
    int rc = set_rules(turbine, options, err);
    if (rc == 0 && (!turbine->clusters || make_clusters(turbine)))
        rc = cr_err_set(err, CR_ENOMEM, "turbine: out of memory");
    if (rc == 0) {
        size_t hosts_max = (size_t)options->settings->hosts_max;
        const struct cr_http_client_options http = {.max_calls = 2 * hosts_max,
                                                    .max_connections = hosts_max};
        rc = cr_http_client_new(&http, &turbine->http, err);
    }
    if (rc) {
        turbine_free(turbine);
        return rc;
    }
    *out_turbine = turbine;
    return 0;
}

int turbine_start(struct turbine *turbine, struct cr_instances *instances, struct cr_err *err)
{
    turbine->instances = instances;
    return cr_thread_start(&turbine->pulse, "turbine-pulse", pulse_until_stopped, turbine, err);
}

void turbine_drain(struct turbine *turbine)
{
    cr_mutex_lock(&turbine->lock);
    turbine->stopping = true;
    cr_cond_signal(&turbine->wake);
    cr_mutex_unlock(&turbine->lock);
    cr_thread_join(&turbine->pulse);
}

void turbine_free(struct turbine *turbine)
{
    if (!turbine)
        return;
    turbine_drain(turbine);
    cr_mutex_lock(&turbine->lock);
    cr_list_for (node, &turbine->sources) {
        struct source *source = source_at(node);
        source->retired = true;
        cr_list_remove(&source->link);
        feed_stop(source->feed);
    }
    cr_mutex_unlock(&turbine->lock);
    cr_http_client_free(turbine->http); /* ends every feed */
    cr_map_free(turbine->clusters);
    cr_cond_fini(&turbine->wake);
    cr_mutex_fini(&turbine->lock);
    free(turbine);
}
