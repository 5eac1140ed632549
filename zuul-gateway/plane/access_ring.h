/* access_ring: finished requests on their way from one worker to the log thread.
 *
 * Ownership: the ring owns its records; the consumer gets copies.
 * Errors:    a full ring takes no record; the worker counts.
 * Threads:   one producer, one consumer, no lock.
 */
#ifndef GATEWAY_ACCESS_RING_H
#define GATEWAY_ACCESS_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

enum { ACCESS_ID_SIZE = 72 };

struct access_record {
    int64_t wall_ms;
    int64_t total_ms;
    int64_t wait_ms;  /* end of the request to the answer's head; -1: there was none */
    int64_t queue_us; /* waited for a connection; 0: did not */
    uint64_t request_octets;
    uint64_t response_octets;
    int status;
    enum failure failure;
    char method[16];
    char path[160]; /* cut */
    char route[48];
    char upstream[48];
    char peer[48];
    char id[ACCESS_ID_SIZE];
    char trace[40]; /* empty: there is none */
};

struct access_ring;
struct access_ring *access_ring_new(void); /* NULL: no memory */
void access_ring_free(struct access_ring *ring);

/* The producer fills the slot (NULL: the ring is full), then pushes it. */
struct access_record *access_ring_slot(struct access_ring *ring);
void access_ring_push(struct access_ring *ring);

bool access_ring_pop(struct access_ring *ring, struct access_record *out_record);

#endif
