/* eureka_render: the registry's documents in the forms that clients ask for.
 *
 * An instance, an application and the whole are each rendered on the first read after a change and
 * then shared, so a renewal costs no rendering and a fetch costs a reference. Deltas and the
 * answers about VIP addresses are put together for each reader, from the same instances.
 *
 * Ownership: a document is returned with a reference of the caller's (document_unref).
 * Errors:    NULL: no memory.
 * Threads:   as the registry; the documents themselves may be read by any thread.
 * Source:    Netflix/eureka ResponseCacheImpl; the forms: cr_wire_applications.h.
 */
#ifndef EUREKA_RENDER_H
#define EUREKA_RENDER_H

#include "registry.h"
#include "selection.h"

struct document *eureka_render_all(struct registry *registry, enum cr_wire_form form);
struct document *eureka_render_app(struct registry_app *app, enum cr_wire_form form);
/* Alone, with its lease as it stands now. */
struct document *eureka_render_instance(const struct registry_instance *instance,
                                        enum cr_wire_form form);
/* One that is not there: an empty list. */
struct document *eureka_render_no_app(struct cr_slice name, enum cr_wire_form form);
/* The bare JSON: what a peer gets with a conflict, and what a snapshot keeps. Shared. */
struct document *eureka_render_record(struct registry_instance *instance);

/* The last changes, with the whole registry's hash code. */
struct document *eureka_render_delta(const struct registry *registry, enum cr_wire_form form);
/* The same in JSON for a selection of them. */
struct document *eureka_render_changes(const struct registry *registry,
                                       const struct selection *selection);
/* The instances behind a VIP address, with a hash code of their own. */
struct document *eureka_render_vip(const struct registry *registry, struct cr_slice vip,
                                   bool secure, enum cr_wire_form form);

/* "DOWN_1_UP_2_": the count of each status that there is, by name. */
void eureka_hash_code(const struct registry *registry, struct cr_buf *out);

#endif
