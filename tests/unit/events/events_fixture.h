/* events_fixture: an owner with a relay, a consumer with a projection, and a broker between them.
 *
 * Everything is in one process: the broker is librdkafka's mock cluster behind a forwarder, so it
 * can be replaced, cut off and made to fail. The projection counts what was applied and notices
 * events that come twice or out of order.
 */
#ifndef EVENTS_FIXTURE_H
#define EVENTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker.h"
#include "cr_consumer.h"
#include "cr_outbox.h"
#include "cr_relay.h"
#include "forwarder.h"

#define FIXTURE_TOPIC  "test.order"  /* 6 partitions */
#define FIXTURE_SINGLE "test.single" /* one */
#define FIXTURE_SOURCE "/test/order"

struct bus {
    char folder[64];
    char owner_path[96];
    char reader_path[96];
    char bootstrap[32];
    struct broker *broker;
    struct forwarder *forwarder;
    int broker_port; /* the forwarder's target while the broker is away */

    struct cr_store *owner;
    struct cr_store *projection;
    struct cr_relay_options relay_options;
    struct cr_relay *relay;
    struct cr_consumer_options consumer_options;
    struct cr_consumer *consumer;

    atomic_bool feed_down;
    atomic_int apply_rc; /* what applying returns; 0: it is done */
    atomic_int fetches;
    atomic_int disorder; /* events that did not follow the one before */
    int64_t appended;
};

int bus_setup(void **state); /* stores and broker; neither relay nor consumer */
int bus_teardown(void **state);

/* The stores of another process's bus, and its broker. */
struct bus *bus_open_existing(const char *folder, const char *bootstrap);

void bus_open_stores(struct bus *bus);
void bus_close_stores(struct bus *bus);

void bus_start_broker(struct bus *bus); /* empty, at the same address */
void bus_stop_broker(struct bus *bus);

void bus_start_relay(struct bus *bus);
void bus_stop_relay(struct bus *bus);
void bus_start_consumer(struct bus *bus);
void bus_stop_consumer(struct bus *bus);

/* Appends the next version of `aggregates` orders in turn, `count` events in all. */
void bus_append(struct bus *bus, int aggregates, int count);
/* One event with this much data, of an aggregate of its own. */
void bus_append_large(struct bus *bus, size_t bytes);
/* One event of this aggregate; data is JSON, and what holds "poison" cannot be applied. */
void bus_append_one(struct bus *bus, const char *aggregate, const char *data);

/* One statement, or the number that a query gives. */
void bus_exec(struct cr_store *store, const char *sql);
int64_t bus_number(struct cr_store *store, const char *sql);

/* Effects in the projection, counted. */
int64_t bus_effects(struct bus *bus);

/* Until the projection has as many effects as events were appended; fails after a deadline. Checks
 * that none came twice or out of order. */
void bus_wait_complete(struct bus *bus);
/* Until check(bus) is true. */
void bus_wait(struct bus *bus, bool (*check)(struct bus *bus), const char *what);
bool bus_wait_at_most(struct bus *bus, bool (*check)(struct bus *bus), int64_t ms);

/* The consumer tells what is on the topic; without a sweep nothing helps it. */
void bus_follow_topic_only(struct bus *bus);
struct cr_relay_status bus_relay(struct bus *bus);
struct cr_consumer_status bus_consumer(struct bus *bus);
bool bus_relay_done(struct bus *bus); /* the cursor is at the head */
bool bus_connected(struct bus *bus);  /* the consumer is */
bool bus_no_lag(struct bus *bus);
bool bus_swept(struct bus *bus);

#define WITH_BUS(test) cmocka_unit_test_setup_teardown(test, bus_setup, bus_teardown)

#endif
