/* The relay's module and the feed's route. */
#include "shop_events.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_clock.h"
#include "cr_daemon.h"
#include "cr_feed.h"
#include "cr_log.h"
#include "cr_relay.h"
#include "cr_settings.h"
#include "shop_job.h"
#include "shop_store.h"

enum { RELAY_STOP_MS = 800 };

struct broker_settings {
    const char *servers;
};
static const struct cr_setting broker_rows[] = {
    {"spring.kafka.bootstrap-servers", CR_SETTING_TEXT, offsetof(struct broker_settings, servers),
     "localhost:9092", 0, 0, CR_SETTING_RESTART, "Kafka brokers to begin with, comma-separated."},
};
const struct cr_setting_table shop_broker_table = {broker_rows, CR_COUNT(broker_rows)};

struct relay_settings {
    const char *on_new_cluster;
};
static const struct cr_setting relay_rows[] = {
    {"crema.events.on-new-cluster", CR_SETTING_TEXT,
     offsetof(struct relay_settings, on_new_cluster), "stop", 0, 0, CR_SETTING_RESTART,
     "On a cluster that is not the known one: stop (usually it is a wrong address), or rewind: "
     "publish again."},
};
const struct cr_setting_table shop_relay_table = {relay_rows, CR_COUNT(relay_rows)};

int shop_bootstrap(const struct cr_app *app, struct cr_arena *arena, const char **out_servers,
                   struct cr_err *err)
{
    struct broker_settings settings;
    int rc = cr_settings_bind(&shop_broker_table, cr_app_environment(app), &settings, arena, err);
    if (!rc)
        *out_servers = settings.servers;
    return rc;
}

static int read_policy(const struct cr_app *app, struct cr_arena *arena,
                       enum cr_new_cluster *out_policy, struct cr_err *err)
{
    struct relay_settings settings;
    int rc = cr_settings_bind(&shop_relay_table, cr_app_environment(app), &settings, arena, err);
    if (rc)
        return rc;
    bool rewind = strcmp(settings.on_new_cluster, "rewind") == 0;
    if (!rewind && strcmp(settings.on_new_cluster, "stop") != 0)
        return cr_err_set(err, CR_EINVAL,
                          "crema.events.on-new-cluster: '%s' is neither stop nor "
                          "rewind",
                          settings.on_new_cluster);
    *out_policy = rewind ? CR_NEW_CLUSTER_REWIND : CR_NEW_CLUSTER_STOP;
    return 0;
}

struct relay_module {
    struct cr_relay *_Atomic relay; /* NULL until the start; health may ask before */
};

int shop_relay_open(struct cr_app *app CR_UNUSED, void **out_state, struct cr_err *err)
{
    struct relay_module *module = calloc(1, sizeof *module);
    if (!module)
        return cr_err_set(err, CR_ENOMEM, "relay: out of memory");
    *out_state = module;
    return 0;
}

int shop_relay_start(struct cr_app *app, void *state, const struct shop_topic *topic,
                     struct cr_err *err)
{
    struct relay_module *module = state;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "relay: out of memory");
    const char *servers;
    enum cr_new_cluster policy = CR_NEW_CLUSTER_STOP;
    int rc = shop_bootstrap(app, arena, &servers, err);
    if (!rc)
        rc = read_policy(app, arena, &policy, err);
    if (rc)
        return rc;
    struct cr_relay *relay;
    rc = cr_relay_start(&(struct cr_relay_options){.store = shop_store(app),
                                                   .log = cr_log_get("events.relay"),
                                                   .bootstrap_servers = servers,
                                                   .client_id = cr_app_daemon(app)->name,
                                                   .topic = topic->topic,
                                                   .source = topic->source,
                                                   .partitions = topic->partitions,
                                                   .on_new_cluster = policy},
                        &relay, err);
    if (!rc)
        module->relay = relay;
    return rc;
}

void shop_relay_stop(struct cr_app *app CR_UNUSED, void *state)
{
    struct relay_module *module = state;
    cr_relay_stop(module->relay, cr_clock_ms() + RELAY_STOP_MS);
    free(module);
}

/* A broker that is away is told, not felt: orders are taken all the same. Nor is anything wrong
 * where another instance on the same database publishes. */
void shop_relay_health(void *state, struct cr_health *health)
{
    struct relay_module *module = state;
    struct cr_relay *relay = module->relay;
    if (!relay)
        return;
    struct cr_relay_status status;
    cr_relay_status(relay, &status);
    cr_health_detail(health, "state", "%s", cr_relay_state_name(status.state));
    cr_health_detail(health, "pending", "%lld", (long long)(status.head - status.cursor));
    if (status.cluster[0])
        cr_health_detail(health, "cluster", "%s", status.cluster);
    if (status.embedded)
        cr_health_detail(health, "bus", "embedded (volatile, this machine only)");
    if (status.state != CR_RELAY_RUNNING && status.state != CR_RELAY_LOCKED)
        cr_health_set(health, CR_HEALTH_UNKNOWN);
    if (status.reason[0])
        cr_health_detail(health, "reason", "%s", status.reason);
}

struct feed_request {
    struct cr_feed_query query;
    const char *source;
};

static int answer_feed(struct cr_tx *tx, void *ctx, struct cr_buf *out, struct cr_err *err)
{
    const struct feed_request *request = ctx;
    return cr_feed_answer(tx, &request->query, request->source, out, err);
}

void shop_feed(struct cr_http_request *req, const struct cr_app *app,
               const struct shop_topic *topic)
{
    struct feed_request request = {.source = topic->source};
    struct cr_err err = {0};
    int rc = cr_feed_query_parse(cr_http_query(req, "after"), cr_http_query(req, "limit"),
                                 cr_http_query(req, "aggregate"), &request.query, &err);
    if (rc)
        shop_fail(req, rc, &err);
    else
        shop_read(req, shop_store(app), answer_feed, &request);
}
