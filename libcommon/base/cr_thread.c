/* Threads, mutexes and conditions over pthreads. */
#include "cr_thread.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cr_assert.h"

enum { NAME_SIZE = 16 };

struct start {
    char name[NAME_SIZE];
    void (*run)(void *ctx);
    void *ctx;
};

static void *thread_main(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    /* here and not by the starter: what runs already has its name */
    pthread_setname_np(pthread_self(), start.name);
    start.run(start.ctx);
    return NULL;
}

int cr_thread_start(struct cr_thread *thread, const char *name, void (*run)(void *ctx), void *ctx,
                    struct cr_err *err)
{
    struct start *start = malloc(sizeof *start);
    if (!start)
        return cr_err_set(err, CR_ENOMEM, "thread '%s': out of memory", name);
    *start = (struct start){.run = run, .ctx = ctx};
    snprintf(start->name, sizeof start->name, "%s", name);

    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&thread->id, NULL, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc) {
        free(start);
        return cr_err_errno(err, CR_EIO, rc, "thread '%s' could not be started", name);
    }
    thread->started = true;
    return 0;
}

void cr_thread_join(struct cr_thread *thread)
{
    if (!thread->started)
        return;
    CR_ASSERT(pthread_join(thread->id, NULL) == 0);
    thread->started = false;
}

void cr_mutex_init(struct cr_mutex *mutex)
{
    CR_ASSERT(pthread_mutex_init(&mutex->lock, NULL) == 0);
}

void cr_mutex_fini(struct cr_mutex *mutex)
{
    CR_ASSERT(pthread_mutex_destroy(&mutex->lock) == 0);
}

void cr_mutex_lock(struct cr_mutex *mutex)
{
    CR_ASSERT(pthread_mutex_lock(&mutex->lock) == 0);
}

void cr_mutex_unlock(struct cr_mutex *mutex)
{
    CR_ASSERT(pthread_mutex_unlock(&mutex->lock) == 0);
}

void cr_cond_init(struct cr_cond *cond)
{
    pthread_condattr_t attributes;
    CR_ASSERT(pthread_condattr_init(&attributes) == 0);
    CR_ASSERT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    CR_ASSERT(pthread_cond_init(&cond->cond, &attributes) == 0);
    pthread_condattr_destroy(&attributes);
}

void cr_cond_fini(struct cr_cond *cond)
{
    CR_ASSERT(pthread_cond_destroy(&cond->cond) == 0);
}

void cr_cond_signal(struct cr_cond *cond)
{
    pthread_cond_signal(&cond->cond);
}

void cr_cond_broadcast(struct cr_cond *cond)
{
    pthread_cond_broadcast(&cond->cond);
}

void cr_cond_wait(struct cr_cond *cond, struct cr_mutex *mutex)
{
    CR_ASSERT(pthread_cond_wait(&cond->cond, &mutex->lock) == 0);
}

bool cr_cond_wait_until(struct cr_cond *cond, struct cr_mutex *mutex, int64_t deadline_ms)
{
    struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
                             .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
    return pthread_cond_timedwait(&cond->cond, &mutex->lock, &until) == 0;
}
