/* replay_world: one command under a fake clock, for the numbered conformance cases.
 *
 * Time begins at 1,000,000 ms; world_tick moves it to the next bucket edge (500 ms) and ticks.
 */
#ifndef REPLAY_WORLD_H
#define REPLAY_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_commands.h"
#include "cr_wire_stream.h"

struct world {
    struct cr_commands *commands;
    struct cr_command *command;
    struct cr_command_properties properties;
    int64_t start_ms;
    int64_t now_ms;
    struct cr_wire_command figures; /* as of the last world_look */
};

void world_init(struct world *world, const struct cr_command_properties *properties);
void world_fini(struct world *world);

/* Kinds of calls, as the conformance cases letter them: S F T B C (cancelled). Each is admitted,
 * ends after took_ms, and has no fallback. Returns what admission said. */
enum cr_admission world_call(struct world *world, char kind, int64_t took_ms);
/* "10S 10F": that many of each, all at this moment; every one must be admitted. */
void world_calls(struct world *world, const char *script);
/* n calls that must be short-circuited. */
void world_refused(struct world *world, int n);
/* n calls that find every permit taken. */
void world_rejected(struct world *world, int n);

/* To the next bucket edge, n times. */
void world_tick(struct world *world, int n);
/* Moves the clock to that many ms after its start, ticking at each edge on the way. */
void world_at(struct world *world, int64_t since_start_ms);

const struct cr_wire_command *world_look(struct world *world);
enum cr_circuit_state world_state(struct world *world);

#endif
