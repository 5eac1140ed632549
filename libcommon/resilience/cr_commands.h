/* cr_commands: the Hystrix commands of one process: names, the clock of their windows, the stream.
 *
 * Ownership: the registry owns its commands; they are never removed before cr_commands_free, so a
 *            pointer once got stays good. Names are copied.
 * Units:     milliseconds, monotonic, unless called wall.
 * Errors:    CR_ELIMIT above the maximum, CR_EINVAL an empty or over-long name, CR_ENOMEM, CR_EIO.
 * Threads:   any. One thread ticks: the registry's own (cr_commands_start) or, in tests and in
 *            daemons that have a timer already, the caller of cr_commands_tick.
 * Source:    Hystrix 1.5: a health snapshot each 500 ms; SerialHystrixDashboardData for the stream.
 *            Bucket edges lie on the grid of the registry's ticks.
 */
#ifndef CR_COMMANDS_H
#define CR_COMMANDS_H

#include "cr_buf.h"
#include "cr_command.h"
#include "cr_err.h"
#include "cr_slice.h"

enum { CR_COMMANDS_TICK_MS = 500, CR_COMMAND_NAME_MAX = 200 };

struct cr_commands;
struct cr_metrics_view;

/* max: how many commands there may be. now_ms: where the grid of the ticks begins. */
struct cr_commands *cr_commands_new(size_t max, int64_t now_ms);
void cr_commands_free(struct cr_commands *commands); /* stops the thread; NULL is fine */
void cr_commands_freep(struct cr_commands **commands);

/* The command of that key; made on the first call, with group and properties. */
CR_MUST_CHECK int cr_commands_get(struct cr_commands *commands, struct cr_slice key,
                                  struct cr_slice group,
                                  const struct cr_command_properties *properties,
                                  struct cr_command **out_command, struct cr_err *err);
struct cr_command *cr_commands_find(struct cr_commands *commands, struct cr_slice key);
size_t cr_commands_count(struct cr_commands *commands);

/* In the order of their making; `each` may call anything but cr_commands_get. */
void cr_commands_each(struct cr_commands *commands,
                      void (*each)(struct cr_command *command, void *ctx), void *ctx);

/* Sums the shards, closes the buckets that are due and evaluates the circuits. */
void cr_commands_tick(struct cr_commands *commands, int64_t now_ms);

/* Ticks every 500 ms on a thread of its own until cr_commands_stop. */
CR_MUST_CHECK int cr_commands_start(struct cr_commands *commands, struct cr_err *err);
void cr_commands_stop(struct cr_commands *commands);

/* Called from the ticking thread or from the one whose command ended, outside all locks: for the
 * daemon's log. Set before commands run. */
typedef void (*cr_circuit_watch)(struct cr_command *command, enum cr_circuit_state from,
                                 enum cr_circuit_state to, void *ctx);
void cr_commands_watch(struct cr_commands *commands, cr_circuit_watch watch, void *ctx);

/* One turn of hystrix.stream: a `data: {...}` event per command. */
void cr_commands_stream(struct cr_commands *commands, int64_t wall_ms, struct cr_buf *out);

/* A collector for cr_metrics_add_collector, ctx being the registry: Micrometer's names
 * (hystrix.execution{group,key,event,terminal}, hystrix.circuit.breaker.open{group,key}, ...). */
void cr_commands_metrics(struct cr_metrics_view *view, void *ctx);

#endif
