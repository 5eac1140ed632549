/* The core behind a lock, with real time. */
#include "eureka_server.h"

#include <stdlib.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_thread.h"
#include "eureka_render.h"
#include "keeper.h"

enum { TIDY_MS = 60 * 1000, US_PER_MS = 1000, NS_PER_US = 1000 };

struct eureka_server {
    struct cr_mutex mutex;
    struct cr_cond sooner; /* the next lease may be due earlier than was known, or stopping */
    struct registry *registry;
    bool stopping;
    struct cr_thread thread;
    void (*told)(void *ctx, const struct registry_event *event); /* of each change; may be NULL */
    void *told_ctx;
    struct keeper *keeper; /* NULL: no snapshot is kept */
    int64_t gate_until_ms; /* set before anybody asks */
    const struct cr_log *log;
    struct cr_gauge *instances;
    struct cr_gauge *held;
    struct eureka_metrics metrics;
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
    cr_counter_add(server->metrics.changes[event->change], 1);
    if (server->keeper)
        keeper_mark(server->keeper);
    if (server->told)
        server->told(server->told_ctx, event);
    cr_log_info(server->log, events[event->change], "%.*s/%.*s %s", CR_SLICE_ARG(record->app),
                CR_SLICE_ARG(cr_wire_instance_id(record)), cr_wire_status_name(record->status));
}

static double read_instances(void *ctx)
{
    return (double)eureka_counts(ctx).instances;
}

static double read_held(void *ctx)
{
    return (double)eureka_counts(ctx).preservation.held;
}

static void make_metrics(struct eureka_server *server)
{
    eureka_metrics_init(&server->metrics);
    server->instances =
        cr_metrics_gauge("crema.registry.instances", "Instances that are registered now", NULL);
    cr_gauge_callback(server->instances, read_instances, server);
    server->held = cr_metrics_gauge("crema.registry.leases.held",
                                    "Leases that are over and held by self-preservation", NULL);
    cr_gauge_callback(server->held, read_held, server);
}

/* ---- the snapshot ---- */

static struct snapshot *take_snapshot(void *ctx)
{
    struct eureka_server *server = ctx;
    CR_LOCKED(&server->mutex);
    return snapshot_take(server->registry, real_now());
}

static int set_aside(const struct eureka_server *server, const char *path,
                     const struct cr_err *damage, struct cr_err *err)
{
    CR_AUTO(cr_buf) name = {0};
    int rc = snapshot_set_aside(path, cr_clock_wall_ms(), &name, err);
    if (!rc)
        cr_log_error(server->log, "snapshot.damaged",
                     "%s; it is now '%s' and the registry begins empty: its clients register again "
                     "with their next renewals",
                     damage->text, name.data);
    return rc;
}

static int load_snapshot(struct eureka_server *server, const char *path, struct cr_err *err)
{
    struct snapshot_loaded loaded;
    int rc = snapshot_load(path, server->registry, real_now(), &loaded, err);
    if (rc == CR_ENOTFOUND)
        return 0;
    if (rc == CR_EPARSE) {
        struct cr_err damage = *err;
        return set_aside(server, path, &damage, err);
    }
    if (rc)
        return rc;
    cr_log_info(server->log, "snapshot.loaded", "%zu instances and %zu overrides from '%s'",
                loaded.instances, loaded.overrides, path);
    if (loaded.skipped > 0)
        cr_log_warn(server->log, "snapshot.skipped",
                    "'%s': ignoring %zu lines: more than crema.eureka.max-instances, or not valid "
                    "any more",
                    path, loaded.skipped);
    return 0;
}

static int open_snapshot(struct eureka_server *server, const char *path, struct cr_err *err)
{
    const struct keeper_options options = {path, take_snapshot, server, server->log};
    int rc = keeper_open(&options, &server->keeper, err);
    rc = rc ? rc : load_snapshot(server, path, err);
    if (!rc)
        return 0;
    keeper_close(server->keeper);
    server->keeper = NULL;
    return cr_err_prefix(err, "the snapshot cannot be used, set crema.eureka.snapshot.file to "
                              "another place or crema.eureka.snapshot.enabled=false: ");
}

/* ---- life ---- */

int eureka_server_open(const struct eureka_server_options *options,
                       struct eureka_server **out_server, struct cr_err *err)
{
    struct eureka_server *server = calloc(1, sizeof *server);
    if (!server)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    struct registry_now now = real_now();
    const struct registry_options core = {
        .instances_max = options->instances_max,
        .delta_retention_ms = options->delta_retention_ms,
        .version = (uint64_t)now.wall_ms, /* grows from start to start */
        .began_ms = now.now_ms,
        .clock_step_ms = 1,
        .self_preservation = options->self_preservation,
        .changed = changed,
        .ctx = server,
    };
    cr_mutex_init(&server->mutex);
    cr_cond_init(&server->sooner);
    server->log = options->log;
    server->registry = registry_new(&core);
    int rc = server->registry ? 0 : cr_err_set(err, CR_ENOMEM, "registry: no memory");
    if (!rc && options->snapshot_path)
        rc = open_snapshot(server, options->snapshot_path, err);
    if (rc) {
        eureka_server_stop(server);
        return rc;
    }
    if (options->waits_when_empty && registry_count(server->registry) == 0)
        server->gate_until_ms = now.now_ms + options->empty_wait_ms;
    make_metrics(server);
    *out_server = server;
    return 0;
}

/* Sleeps until the first lease is due, lets go what is due, and again; once a minute it drops what
 * nobody reads. */
static void run(void *ctx)
{
    struct eureka_server *server = ctx;
    CR_LOCKED(&server->mutex);
    int64_t tidy_ms = cr_clock_ms() + TIDY_MS;
    while (!server->stopping) {
        struct registry_now now = real_now();
        registry_expire(server->registry, now);
        if (now.now_ms >= tidy_ms) {
            eureka_render_idle(server->registry, now.now_ms);
            tidy_ms = now.now_ms + TIDY_MS;
        }
        int64_t due_ms = registry_next_due_ms(server->registry);
        cr_cond_wait_until(&server->sooner, &server->mutex, cr_min_i64(due_ms, tidy_ms));
    }
}

int eureka_server_start(struct eureka_server *server, struct cr_err *err)
{
    int rc = cr_thread_start(&server->thread, "leases", run, server, err);
    return rc || !server->keeper ? rc : keeper_start(server->keeper, err);
}

void eureka_server_stop(struct eureka_server *server)
{
    if (!server)
        return;
    if (server->instances) {
        cr_gauge_callback(server->instances, NULL, NULL);
        cr_gauge_callback(server->held, NULL, NULL);
    }
    cr_mutex_lock(&server->mutex);
    server->stopping = true;
    cr_cond_signal(&server->sooner);
    cr_mutex_unlock(&server->mutex);
    cr_thread_join(&server->thread);
    keeper_close(server->keeper);
    registry_free(server->registry);
    cr_cond_fini(&server->sooner);
    cr_mutex_fini(&server->mutex);
    free(server);
}

void eureka_set_listener(struct eureka_server *server,
                         void (*told)(void *ctx, const struct registry_event *event), void *ctx)
{
    CR_LOCKED(&server->mutex);
    server->told = told;
    server->told_ctx = ctx;
}

void eureka_set_preservation(struct eureka_server *server,
                             const struct self_preservation_options *options)
{
    CR_LOCKED(&server->mutex);
    registry_set_preservation(server->registry, options, real_now());
    cr_cond_signal(&server->sooner);
}

bool eureka_gate_closed(const struct eureka_server *server)
{
    return server->gate_until_ms > 0 && cr_clock_ms() < server->gate_until_ms;
}

/* ---- changes ---- */

int eureka_register(struct eureka_server *server, const struct cr_wire_instance *record,
                    enum registry_origin origin)
{
    CR_LOCKED(&server->mutex);
    struct registry_registration out = {0};
    int64_t due_ms = registry_next_due_ms(server->registry);
    int rc = registry_register(server->registry, record, origin, real_now(), &out);
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
                                   struct cr_slice id, const struct registry_beat *beat,
                                   const enum cr_wire_form *form, struct document **out_newer)
{
    int64_t silence_ms = -1;
    struct registry_beat asked = *beat;
    asked.out_silence_ms = &silence_ms;
    CR_LOCKED(&server->mutex);
    enum registry_renewal renewal = registry_renew(server->registry, app, id, &asked, real_now());
    cr_counter_add(server->metrics.renewals[renewal], 1);
    if (silence_ms >= 0)
        cr_histogram_record(server->metrics.lease_age, US_PER_MS * silence_ms);
    if (renewal != REGISTRY_NEWER)
        return renewal;
    struct registry_instance *instance = registry_find(server->registry, app, id);
    *out_newer = form ? eureka_render_instance(instance, *form) : eureka_render_record(instance);
    return renewal;
}

bool eureka_cancel(struct eureka_server *server, struct cr_slice app, struct cr_slice id,
                   enum registry_origin origin)
{
    CR_LOCKED(&server->mutex);
    return registry_cancel(server->registry, app, id, origin, real_now());
}

int eureka_override(struct eureka_server *server, struct cr_slice app, struct cr_slice id,
                    const struct registry_order *order)
{
    CR_LOCKED(&server->mutex);
    return registry_override(server->registry, app, id, order, real_now());
}

int eureka_end_override(struct eureka_server *server, struct cr_slice app, struct cr_slice id,
                        const struct registry_order *order)
{
    CR_LOCKED(&server->mutex);
    return registry_end_override(server->registry, app, id, order, real_now());
}

int eureka_add_metadata(struct eureka_server *server, struct cr_slice app, struct cr_slice id,
                        const struct cr_wire_pair *pairs, size_t count)
{
    CR_LOCKED(&server->mutex);
    return registry_add_metadata(server->registry, app, id, pairs, count, real_now());
}

const struct eureka_metrics *eureka_metrics(const struct eureka_server *server)
{
    return &server->metrics;
}

/* ---- looking ---- */

/* What is due at this moment is gone for whoever looks at it. */
static struct registry *as_of(struct eureka_server *server, struct registry_now now)
{
    registry_expire(server->registry, now);
    return server->registry;
}

static struct registry *as_of_now(struct eureka_server *server)
{
    return as_of(server, real_now());
}

/* When the making of a document begins; 0 where it is there already and shared. */
static int64_t begun_ns(const struct registry_rendering *rendering)
{
    return rendering->document ? 0 : cr_clock_ns();
}

/* Measures what had to be made. */
static struct document *rendered(const struct eureka_server *server, enum eureka_document kind,
                                 int64_t began_ns, struct document *document)
{
    if (began_ns && document)
        cr_histogram_record(server->metrics.renders[kind], (cr_clock_ns() - began_ns) / NS_PER_US);
    return document;
}

bool eureka_has(struct eureka_server *server, struct cr_slice app, struct cr_slice id)
{
    CR_LOCKED(&server->mutex);
    return registry_find(as_of_now(server), app, id) != NULL;
}

struct document *eureka_get_all(struct eureka_server *server, enum cr_wire_form form,
                                uint64_t *out_version)
{
    CR_LOCKED(&server->mutex);
    struct registry_now now = real_now();
    struct registry *registry = as_of(server, now);
    int64_t began_ns = begun_ns(registry_rendered(registry, REGISTRY_ALL, form));
    *out_version = registry_version(registry);
    return rendered(server, EUREKA_DOCUMENT_ALL, began_ns,
                    eureka_render_all(registry, form, now.now_ms));
}

struct document *eureka_get_delta(struct eureka_server *server, enum cr_wire_form form,
                                  uint64_t *out_version)
{
    CR_LOCKED(&server->mutex);
    struct registry_now now = real_now();
    struct registry *registry = as_of(server, now);
    int64_t began_ns = begun_ns(registry_rendered(registry, REGISTRY_DELTA, form));
    *out_version = registry_version(registry);
    return rendered(server, EUREKA_DOCUMENT_DELTA, began_ns,
                    eureka_render_delta(registry, form, now.now_ms));
}

struct document *eureka_get_vip(struct eureka_server *server, struct cr_slice vip, bool secure,
                                enum cr_wire_form form)
{
    CR_LOCKED(&server->mutex);
    return eureka_render_vip(as_of_now(server), vip, secure, form);
}

struct document *eureka_get_app(struct eureka_server *server, struct cr_slice app,
                                enum cr_wire_form form, bool *out_found)
{
    CR_LOCKED(&server->mutex);
    struct registry_now now = real_now();
    struct registry_app *found = registry_app(as_of(server, now), app);
    *out_found = found != NULL;
    if (!found)
        return NULL;
    int64_t began_ns = begun_ns(&found->rendered[form]);
    return rendered(server, EUREKA_DOCUMENT_APP, began_ns,
                    eureka_render_app(found, form, now.now_ms));
}

struct document *eureka_get_instance(struct eureka_server *server, struct cr_slice app,
                                     struct cr_slice id, enum cr_wire_form form, bool *out_found)
{
    CR_LOCKED(&server->mutex);
    const struct registry *registry = as_of_now(server);
    const struct registry_instance *found =
        app.len > 0 ? registry_find(registry, app, id) : registry_find_any(registry, id);
    *out_found = found != NULL;
    return found ? eureka_render_instance(found, form) : NULL;
}

void eureka_look(struct eureka_server *server,
                 void (*look)(struct registry *registry, struct registry_now now, void *ctx),
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
        .preservation = registry_preservation(server->registry, real_now()),
    };
}
