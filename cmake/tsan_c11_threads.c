/* C11 threads over pthreads, for ThreadSanitizer builds only.
 *
 * gcc 12's sanitizer watches pthreads but not thrd_create and its kin: a thread that librdkafka
 * starts would crash in the first function that the sanitizer intercepts. Loaded before libc, these
 * stand in for libc's, so threads and locks of that library are seen like any other. They are seen
 * from here: the library's own accesses are ignored (tests/suppressions/tsan.txt), and with them
 * its reader locks and reference counts, by which it hands mutexes from thread to thread. So making
 * and destroying those must not be seen either.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "glibc's mtx_t is a pthread mutex");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "glibc's cnd_t is a pthread condition");

static int result(int rc)
{
    return rc == 0 ? thrd_success : rc == ETIMEDOUT ? thrd_timedout : thrd_error;
}

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
    return (pthread_mutex_t *)(void *)mutex;
}

static pthread_cond_t *cond_of(cnd_t *cond)
{
    return (pthread_cond_t *)(void *)cond;
}

struct start {
    thrd_start_t run;
    void *ctx;
};

static void *thread_main(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    return (void *)(intptr_t)start.run(start.ctx);
}

int thrd_create(thrd_t *thread, thrd_start_t run, void *ctx)
{
    struct start *start = malloc(sizeof *start);
    if (!start)
        return thrd_nomem;
    *start = (struct start){run, ctx};
    int rc = pthread_create(thread, NULL, thread_main, start);
    if (rc != 0)
        free(start);
    return result(rc);
}

int thrd_join(thrd_t thread, int *out_result)
{
    void *value = NULL;
    int rc = pthread_join(thread, &value);
    if (rc == 0 && out_result)
        *out_result = (int)(intptr_t)value;
    return result(rc);
}

int mtx_init(mtx_t *mutex, int type)
{
    static const pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    /* NOLINTNEXTLINE(cert-fio38-c,misc-non-copyable-objects): an init would be seen */
    *mutex_of(mutex) = type & mtx_recursive ? recursive : plain;
    return thrd_success;
}

void mtx_destroy(mtx_t *mutex)
{
    (void)mutex;
}

int mtx_lock(mtx_t *mutex)
{
    return result(pthread_mutex_lock(mutex_of(mutex)));
}

int mtx_unlock(mtx_t *mutex)
{
    return result(pthread_mutex_unlock(mutex_of(mutex)));
}

int cnd_init(cnd_t *cond)
{
    static const pthread_cond_t fresh = PTHREAD_COND_INITIALIZER;
    /* NOLINTNEXTLINE(cert-fio38-c,misc-non-copyable-objects): an init would be seen */
    *cond_of(cond) = fresh;
    return thrd_success;
}

void cnd_destroy(cnd_t *cond)
{
    (void)cond;
}

int cnd_signal(cnd_t *cond)
{
    return result(pthread_cond_signal(cond_of(cond)));
}

int cnd_broadcast(cnd_t *cond)
{
    return result(pthread_cond_broadcast(cond_of(cond)));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    return result(pthread_cond_wait(cond_of(cond), mutex_of(mutex)));
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
                  const struct timespec *restrict deadline)
{
    return result(pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), deadline));
}
