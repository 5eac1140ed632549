/* eureka_render: the registry's documents in the forms that clients ask for.
 *
 * The whole, the delta and an application are composed on the first read after a change of theirs,
 * of the fragments of their instances and what has none yet, and shared from then on, so a renewal
 * costs no rendering and a fetch costs a reference. What nobody asked for in five minutes
 * is dropped. The answers about VIP addresses are put together for each reader.
 *
 * Ownership: a document is returned with a reference of the caller's (document_unref).
 * Units:     milliseconds of a monotonic clock.
 * Errors:    NULL: no memory.
 * Threads:   as the registry; the documents themselves may be read by any thread.
 * Source:    Netflix/eureka ResponseCacheImpl; the forms: cr_wire_applications.h.
 */
#ifndef EUREKA_RENDER_H
#define EUREKA_RENDER_H

#include "registry.h"
#include "selection.h"

enum { EUREKA_RENDER_IDLE_MS = 5 * 60 * 1000 };

struct document *eureka_render_all(struct registry *registry, enum cr_wire_form form,
                                   int64_t now_ms);
/* The last changes, with the whole registry's hash code. */
struct document *eureka_render_delta(struct registry *registry, enum cr_wire_form form,
                                     int64_t now_ms);
struct document *eureka_render_app(struct registry_app *app, enum cr_wire_form form,
                                   int64_t now_ms);
/* One that is not there: an empty list. */
struct document *eureka_render_no_app(struct cr_slice name, enum cr_wire_form form);
/* Alone, with its lease as it stands now. */
struct document *eureka_render_instance(const struct registry_instance *instance,
                                        enum cr_wire_form form);
/* The bare JSON that a peer gets with a conflict. */
struct document *eureka_render_record(const struct registry_instance *instance);
/* The same as a part of the whole in JSON, which must have been rendered since the last change;
 * home is a reference of the caller's. */
struct fragment eureka_render_fragment(const struct registry_instance *instance);

/* Appends a selection of the last changes as a delta in JSON. */
void eureka_render_changes(const struct registry *registry, const struct selection *selection,
                           struct cr_buf *out);
/* The instances behind a VIP address, with a hash code of their own. */
struct document *eureka_render_vip(const struct registry *registry, struct cr_slice vip,
                                   bool secure, enum cr_wire_form form);

/* Drops what was not asked for in EUREKA_RENDER_IDLE_MS. */
void eureka_render_idle(struct registry *registry, int64_t now_ms);

/* "DOWN_1_UP_2_": the count of each status that there is, by name. */
void eureka_hash_code(const struct registry *registry, struct cr_buf *out);

#endif
