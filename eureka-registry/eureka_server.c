/* The core behind a lock, with real time. */
#include "eureka_server.h"

#include <stdlib.h>

#include "cr_clock.h"
#include "cr_metrics.h"
#include "cr_thread.h"
#include "eureka_render.h"

struct eureka_server {
    struct cr_mutex mutex;
    struct cr_cond sooner; /* the next lease may be due earlier than was known, or stopping */
    struct registry *registry;
    bool stopping;
    struct cr_thread thread;
    const struct cr_log *log;
    struct cr_gauge *instances;
    struct cr_counter *changes[REGISTRY_CHANGE_COUNT];
    struct cr_counter *renewals;
    struct cr_counter *renewals_unknown;
};

static struct registry_now real_now(void)
{
    return (struct registry_now){cr_clock_ms(), cr_clock_wall_ms()};
}

/* With the lock, from the core. */
static void changed(void *ctx, const struct registry_event *event)
{
    static const char *const events[REGISTRY_CHANGE_COUNT] = {
        [REGISTRY_ADDED] = "instance.registered",
        [REGISTRY_MODIFIED] = "instance.modified",
        [REGISTRY_CANCELLED] = "instance.cancelled",
        [REGISTRY_EXPIRED] = "lease.expired",
    };
    struct eureka_server *server = ctx;
    const struct cr_wire_instance *record = event->instance->record;
    cr_counter_add(server->changes[event->change], 1);
    cr_log_info(server->log, events[event->change], "%.*s/%.*s %s", CR_SLICE_ARG(record->app),
                CR_SLICE_ARG(cr_wire_instance_id(record)), cr_wire_status_name(record->status));
}

static double read_instances(void *ctx)
{
    return (double)eureka_counts(ctx).instances;
}

static void make_metrics(struct eureka_server *server)
{
    static const char *const labels[] = {
        [REGISTRY_ADDED] = "change=\"registered\"",
        [REGISTRY_MODIFIED] = "change=\"modified\"",
        [REGISTRY_CANCELLED] = "change=\"cancelled\"",
        [REGISTRY_EXPIRED] = "change=\"expired\"",
    };
    for (size_t i = 0; i < CR_COUNT(labels); i++)
        server->changes[i] = cr_metrics_counter(
            "crema.registry.changes", "Registrations, cancellations and expired leases", labels[i]);
    static const char renewals_help[] = "Renewals, by whether the lease was known";
    server->renewals =
        cr_metrics_counter("crema.registry.renewals", renewals_help, "result=\"renewed\"");
    server->renewals_unknown =
        cr_metrics_counter("crema.registry.renewals", renewals_help, "result=\"unknown\"");
    server->instances =
        cr_metrics_gauge("crema.registry.instances", "Instances that are registered now", NULL);
    cr_gauge_callback(server->instances, read_instances, server);
}

int eureka_server_open(const struct eureka_server_options *options,
                       struct eureka_server **out_server, struct cr_err *err)
{
    struct eureka_server *server = calloc(1, sizeof *server);
    if (!server)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    const struct registry_options core = {
        .instances_max = options->instances_max, .changed = changed, .ctx = server};
    server->log = options->log;
    server->registry = registry_new(&core);
    if (!server->registry) {
        free(server);
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    }
    cr_mutex_init(&server->mutex);
    cr_cond_init(&server->sooner);
    make_metrics(server);
    *out_server = server;
    return 0;
}

/* Sleeps until the first lease is due, lets go what is due, and again. */
static void run(void *ctx)
{
    struct eureka_server *server = ctx;
    CR_LOCKED(&server->mutex);
    while (!server->stopping) {
        registry_expire(server->registry, real_now());
        int64_t due_ms = registry_next_due_ms(server->registry);
        if (due_ms == INT64_MAX)
            cr_cond_wait(&server->sooner, &server->mutex);
        else
            cr_cond_wait_until(&server->sooner, &server->mutex, due_ms);
    }
}

int eureka_server_start(struct eureka_server *server, struct cr_err *err)
{
    return cr_thread_start(&server->thread, "leases", run, server, err);
}

void eureka_server_stop(struct eureka_server *server)
{
    if (!server)
        return;
    cr_gauge_callback(server->instances, NULL, NULL);
    cr_mutex_lock(&server->mutex);
    server->stopping = true;
    cr_cond_signal(&server->sooner);
    cr_mutex_unlock(&server->mutex);
    cr_thread_join(&server->thread);
    registry_free(server->registry);
    cr_cond_fini(&server->sooner);
    cr_mutex_fini(&server->mutex);
    free(server);
}

int eureka_register(struct eureka_server *server, const struct cr_wire_instance *record,
                    bool replicated)
{
    CR_LOCKED(&server->mutex);
    struct registry_registration out = {0};
    int64_t due_ms = registry_next_due_ms(server->registry);
    int rc = registry_register(server->registry, record,
                               replicated ? REGISTRY_PEER : REGISTRY_CLIENT, real_now(), &out);
    if (rc)
        return rc;
    if (registry_next_due_ms(server->registry) < due_ms)
        cr_cond_signal(&server->sooner);
    if (out.stretched)
        cr_log_warn(server->log, "lease.stretched",
                    "%.*s/%.*s renews every %lld s a lease of %lld s: it gets %lld s",
                    CR_SLICE_ARG(record->app), CR_SLICE_ARG(cr_wire_instance_id(record)),
                    (long long)record->lease.renewal_s, (long long)record->lease.duration_s,
                    (long long)out.period_ms / 1000);
    return 0;
}

enum registry_renewal eureka_renew(struct eureka_server *server, struct cr_slice app,
                                   struct cr_slice id, const int64_t *dirty_ms, bool replicated,
                                   struct document **out_newer)
{
    CR_LOCKED(&server->mutex);
    const struct registry_beat beat = {.dirty_ms = dirty_ms,
                                       .origin = replicated ? REGISTRY_PEER : REGISTRY_CLIENT};
    enum registry_renewal renewal = registry_renew(server->registry, app, id, &beat, real_now());
    cr_counter_add(renewal == REGISTRY_UNKNOWN ? server->renewals_unknown : server->renewals, 1);
    if (renewal == REGISTRY_NEWER)
        *out_newer = eureka_render_record(registry_find(server->registry, app, id), DOCUMENT_JSON);
    return renewal;
}

bool eureka_cancel(struct eureka_server *server, struct cr_slice app, struct cr_slice id)
{
    CR_LOCKED(&server->mutex);
    return registry_cancel(server->registry, app, id, REGISTRY_CLIENT, real_now());
}

struct document *eureka_get_all(struct eureka_server *server, enum document_form form,
                                uint64_t *out_version)
{
    CR_LOCKED(&server->mutex);
    registry_expire(server->registry, real_now());
    *out_version = registry_version(server->registry);
    return eureka_render_all(server->registry, form);
}

struct document *eureka_get_app(struct eureka_server *server, struct cr_slice app,
                                enum document_form form, bool *out_found)
{
    CR_LOCKED(&server->mutex);
    registry_expire(server->registry, real_now());
    struct registry_app *found = registry_app(server->registry, app);
    *out_found = found != NULL;
    return found ? eureka_render_app(found, form) : NULL;
}

struct document *eureka_get_instance(struct eureka_server *server, struct cr_slice app,
                                     struct cr_slice id, enum document_form form, bool *out_found)
{
    CR_LOCKED(&server->mutex);
    registry_expire(server->registry, real_now());
    const struct registry_instance *found = app.len > 0 ? registry_find(server->registry, app, id)
                                                        : registry_find_any(server->registry, id);
    *out_found = found != NULL;
    return found ? eureka_render_instance(found, form) : NULL;
}

void eureka_look(struct eureka_server *server,
                 void (*look)(const struct registry *registry, struct registry_now now, void *ctx),
                 void *ctx)
{
    CR_LOCKED(&server->mutex);
    struct registry_now now = real_now();
    registry_expire(server->registry, now);
    look(server->registry, now, ctx);
}

struct eureka_counts eureka_counts(struct eureka_server *server)
{
    CR_LOCKED(&server->mutex);
    return (struct eureka_counts){
        .instances = registry_count(server->registry),
        .up = registry_status_count(server->registry, CR_WIRE_UP),
        .version = registry_version(server->registry),
    };
}
