/* cr_thread: named threads, and mutexes and conditions that cannot fail silently.
 *
 * Ownership: the caller owns the structs. A started thread must be joined.
 * Errors:    cr_thread_start returns CR_EIO; locking errors are programmer errors and abort.
 * Threads:   signals are blocked in every thread started here: main alone waits for them.
 * Units:     deadlines are cr_clock_ms() values.
 */
#ifndef CR_THREAD_H
#define CR_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cr_attr.h"
#include "cr_err.h"

struct cr_thread {
    pthread_t id;
    bool started;
};

/* name: at most 15 characters, shown by top -H and gdb. */
CR_MUST_CHECK int cr_thread_start(struct cr_thread *thread, const char *name,
                                  void (*run)(void *ctx), void *ctx, struct cr_err *err);
void cr_thread_join(struct cr_thread *thread); /* does nothing if it was not started */

struct cr_mutex {
    pthread_mutex_t lock;
};
void cr_mutex_init(struct cr_mutex *mutex);
void cr_mutex_fini(struct cr_mutex *mutex);
void cr_mutex_lock(struct cr_mutex *mutex);
void cr_mutex_unlock(struct cr_mutex *mutex);

struct cr_cond {
    pthread_cond_t cond;
};
void cr_cond_init(struct cr_cond *cond);
void cr_cond_fini(struct cr_cond *cond);
void cr_cond_signal(struct cr_cond *cond);
void cr_cond_broadcast(struct cr_cond *cond);
void cr_cond_wait(struct cr_cond *cond, struct cr_mutex *mutex);
/* False when the deadline passed. */
bool cr_cond_wait_until(struct cr_cond *cond, struct cr_mutex *mutex, int64_t deadline_ms);

/* `CR_LOCKED(&m);` holds m until the end of the scope. */
static inline void cr_mutex_unlockp(struct cr_mutex **mutex)
{
    cr_mutex_unlock(*mutex);
}
static inline struct cr_mutex *cr_mutex_locked(struct cr_mutex *mutex)
{
    cr_mutex_lock(mutex);
    return mutex;
}
#define CR_LOCKED_NAME2(line) cr_locked_##line
#define CR_LOCKED_NAME(line)  CR_LOCKED_NAME2(line)
#define CR_LOCKED(mutex)                                                                           \
    CR_UNUSED CR_CLEANUP(cr_mutex_unlockp)                                                         \
    struct cr_mutex *CR_LOCKED_NAME(__LINE__) = cr_mutex_locked(mutex)

#endif
