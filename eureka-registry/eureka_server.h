/* eureka_server: the registry at work: one lock around the core, the clock, and a thread that lets
 * leases go at the moment when they are due.
 *
 * Ownership: the caller owns the server. Documents come with a reference of the caller's.
 * Errors:    eureka_register as registry_register; documents are NULL where there is no such thing,
 *            or no memory (the flag that comes along tells which).
 * Threads:   any; open, start and stop belong to one.
 */
#ifndef EUREKA_SERVER_H
#define EUREKA_SERVER_H

#include "cr_err.h"
#include "cr_log.h"
#include "registry.h"

struct eureka_server;

struct eureka_server_options {
    size_t instances_max;
    const struct cr_log *log; /* who comes and goes, and why */
};

CR_MUST_CHECK int eureka_server_open(const struct eureka_server_options *options,
                                     struct eureka_server **out_server, struct cr_err *err);
/* Starts the thread; before, leases are over only when somebody looks. */
CR_MUST_CHECK int eureka_server_start(struct eureka_server *server, struct cr_err *err);
void eureka_server_stop(struct eureka_server *server); /* and frees; NULL is fine */

CR_MUST_CHECK int eureka_register(struct eureka_server *server,
                                  const struct cr_wire_instance *record, bool replicated);

/* With REGISTRY_NEWER, *out_newer is the record that is newer (NULL: no memory). */
enum registry_renewal eureka_renew(struct eureka_server *server, struct cr_slice app,
                                   struct cr_slice id, const int64_t *dirty_ms, bool replicated,
                                   struct document **out_newer);
bool eureka_cancel(struct eureka_server *server, struct cr_slice app, struct cr_slice id);

struct document *eureka_get_all(struct eureka_server *server, enum document_form form,
                                uint64_t *out_version);
struct document *eureka_get_app(struct eureka_server *server, struct cr_slice app,
                                enum document_form form, bool *out_found);
/* app empty: in whatever application. */
struct document *eureka_get_instance(struct eureka_server *server, struct cr_slice app,
                                     struct cr_slice id, enum document_form form, bool *out_found);

/* Shows the registry as it is now to a reader that may not keep or change anything. */
void eureka_look(struct eureka_server *server,
                 void (*look)(const struct registry *registry, struct registry_now now, void *ctx),
                 void *ctx);

struct eureka_counts {
    size_t instances, up;
    uint64_t version;
};
struct eureka_counts eureka_counts(struct eureka_server *server);

#endif
