/* cr_relay: whose the cursor is: the cluster that it belongs to, kept with it in the store. */
#include <stdio.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_relay_private.h"

enum {
    PARTITIONS_DEFAULT = 6,
    EMBEDDED_REWIND = 1000,
    SAVE_INTERVAL_MS = 100,
    IDENTIFY_INTERVAL_MS = 1000,
    IDENTIFY_TIMEOUT_MS = 500,
};

int cr_relay_load_cursor(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct cr_relay *relay = ctx;
    CR_AUTO_STMT stmt = NULL;
    int rc = cr_tx_query(tx, "SELECT cursor, cluster FROM relay", CR_NO_VALUES, &stmt, err);
    if (rc < 0)
        return rc;
    rc = cr_stmt_step(stmt, err);
    if (rc < 0)
        return rc;
    relay->saved_cursor = cr_stmt_int(stmt, 0);
    snprintf(relay->stored_cluster, sizeof relay->stored_cluster, "%.*s",
             CR_SLICE_ARG(cr_stmt_text(stmt, 1)));
    cr_acks_reset(&relay->acks, relay->saved_cursor);
    return 0;
}

static int save_cursor(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    const struct cr_relay *relay = ctx;
    return cr_tx_exec(
        tx, "UPDATE relay SET cursor = $1, cluster = $2",
        CR_VALUES(cr_value_int(relay->acks.cursor), cr_value_text(relay->stored_cluster)), err);
}

/* A failure is harmless: what is published twice is dropped by its readers. */
int cr_relay_save_cursor(struct cr_relay *relay, struct cr_err *err)
{
    if (relay->options.step)
        relay->options.step(relay->options.step_ctx, "relay.acked");
    relay->save_due_ms = cr_clock_ms() + SAVE_INTERVAL_MS;
    int rc = cr_store_write(relay->options.store, save_cursor, relay, err);
    if (rc == 0)
        relay->saved_cursor = relay->acks.cursor;
    return rc;
}

static bool adopt(struct cr_relay *relay, const struct cr_kafka_identity *identity)
{
    struct cr_err err;
    snprintf(relay->stored_cluster, sizeof relay->stored_cluster, "%s", identity->cluster);
    if (cr_relay_save_cursor(relay, &err) < 0) {
        cr_relay_set_state(relay, CR_RELAY_CONNECTING, err.text);
        relay->loaded = false;
        return false;
    }
    relay->identity = *identity;
    return true;
}

/* The cursor belongs to another cluster, which may be gone with what it had acknowledged. */
static bool rewind_to(struct cr_relay *relay, const struct cr_kafka_identity *identity)
{
    int64_t back = identity->embedded ? EMBEDDED_REWIND : relay->acks.cursor;
    int64_t cursor = cr_max_i64(relay->acks.cursor - back, 0);
    if (relay->options.log)
        cr_log_warn(relay->options.log, "relay.rewound",
                    "topic %s: cluster %s in place of %s: publishing again behind event %lld",
                    relay->options.topic, identity->cluster, relay->stored_cluster,
                    (long long)cursor);
    cr_relay_drop_producer(relay);
    cr_acks_reset(&relay->acks, cursor);
    cr_counter_add(relay->rewinds, 1);
    cr_mutex_lock(&relay->mutex);
    relay->status.rewinds++;
    cr_mutex_unlock(&relay->mutex);
    (void)adopt(relay, identity);
    relay->identity = (struct cr_kafka_identity){0}; /* of the producer to come */
    return false;
}

/* Is this the cluster that the cursor belongs to? */
static bool accept_cluster(struct cr_relay *relay, const struct cr_kafka_identity *identity)
{
    if (strcmp(identity->cluster, relay->stored_cluster) == 0) {
        relay->identity = *identity;
        return true;
    }
    if (relay->stored_cluster[0] == '\0')
        return adopt(relay, identity);
    if (relay->options.on_new_cluster == CR_NEW_CLUSTER_REWIND)
        return rewind_to(relay, identity);
    char reason[256];
    snprintf(reason, sizeof reason,
             "the broker is of cluster %.48s, the events so far went to %.48s: give the address of "
             "that one, or set crema.events.on-new-cluster=rewind if the new one is meant",
             identity->cluster, relay->stored_cluster);
    cr_relay_drop_producer(relay);
    relay->strayed = true;
    cr_relay_set_state(relay, CR_RELAY_STOPPED, reason);
    return false;
}

/* A producer takes its id, by which the broker knows repeats, from whom it meets first. An id of
 * another cluster, or of a volume that is gone, may be somebody else's here: new events would pass
 * for repeats. */
static bool needs_new_id(struct cr_relay *relay)
{
    if (!relay->strayed)
        return false;
    relay->strayed = false;
    cr_relay_drop_producer(relay);
    return true;
}

/* What the cursor left behind it is on a topic that is gone: in the feed, and nowhere else. */
static void tell_topic(const struct cr_relay *relay)
{
    if (!relay->options.log)
        return;
    if (relay->acks.cursor == 0)
        cr_log_info(relay->options.log, "relay.topic.created", "topic %s", relay->options.topic);
    else
        cr_log_warn(relay->options.log, "relay.topic.created",
                    "topic %s was not there any more: going on behind event %lld; who needs the "
                    "earlier ones finds them in the feed",
                    relay->options.topic, (long long)relay->acks.cursor);
}

static bool make_topic(struct cr_relay *relay)
{
    struct cr_err err;
    int partitions = relay->options.partitions ? relay->options.partitions : PARTITIONS_DEFAULT;
    int rc = cr_kafka_create_topic(relay->kafka, relay->options.topic, partitions,
                                   relay->options.replication, &err);
    if (rc == 0) {
        tell_topic(relay);
        relay->strayed = relay->acks.cursor > 0;
    } else if (rc != CR_EEXISTS)
        cr_relay_set_state(relay, CR_RELAY_CONNECTING, err.text);
    relay->identity = (struct cr_kafka_identity){0};
    return false; /* identify again */
}

/* At the end nothing is asked any more: an answer may take longer than there is time. */
bool cr_relay_know_cluster(struct cr_relay *relay)
{
    if (cr_clock_ms() < relay->identify_due_ms || cr_relay_is_stopping(relay))
        return relay->identity.cluster[0] != '\0';
    struct cr_kafka_identity identity;
    struct cr_err err;
    int rc =
        cr_kafka_identify(relay->kafka, relay->options.topic, IDENTIFY_TIMEOUT_MS, &identity, &err);
    bool was_known = relay->identity.cluster[0] != '\0';
    if (rc == CR_ETIMEOUT && was_known && ++relay->slow < CR_KAFKA_SLOW_MAX) {
        relay->identify_due_ms = cr_clock_ms() + CR_RELAY_RETRY_MS;
        return true;
    }
    if (rc < 0) {
        cr_relay_set_state(relay, CR_RELAY_CONNECTING, err.text);
        return false;
    }
    relay->slow = 0;
    if (identity.embedded != relay->embedded) {
        relay->embedded = identity.embedded;
        cr_relay_drop_producer(relay);
        return false;
    }
    if (!accept_cluster(relay, &identity) || needs_new_id(relay))
        return false; /* nothing is made on a cluster that may be a stranger's */
    if (identity.partitions == 0)
        return make_topic(relay);
    relay->identify_due_ms = cr_clock_ms() + IDENTIFY_INTERVAL_MS;
    cr_relay_set_state(relay, CR_RELAY_RUNNING, "");
    return true;
}
