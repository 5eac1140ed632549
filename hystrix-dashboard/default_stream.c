/* The aggregator's stream: as it was configured, or as the registry knows it. */
#include "default_stream.h"

#include <string.h>

#include "cr_buf.h"
#include "cr_url.h"
#include "origin.h"

static int with_cluster(struct cr_buf *url, struct cr_slice cluster, struct cr_arena *arena,
                        const char **out_url, struct cr_err *err)
{
    if (cluster.len > 0) {
        cr_buf_char(url, cr_slice_find(cr_buf_view(url), '?') < 0 ? '?' : '&');
        cr_buf_text(url, "cluster=");
        cr_url_encode(url, cluster, "");
    }
    *out_url = cr_buf_status(url) ? NULL : cr_arena_slice(arena, cr_buf_view(url));
    return *out_url ? 0 : cr_err_set(err, CR_ENOMEM, "default stream: out of memory");
}

/* "http://user@host:1" of a URL. */
static struct cr_slice without_path(struct cr_slice url)
{
    size_t at = (size_t)cr_slice_search(url, CR_SLICE("://")) + 3;
    while (at < url.len && url.ptr[at] != '/' && url.ptr[at] != '?' && url.ptr[at] != '#')
        at++;
    return cr_slice_sub(url, 0, at);
}

/* A configured stream with another path: what the same aggregator says about its hosts. */
static int configured(const char *stream, const char *path, struct cr_buf *url, struct cr_err *err)
{
    struct cr_url parts;
    if (cr_url_parse(cr_slice_of(stream), &parts, err))
        return cr_err_set(err, CR_ENOTFOUND, "crema.dashboard.stream: '%s' is not a URL", stream);
    if (strcmp(path, "turbine.stream") == 0) {
        cr_buf_text(url, stream);
    } else {
        cr_buf_slice(url, without_path(cr_slice_of(stream)));
        cr_buf_printf(url, "/%s", path);
    }
    return 0;
}

static int no_aggregator(const struct dashboard_settings *settings,
                         const struct cr_snapshot *snapshot, struct cr_err *err)
{
    if (!snapshot || snapshot->version == 0)
        return cr_err_set(err, CR_ENOTFOUND,
                          "No stream to show yet: the registry has not answered. Start "
                          "eureka-registry, or see eureka.client.service-url.defaultZone in "
                          "/actuator/env, or name a stream by crema.dashboard.stream.");
    return cr_err_set(err, CR_ENOTFOUND,
                      "No stream to show: the registry knows no '%s' that is UP. Start "
                      "turbine-aggregator, or name a stream by crema.dashboard.stream.",
                      settings->turbine_service);
}

static int registered(const struct dashboard_settings *settings, const struct cr_snapshot *snapshot,
                      const char *path, struct cr_buf *url, struct cr_err *err)
{
    const struct cr_service *service =
        cr_snapshot_service(snapshot, cr_slice_of(settings->turbine_service));
    if (!service || service->up_count == 0)
        return no_aggregator(settings, snapshot, err);
    const struct cr_instance *instance = service->instances[0];
    bool secure = instance->secure_port > 0;
    origin_write(url, secure ? "https" : "http",
                 secure || !*instance->ip ? instance->host : instance->ip,
                 secure ? instance->secure_port : instance->port);
    cr_buf_printf(url, "/%s", path);
    return 0;
}

static int looked_up(const struct dashboard_settings *settings, struct cr_instances *instances,
                     const char *path, struct cr_buf *url, struct cr_err *err)
{
    if (!instances)
        return no_aggregator(settings, NULL, err);
    struct cr_instances_pin pin = cr_instances_pin(instances);
    int rc = registered(settings, pin.snapshot, path, url, err);
    cr_instances_unpin(instances, &pin);
    return rc;
}

int default_stream_url(const struct dashboard_settings *settings, struct cr_instances *instances,
                       const struct default_stream_part *part, struct cr_arena *arena,
                       const char **out_url, struct cr_err *err)
{
    CR_AUTO(cr_buf) url = {0};
    int rc = *settings->stream ? configured(settings->stream, part->path, &url, err)
                               : looked_up(settings, instances, part->path, &url, err);
    return rc ? rc : with_cluster(&url, part->cluster, arena, out_url, err);
}
