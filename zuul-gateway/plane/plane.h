/* plane: the gateway's data plane: its workers, its listeners, its directory.
 *
 * Ownership: the caller owns the plane; options are copied, what they point to must outlive it.
 * Units:     milliseconds.
 * Errors:    plane_start: CR_EUNAVAILABLE when the address is in use, CR_EIO otherwise; the text
 *            names the setting.
 * Threads:   start, drain and stop belong to one thread; publishing and reading counts from any.
 * Source:    design 4.1; decisions G3, G5, G12.
 */
#ifndef GATEWAY_PLANE_H
#define GATEWAY_PLANE_H

#include "directory.h"
#include "plane_options.h"
#include "worker.h"

struct plane;

/* Publishes the first snapshot, listens and starts the workers. */
CR_MUST_CHECK int plane_start(const struct plane_options *options,
                              const struct directory_hooks *hooks,
                              const struct directory_input *input, struct plane **out_plane,
                              struct cr_err *err);
int plane_port(const struct plane *plane);

/* A new table or new instances. */
CR_MUST_CHECK int plane_publish(struct plane *plane, const struct directory_input *input,
                                struct cr_err *err);

/* Frees what the last publications left behind; call it now and then. */
void plane_reclaim(struct plane *plane);

/* Takes what has begun to connect, then listens no more; every answer from now on is its
 * connection's last. Returns at once. */
void plane_drain(struct plane *plane);
/* True once no client is left, at the latest after the options' drain_ms. */
bool plane_wait_drained(struct plane *plane);

/* Ends the workers; connections that are left are cut. NULL is fine. */
void plane_stop(struct plane *plane);

struct directory *plane_directory(struct plane *plane);

/* Do the workers send by io_uring? */
bool plane_has_ring(const struct plane *plane);

/* Sums over all workers. */
struct plane_counts {
    uint64_t accepted, shed, requests, upstream_connects, upstream_reuses, retries, waits, log_lost;
    uint64_t failures[FAILURE_COUNT];
    uint64_t clients, exchanges, streams;
};
void plane_counts(const struct plane *plane, struct plane_counts *out);

/* Takes one finished request out of the workers' rings; for one thread. */
bool plane_next_record(struct plane *plane, struct access_record *out_record);

/* --- for the workers --- */
bool plane_is_admin_path(const struct plane *plane, struct cr_slice path);
struct cr_slice plane_id_prefix(const struct plane *plane);
bool plane_is_draining(const struct plane *plane);
bool plane_is_stopping(const struct plane *plane);
bool plane_client_opened(struct plane *plane); /* false: there are too many */
void plane_client_closed(struct plane *plane);
bool plane_stream_opened(struct plane *plane, uint32_t max); /* false: there are max already */
void plane_stream_closed(struct plane *plane);
void plane_listener_closed(struct plane *plane);

#endif
