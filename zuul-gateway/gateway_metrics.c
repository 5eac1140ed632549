/* Shows the data plane's counts as metrics. */
#include "gateway_metrics.h"

#include "plane.h"

/* More than that are counted, but not shown one by one. */
enum { ROUTES_SHOWN_MAX = 500, INSTANCES_SHOWN_MAX = 500 };

static void show(struct cr_metrics_view *view, enum cr_metric_kind kind, const char *name,
                 const char *help, uint64_t value)
{
    const struct cr_metric metric = {
        .kind = kind, .name = name, .help = help, .labels = "", .value = (double)value};
    cr_metrics_show(view, &metric);
}

static void show_plane(struct cr_metrics_view *view, const struct plane_counts *counts)
{
    const struct {
        enum cr_metric_kind kind;
        const char *name;
        const char *help;
        uint64_t value;
    } rows[] = {
        {CR_METRIC_COUNTER, "gateway.client.accepted", "Connections taken", counts->accepted},
        {CR_METRIC_COUNTER, "gateway.client.shed", "Connections refused: too many", counts->shed},
        {CR_METRIC_GAUGE, "gateway.client.connections", "Open connections of clients",
         counts->clients},
        {CR_METRIC_GAUGE, "gateway.requests.active", "Requests in work", counts->exchanges},
        {CR_METRIC_COUNTER, "gateway.requests", "Requests ended", counts->requests},
        {CR_METRIC_COUNTER, "gateway.upstream.connects", "Connections opened to instances",
         counts->upstream_connects},
        {CR_METRIC_COUNTER, "gateway.upstream.reuses", "Requests on a connection that was there",
         counts->upstream_reuses},
        {CR_METRIC_COUNTER, "gateway.upstream.waits",
         "Requests that found no connection to an instance free at once", counts->waits},
        {CR_METRIC_GAUGE, "gateway.streams", "Open event streams and WebSockets", counts->streams},
        {CR_METRIC_COUNTER, "gateway.retries", "Requests sent a second time", counts->retries},
        {CR_METRIC_COUNTER, "gateway.access.log.lost", "Records that the log was too slow for",
         counts->log_lost},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++)
        show(view, rows[i].kind, rows[i].name, rows[i].help, rows[i].value);
}

static void show_failures(struct cr_metrics_view *view, const struct plane_counts *counts)
{
    for (size_t i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++) {
        CR_AUTO(cr_buf) labels = {0};
        cr_metrics_label(&labels, "reason", cr_slice_of(failure_name((enum failure)i)));
        if (cr_buf_status(&labels))
            continue;
        const struct cr_metric metric = {
            .kind = CR_METRIC_COUNTER,
            .name = "gateway.failures",
            .help = "Requests that the gateway itself answered or ended, by reason",
            .labels = labels.data,
            .value = (double)counts->failures[i],
        };
        cr_metrics_show(view, &metric);
    }
}

/* --- routes and instances --- */

struct walk {
    struct cr_metrics_view *view;
    struct directory *directory;
};

/* How one kind of lane is shown. */
struct shown {
    const char *requests;
    const char *requests_help;
    const char *times;
    const char *times_help;
};

static void show_classes(struct cr_metrics_view *view, const struct shown *shown,
                         const char *labels, const struct lane_totals *totals)
{
    static const char *const classes[LANE_CLASSES] = {"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (size_t i = 0; i < LANE_CLASSES; i++) {
        CR_AUTO(cr_buf) with_class = {0};
        cr_buf_text(&with_class, labels);
        cr_metrics_label(&with_class, "outcome", cr_slice_of(classes[i]));
        if (totals->classes[i] == 0 || cr_buf_status(&with_class))
            continue;
        const struct cr_metric metric = {
            .kind = CR_METRIC_COUNTER,
            .name = shown->requests,
            .help = shown->requests_help,
            .labels = with_class.data,
            .value = (double)totals->classes[i],
        };
        cr_metrics_show(view, &metric);
    }
}

static void show_lane(struct cr_metrics_view *view, const struct shown *shown, const char *labels,
                      const struct lane_totals *totals)
{
    const struct cr_metric times = {
        .kind = CR_METRIC_TIMER,
        .name = shown->times,
        .help = shown->times_help,
        .unit = "seconds",
        .labels = labels,
        .sum = (double)totals->sum_us * 1e-6,
        .count = (int64_t)totals->requests,
        .powers = totals->powers,
    };
    _Static_assert((int)LANE_POWERS == (int)CR_METRIC_POWERS, "powers are shown as counted");
    if (totals->requests == 0)
        return;
    show_classes(view, shown, labels, totals);
    cr_metrics_show(view, &times);
}

static void show_route(const struct walk *walk, const struct route *route)
{
    static const struct shown shown = {
        "gateway.route.requests", "Requests ended, by route and class of answer",
        "gateway.route.duration", "From a request's head to its answer's end, by route"};
    struct lane_totals totals;
    CR_AUTO(cr_buf) labels = {0};
    directory_route_totals(walk->directory, route, &totals);
    cr_metrics_label(&labels, "route", cr_slice_of(route->id));
    if (!cr_buf_status(&labels))
        show_lane(walk->view, &shown, labels.data, &totals);
}

static void show_instance(const struct walk *walk, const struct service *service,
                          const struct instance *instance)
{
    static const struct shown shown = {
        "gateway.instance.requests", "Requests ended, by instance and class of answer",
        "gateway.instance.wait", "From a request's end to its answer's head, by instance"};
    struct lane_totals totals;
    CR_AUTO(cr_buf) labels = {0};
    directory_instance_totals(walk->directory, instance, &totals);
    cr_metrics_label(&labels, "service", cr_slice_of(service->id));
    cr_metrics_label(&labels, "instance", cr_slice_of(instance->id));
    if (cr_buf_status(&labels))
        return;
    const struct cr_metric connections = {
        .kind = CR_METRIC_GAUGE,
        .name = "gateway.instance.connections",
        .help = "Connections in work, by instance",
        .labels = labels.data,
        .value = (double)atomic_load_explicit(&instance->used, memory_order_relaxed),
    };
    show_lane(walk->view, &shown, labels.data, &totals);
    cr_metrics_show(walk->view, &connections);
}

static void show_snapshot(const struct snapshot *snapshot, void *ctx)
{
    const struct walk *walk = ctx;
    size_t count = route_table_count(snapshot->routes), left = INSTANCES_SHOWN_MAX;
    show(walk->view, CR_METRIC_GAUGE, "gateway.routes", "Routes in effect", count);
    show(walk->view, CR_METRIC_GAUGE, "gateway.config.generation",
         "Number of the snapshot in effect", snapshot->version);
    for (size_t i = 0; i < count && i < ROUTES_SHOWN_MAX; i++)
        show_route(walk, route_table_at(snapshot->routes, i));
    for (size_t i = 0; i < snapshot->destination_count; i++) {
        const struct destination *destination = &snapshot->destinations[i];
        for (size_t k = 0; k < destination->count && left; k++, left--)
            show_instance(walk, destination->service, destination->instances[k]);
    }
}

void gateway_metrics_collect(struct cr_metrics_view *view, void *ctx)
{
    struct plane *plane = ctx;
    struct plane_counts counts;
    struct directory_counts kept;
    struct walk walk = {view, plane_directory(plane)};
    plane_counts(plane, &counts);
    directory_counts(walk.directory, &kept);
    show_plane(view, &counts);
    show_failures(view, &counts);
    directory_visit(walk.directory, show_snapshot, &walk);
    show(view, CR_METRIC_GAUGE, "gateway.instances", "Instances known or still in use",
         kept.instances);
    show(view, CR_METRIC_GAUGE, "gateway.upstream.connections", "Connections to instances, in work",
         kept.connections);
    show(view, CR_METRIC_GAUGE, "gateway.upstream.waiting",
         "Requests that wait for a connection to an instance", kept.waiting);
    show(view, CR_METRIC_GAUGE, "gateway.snapshots", "Snapshots in use or not freed yet",
         kept.snapshots);
}
