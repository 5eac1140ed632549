/* cr_command_private: what cr_command.c and cr_command_figures.c share about a command.
 *
 * Ownership, threads: see cr_command.h. Everything behind `lock` is touched under it only; the rest
 * is atomic or fixed when the command is made.
 */
#ifndef CR_COMMAND_PRIVATE_H
#define CR_COMMAND_PRIVATE_H

#include "cr_command.h"
#include "cr_commands.h"
#include "cr_latency.h"
#include "cr_thread.h"
#include "cr_window.h"

/* Counters of one writing thread, or of all threads of a daemon whose traffic is light. */
struct cr_command_shard {
    _Alignas(64) _Atomic uint64_t counts[CR_EVENT_COUNT]; /* since the command was made */
    _Atomic uint32_t peak; /* highest concurrency at a start since the last collection */
    bool single_writer;
    struct cr_latency execute;
    struct cr_latency total;
    struct cr_command_shard *next;
    uint64_t seen[CR_EVENT_COUNT]; /* what the collector has taken already */
};

/* Latencies in closed buckets, and what they come to: changes only when a bucket closes. */
struct cr_latency_window {
    struct cr_latency *closed; /* a ring of bucket_count */
    struct cr_wire_latency summary;
};

/* Who hears of the circuits of a registry's commands; no function: nobody. */
struct cr_command_watcher {
    cr_circuit_watch changed;
    void *ctx;
};

struct cr_command {
    struct cr_circuit circuit;
    _Alignas(64) _Atomic uint32_t in_flight;
    _Alignas(64) _Atomic uint32_t fallbacks;
    _Alignas(64) _Atomic int32_t timeout_ms; /* 0: none */
    _Atomic int32_t max_concurrent;
    _Atomic int32_t fallback_max_concurrent;
    _Atomic bool fallback_enabled;
    char *key;
    char *group;
    const struct cr_command_watcher *watcher;
    struct cr_command_shard *shared;
    struct cr_command_shard *_Atomic shards;
    _Atomic uint32_t shard_count;
    struct cr_command *_Atomic next; /* in the registry, in the order of making */

    struct cr_mutex lock;
    struct cr_command_properties properties;
    struct cr_window health;  /* total and errors */
    struct cr_window rolling; /* every event, and the peak of concurrency behind them */
    int64_t latency_bucket_ms;
    int64_t latency_start_ms; /* of the bucket being filled */
    size_t latency_buckets;
    size_t latency_oldest;
    struct cr_latency_window execute;
    struct cr_latency_window total;
};

static inline void cr_command_changed(struct cr_command *command, enum cr_circuit_state from,
                                      enum cr_circuit_state to)
{
    const struct cr_command_watcher *watcher = command->watcher;
    if (watcher->changed)
        watcher->changed(command, from, to, watcher->ctx);
}

enum { HEALTH_TOTAL, HEALTH_ERRORS, HEALTH_COUNTERS };
enum { ROLLING_PEAK = CR_EVENT_COUNT, ROLLING_COUNTERS };

/* --- cr_command.c --- */

/* watcher: lives as long as the command. */
struct cr_command *cr_command_new(const struct cr_command_watcher *watcher, struct cr_slice key,
                                  struct cr_slice group,
                                  const struct cr_command_properties *properties, int64_t now_ms);
void cr_command_free(struct cr_command *command);

/* --- cr_command_figures.c --- */

CR_MUST_CHECK int cr_command_figures_init(struct cr_command *command,
                                          const struct cr_command_properties *properties,
                                          int64_t now_ms);
void cr_command_figures_fini(struct cr_command *command);

/* Sums the shards, closes what is due, evaluates the circuit. */
void cr_command_tick(struct cr_command *command, int64_t now_ms);

/* Success in HALF_OPEN: closes the circuit and starts the health window empty, as one step. */
void cr_command_recover(struct cr_command *command);

#endif
