/* The heap of leases, ordered by the moment when each is due. */
#include "lease.h"

#include <stdlib.h>

#include "cr_array.h"
#include "cr_assert.h"
#include "cr_err.h"
#include "cr_int.h"

enum { MS_PER_S = 1000, SECONDS_MAX = INT32_MAX };

static int64_t seconds_or(int64_t value, int64_t fallback)
{
    return value > 0 ? cr_min_i64(value, SECONDS_MAX) : fallback;
}

int64_t lease_period_ms(const struct cr_wire_lease *terms, bool *out_stretched)
{
    int64_t duration_s = seconds_or(terms->duration_s, CR_WIRE_LEASE_DURATION_S);
    /* An interval that the client did not name says nothing about how often it calls. */
    int64_t interval_s = seconds_or(terms->renewal_s, 0);
    *out_stretched = interval_s >= duration_s;
    return MS_PER_S * (*out_stretched ? 2 * interval_s : duration_s);
}

void lease_queue_init(struct lease_queue *queue)
{
    *queue = (struct lease_queue){0};
    cr_list_init(&queue->held);
}

void lease_queue_fini(struct lease_queue *queue)
{
    free(queue->heap);
    lease_queue_init(queue);
}

static struct lease *at(const struct lease_queue *queue, size_t place)
{
    return queue->heap[place - 1];
}

static void settle(struct lease_queue *queue, struct lease *lease, size_t place)
{
    queue->heap[place - 1] = lease;
    lease->place = place;
}

static bool before(const struct lease *a, const struct lease *b)
{
    return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->turn < b->turn);
}

static void move_up(struct lease_queue *queue, struct lease *lease)
{
    size_t place = lease->place;
    while (place > 1 && before(lease, at(queue, place / 2))) {
        settle(queue, at(queue, place / 2), place);
        place /= 2;
    }
    settle(queue, lease, place);
}

static void move_down(struct lease_queue *queue, struct lease *lease)
{
    size_t place = lease->place;
    while (2 * place <= queue->count) {
        size_t child = 2 * place;
        if (child < queue->count && before(at(queue, child + 1), at(queue, child)))
            child++;
        if (before(lease, at(queue, child)))
            break;
        settle(queue, at(queue, child), place);
        place = child;
    }
    settle(queue, lease, place);
}

/* The held ones keep their room: their return must not fail. */
static int grow(struct lease_queue *queue)
{
    size_t out = queue->count + queue->held_count;
    return CR_ARRAY_ROOM(queue->heap, out, queue->capacity) ? 0 : CR_ENOMEM;
}

static void enter(struct lease_queue *queue, struct lease *lease)
{
    queue->count++;
    settle(queue, lease, queue->count);
}

static void leave_held(struct lease_queue *queue, struct lease *lease)
{
    if (!lease_is_held(lease))
        return;
    cr_list_remove(&lease->held);
    queue->held_count--;
}

static void leave_heap(struct lease_queue *queue, struct lease *lease)
{
    if (lease->place == 0)
        return;
    CR_ASSERT(at(queue, lease->place) == lease);
    struct lease *last = at(queue, queue->count);
    queue->count--;
    if (last != lease) {
        settle(queue, last, lease->place);
        move_up(queue, last);
        move_down(queue, last);
    }
    lease->place = 0;
}

int lease_queue_put(struct lease_queue *queue, struct lease *lease)
{
    if (lease_is_held(lease)) {
        leave_held(queue, lease);
        enter(queue, lease);
    } else if (lease->place == 0) {
        if (grow(queue))
            return CR_ENOMEM;
        enter(queue, lease);
    }
    lease->turn = queue->turns++;
    move_up(queue, lease);
    move_down(queue, lease);
    return 0;
}

void lease_queue_remove(struct lease_queue *queue, struct lease *lease)
{
    leave_heap(queue, lease);
    leave_held(queue, lease);
}

struct lease *lease_queue_first(const struct lease_queue *queue)
{
    return queue->count ? at(queue, 1) : NULL;
}

void lease_queue_hold(struct lease_queue *queue, struct lease *lease)
{
    leave_heap(queue, lease);
    cr_list_push_back(&queue->held, &lease->held);
    queue->held_count++;
}

struct lease *lease_queue_first_held(const struct lease_queue *queue)
{
    return queue->held_count ? CR_CONTAINER(queue->held.next, struct lease, held) : NULL;
}

void lease_renew(struct lease_queue *queue, struct lease *lease, int64_t now_ms, int64_t slack_ms)
{
    CR_ASSERT(lease->place > 0 || lease_is_held(lease));
    lease->contact_ms = now_ms;
    lease->due_ms = now_ms + lease->period_ms + slack_ms;
    int rc = lease_queue_put(queue, lease);
    CR_ASSERT(rc == 0); /* it is in the queue, so there is room for it */
}
