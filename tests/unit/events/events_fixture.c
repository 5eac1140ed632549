/* The bus under test. */
#include "events_fixture.h"

#include <time.h>
#include <unistd.h>

#include "cr_clock.h"

enum { DEADLINE_MS = 30000, STOP_MS = 5000 };

static const struct cr_migration projection_steps[] = {
    {1, "orders",
     "CREATE TABLE orders(id TEXT PRIMARY KEY, version INTEGER NOT NULL, effects INTEGER NOT "
     "NULL)"},
};
static const struct cr_schema projection_schema = {"projection", projection_steps, 1};

static const struct broker_topic topics[] = {{FIXTURE_TOPIC, 6}, {FIXTURE_SINGLE, 1}};

/* --- stores --- */

static struct cr_store *open_store(const char *path, const struct cr_schema *const *schemas,
                                   size_t count)
{
    struct cr_store_options options = {.path = path, .schemas = schemas, .schema_count = count};
    struct cr_store *store = NULL;
    struct cr_err err = {0};
    if (cr_store_open(&options, &store, &err) < 0)
        fail_msg("%s", err.text);
    return store;
}

void bus_open_stores(struct bus *bus)
{
    const struct cr_schema *owner[] = {&cr_outbox_schema};
    const struct cr_schema *reader[] = {&cr_consumer_schema, &projection_schema};
    bus->owner = open_store(bus->owner_path, owner, 1);
    bus->projection = open_store(bus->reader_path, reader, 2);
    bus->relay_options.store = bus->owner;
    bus->consumer_options.store = bus->projection;
}

void bus_close_stores(struct bus *bus)
{
    cr_store_close(bus->owner);
    cr_store_close(bus->projection);
    bus->owner = NULL;
    bus->projection = NULL;
}

/* --- broker --- */

void bus_start_broker(struct bus *bus)
{
    struct cr_err err = {0};
    if (broker_open(topics, CR_COUNT(topics), &bus->broker, &err) < 0)
        fail_msg("%s", err.text);
    bus->broker_port = broker_port(bus->broker);
    if (bus->forwarder) {
        forwarder_retarget(bus->forwarder, bus->broker_port);
        return;
    }
    struct forwarder_options options = {.target_port = bus->broker_port};
    if (forwarder_start(&options, &bus->forwarder, &err) < 0)
        fail_msg("%s", err.text);
    snprintf(bus->bootstrap, sizeof bus->bootstrap, "127.0.0.1:%d", forwarder_port(bus->forwarder));
}

void bus_stop_broker(struct bus *bus)
{
    broker_close(bus->broker);
    bus->broker = NULL;
}

/* --- relay and consumer --- */

void bus_start_relay(struct bus *bus)
{
    struct cr_err err = {0};
    if (cr_relay_start(&bus->relay_options, &bus->relay, &err) < 0)
        fail_msg("%s", err.text);
}

void bus_stop_relay(struct bus *bus)
{
    cr_relay_stop(bus->relay, cr_clock_ms() + STOP_MS);
    bus->relay = NULL;
}

void bus_start_consumer(struct bus *bus)
{
    struct cr_err err = {0};
    if (cr_consumer_start(&bus->consumer_options, &bus->consumer, &err) < 0)
        fail_msg("%s", err.text);
}

void bus_stop_consumer(struct bus *bus)
{
    cr_consumer_stop(bus->consumer, cr_clock_ms() + STOP_MS);
    bus->consumer = NULL;
}

/* The effect is written before the poison is found: it must be undone. */
static int apply(struct cr_tx *tx, const struct cr_event *event, void *ctx, struct cr_err *err)
{
    struct bus *bus = ctx;
    int64_t version = 0;
    int rc = atomic_load(&bus->apply_rc);
    if (rc < 0)
        return cr_err_set(err, rc, "told to fail");
    rc = cr_tx_query_int(tx,
                         "INSERT INTO orders(id, version, effects) VALUES($1, $2, 1)"
                         " ON CONFLICT(id) DO UPDATE SET effects = orders.effects + 1,"
                         " version = orders.version + 1 RETURNING version",
                         CR_VALUES(cr_value_slice(event->aggregate), cr_value_int(1)), &version,
                         err);
    if (rc < 0)
        return rc;
    if (cr_slice_search(event->data, CR_SLICE("poison")) >= 0)
        return cr_err_set(err, CR_EPARSE, "this is poison");
    if (version != event->version)
        atomic_fetch_add(&bus->disorder, 1);
    return 0;
}

static int answer(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct {
        const struct cr_feed_query *query;
        struct cr_buf *body;
    } *call = ctx;
    return cr_feed_answer(tx, call->query, FIXTURE_SOURCE, call->body, err);
}

static int fetch(void *ctx, const struct cr_feed_query *query, struct cr_buf *out_body,
                 struct cr_err *err)
{
    struct bus *bus = ctx;
    struct {
        const struct cr_feed_query *query;
        struct cr_buf *body;
    } call = {query, out_body};
    atomic_fetch_add(&bus->fetches, 1);
    if (atomic_load(&bus->feed_down))
        return cr_err_set(err, CR_EUNAVAILABLE, "the owner is down");
    return cr_store_read(bus->owner, answer, &call, err);
}

/* --- set-up --- */

static struct bus *bus_new(const char *folder)
{
    struct bus *bus = calloc(1, sizeof *bus);
    assert_non_null(bus);
    snprintf(bus->folder, sizeof bus->folder, "%s", folder);
    snprintf(bus->owner_path, sizeof bus->owner_path, "%s/owner.db", bus->folder);
    snprintf(bus->reader_path, sizeof bus->reader_path, "%s/reader.db", bus->folder);
    bus->relay_options = (struct cr_relay_options){
        .bootstrap_servers = bus->bootstrap,
        .client_id = "test-relay",
        .topic = FIXTURE_TOPIC,
        .source = FIXTURE_SOURCE,
        .on_new_cluster = CR_NEW_CLUSTER_REWIND,
        .request_timeout_ms = 1500,
    };
    bus->consumer_options = (struct cr_consumer_options){
        .bootstrap_servers = bus->bootstrap,
        .client_id = "test-consumer",
        .group = "test",
        .topic = FIXTURE_TOPIC,
        .source = FIXTURE_SOURCE,
        .apply = apply,
        .fetch = fetch,
        .ctx = bus,
    };
    bus_open_stores(bus);
    return bus;
}

struct bus *bus_open_existing(const char *folder, const char *bootstrap)
{
    struct bus *bus = bus_new(folder);
    snprintf(bus->bootstrap, sizeof bus->bootstrap, "%s", bootstrap);
    return bus;
}

int bus_setup(void **state)
{
    char folder[] = "/tmp/crema-events-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct bus *bus = bus_new(folder);
    bus_start_broker(bus);
    *state = bus;
    return 0;
}

int bus_teardown(void **state)
{
    struct bus *bus = *state;
    bus_stop_relay(bus);
    bus_stop_consumer(bus);
    bus_close_stores(bus);
    forwarder_stop(bus->forwarder);
    bus_stop_broker(bus);
    static const char *const names[] = {"owner.db",      "owner.db-wal",   "owner.db-shm",
                                        "owner.db.turn", "reader.db.turn", "owner.db.relay",
                                        "reader.db",     "reader.db-wal",  "reader.db-shm"};
    for (size_t i = 0; i < CR_COUNT(names); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", bus->folder, names[i]);
        unlink(path);
    }
    rmdir(bus->folder);
    free(bus);
    return 0;
}

/* --- appending --- */

struct append {
    const char *aggregate;
    struct cr_slice data;
};

static int append_one(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    const struct append *append = ctx;
    struct cr_outbox_texts texts;
    struct cr_event event = {
        .type = CR_SLICE("test.order.changed.v1"),
        .aggregate = cr_slice_of(append->aggregate),
        .data = append->data,
    };
    return cr_outbox_append(tx, &event, &texts, err);
}

static void append(struct bus *bus, const char *aggregate, struct cr_slice data)
{
    struct append call = {aggregate, data};
    struct cr_err err = {0};
    if (cr_store_write(bus->owner, append_one, &call, &err) < 0)
        fail_msg("%s", err.text);
    bus->appended++;
}

void bus_append_one(struct bus *bus, const char *aggregate, const char *data)
{
    append(bus, aggregate, cr_slice_of(data));
}

struct many {
    int aggregates;
    int first;
    int count;
};

/* One transaction for many: the tests need events, not commits. */
static int append_many(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    const struct many *many = ctx;
    int rc = 0;
    for (int i = 0; rc == 0 && i < many->count; i++) {
        char aggregate[32];
        snprintf(aggregate, sizeof aggregate, "order-%d", (many->first + i) % many->aggregates);
        struct append call = {aggregate, CR_SLICE("{\"coffee\":\"espresso\"}")};
        rc = append_one(tx, &call, err);
    }
    return rc;
}

void bus_append(struct bus *bus, int aggregates, int count)
{
    struct many many = {aggregates, (int)bus->appended, count};
    struct cr_err err = {0};
    if (cr_store_write(bus->owner, append_many, &many, &err) < 0)
        fail_msg("%s", err.text);
    bus->appended += count;
}

void bus_append_large(struct bus *bus, size_t bytes)
{
    char *data = malloc(bytes);
    assert_non_null(data);
    memset(data, 'x', bytes);
    data[0] = '"';
    data[bytes - 1] = '"';
    char aggregate[32];
    snprintf(aggregate, sizeof aggregate, "large-%d", (int)bus->appended);
    append(bus, aggregate, (struct cr_slice){data, bytes});
    free(data);
}

/* --- looking --- */

static int run_sql(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    return cr_tx_exec(tx, ctx, CR_NO_VALUES, err);
}

void bus_exec(struct cr_store *store, const char *sql)
{
    char text[256];
    struct cr_err err = {0};
    snprintf(text, sizeof text, "%s", sql);
    if (cr_store_write(store, run_sql, text, &err) < 0)
        fail_msg("%s", err.text);
}

struct number {
    const char *sql;
    int64_t value;
};

static int read_number(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct number *number = ctx;
    return cr_tx_query_int(tx, number->sql, CR_NO_VALUES, &number->value, err);
}

int64_t bus_number(struct cr_store *store, const char *sql)
{
    struct number number = {.sql = sql};
    struct cr_err err = {0};
    if (cr_store_read(store, read_number, &number, &err) < 0)
        fail_msg("%s", err.text);
    return number.value;
}

int64_t bus_effects(struct bus *bus)
{
    return bus_number(bus->projection, "SELECT COALESCE(SUM(effects), 0) FROM orders");
}

struct cr_relay_status bus_relay(struct bus *bus)
{
    struct cr_relay_status status;
    cr_relay_status(bus->relay, &status);
    return status;
}

struct cr_consumer_status bus_consumer(struct bus *bus)
{
    struct cr_consumer_status status;
    cr_consumer_status(bus->consumer, &status);
    return status;
}

bool bus_wait_at_most(struct bus *bus, bool (*check)(struct bus *bus), int64_t ms)
{
    int64_t deadline_ms = cr_clock_ms() + ms;
    const struct timespec tick = {0, 5000000};
    while (!check(bus)) {
        if (cr_clock_ms() > deadline_ms)
            return false;
        nanosleep(&tick, NULL);
    }
    return true;
}

void bus_wait(struct bus *bus, bool (*check)(struct bus *bus), const char *what)
{
    if (bus_wait_at_most(bus, check, DEADLINE_MS))
        return;
    struct cr_relay_status relay = {0};
    struct cr_consumer_status consumer = {0};
    if (bus->relay)
        cr_relay_status(bus->relay, &relay);
    if (bus->consumer)
        cr_consumer_status(bus->consumer, &consumer);
    fail_msg("not in time: %s; appended %lld, relay %s at %lld of %lld (%s), consumer %s, applied "
             "%lld, lag %lld, position %lld (%s)",
             what, (long long)bus->appended, cr_relay_state_name(relay.state),
             (long long)relay.cursor, (long long)relay.head, relay.reason,
             consumer.connected ? "connected" : "away", (long long)bus_effects(bus),
             (long long)consumer.lag, (long long)consumer.feed_position, consumer.reason);
}

static bool complete(struct bus *bus)
{
    return bus_effects(bus) >= bus->appended;
}

void bus_wait_complete(struct bus *bus)
{
    bus_wait(bus, complete, "all events in the projection");
    assert_int_equal(bus_effects(bus), bus->appended);
    assert_int_equal(atomic_load(&bus->disorder), 0);
}

bool bus_relay_done(struct bus *bus)
{
    struct cr_relay_status status = bus_relay(bus);
    return status.head == bus->appended && status.cursor == status.head;
}

bool bus_connected(struct bus *bus)
{
    return bus_consumer(bus).connected;
}

void bus_follow_topic_only(struct bus *bus)
{
    bus->consumer_options.sweep_interval_ms = -1;
    bus_start_consumer(bus);
    bus_wait(bus, bus_connected, "connected");
}

bool bus_no_lag(struct bus *bus)
{
    return bus_consumer(bus).lag == 0;
}

bool bus_swept(struct bus *bus)
{
    return bus_consumer(bus).swept;
}
