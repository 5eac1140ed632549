/* config_wait: one answer that waits for the fetches of several repositories at once.
 *
 * Ownership: the wait belongs to whoever asks and lives until done was called, or until
 *            config_wait_start returned false. What it holds is let go before done.
 * Errors:    none; more than CONFIG_WAIT_MAX repositories are not waited for.
 * Threads:   filled by one thread; done is called on any, once.
 */
#ifndef CONFIG_WAIT_H
#define CONFIG_WAIT_H

#include <stdatomic.h>
#include <stddef.h>

#include "remote.h"

enum { CONFIG_WAIT_MAX = 16 };

struct config_wait;
struct config_wait_part {
    struct remote_wait wait;
    struct config_wait *whole;
    void (*release)(void *held);
    void *held;
};

struct config_wait {
    void (*done)(struct config_wait *wait);
    atomic_int pending; /* the parts that are under way, and one for whoever fills it */
    size_t count;       /* of the parts that had to wait */
    struct config_wait_part parts[CONFIG_WAIT_MAX];
};

void config_wait_init(struct config_wait *wait, void (*done)(struct config_wait *wait));
/* held is let go by release once the remote need not be waited for any more, which may be now. */
void config_wait_add(struct config_wait *wait, struct remote *remote, void (*release)(void *held),
                     void *held);
/* No more is added. True: done will be called, or was. False: there is nothing to wait for. */
bool config_wait_start(struct config_wait *wait);

#endif
