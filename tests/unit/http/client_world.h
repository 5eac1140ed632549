/* client_world: a client, a server of ours for it to call, and a count of what came.
 *
 * Ownership: a test gets its world as *state, by IN_WORLD; what world_url and world_fetch return is
 *            the arena's.
 * Errors:    what is not as it should be fails the test.
 * Threads:   the count by any; the rest by the test.
 */
#ifndef CLIENT_WORLD_H
#define CLIENT_WORLD_H

#include "cr_http_client.h"
#include "cr_http_stream.h"
#include "cr_sse.h"
#include "cr_thread.h"
#include "http_peer.h"

struct world {
    struct cr_http_server *server;
    struct cr_http_client *client;
    struct cr_arena *arena;
    struct cr_mutex lock;             /* of the next three */
    struct cr_http_request *held[64]; /* of /hold: answered when the world is closed */
    size_t held_count;
    struct cr_http_stream *stream; /* of /stream, while it is open */
    char base[64];                 /* the server's URL */
};

int world_open(void **state);
int world_close(void **state);
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

/* Another server with the same paths: echo, large, moved, hold (never answered), stream. */
struct cr_http_server *world_serve(const struct cr_http_server_options *options,
                                   struct world *world);
const char *world_url(struct world *world, const char *path);
/* The answer; a failure has its text. */
struct cr_http_response world_fetch(struct world *world, struct cr_http_call call);
void world_header(const struct cr_http_response *response, const char *name, const char *expected);

struct tally {
    _Atomic size_t done, ok, cancelled;
    _Atomic int last_cause;
    _Atomic size_t heads, bytes, events; /* of streams */
    struct cr_sse_reader reader;
    _Atomic bool refuse; /* the head of a stream */
};

/* For cr_http_client_send, ctx being the tally. */
void tally_done(const struct cr_http_response *response, void *ctx);
/* Until so many are done. */
void tally_wait(struct tally *tally, size_t count);

#endif
