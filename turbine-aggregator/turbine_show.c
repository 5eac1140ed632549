/* What the aggregator shows: streams, the list of clusters, the state of each host, figures. */
#include <stdio.h>
#include <stdlib.h>

#include "cr_clock.h"
#include "cr_http_request.h"
#include "cr_http_stream.h"
#include "cr_json_writer.h"
#include "cr_url.h"
#include "source.h"
#include "turbine_private.h"

enum { VIEWER_QUEUE_BYTES = 1024 * 1024 };

/* --- streams --- */

/* Where a viewer sits; belongs to its stream. */
struct seat {
    struct turbine *turbine;
    struct cluster *cluster;
    struct viewer *viewer;
};

static void on_close(struct cr_http_stream *stream CR_UNUSED, void *ctx)
{
    struct seat *seat = ctx;
    cr_mutex_lock(&seat->turbine->lock);
    cluster_leave(seat->cluster, seat->viewer);
    cr_mutex_unlock(&seat->turbine->lock);
    free(seat);
}

/* The request is answered when this returns 0, and the seat is the stream's. */
static int sit_down(struct seat *seat, struct cr_http_request *req)
{
    const struct cr_http_stream_options options = {
        .queue_max = VIEWER_QUEUE_BYTES,
        .heartbeat_ms = -1, /* the pings are ours, in Turbine's form */
        .on_close = on_close,
        .ctx = seat,
    };
    struct turbine *turbine = seat->turbine;
    struct viewer *viewer = seat->viewer;
    viewer_resume(viewer, turbine->epoch, cr_http_header(req, "Last-Event-ID"));
    cr_http_answer_header(req, "Pragma", "no-cache");
    CR_LOCKED(&turbine->lock);
    int rc = cr_http_stream_open(req, 200, &options, &viewer->stream);
    if (rc)
        return rc;
    viewer_greet(viewer, cr_clock_ms());
    cluster_join(seat->cluster, viewer);
    cr_cond_signal(&turbine->wake);
    return 0;
}

static struct cluster *find_cluster(struct turbine *turbine, struct cr_slice name)
{
    CR_LOCKED(&turbine->lock);
    return cr_map_get(turbine->clusters, name);
}

void turbine_view(struct turbine *turbine, struct cr_http_request *req, struct cr_slice cluster)
{
    struct filter filter;
    struct cr_err err = {0};
    if (filter_parse(cr_http_query(req, "filterCriteria"), cr_http_query(req, "delay"), &filter,
                     &err)) {
        cr_http_problem(req, 400, "%s", err.text);
        return;
    }
    struct seat *seat = calloc(1, sizeof *seat);
    struct viewer *viewer = viewer_new(&filter);
    struct cluster *found = find_cluster(turbine, cluster);
    int rc = seat && viewer ? 0 : CR_ENOMEM;
    if (rc == 0 && !found)
        rc = CR_ENOTFOUND;
    if (rc == 0) {
        *seat = (struct seat){turbine, found, viewer};
        rc = sit_down(seat, req);
    }
    if (rc == 0)
        return;
    viewer_free(viewer);
    free(seat);
    if (rc == CR_ENOTFOUND)
        cr_http_problem(req, 404, "Cluster not found: '%.*s'; GET /clusters lists those there are",
                        CR_SLICE_ARG(cluster));
    else
        cr_http_problem(req, 503, "No stream: %s", cr_code_name(rc));
}

/* --- lists --- */

void turbine_clusters_json(struct turbine *turbine, const char *base, struct cr_buf *out)
{
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_begin_array(&writer);
    CR_LOCKED(&turbine->lock);
    struct cr_slice name;
    void *cluster = NULL;
    for (size_t cursor = 0; cr_map_next(turbine->clusters, &cursor, &name, &cluster);) {
        CR_AUTO(cr_buf) link = {0};
        cr_buf_printf(&link, "%s/turbine.stream?cluster=", base);
        cr_url_encode(&link, name, "");
        cr_json_begin_object(&writer);
        cr_json_pair_string(&writer, "name", name);
        cr_json_pair_string(&writer, "link", cr_buf_view(&link));
        cr_json_end_object(&writer);
    }
    cr_json_end_array(&writer);
}

static void write_host(struct cr_json_writer *writer, struct source *source, int64_t now_ms)
{
    struct feed_status status;
    feed_status(source->feed, &status);
    cr_json_begin_object(writer);
    cr_json_pair_text(writer, "cluster", cluster_name(source->cluster));
    cr_json_pair_text(writer, "host", source->host);
    cr_json_pair_text(writer, "instance", source->instance);
    cr_json_pair_text(writer, "url", status.url[0] ? status.url : source->url);
    cr_json_pair_text(writer, "state", feed_state_name(status.state));
    cr_json_pair_text(writer, "problem", status.problem);
    if (status.event_ms > 0)
        cr_json_pair_int(writer, "lastEventAgeMs", now_ms - status.event_ms);
    else
        cr_json_pair_null(writer, "lastEventAgeMs");
    cr_json_pair_int(writer, "skewMs", status.age_ms);
    cr_json_pair_int(writer, "skippedEvents", (int64_t)status.skipped);
    cr_json_end_object(writer);
}

void turbine_hosts_json(struct turbine *turbine, struct cr_slice cluster, struct cr_buf *out)
{
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_begin_array(&writer);
    CR_LOCKED(&turbine->lock);
    int64_t now_ms = cr_clock_ms();
    cr_list_for (node, &turbine->sources) {
        struct source *source = CR_CONTAINER(node, struct source, link);
        if (cluster.len == 0 || cr_slice_is(cluster, cluster_name(source->cluster)))
            write_host(&writer, source, now_ms);
    }
    cr_json_end_array(&writer);
}

static void count_source(struct source *source, struct turbine_figures *figures)
{
    struct feed_status status;
    feed_status(source->feed, &status);
    figures->hosts++;
    figures->hosts_live += status.state == FEED_LIVE;
    if (status.state != FEED_WAITING)
        return;
    figures->hosts_failing++;
    snprintf(figures->problem, sizeof figures->problem, "%s", status.problem);
}

void turbine_figures(struct turbine *turbine, struct turbine_figures *out_figures)
{
    struct turbine_figures figures = {0};
    cr_mutex_lock(&turbine->lock);
    struct cr_slice name;
    void *cluster = NULL;
    for (size_t cursor = 0; cr_map_next(turbine->clusters, &cursor, &name, &cluster);) {
        struct cluster_figures its = cluster_figures(cluster);
        figures.clusters++;
        figures.circuits += its.circuits;
        figures.viewers += its.viewers;
    }
    cr_list_for (node, &turbine->sources) {
        count_source(CR_CONTAINER(node, struct source, link), &figures);
    }
    cr_mutex_unlock(&turbine->lock);
    *out_figures = figures;
}
