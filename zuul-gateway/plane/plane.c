/* The data plane as a whole. */
#include "plane.h"

#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_hex.h"
#include "cr_random.h"
#include "cr_thread.h"
#include "listener.h"

struct plane {
    struct plane_options options;
    struct directory *directory;
    struct route_table *admin_routes;
    struct worker *workers;
    size_t opened; /* workers to close */
    int port;
    char id_prefix[20];
    _Atomic bool draining;
    _Atomic bool stopping;
    _Atomic size_t clients;
    _Atomic uint32_t streams; /* event streams and WebSockets to instances */
    _Atomic size_t listening; /* workers that may still take a connection */
    int64_t drain_end_ms;
    size_t next_log; /* worker whose ring is looked at first */
};

static void fill_id_prefix(struct plane *plane)
{
    unsigned char random[8];
    cr_random_bytes(random, sizeof(random));
    cr_hex_write(random, sizeof(random), plane->id_prefix);
    plane->id_prefix[2 * sizeof(random)] = '-';
}

/* The admin side's paths as a route table of their own: one look-up however many there are. */
static int make_admin_routes(struct plane *plane, struct cr_err *err)
{
    size_t count = plane->options.admin_path_count;
    const struct route_options options = {
        .prefix = "", .servlet_path = "", .own_service = "", .via = ""};
    CR_AUTO_FREE struct route_spec *specs = calloc(count + 1, sizeof(*specs));
    if (!specs)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    for (size_t i = 0; i < count; i++)
        specs[i] = (struct route_spec){
            .id = "admin", .path = plane->options.admin_paths[i], .service_id = "admin"};
    struct route_table_input input = {.options = &options, .specs = specs, .spec_count = count};
    return route_table_new(&input, &plane->admin_routes, err);
}

static int open_workers(struct plane *plane, struct cr_err *err)
{
    size_t count = plane->options.workers;
    int fds[EPOCH_READERS_MAX];
    if (count > CR_COUNT(fds))
        return cr_err_set(err, CR_ELIMIT, "crema.gateway.workers: at most %zu", CR_COUNT(fds));
    plane->workers = aligned_alloc(64, (sizeof(struct worker) * count + 63) / 64 * 64);
    if (!plane->workers)
        return cr_err_set(err, CR_ENOMEM, "no memory for workers");
    memset(plane->workers, 0, sizeof(struct worker) * count);
    int status =
        listener_open(plane->options.host, plane->options.port, fds, count, &plane->port, err);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        struct worker *worker = &plane->workers[i];
        worker->options = &plane->options;
        worker->poller.fd = -1;
        plane->opened++;
        int opened = worker_open(worker, plane, i, fds[i], err);
        if (opened && !status)
            status = opened;
    }
    atomic_store(&plane->listening, count);
    for (size_t i = 0; i < count && !status; i++)
        status = worker_start(&plane->workers[i], err);
    return status;
}

int plane_start(const struct plane_options *options, const struct directory_hooks *hooks,
                const struct directory_input *input, struct plane **out_plane, struct cr_err *err)
{
    struct plane *plane = calloc(1, sizeof(*plane));
    if (!plane)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    plane->options = *options;
    fill_id_prefix(plane);
    int status =
        directory_new(options->workers, options->admin_socket, hooks, &plane->directory, err);
    if (!status)
        status = directory_publish(plane->directory, input, err);
    if (!status)
        status = make_admin_routes(plane, err);
    if (!status)
        status = open_workers(plane, err);
    if (status) {
        plane_stop(plane);
        return status;
    }
    *out_plane = plane;
    return 0;
}

int plane_port(const struct plane *plane)
{
    return plane->port;
}

static void wake_all(struct plane *plane)
{
    for (size_t i = 0; i < plane->opened; i++)
        worker_wake(&plane->workers[i]);
}

int plane_publish(struct plane *plane, const struct directory_input *input, struct cr_err *err)
{
    int status = directory_publish(plane->directory, input, err);
    if (!status)
        wake_all(plane); /* so that idle connections to gone instances are closed at once */
    return status;
}

void plane_reclaim(struct plane *plane)
{
    directory_reclaim(plane->directory);
}

void plane_drain(struct plane *plane)
{
    plane->drain_end_ms = cr_clock_ms() + plane->options.drain_ms;
    atomic_store(&plane->draining, true);
    wake_all(plane);
}

bool plane_wait_drained(struct plane *plane)
{
    struct cr_mutex lock;
    struct cr_cond never;
    cr_mutex_init(&lock);
    cr_cond_init(&never);
    cr_mutex_lock(&lock);
    while ((atomic_load(&plane->listening) || atomic_load(&plane->clients)) &&
           cr_clock_ms() < plane->drain_end_ms)
        (void)cr_cond_wait_until(&never, &lock, cr_clock_ms() + 10);
    cr_mutex_unlock(&lock);
    cr_cond_fini(&never);
    cr_mutex_fini(&lock);
    return atomic_load(&plane->clients) == 0;
}

static void drop_route(struct route *route, void *ctx)
{
    (void)ctx;
    route_free(route);
}

void plane_stop(struct plane *plane)
{
    if (!plane)
        return;
    atomic_store(&plane->stopping, true);
    wake_all(plane);
    for (size_t i = 0; i < plane->opened; i++)
        worker_join(&plane->workers[i]);
    for (size_t i = 0; i < plane->opened; i++)
        worker_close(&plane->workers[i]);
    free(plane->workers);
    route_table_free(plane->admin_routes, drop_route, NULL);
    directory_free(plane->directory);
    free(plane);
}

bool plane_has_ring(const struct plane *plane)
{
    return plane->workers[0].outbox.has_ring;
}

struct directory *plane_directory(struct plane *plane)
{
    return plane->directory;
}

static uint64_t read_count(const _Atomic uint64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

void plane_counts(const struct plane *plane, struct plane_counts *out)
{
    *out = (struct plane_counts){.streams = atomic_load(&plane->streams)};
    for (size_t i = 0; i < plane->opened; i++) {
        const struct worker_counts *counts = &plane->workers[i].counts;
        out->accepted += read_count(&counts->accepted);
        out->shed += read_count(&counts->shed);
        out->requests += read_count(&counts->requests);
        out->upstream_connects += read_count(&counts->upstream_connects);
        out->upstream_reuses += read_count(&counts->upstream_reuses);
        out->retries += read_count(&counts->retries);
        out->waits += read_count(&counts->waits);
        out->log_lost += read_count(&counts->log_lost);
        out->clients += read_count(&counts->clients);
        out->exchanges += read_count(&counts->exchanges);
        for (size_t k = 0; k < FAILURE_COUNT; k++)
            out->failures[k] += read_count(&counts->failures[k]);
    }
}

bool plane_next_record(struct plane *plane, struct access_record *out_record)
{
    for (size_t i = 0; i < plane->opened; i++) {
        size_t at = (plane->next_log + i) % plane->opened;
        struct access_ring *ring = plane->workers[at].log;
        if (ring && access_ring_pop(ring, out_record)) {
            plane->next_log = at + 1;
            return true;
        }
    }
    return false;
}

bool plane_is_admin_path(const struct plane *plane, struct cr_slice path)
{
    struct cr_slice rest;
    return route_table_find(plane->admin_routes, path, &rest) >= 0;
}

struct cr_slice plane_id_prefix(const struct plane *plane)
{
    return (struct cr_slice){plane->id_prefix, 17};
}

bool plane_is_draining(const struct plane *plane)
{
    return atomic_load_explicit(&plane->draining, memory_order_relaxed);
}

bool plane_is_stopping(const struct plane *plane)
{
    return atomic_load_explicit(&plane->stopping, memory_order_relaxed);
}

bool plane_client_opened(struct plane *plane)
{
    if (atomic_fetch_add(&plane->clients, 1) < plane->options.connections_max)
        return true;
    atomic_fetch_sub(&plane->clients, 1);
    return false;
}

void plane_client_closed(struct plane *plane)
{
    atomic_fetch_sub(&plane->clients, 1);
}

bool plane_stream_opened(struct plane *plane, uint32_t max)
{
    return quota_count(&plane->streams, max);
}

void plane_stream_closed(struct plane *plane)
{
    atomic_fetch_sub(&plane->streams, 1);
}

void plane_listener_closed(struct plane *plane)
{
    atomic_fetch_sub(&plane->listening, 1);
}
