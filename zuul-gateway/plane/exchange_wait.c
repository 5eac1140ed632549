/* A place among the connections to a service: taken at once, or waited for; given back at the end;
 * and open streams, which have a count of their own (decisions G1, G2). */
#include <stdlib.h>
#include <string.h>

#include "cr_err.h"
#include "cr_int.h"
#include "exchange.h"
#include "exchange_private.h"
#include "octet.h"
#include "plane.h"

/* What a request needs while it waits; nobody else pays for it. */
struct exchange_wait {
    struct waiter waiter; /* first */
    struct exchange *exchange;
    bool queued;         /* in the quota's list: no place is taken yet */
    bool instance_gone;  /* there is nothing left to wait for */
    size_t authority_at; /* where the instance's name belongs in text, once it is known */
    struct cr_buf text;  /* head and body so far, framed */
    int64_t since_us;
    int64_t queue_ms;
    uint32_t quota_max; /* of a url: route, which may be gone by now */
    int64_t deadline_ms;
};

enum placing { PLACED, PLACES_FULL, NO_INSTANCE };

/* --- taking and giving back --- */

static void hold_instance(struct exchange *x, struct instance *instance)
{
    if (x->instance == instance)
        return;
    x->instance = instance;
    lane_hold(&x->client->conn.worker->lanes->instances[instance->slot].users);
}

/* The next instance that has room, round robin. */
static enum placing place_on_any(struct exchange *x, const struct destination *destination)
{
    struct service_lane *lane = &x->client->conn.worker->lanes->services[x->service->slot];
    enum placing placing = NO_INSTANCE;
    for (size_t tries = 0; tries < destination->count; tries++) {
        struct instance *instance = destination->instances[lane->turn++ % destination->count];
        if (!instance->address_len)
            continue;
        placing = PLACES_FULL;
        if (x->service->quota && !quota_count(&instance->used, destination->limits.instance_max))
            continue;
        hold_instance(x, instance);
        return PLACED;
    }
    return placing;
}

/* Takes one of the quota's connections, then one of an instance's. */
static enum placing place(struct exchange *x, const struct destination *destination)
{
    struct quota *quota = x->service->quota;
    if (!quota)
        return place_on_any(x, destination);
    bool counted = quota_count(&quota->used, destination->limits.quota_max);
    enum placing placing = PLACES_FULL;
    if (counted)
        placing = place_on_any(x, destination);
    if (placing == PLACED)
        x->place = PLACE_CONNECTION;
    else if (counted)
        atomic_fetch_sub(&quota->used, 1);
    return placing;
}

void exchange_leave_place(struct exchange *x)
{
    struct worker *worker = x->client->conn.worker;
    enum place left = x->place;
    x->place = PLACE_NONE;
    if (left == PLACE_STREAM)
        plane_stream_closed(worker->plane);
    if (left != PLACE_CONNECTION)
        return;
    atomic_fetch_sub(&x->instance->used, 1);
    atomic_fetch_sub(&x->service->quota->used, 1);
    if (quota_is_awaited(x->service->quota))
        quota_call(x->service->quota, worker);
}

static int no_instance(const struct exchange *x, bool registered, struct fault *fault)
{
    return fault_set(fault, FAILURE_NO_INSTANCE, "eureka.client", "'%s' has no %s instance",
                     x->service->id, registered ? "reachable" : "registered");
}

/* --- beginning to wait --- */

static struct exchange_wait *wait_of(struct waiter *waiter)
{
    return (struct exchange_wait *)(void *)waiter;
}

static void note_wait(struct exchange *x, struct exchange_wait *wait)
{
    struct worker *worker = x->client->conn.worker;
    struct service_lane *lane = &worker->lanes->services[x->service->slot];
    x->wait = wait;
    wait->queued = true;
    lane->quota = x->service->quota;
    lane->waits++;
    if (!cr_list_linked(&lane->queue))
        cr_list_push_back(&worker->queues, &lane->queue);
    lane_count(&worker->counts.waits);
}

static struct exchange_wait *wait_new(struct exchange *x, const struct destination *destination)
{
    struct worker *worker = x->client->conn.worker;
    struct exchange_wait *wait = calloc(1, sizeof(*wait));
    if (!wait)
        return NULL;
    wait->exchange = x;
    wait->waiter.worker = worker;
    wait->since_us = worker->now_us;
    wait->queue_ms = destination->limits.queue_ms;
    wait->quota_max = destination->limits.quota_max;
    if (x->fixed && destination->count) {
        /* A url: route leads to one place, whatever a refresh says meanwhile. */
        hold_instance(x, destination->instances[0]);
        wait->waiter.instance = x->instance;
    }
    return wait;
}

/* Joins the queue, unless it is full. If nobody is before it, it tries once more: what came free
 * before it was counted as waiting called nobody. */
static int join(struct exchange *x, struct exchange_wait *wait,
                const struct destination *destination)
{
    struct quota *quota = x->service->quota;
    CR_LOCKED(&quota->lock);
    if (atomic_load(&quota->waiting) >= destination->limits.queue_max)
        return CR_ELIMIT;
    quota_join(quota, &wait->waiter);
    enum placing placing = PLACES_FULL;
    if (quota_first(quota) == &wait->waiter)
        placing = place(x, destination);
    if (placing == PLACED) {
        quota_leave(quota, &wait->waiter);
        free(wait);
        return 0;
    }
    note_wait(x, wait);
    if (placing == NO_INSTANCE)
        worker_call(wait->waiter.worker, wait->waiter.worker); /* it is told at the turn's end */
    return 0;
}

static int wait_for_place(struct exchange *x, const struct destination *destination,
                          struct fault *fault)
{
    struct exchange_wait *wait = wait_new(x, destination);
    if (!wait)
        return CR_ENOMEM;
    int status = join(x, wait, destination);
    if (!status)
        return 0;
    free(wait);
    return fault_limit(
        fault, FAILURE_POOL_FULL, "crema.gateway.queue-max", (int64_t)destination->limits.queue_max,
        "as many requests wait for a connection to '%s' as may wait", x->service->id);
}

int exchange_place(struct exchange *x, const struct destination *destination, struct fault *fault)
{
    struct quota *quota = x->service->quota;
    if (quota && quota_is_awaited(quota))
        return wait_for_place(x, destination, fault);
    enum placing placing = place(x, destination);
    if (placing == PLACED)
        return 0;
    if (placing == NO_INSTANCE)
        return no_instance(x, destination->count != 0, fault);
    /* What was counted in vain for a moment may have kept off one who began to wait in it. */
    if (quota_is_awaited(quota))
        quota_call(quota, x->client->conn.worker);
    return wait_for_place(x, destination, fault);
}

int exchange_hold(struct exchange *x, struct gather *gather)
{
    struct exchange_wait *wait = x->wait;
    struct cr_buf *text = &wait->text;
    gather_frame(gather, x->request_body.kind, x->request_body.done, (struct cr_slice){NULL, 0});
    for (size_t i = 0; i < gather->count; i++)
        cr_buf_append(text, gather->slots[i].iov_base, gather->slots[i].iov_len);
    wait->authority_at =
        x->instance || x->policy->add_host ? 0 : forward_authority_at(cr_buf_view(text));
    return cr_buf_status(text) ? CR_ENOMEM : 0;
}

/* --- waiting --- */

bool exchange_waits(const struct exchange *x)
{
    return x->wait != NULL;
}

void exchange_wait_rearm(struct exchange *x)
{
    struct exchange_wait *wait = x->wait;
    int64_t since_ms = wait->since_us / 1000;
    /* While the body does not go on because of us, nothing else would end a wait without end. */
    wait->deadline_ms = x->request_end_ms ? x->deadline_ms : since_ms + exchange_limit_ms(x);
    if (wait->queue_ms > 0)
        wait->deadline_ms = cr_min_i64(wait->deadline_ms, since_ms + wait->queue_ms);
    client_expect_turn(x->client, wait->deadline_ms);
}

void exchange_wait_expired(struct exchange *x)
{
    const struct exchange_wait *wait = x->wait;
    struct fault fault;
    int64_t waited_ms = x->client->conn.worker->now_ms - wait->since_us / 1000;
    if (wait->queue_ms > 0 && waited_ms >= wait->queue_ms)
        fault_limit(&fault, FAILURE_QUEUE_TIMEOUT, exchange_queue_rule(x), wait->queue_ms,
                    "no connection to '%s' came free in time", x->service->id);
    else
        fault_limit(&fault, FAILURE_DEADLINE, "execution.isolation.thread.timeoutInMilliseconds",
                    exchange_limit_ms(x), "no connection to '%s' came free in time",
                    x->service->id);
    exchange_fail(x, &fault);
}

/* Out of the list, if it is still in it. */
static void leave_queue(struct exchange *x, struct exchange_wait *wait)
{
    struct quota *quota = x->service->quota;
    if (!wait->queued) {
        cr_list_remove(&wait->waiter.node);
        return;
    }
    {
        CR_LOCKED(&quota->lock);
        quota_leave(quota, &wait->waiter);
    }
    x->client->conn.worker->lanes->services[x->service->slot].waits--;
    wait->queued = false;
    /* It may have been called: then the call is for the next one. */
    if (quota_is_awaited(quota))
        quota_call(quota, x->client->conn.worker);
}

void exchange_stop_waiting(struct exchange *x)
{
    struct exchange_wait *wait = x->wait;
    x->wait = NULL;
    leave_queue(x, wait);
    client_expect_turn(x->client, 0);
    x->queued_us = x->client->conn.worker->now_us - wait->since_us;
    cr_buf_free(&wait->text);
    free(wait);
}

/* --- going on --- */

/* Where the service is by now; a url: route's request keeps what it was routed to. */
static enum placing place_again(struct exchange *x, struct exchange_wait *wait)
{
    const struct snapshot *snapshot = x->client->conn.worker->snapshot;
    size_t slot = x->service->slot;
    const struct destination *now =
        slot < snapshot->service_slots ? snapshot->by_service[slot] : NULL;
    if (!x->fixed)
        return now && now->count ? place(x, now) : NO_INSTANCE;
    if (now)
        wait->quota_max = now->limits.quota_max;
    struct instance *own = x->instance;
    const struct destination fixed = {
        .service = x->service,
        .instances = &own,
        .count = 1,
        .limits = {.instance_max = atomic_load(&own->used_max), .quota_max = wait->quota_max}};
    return place(x, &fixed);
}

/* Takes everybody out of the list who can go now, while the first one is ours. */
static void take_out(struct worker *worker, struct quota *quota, struct cr_list *ready)
{
    struct waiter *first;
    CR_LOCKED(&quota->lock);
    while ((first = quota_first(quota)) != NULL) {
        struct exchange_wait *wait = wait_of(first);
        if (first->worker != worker) {
            worker_call(first->worker, worker);
            return;
        }
        enum placing placing = place_again(wait->exchange, wait);
        if (placing == PLACES_FULL)
            return;
        quota_leave(quota, first);
        wait->queued = false;
        wait->instance_gone = placing == NO_INSTANCE;
        worker->lanes->services[wait->exchange->service->slot].waits--;
        cr_list_push_back(ready, &first->node);
    }
}

/* The kept text with the instance's name in it. */
static int complete_text(const struct exchange *x, struct cr_buf *out)
{
    const struct exchange_wait *wait = x->wait;
    struct cr_slice text = cr_buf_view(&wait->text);
    size_t at = wait->authority_at;
    cr_buf_slice(out, cr_slice_sub(text, 0, at));
    if (at)
        cr_buf_slice(out, x->instance->authority);
    cr_buf_slice(out, cr_slice_from(text, at));
    return cr_buf_status(out);
}

static void go(struct exchange_wait *wait)
{
    struct exchange *x = wait->exchange;
    struct client *client = x->client;
    struct fault fault;
    CR_AUTO(cr_buf) text = {0};
    bool gone = wait->instance_gone;
    int status = gone ? no_instance(x, false, &fault) : complete_text(x, &text);
    exchange_stop_waiting(x);
    if (status) {
        exchange_fail_status(x, status, &fault);
        return;
    }
    exchange_send_kept(x, cr_buf_view(&text));
    if (!exchange_alive(client, x))
        return;
    if (x->request_body.done) {
        exchange_attempt_began(x);
    } else {
        exchange_expect_body(x);
        conn_again(&client->conn);
    }
}

void exchange_serve_queues(struct worker *worker)
{
    struct cr_list ready, *node;
    if (!atomic_load_explicit(&worker->called, memory_order_relaxed))
        return;
    atomic_store(&worker->called, false);
    cr_list_init(&ready);
    cr_list_for (at, &worker->queues) {
        struct service_lane *lane = CR_CONTAINER(at, struct service_lane, queue);
        if (lane->waits)
            take_out(worker, lane->quota, &ready);
        else
            cr_list_remove(&lane->queue);
    }
    while ((node = cr_list_pop_front(&ready)) != NULL)
        go(wait_of(CR_CONTAINER(node, struct waiter, node)));
}

/* --- streams --- */

bool exchange_is_stream(const struct exchange *x, const struct head *head,
                        const struct framing *framing)
{
    const struct field *type = head_find(head, FIELD_CONTENT_TYPE);
    if (x->place != PLACE_CONNECTION)
        return false;
    if (head->status == 101)
        return exchange_may_switch(x, head);
    if (!type || (framing->kind != FRAMING_CHUNKED && framing->kind != FRAMING_CLOSE))
        return false;
    struct cr_slice rest = type->value, name;
    return cr_slice_split(&rest, ';', &name) &&
           cr_slice_equal_nocase(octet_trim(name), CR_SLICE("text/event-stream"));
}

int exchange_become_stream(struct exchange *x, struct fault *fault)
{
    struct worker *worker = x->client->conn.worker;
    uint32_t max = worker->snapshot->streams_max;
    if (!plane_stream_opened(worker->plane, max))
        return fault_limit(fault, FAILURE_OVERLOAD_SHED, "crema.gateway.max-streams", (int64_t)max,
                           "as many streams are open as may be, this one to '%s' is refused",
                           x->service->id);
    exchange_leave_place(x);
    x->place = PLACE_STREAM;
    return 0;
}
