/* eureka_server: the registry at work: one lock around the core, the clock, a thread that lets
 * leases go at the moment when they are due, and a snapshot on disk.
 *
 * Ownership: the caller owns the server. Documents come with a reference of the caller's.
 * Errors:    those of the core (registry.h); documents are NULL where there is no such thing, or no
 *            memory (the flag that comes along tells which).
 * Threads:   any; open, start and stop belong to one.
 */
#ifndef EUREKA_SERVER_H
#define EUREKA_SERVER_H

#include "cr_err.h"
#include "cr_log.h"
#include "eureka_metrics.h"
#include "registry.h"

struct eureka_server;

struct eureka_server_options {
    size_t instances_max;
    int64_t delta_retention_ms;
    struct self_preservation_options self_preservation;
    const char *snapshot_path; /* NULL: none is kept */
    bool waits_when_empty;     /* a start without instances closes the gate */
    int64_t empty_wait_ms;     /* for so long */
    const struct cr_log *log;  /* who comes and goes, and why */
};

/* Loads the snapshot where there is one; a damaged one is set aside, with a line in the log. */
CR_MUST_CHECK int eureka_server_open(const struct eureka_server_options *options,
                                     struct eureka_server **out_server, struct cr_err *err);
/* Starts the threads; before, leases are over only when somebody looks. */
CR_MUST_CHECK int eureka_server_start(struct eureka_server *server, struct cr_err *err);
void eureka_server_stop(struct eureka_server *server); /* and frees; NULL is fine */

/* Who is told of each change, under the lock: before eureka_server_start. */
void eureka_set_listener(struct eureka_server *server,
                         void (*told)(void *ctx, const struct registry_event *event), void *ctx);

void eureka_set_preservation(struct eureka_server *server,
                             const struct self_preservation_options *options);
/* True while lists are not to be told, because the server began empty and may not know all. */
bool eureka_gate_closed(const struct eureka_server *server);

const struct eureka_metrics *eureka_metrics(const struct eureka_server *server);

/* --- changes --- */

CR_MUST_CHECK int eureka_register(struct eureka_server *server,
                                  const struct cr_wire_instance *record,
                                  enum registry_origin origin);
/* With REGISTRY_NEWER, *out_newer is the newer instance: bare JSON, or in the form where one is
 * given (NULL: no memory). */
enum registry_renewal eureka_renew(struct eureka_server *server, struct cr_slice app,
                                   struct cr_slice id, const struct registry_beat *beat,
                                   const enum cr_wire_form *form, struct document **out_newer);
bool eureka_cancel(struct eureka_server *server, struct cr_slice app, struct cr_slice id,
                   enum registry_origin origin);
CR_MUST_CHECK int eureka_override(struct eureka_server *server, struct cr_slice app,
                                  struct cr_slice id, const struct registry_order *order);
CR_MUST_CHECK int eureka_end_override(struct eureka_server *server, struct cr_slice app,
                                      struct cr_slice id, const struct registry_order *order);
CR_MUST_CHECK int eureka_add_metadata(struct eureka_server *server, struct cr_slice app,
                                      struct cr_slice id, const struct cr_wire_pair *pairs,
                                      size_t count);
bool eureka_has(struct eureka_server *server, struct cr_slice app, struct cr_slice id);

/* --- documents --- */

struct document *eureka_get_all(struct eureka_server *server, enum cr_wire_form form,
                                uint64_t *out_version);
struct document *eureka_get_delta(struct eureka_server *server, enum cr_wire_form form,
                                  uint64_t *out_version);
struct document *eureka_get_vip(struct eureka_server *server, struct cr_slice vip, bool secure,
                                enum cr_wire_form form);
struct document *eureka_get_app(struct eureka_server *server, struct cr_slice app,
                                enum cr_wire_form form, bool *out_found);
/* app empty: in whatever application. */
struct document *eureka_get_instance(struct eureka_server *server, struct cr_slice app,
                                     struct cr_slice id, enum cr_wire_form form, bool *out_found);

/* Shows the registry as it is now to a reader that may not keep or change anything. */
void eureka_look(struct eureka_server *server,
                 void (*look)(struct registry *registry, struct registry_now now, void *ctx),
                 void *ctx);

struct eureka_counts {
    size_t instances, up;
    uint64_t version;
    struct registry_preservation preservation;
};
struct eureka_counts eureka_counts(struct eureka_server *server);

#endif
