/* Counting connections in work, and the list of those who wait for one. */
#include "quota.h"

#include "worker.h"

void quota_init(struct quota *quota)
{
    atomic_init(&quota->used, 0);
    atomic_init(&quota->waiting, 0);
    cr_mutex_init(&quota->lock);
    cr_list_init(&quota->waiters);
}

void quota_fini(struct quota *quota)
{
    cr_mutex_fini(&quota->lock);
}

void quota_join(struct quota *quota, struct waiter *waiter)
{
    cr_list_push_back(&quota->waiters, &waiter->node);
    atomic_fetch_add(&quota->waiting, 1);
}

void quota_leave(struct quota *quota, struct waiter *waiter)
{
    cr_list_remove(&waiter->node);
    atomic_fetch_sub(&quota->waiting, 1);
}

static bool may_go(const struct waiter *waiter)
{
    const struct instance *instance = waiter->instance;
    return !instance || atomic_load(&instance->used) < atomic_load(&instance->used_max);
}

struct waiter *quota_first(const struct quota *quota)
{
    for (struct cr_list *node = quota->waiters.next; node != &quota->waiters; node = node->next) {
        struct waiter *waiter = CR_CONTAINER(node, struct waiter, node);
        if (may_go(waiter))
            return waiter;
    }
    return NULL;
}

void quota_call(struct quota *quota, const struct worker *self)
{
    CR_LOCKED(&quota->lock);
    struct waiter *first = quota_first(quota);
    if (first)
        worker_call(first->worker, self);
}
