/* The queue of the last changes. */
#include "delta.h"

#include "cr_attr.h"

void delta_init(struct delta *delta, int64_t retention_ms)
{
    *delta = (struct delta){.retention_ms = retention_ms ? retention_ms : DELTA_RETENTION_MS};
    cr_list_init(&delta->queue);
}

void delta_put(struct delta *delta, struct delta_entry *entry, int64_t now_ms)
{
    delta_remove(delta, entry);
    entry->changed_ms = now_ms;
    cr_list_push_back(&delta->queue, &entry->link);
    delta->count++;
}

void delta_remove(struct delta *delta, struct delta_entry *entry)
{
    if (!cr_list_linked(&entry->link))
        return;
    cr_list_remove(&entry->link);
    delta->count--;
}

static struct delta_entry *entry_of(const struct delta *delta, struct cr_list *link)
{
    return link == &delta->queue ? NULL : CR_CONTAINER(link, struct delta_entry, link);
}

struct delta_entry *delta_over(const struct delta *delta, int64_t now_ms)
{
    struct delta_entry *first = entry_of(delta, delta->queue.next);
    return first && now_ms - first->changed_ms > delta->retention_ms ? first : NULL;
}

struct delta_entry *delta_before(const struct delta *delta, const struct delta_entry *entry)
{
    return entry_of(delta, entry ? entry->link.prev : delta->queue.prev);
}

struct delta_entry *delta_next(const struct delta *delta, const struct delta_entry *entry)
{
    return entry_of(delta, entry ? entry->link.next : delta->queue.next);
}
