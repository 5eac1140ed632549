/* The one file that knows librdkafka. */
#include "cr_kafka.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_attr.h"

enum { REQUEST_TIMEOUT_DEFAULT_MS = 10000, WATERMARK_TIMEOUT_MS = 1000, ADMIN_TIMEOUT_MS = 3000 };

static const char epoch_prefix[] = "__crema-epoch-";

struct cr_kafka {
    rd_kafka_t *handle;
    struct cr_kafka_options options; /* its texts are not kept */
    bool failed;
    char reason[256];
};

struct property {
    const char *key;
    const char *value;
};

static const struct property common_properties[] = {
    {"socket.nagle.disable", "true"},
    {"log_level", "0"},
    {"queued.max.messages.kbytes", "1024"},
};

/* One request in flight: with more, the library takes a later success as proof of an earlier one
 * that was refused. A broker that knows nothing of this producer on the partition, as on one just
 * made, accepts the later all the same (Kafka since KIP-360, the mock always): the earlier is
 * reported delivered, and lost. */
static const struct property producer_properties[] = {
    {"enable.idempotence", "true"},
    {"max.in.flight.requests.per.connection", "1"},
    {"acks", "all"},
    {"linger.ms", "1"},
    {"delivery.timeout.ms", "2147483647"},
    {"queue.buffering.max.messages", "20000"},
    {"queue.buffering.max.kbytes", "16384"},
    {"partitioner", "murmur2_random"},
};

/* No group is joined: the session's length only bounds how long the end waits for the coordinator
 * of a commit, which after a restart of the broker may be away. */
static const struct property consumer_properties[] = {
    {"enable.auto.commit", "false"},   {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "earliest"}, {"check.crcs", "true"},
    {"session.timeout.ms", "1000"},    {"heartbeat.interval.ms", "300"},
    {"fetch.error.backoff.ms", "50"},  {"allow.auto.create.topics", "false"},
};

static int set(rd_kafka_conf_t *conf, const char *key, const char *value, struct cr_err *err)
{
    char reason[256];
    if (rd_kafka_conf_set(conf, key, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
        return 0;
    return cr_err_set(err, CR_EINVAL, "kafka: %s", reason);
}

static int set_all(rd_kafka_conf_t *conf, const struct property *properties, size_t count,
                   struct cr_err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = set(conf, properties[i].key, properties[i].value, err);
    return rc;
}

static int set_options(rd_kafka_conf_t *conf, const struct cr_kafka_options *options,
                       struct cr_err *err)
{
    char timeout[16];
    int timeout_ms =
        options->request_timeout_ms ? options->request_timeout_ms : REQUEST_TIMEOUT_DEFAULT_MS;
    snprintf(timeout, sizeof timeout, "%d", timeout_ms);
    const struct property base[] = {
        {"bootstrap.servers", options->bootstrap_servers},
        {"client.id", options->client_id},
        {"socket.timeout.ms", timeout},
        {"reconnect.backoff.max.ms", options->embedded ? "200" : "1000"},
    };
    const struct property producer[] = {
        {"compression.codec", options->embedded ? "none" : "lz4"},
        {"request.timeout.ms", timeout},
    };
    const struct property consumer[] = {
        {"group.id", options->group},
        {"fetch.wait.max.ms", options->embedded ? "10" : "100"},
    };
    int rc = set_all(conf, common_properties, CR_COUNT(common_properties), err);
    if (rc == 0)
        rc = set_all(conf, base, CR_COUNT(base), err);
    if (rc < 0)
        return rc;
    if (options->consumer) {
        rc = set_all(conf, consumer_properties, CR_COUNT(consumer_properties), err);
        return rc < 0 ? rc : set_all(conf, consumer, CR_COUNT(consumer), err);
    }
    rc = set_all(conf, producer_properties, CR_COUNT(producer_properties), err);
    return rc < 0 ? rc : set_all(conf, producer, CR_COUNT(producer), err);
}

/* --- callbacks --- */

static void note(struct cr_kafka *kafka, bool fatal, const char *reason)
{
    kafka->failed = kafka->failed || fatal;
    snprintf(kafka->reason, sizeof kafka->reason, "%s", reason);
}

static void on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
    struct cr_kafka *kafka = opaque;
    char text[200];
    if (code == RD_KAFKA_RESP_ERR__FATAL &&
        rd_kafka_fatal_error(handle, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR)
        reason = text;
    note(kafka, code == RD_KAFKA_RESP_ERR__FATAL, reason);
}

/* The library would write to stderr by itself; its errors come through on_error as well. */
static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)handle;
    (void)level;
    (void)facility;
    (void)text;
}

/* Errors that no other producer and no later time will change. */
static bool is_refusal(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
           code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
           code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
           code == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
           code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS;
}

/* A success counts with the offset that the broker gave: without one the library only concludes it,
 * from a later success or from what the broker takes for a repeat. */
static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    struct cr_kafka *kafka = opaque;
    (void)handle;
    int rc = 0;
    const char *reason = rd_kafka_err2str(message->err);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = is_refusal(message->err) ? CR_EINVAL : CR_EUNAVAILABLE;
    } else if (message->offset < 0) {
        rc = CR_EUNAVAILABLE;
        reason = "the broker did not say where it is";
    }
    kafka->options.delivered(kafka->options.ctx, (int64_t)(intptr_t)message->_private, rc, reason);
}

/* --- handles --- */

static int make_handle(struct cr_kafka *kafka, struct cr_err *err)
{
    const struct cr_kafka_options *options = &kafka->options;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(conf, kafka);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, on_log);
    if (!options->consumer)
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    int rc = set_options(conf, options, err);
    if (rc < 0) {
        rd_kafka_conf_destroy(conf);
        return rc;
    }
    char reason[200];
    rd_kafka_type_t type = options->consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
    kafka->handle = rd_kafka_new(type, conf, reason, sizeof reason);
    if (kafka->handle)
        return 0;
    rd_kafka_conf_destroy(conf);
    return cr_err_set(err, CR_EINVAL, "kafka: %s", reason);
}

int cr_kafka_new(const struct cr_kafka_options *options, struct cr_kafka **out_kafka,
                 struct cr_err *err)
{
    CR_AUTO_FREE struct cr_kafka *kafka = calloc(1, sizeof *kafka);
    if (!kafka)
        return cr_err_set(err, CR_ENOMEM, "kafka: out of memory");
    kafka->options = *options;
    int rc = make_handle(kafka, err);
    if (rc < 0)
        return rc;
    if (options->consumer)
        rd_kafka_poll_set_consumer(kafka->handle);
    *out_kafka = cr_steal(&kafka);
    return 0;
}

void cr_kafka_free(struct cr_kafka *kafka)
{
    if (!kafka)
        return;
    if (!kafka->options.consumer)
        rd_kafka_purge(kafka->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                          RD_KAFKA_PURGE_F_NON_BLOCKING);
    /* Partitions were assigned, no group was joined: there is nothing to leave. */
    rd_kafka_destroy_flags(kafka->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free(kafka);
}

bool cr_kafka_failed(const struct cr_kafka *kafka, char out_reason[256])
{
    memcpy(out_reason, kafka->reason, sizeof kafka->reason);
    return kafka->failed;
}

/* --- the cluster --- */

static void read_topics(const struct rd_kafka_metadata *metadata, const char *topic,
                        struct cr_kafka_identity *identity)
{
    const char *epoch = NULL;
    size_t prefix_len = sizeof epoch_prefix - 1;
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *row = &metadata->topics[i];
        if (strncmp(row->topic, epoch_prefix, prefix_len) == 0)
            epoch = row->topic + prefix_len;
        if (strcmp(row->topic, topic) == 0 && row->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            identity->partitions = row->partition_cnt;
    }
    if (!epoch)
        return;
    identity->embedded = true;
    size_t used = strlen(identity->cluster);
    snprintf(identity->cluster + used, sizeof identity->cluster - used, "/%s", epoch);
}

int cr_kafka_identify(struct cr_kafka *kafka, const char *topic, int timeout_ms,
                      struct cr_kafka_identity *out_identity, struct cr_err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(kafka->handle, 1, NULL, &metadata, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return cr_err_set(err, code == RD_KAFKA_RESP_ERR__TIMED_OUT ? CR_ETIMEOUT : CR_EUNAVAILABLE,
                          "kafka: %s", kafka->reason[0] ? kafka->reason : rd_kafka_err2str(code));
    struct cr_kafka_identity identity = {0};
    char *cluster = rd_kafka_clusterid(kafka->handle, 0);
    if (cluster)
        snprintf(identity.cluster, sizeof identity.cluster, "%s", cluster);
    read_topics(metadata, topic, &identity);
    bool known = cluster != NULL;
    rd_kafka_mem_free(kafka->handle, cluster);
    rd_kafka_metadata_destroy(metadata);
    if (!known)
        return cr_err_set(err, CR_EUNAVAILABLE, "kafka: the cluster does not tell its id");
    kafka->reason[0] = '\0';
    *out_identity = identity;
    return 0;
}

/* Asking for a topic makes it on brokers that make topics by themselves. */
static int touch_topic(struct cr_kafka *kafka, const char *topic, struct cr_err *err)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(kafka->handle, topic, NULL);
    if (!handle)
        return cr_err_set(err, CR_EINVAL, "kafka: topic '%s': %s", topic,
                          rd_kafka_err2str(rd_kafka_last_error()));
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(kafka->handle, 0, handle, &metadata, ADMIN_TIMEOUT_MS);
    rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return cr_err_set(err, CR_EUNAVAILABLE, "kafka: topic '%s': %s", topic,
                          rd_kafka_err2str(code));
    rd_kafka_metadata_destroy(metadata);
    return 0;
}

static rd_kafka_resp_err_t wait_created(rd_kafka_queue_t *queue, char reason[200])
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ADMIN_TIMEOUT_MS);
    if (!event)
        return RD_KAFKA_RESP_ERR__TIMED_OUT;
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    snprintf(reason, 200, "%s", rd_kafka_event_error_string(event));
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    size_t count = 0;
    const rd_kafka_topic_result_t **rows =
        result ? rd_kafka_CreateTopics_result_topics(result, &count) : NULL;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && count > 0) {
        code = rd_kafka_topic_result_error(rows[0]);
        const char *text = rd_kafka_topic_result_error_string(rows[0]);
        snprintf(reason, 200, "%s", text ? text : rd_kafka_err2str(code));
    }
    rd_kafka_event_destroy(event);
    return code;
}

int cr_kafka_create_topic(struct cr_kafka *kafka, const char *topic, int partitions,
                          int replication, struct cr_err *err)
{
    /* The mock names no controller that could be asked: that would end in a time-out. */
    if (kafka->options.embedded)
        return touch_topic(kafka, topic, err);
    char reason[200] = "";
    rd_kafka_NewTopic_t *row = rd_kafka_NewTopic_new(
        topic, partitions, replication ? replication : -1, reason, sizeof reason);
    if (!row)
        return cr_err_set(err, CR_EINVAL, "kafka: topic '%s': %s", topic, reason);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka->handle);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(kafka->handle, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS - 500, NULL, 0);
    rd_kafka_CreateTopics(kafka->handle, &row, 1, options, queue);
    rd_kafka_resp_err_t code = wait_created(queue, reason);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(row);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return cr_err_set(err, CR_EEXISTS, "kafka: topic '%s' exists", topic);
    if (code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE ||
        code == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION || code == RD_KAFKA_RESP_ERR__TIMED_OUT)
        return touch_topic(kafka, topic, err);
    return cr_err_set(err, CR_EUNAVAILABLE, "kafka: topic '%s' could not be made: %s", topic,
                      reason);
}

/* --- producing --- */

/* librdkafka takes pointers to what it only copies as non-const. */
static void *unconst(const void *pointer)
{
    return (void *)(uintptr_t)pointer;
}

static rd_kafka_headers_t *make_headers(const struct cr_event_message *message)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(message->header_count);
    for (size_t i = 0; i < message->header_count; i++)
        rd_kafka_header_add(headers, message->headers[i].name.ptr,
                            (ssize_t)message->headers[i].name.len, message->headers[i].value.ptr,
                            (ssize_t)message->headers[i].value.len);
    return headers;
}

int cr_kafka_produce(struct cr_kafka *kafka, const char *topic,
                     const struct cr_event_message *message, int64_t seq, struct cr_err *err)
{
    rd_kafka_headers_t *headers = make_headers(message);
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {unconst(message->key.ptr), message->key.len}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {unconst(message->value.ptr), message->value.len}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(intptr_t)seq},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    rd_kafka_error_t *error = rd_kafka_produceva(kafka->handle, parts, CR_COUNT(parts));
    if (!error)
        return 0;
    rd_kafka_headers_destroy(headers);
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    int rc = CR_EUNAVAILABLE;
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rc = CR_ELIMIT;
    else if (is_refusal(code))
        rc = CR_EINVAL;
    cr_err_set(err, rc, "kafka: %s", rd_kafka_error_string(error));
    if (rc == CR_EUNAVAILABLE)
        note(kafka, true, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return rc;
}

void cr_kafka_poll(struct cr_kafka *kafka, int timeout_ms)
{
    rd_kafka_poll(kafka->handle, timeout_ms);
}

/* --- consuming --- */

int cr_kafka_assign(struct cr_kafka *kafka, const char *topic, const struct cr_kafka_start *starts,
                    size_t count, struct cr_err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topic, starts[i].partition)->offset =
            starts[i].offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : starts[i].offset;
    rd_kafka_assign(kafka->handle, NULL);
    rd_kafka_resp_err_t code = rd_kafka_assign(kafka->handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : cr_err_set(err, CR_EUNAVAILABLE, "kafka: %s", rd_kafka_err2str(code));
}

int cr_kafka_watermarks(struct cr_kafka *kafka, const char *topic, int partition, int64_t *out_low,
                        int64_t *out_high, struct cr_err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        kafka->handle, topic, partition, out_low, out_high, WATERMARK_TIMEOUT_MS);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : cr_err_set(err, CR_EUNAVAILABLE, "kafka: offsets of '%s' partition %d: %s", topic,
                            partition, rd_kafka_err2str(code));
}

int64_t cr_kafka_end(struct cr_kafka *kafka, const char *topic, int partition)
{
    int64_t low = -1;
    int64_t high = -1;
    if (rd_kafka_get_watermark_offsets(kafka->handle, topic, partition, &low, &high) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        return -1;
    return high < 0 ? -1 : high;
}

static void read_headers(const rd_kafka_message_t *raw, struct cr_kafka_view *view)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(raw, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    const char *name = NULL;
    const void *value = NULL;
    size_t size = 0;
    size_t count = 0;
    while (count < CR_EVENT_HEADERS_MAX &&
           rd_kafka_header_get_all(headers, count, &name, &value, &size) ==
               RD_KAFKA_RESP_ERR_NO_ERROR)
        view->headers[count++] = (struct cr_event_header){cr_slice_of(name), {value, size}};
    view->message.header_count = count;
}

struct cr_kafka_record *cr_kafka_next(struct cr_kafka *kafka, int timeout_ms)
{
    rd_kafka_message_t *raw = rd_kafka_consumer_poll(kafka->handle, timeout_ms);
    if (!raw)
        return NULL;
    if (raw->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return (struct cr_kafka_record *)raw;
    note(kafka, raw->err == RD_KAFKA_RESP_ERR__FATAL, rd_kafka_message_errstr(raw));
    rd_kafka_message_destroy(raw);
    return NULL;
}

void cr_kafka_record_free(struct cr_kafka_record *record)
{
    if (record)
        rd_kafka_message_destroy((rd_kafka_message_t *)record);
}

void cr_kafka_record_view(const struct cr_kafka_record *record, struct cr_kafka_view *out_view)
{
    const rd_kafka_message_t *raw = (const rd_kafka_message_t *)record;
    out_view->partition = raw->partition;
    out_view->offset = raw->offset;
    out_view->message = (struct cr_event_message){
        .key = {raw->key, raw->key_len},
        .value = {raw->payload, raw->len},
        .headers = out_view->headers,
    };
    read_headers(raw, out_view);
}

void cr_kafka_commit(struct cr_kafka *kafka, const char *topic, const struct cr_kafka_start *next,
                     size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        if (next[i].offset >= 0)
            rd_kafka_topic_partition_list_add(list, topic, next[i].partition)->offset =
                next[i].offset;
    if (list->cnt > 0)
        rd_kafka_commit(kafka->handle, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
}
