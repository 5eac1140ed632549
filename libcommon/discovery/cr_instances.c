/* The published snapshot, and the slots that say which ones are still being read. */
#include "cr_instances.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "cr_assert.h"
#include "cr_snapshot_private.h"
#include "cr_thread.h"

enum { CACHE_LINE = 64 };
static const size_t snapshot_bytes_max = (size_t)512 * 1024 * 1024;

struct node {
    struct cr_snapshot snapshot;
    struct cr_arena *arena;
    size_t locked_pins; /* those that found no slot; under the mutex */
    struct node *older; /* in the list of retired ones */
};

/* One pin at a time; a line of its own, so that readers do not slow each other. */
struct slot {
    alignas(CACHE_LINE) _Atomic(struct node *) node;
};

struct listener {
    void (*fn)(void *ctx);
    void *ctx;
};

struct cr_instances {
    struct slot slots[CR_INSTANCES_PINS];
    _Atomic(struct node *) current;
    atomic_uint_fast64_t version;
    struct cr_mutex mutex; /* publishing, reclaiming, pins without a slot */
    struct node *retired;
    struct cr_mutex listening; /* of all below; never taken with the other */
    struct listener listeners[CR_INSTANCES_LISTENERS];
    size_t listener_count;
};

static void node_free(struct node *node)
{
    if (!node)
        return;
    cr_arena_free(node->arena);
    free(node);
}

static struct node *node_new(const struct cr_wire_instances *records, struct cr_err *err)
{
    struct node *node = calloc(1, sizeof *node);
    if (!node) {
        cr_err_set(err, CR_ENOMEM, "instances: no memory");
        return NULL;
    }
    node->arena = cr_arena_new(snapshot_bytes_max);
    if (!node->arena)
        cr_err_set(err, CR_ENOMEM, "instances: no memory");
    else if (cr_snapshot_build(records, node->arena, &node->snapshot, err) == 0)
        return node;
    node_free(node);
    return NULL;
}

struct cr_instances *cr_instances_new(void)
{
    struct cr_instances *instances = aligned_alloc(CACHE_LINE, sizeof *instances);
    if (!instances)
        return NULL;
    struct node *node = node_new(&(struct cr_wire_instances){0}, NULL);
    if (!node) {
        free(instances);
        return NULL;
    }
    for (size_t i = 0; i < CR_INSTANCES_PINS; i++)
        atomic_init(&instances->slots[i].node, NULL);
    atomic_init(&instances->current, node);
    atomic_init(&instances->version, 0);
    cr_mutex_init(&instances->mutex);
    cr_mutex_init(&instances->listening);
    instances->retired = NULL;
    instances->listener_count = 0;
    return instances;
}

void cr_instances_free(struct cr_instances *instances)
{
    if (!instances)
        return;
    for (size_t i = 0; i < CR_INSTANCES_PINS; i++)
        CR_ASSERT(atomic_load(&instances->slots[i].node) == NULL);
    struct node *node = atomic_load(&instances->current);
    node->older = instances->retired;
    while (node) {
        struct node *older = node->older;
        CR_ASSERT(node->locked_pins == 0);
        node_free(node);
        node = older;
    }
    cr_mutex_fini(&instances->listening);
    cr_mutex_fini(&instances->mutex);
    free(instances);
}

/* Threads begin their search at different places, each always at the same. */
static size_t first_slot(void)
{
    uint64_t self = (uint64_t)(uintptr_t)pthread_self();
    return (size_t)((self * 0x9E3779B97F4A7C15U) >> 32);
}

static struct cr_instances_pin pin_locked(struct cr_instances *instances)
{
    CR_LOCKED(&instances->mutex);
    struct node *node = atomic_load(&instances->current);
    node->locked_pins++;
    return (struct cr_instances_pin){&node->snapshot, NULL};
}

struct cr_instances_pin cr_instances_pin(struct cr_instances *instances)
{
    size_t first = first_slot();
    for (size_t i = 0; i < CR_INSTANCES_PINS; i++) {
        struct slot *slot = &instances->slots[(first + i) % CR_INSTANCES_PINS];
        struct node *none = NULL;
        struct node *node = atomic_load(&instances->current);
        if (atomic_load_explicit(&slot->node, memory_order_relaxed) ||
            !atomic_compare_exchange_strong(&slot->node, &none, node))
            continue;
        /* The pin counts from here, if the snapshot was still the current one: a publisher looks at
         * the slots only after it has put up the next. */
        for (;;) {
            struct node *now = atomic_load(&instances->current);
            if (now == node)
                return (struct cr_instances_pin){&node->snapshot, slot};
            node = now;
            atomic_store(&slot->node, node);
        }
    }
    return pin_locked(instances);
}

static bool is_pinned(const struct cr_instances *instances, const struct node *node)
{
    if (node->locked_pins > 0)
        return true;
    for (size_t i = 0; i < CR_INSTANCES_PINS; i++)
        if (atomic_load(&instances->slots[i].node) == node)
            return true;
    return false;
}

/* With the mutex. Frees what is retired and not pinned any more. */
static void reclaim(struct cr_instances *instances)
{
    struct node **link = &instances->retired;
    while (*link) {
        struct node *node = *link;
        if (is_pinned(instances, node)) {
            link = &node->older;
            continue;
        }
        *link = node->older;
        node_free(node);
    }
}

void cr_instances_unpin(struct cr_instances *instances, struct cr_instances_pin *pin)
{
    if (!pin->snapshot)
        return;
    if (pin->slot) {
        struct slot *slot = pin->slot;
        atomic_store_explicit(&slot->node, NULL, memory_order_release);
    } else {
        CR_LOCKED(&instances->mutex);
        /* Only for its address: the counter is the mutex's. */
        struct node *node = (struct node *)(uintptr_t)pin->snapshot;
        node->locked_pins--;
        reclaim(instances);
    }
    *pin = (struct cr_instances_pin){0};
}

uint64_t cr_instances_version(struct cr_instances *instances)
{
    return atomic_load_explicit(&instances->version, memory_order_acquire);
}

/* With the mutex. Puts next up, unless it says the same as the last one. */
static bool put_up(struct cr_instances *instances, struct node *next)
{
    struct node *last = atomic_load(&instances->current);
    if (last->snapshot.version > 0 && cr_snapshot_same(&last->snapshot, &next->snapshot))
        return false;
    next->snapshot.version = last->snapshot.version + 1;
    atomic_store(&instances->current, next);
    atomic_store_explicit(&instances->version, next->snapshot.version, memory_order_release);
    last->older = instances->retired;
    instances->retired = last;
    reclaim(instances);
    return true;
}

static void tell(struct cr_instances *instances)
{
    CR_LOCKED(&instances->listening);
    for (size_t i = 0; i < instances->listener_count; i++)
        instances->listeners[i].fn(instances->listeners[i].ctx);
}

int cr_instances_publish(struct cr_instances *instances, const struct cr_wire_instances *records,
                         bool *out_changed, struct cr_err *err)
{
    struct node *next = node_new(records, err);
    if (!next)
        return CR_ENOMEM;
    cr_mutex_lock(&instances->mutex);
    bool changed = put_up(instances, next);
    cr_mutex_unlock(&instances->mutex);
    if (changed)
        tell(instances);
    else
        node_free(next);
    if (out_changed)
        *out_changed = changed;
    return 0;
}

int cr_instances_listen(struct cr_instances *instances, void (*fn)(void *ctx), void *ctx)
{
    CR_LOCKED(&instances->listening);
    if (instances->listener_count == CR_INSTANCES_LISTENERS)
        return CR_ELIMIT;
    instances->listeners[instances->listener_count++] = (struct listener){fn, ctx};
    return 0;
}

void cr_instances_unlisten(struct cr_instances *instances, const void *ctx)
{
    CR_LOCKED(&instances->listening);
    size_t kept = 0;
    for (size_t i = 0; i < instances->listener_count; i++)
        if (instances->listeners[i].ctx != ctx)
            instances->listeners[kept++] = instances->listeners[i];
    instances->listener_count = kept;
}
