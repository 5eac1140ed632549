/* Makes a mock cluster of one broker, its topics, and the topic that names this start. */
#include "broker.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_random.h"
#include "cr_thread.h"

enum { NUDGE_EVERY_NS = 1000 * 1000 };

struct broker {
    rd_kafka_t *handle;
    rd_kafka_mock_cluster_t *cluster;
    int port;
    char epoch[CR_UUID_SIZE];
};

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)handle;
    (void)level;
    (void)facility;
    (void)text;
}

static int make_handle(struct broker *broker, struct cr_err *err)
{
    char reason[160];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    broker->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (broker->handle)
        return 0;
    rd_kafka_conf_destroy(conf);
    return cr_err_set(err, CR_EUNAVAILABLE, "broker: %s", reason);
}

static int make_topic(struct broker *broker, const char *name, int partitions, struct cr_err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(broker->cluster, name, partitions, 1);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return cr_err_set(err, CR_EINVAL, "broker: topic '%s' with %d partitions: %s", name, partitions,
                      rd_kafka_err2str(code));
}

/* "127.0.0.1:40123" */
static int read_port(struct broker *broker, struct cr_err *err)
{
    struct cr_slice address = cr_slice_of(rd_kafka_mock_cluster_bootstraps(broker->cluster));
    ptrdiff_t colon = cr_slice_find_last(address, ':');
    int64_t port = 0;
    if (colon < 0 || cr_int_parse(cr_slice_from(address, (size_t)colon + 1), 1, 65535, &port) < 0)
        return cr_err_set(err, CR_EUNAVAILABLE, "broker: no port in '%.*s'", CR_SLICE_ARG(address));
    broker->port = (int)port;
    return 0;
}

/* The cluster's thread at times misses that a request is waiting and looks again a second later,
 * or when a socket becomes ready: so connections are made until the request is answered. */
struct nudger {
    struct cr_thread thread;
    int port;
    _Atomic bool done;
};

static void nudge(void *ctx)
{
    struct nudger *nudger = ctx;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)nudger->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    while (!atomic_load(&nudger->done)) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd >= 0) {
            CR_UNUSED int ignored = connect(fd, (struct sockaddr *)&to, sizeof to);
            close(fd);
        }
        nanosleep(&(struct timespec){.tv_nsec = NUDGE_EVERY_NS}, NULL);
    }
}

static int nudger_start(struct nudger *nudger, const struct broker *broker, struct cr_err *err)
{
    *nudger = (struct nudger){.port = broker->port};
    return cr_thread_start(&nudger->thread, "nudge", nudge, nudger, err);
}

static void nudger_stop(struct nudger *nudger)
{
    atomic_store(&nudger->done, true);
    cr_thread_join(&nudger->thread);
}

static int make_topics(struct broker *broker, const struct broker_topic *topics, size_t count,
                       struct cr_err *err)
{
    struct nudger nudger;
    int rc = nudger_start(&nudger, broker, err);
    if (rc < 0)
        return rc;
    char epoch[64];
    cr_uuid7(cr_clock_wall_ms(), broker->epoch);
    snprintf(epoch, sizeof epoch, "__crema-epoch-%s", broker->epoch);
    rc = make_topic(broker, epoch, 1, err);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = make_topic(broker, topics[i].name, topics[i].partitions, err);
    nudger_stop(&nudger);
    return rc;
}

static int set_up(struct broker *broker, const struct broker_topic *topics, size_t count,
                  struct cr_err *err)
{
    int rc = make_handle(broker, err);
    if (rc < 0)
        return rc;
    broker->cluster = rd_kafka_mock_cluster_new(broker->handle, 1);
    if (!broker->cluster)
        return cr_err_set(err, CR_EUNAVAILABLE, "broker: the mock cluster could not be made");
    rc = read_port(broker, err);
    return rc < 0 ? rc : make_topics(broker, topics, count, err);
}

int broker_open(const struct broker_topic *topics, size_t count, struct broker **out_broker,
                struct cr_err *err)
{
    struct broker *broker = calloc(1, sizeof *broker);
    if (!broker)
        return cr_err_set(err, CR_ENOMEM, "broker: out of memory");
    int rc = set_up(broker, topics, count, err);
    if (rc < 0) {
        broker_close(broker);
        return rc;
    }
    *out_broker = broker;
    return 0;
}

static void destroy_cluster(struct broker *broker)
{
    struct nudger nudger;
    struct cr_err err;
    (void)nudger_start(&nudger, broker, &err); /* without it, the end takes a second longer */
    rd_kafka_mock_cluster_destroy(broker->cluster);
    nudger_stop(&nudger);
}

void broker_close(struct broker *broker)
{
    if (!broker)
        return;
    if (broker->cluster)
        destroy_cluster(broker);
    if (broker->handle)
        rd_kafka_destroy(broker->handle);
    free(broker);
}

int broker_port(const struct broker *broker)
{
    return broker->port;
}

const char *broker_epoch(const struct broker *broker)
{
    return broker->epoch;
}

void *broker_mock(struct broker *broker)
{
    return broker->cluster;
}
