/* serving: what the serving programs of the benchmarks share: a loopback listener, an epoll
 * instance, an end.
 *
 * Errors:  the program ends with the reason.
 * Threads: one.
 */
#ifndef BENCH_SERVING_H
#define BENCH_SERVING_H

#include <sys/epoll.h>

enum { SERVING_EVENTS = 256 };

/* Opens all, prints the port. name is the program's. */
void serving_open(const char *name);
void serving_die(const char *what);

/* Edge-triggered, for everything; the tag is the descriptor's own. */
void serving_watch(int fd, void *tag);

/* Calls accepted() for each new connection and event() for each tag that can go on; after_turn()
 * when all events of a turn were served. Returns when standard input ends. */
struct serving_calls {
    void (*accepted)(int fd);
    void (*event)(void *tag, unsigned events);
    void (*after_turn)(void);
};
void serving_run(const struct serving_calls *calls);

#endif
