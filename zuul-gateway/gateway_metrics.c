/* Shows the data plane's counts as metrics. */
#include "gateway_metrics.h"

#include "plane.h"

/* Routes beyond that are counted, but not shown one by one. */
enum { ROUTES_SHOWN_MAX = 500 };

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

struct walk {
    struct cr_metrics_view *view;
    struct directory *directory;
};

static void show_route(const struct walk *walk, const struct route *route)
{
    static const char *const classes[] = {"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};
    struct route_totals totals;
    directory_route_totals(walk->directory, route, &totals);
    for (size_t i = 0; i < CR_COUNT(totals.classes); i++) {
        CR_AUTO(cr_buf) labels = {0};
        cr_metrics_label(&labels, "route", cr_slice_of(route->id));
        cr_metrics_label(&labels, "outcome", cr_slice_of(classes[i]));
        if (totals.classes[i] == 0 || cr_buf_status(&labels))
            continue;
        const struct cr_metric metric = {
            .kind = CR_METRIC_COUNTER,
            .name = "gateway.route.requests",
            .help = "Requests ended, by route and class of answer",
            .labels = labels.data,
            .value = (double)totals.classes[i],
        };
        cr_metrics_show(walk->view, &metric);
    }
}

static void show_snapshot(const struct snapshot *snapshot, void *ctx)
{
    const struct walk *walk = ctx;
    size_t count = route_table_count(snapshot->routes);
    show(walk->view, CR_METRIC_GAUGE, "gateway.routes", "Routes in effect", count);
    show(walk->view, CR_METRIC_GAUGE, "gateway.config.generation",
         "Number of the snapshot in effect", snapshot->version);
    for (size_t i = 0; i < count && i < ROUTES_SHOWN_MAX; i++)
        show_route(walk, route_table_at(snapshot->routes, i));
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
    show(view, CR_METRIC_GAUGE, "gateway.snapshots", "Snapshots in use or not freed yet",
         kept.snapshots);
}
