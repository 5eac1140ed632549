/* broker: librdkafka's mock cluster as a broker for other processes of this machine.
 *
 * Volatile: every partition holds at most 5 MiB in memory, the oldest is dropped first, and nothing
 * survives the process. So each start is a new cluster, told apart by the topic
 * `__crema-epoch-<uuid>`: the cluster's own id is a heap address.
 *
 * Ownership: the caller closes.
 * Errors:    CR_EUNAVAILABLE when the cluster could not be made.
 * Threads:   one at a time.
 * Source:    librdkafka 2.0.2, rdkafka_mock.h: it listens on 127.0.0.1 and a port of its own
 * choice.
 */
#ifndef BROKER_H
#define BROKER_H

#include "cr_attr.h"
#include "cr_err.h"

struct broker;

struct broker_topic {
    const char *name;
    int partitions;
};

CR_MUST_CHECK int broker_open(const struct broker_topic *topics, size_t count,
                              struct broker **out_broker, struct cr_err *err);
void broker_close(struct broker *broker); /* NULL is fine */

int broker_port(const struct broker *broker);
const char *broker_epoch(const struct broker *broker); /* the uuid */

/* The library's handle, for tests that inject faults through rdkafka_mock.h. */
void *broker_mock(struct broker *broker);

#endif
