/* One cluster: its board, its viewers, and what is due to them. */
#include "cluster.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_buf.h"
#include "cr_json_writer.h"

enum { META_MS = 3000 };

struct cluster {
    char *name;
    struct board *board;
    struct cr_list viewers;
    size_t viewer_count;
    bool changed; /* since the last round */
    bool urgent;  /* a host has gone: no waiting for the round's time */
    int64_t flushed_ms;
    int64_t meta_due_ms;
    int64_t meta_wall_ms; /* of the last meta event; 0: none yet */
};

struct cluster *cluster_new(const char *name, size_t circuits_max)
{
    struct cluster *cluster = calloc(1, sizeof *cluster);
    if (!cluster)
        return NULL;
    cr_list_init(&cluster->viewers);
    cluster->name = strdup(name);
    cluster->board = board_new(circuits_max);
    if (cluster->name && cluster->board)
        return cluster;
    cluster_free(cluster);
    return NULL;
}

void cluster_free(struct cluster *cluster)
{
    if (!cluster)
        return;
    CR_ASSERT(cr_list_empty(&cluster->viewers));
    board_free(cluster->board);
    free(cluster->name);
    free(cluster);
}

const char *cluster_name(const struct cluster *cluster)
{
    return cluster->name;
}

int cluster_put(struct cluster *cluster, struct cr_slice host, const struct cr_wire_event *event)
{
    cluster->changed = true;
    return board_put(cluster->board, host, event);
}

void cluster_drop(struct cluster *cluster, struct cr_slice host)
{
    board_drop(cluster->board, host);
    cluster->changed = true;
    cluster->urgent = true;
}

void cluster_join(struct cluster *cluster, struct viewer *viewer)
{
    cr_list_push_back(&cluster->viewers, &viewer->link);
    cluster->viewer_count++;
    viewer->behind = true; /* the next pulse shows it everything */
}

void cluster_leave(struct cluster *cluster, struct viewer *viewer)
{
    cr_list_remove(&viewer->link);
    cluster->viewer_count--;
    viewer_free(viewer);
}

static struct viewer *viewer_at(struct cr_list *node)
{
    return CR_CONTAINER(node, struct viewer, link);
}

/* Everybody gets a round; in between those who are behind, and the new ones. */
static void show(struct cluster *cluster, const struct cluster_moment *moment)
{
    bool round = cluster->changed &&
                 (cluster->urgent || moment->now_ms - cluster->flushed_ms >= moment->flush_ms);
    if (round) {
        board_flush(cluster->board);
        cluster->changed = false;
        cluster->urgent = false;
        cluster->flushed_ms = moment->now_ms;
    }
    cr_list_for (node, &cluster->viewers) {
        struct viewer *viewer = viewer_at(node);
        if (round || viewer->behind)
            viewer_show(viewer, cluster->board, moment->epoch, moment->now_ms);
    }
}

static void tell_meta(struct cluster *cluster, const struct cluster_moment *moment)
{
    if (moment->now_ms < cluster->meta_due_ms)
        return;
    cluster->meta_due_ms = moment->now_ms + META_MS;
    CR_AUTO(cr_buf) json = {0};
    struct cr_json_writer writer;
    cr_json_init(&writer, &json);
    cr_json_begin_object(&writer);
    cr_json_pair_text(&writer, "type", "meta");
    cr_json_pair_text(&writer, "name", "meta");
    cr_json_pair_int(&writer, "reportingHostsLast10Seconds", (int64_t)moment->hosts);
    cr_json_pair_int(&writer, "timestamp", cluster->meta_wall_ms);
    cr_json_end_object(&writer);
    cluster->meta_wall_ms = moment->wall_ms;
    if (cr_buf_status(&json))
        return;
    cr_list_for (node, &cluster->viewers) {
        viewer_tell(viewer_at(node), CR_SLICE("meta"), CR_SLICE("meta"), cr_buf_view(&json));
    }
}

void cluster_pulse(struct cluster *cluster, const struct cluster_moment *moment)
{
    show(cluster, moment);
    tell_meta(cluster, moment);
    cr_list_for (node, &cluster->viewers) {
        viewer_ping(viewer_at(node), moment->now_ms);
    }
}

struct cluster_figures cluster_figures(const struct cluster *cluster)
{
    return (struct cluster_figures){board_count(cluster->board), cluster->viewer_count};
}
