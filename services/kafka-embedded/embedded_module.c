/* Opens the broker, puts the fixed port before it, and says what it is. */
#include "embedded_module.h"

#include <stdlib.h>

#include "broker.h"
#include "cr_daemon.h"
#include "cr_environment.h"
#include "cr_int.h"
#include "cr_log.h"
#include "embedded_settings.h"
#include "forwarder.h"

static const char kind[] = "embedded (volatile, this machine only)";

struct embedded {
    struct broker *broker;
    struct forwarder *forwarder;
    size_t topic_count;
};

static int read_port(const struct cr_environment *environment, int fallback, int *out_port,
                     struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *text = cr_environment_text(environment, "server.port", NULL, arena);
    int64_t port = fallback;
    if (text && cr_int_parse(cr_slice_of(text), 0, 65535, &port) < 0)
        return cr_err_set(err, CR_EINVAL, "server.port: '%s' is not a number from 0 to 65535",
                          text);
    *out_port = (int)port;
    return 0;
}

/* librdkafka's mock tells clients 127.0.0.1, whatever address they asked. */
static int check_address(const struct cr_environment *environment, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_slice address =
        cr_slice_of(cr_environment_text(environment, "server.address", "", arena));
    if (address.len == 0 || cr_slice_is(address, "127.0.0.1") || cr_slice_is(address, "localhost"))
        return 0;
    return cr_err_set(
        err, CR_EINVAL,
        "server.address: '%.*s': the embedded broker serves 127.0.0.1 only; for other "
        "machines run Apache Kafka",
        CR_SLICE_ARG(address));
}

int embedded_check(const void *settings, const struct cr_environment *environment,
                   struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct broker_topic *topics = NULL;
    size_t count = 0;
    int rc = embedded_topics(settings, arena, &topics, &count, err);
    return rc < 0 ? rc : check_address(environment, err);
}

static int open_parts(struct embedded *embedded, struct cr_app *app, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct embedded_settings *settings = cr_app_settings(app);
    struct broker_topic *topics = NULL;
    int rc = embedded_topics(settings, arena, &topics, &embedded->topic_count, err);
    if (rc == 0)
        rc = broker_open(topics, embedded->topic_count, &embedded->broker, err);
    if (rc < 0)
        return rc;
    struct forwarder_options options = {
        .target_port = broker_port(embedded->broker),
        .connections_max = (int)settings->connections_max,
    };
    rc = read_port(cr_app_environment(app), cr_app_daemon(app)->port, &options.port, err);
    return rc < 0 ? rc : forwarder_start(&options, &embedded->forwarder, err);
}

static void embedded_free(struct embedded *embedded)
{
    forwarder_stop(embedded->forwarder);
    broker_close(embedded->broker);
    free(embedded);
}

static int module_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct embedded *embedded = calloc(1, sizeof *embedded);
    if (!embedded)
        return cr_err_set(err, CR_ENOMEM, "broker: out of memory");
    int rc = open_parts(embedded, app, err);
    if (rc < 0) {
        embedded_free(embedded);
        return rc;
    }
    int port = forwarder_port(embedded->forwarder);
    cr_app_set_port(app, port);
    cr_log_warn(cr_app_log(app), "broker.opened",
                "broker at 127.0.0.1:%d is %s: nothing survives this process; epoch %s, %zu topics",
                port, kind, broker_epoch(embedded->broker), embedded->topic_count);
    *out_state = embedded;
    return 0;
}

static void module_stop(struct cr_app *app, void *state)
{
    (void)app;
    embedded_free(state);
}

static void module_health(void *state, struct cr_health *health)
{
    const struct embedded *embedded = state;
    cr_health_detail(health, "broker", "%s", kind);
    cr_health_detail(health, "address", "127.0.0.1:%d", forwarder_port(embedded->forwarder));
    cr_health_detail(health, "epoch", "%s", broker_epoch(embedded->broker));
    cr_health_detail(health, "topics", "%zu", embedded->topic_count);
}

const struct cr_module embedded_module = {
    .name = "kafka",
    .open = module_open,
    .stop = module_stop,
    .health = module_health,
};
