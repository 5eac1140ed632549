/* config_wait: counts the waits that are under way; the last one to end tells. */
#include "config_wait.h"

#include "cr_attr.h"

void config_wait_init(struct config_wait *wait, void (*done)(struct config_wait *wait))
{
    wait->done = done;
    atomic_init(&wait->pending, 1);
    wait->count = 0;
}

static bool is_last(struct config_wait *wait)
{
    return atomic_fetch_sub(&wait->pending, 1) == 1;
}

static void part_done(struct remote_wait *waited)
{
    struct config_wait_part *part = CR_CONTAINER(waited, struct config_wait_part, wait);
    struct config_wait *whole = part->whole;
    part->release(part->held);
    if (is_last(whole))
        whole->done(whole);
}

void config_wait_add(struct config_wait *wait, struct remote *remote, void (*release)(void *held),
                     void *held)
{
    if (wait->count == CONFIG_WAIT_MAX) {
        release(held);
        return;
    }
    struct config_wait_part *part = &wait->parts[wait->count++];
    *part = (struct config_wait_part){
        .wait = {.done = part_done}, .whole = wait, .release = release, .held = held};
    atomic_fetch_add(&wait->pending, 1);
    if (remote_wait(remote, &part->wait))
        return;
    wait->count--;
    release(held);
    (void)is_last(wait); /* never: the filler's own count is left */
}

bool config_wait_start(struct config_wait *wait)
{
    bool waited = wait->count > 0;
    if (!is_last(wait))
        return true;
    /* All ended before the last was added, or none was begun. */
    if (waited)
        wait->done(wait);
    return waited;
}
