/* plane_rig: a data plane over real sockets, driven from one thread: the test is both the client
 * and the instance.
 *
 * Errors:  a rig function that cannot do its work fails the test and says what was there.
 * Units:   every wait ends after RIG_WAIT_MS.
 */
#ifndef PLANE_RIG_H
#define PLANE_RIG_H

#include "cr_commands.h"
#include "plane.h"

enum { RIG_WAIT_MS = 10000, RIG_BUFFER = 256 * 1024 };

struct rig {
    struct plane_options options; /* set by rig_prepare, changed by the test before rig_start */
    struct plane *plane;
    struct cr_commands *commands;
    int origin; /* listens: the only instance of "users" */
    int origin_port;
};

/* One side of a connection, with what was read from it. */
struct peer {
    int fd;
    size_t len;
    char data[RIG_BUFFER];
};

void rig_prepare(struct rig *rig);
void rig_start(struct rig *rig); /* route /users/, to the service "users" */
/* Three more instances of "users", u<first + 1> and so on, instead of those before. */
void rig_change(struct rig *rig, int first);
void rig_stop(struct rig *rig);

struct peer *rig_connect(const struct rig *rig); /* as a client */
struct peer *rig_accept(const struct rig *rig);  /* as the instance */
void peer_close(struct peer *peer);
void peer_reset(struct peer *peer); /* with RST */
void peer_half_close(struct peer *peer);

void peer_send(struct peer *peer, const char *text);

/* Reads up to and including mark; returns all that was read and not forgotten. */
const char *peer_until(struct peer *peer, const char *mark);
/* Reads to the end of the connection. */
const char *peer_rest(struct peer *peer);
void peer_forget(struct peer *peer);
/* True when the other side has ended, or does so soon. */
bool peer_ended(struct peer *peer);

#endif
