/* eureka_render: the registry's documents in the forms that clients ask for.
 *
 * An instance, an application and the whole are each rendered on the first read after a change and
 * then shared, so a renewal costs no rendering and a fetch costs a reference.
 *
 * Ownership: a document is returned with a reference of the caller's (document_unref).
 * Errors:    NULL: no memory.
 * Threads:   as the registry; the documents themselves may be read by any thread.
 * Source:    Netflix/eureka LegacyJacksonJson, Applications.getReconcileHashCode.
 */
#ifndef EUREKA_RENDER_H
#define EUREKA_RENDER_H

#include "registry.h"

/* {"applications":{"versions__delta":"1","apps__hashcode":"UP_1_","application":[...]}} */
struct document *eureka_render_all(struct registry *registry, enum document_form form);
/* {"application":{"name":"ORDERS","instance":[...]}} */
struct document *eureka_render_app(struct registry_app *app, enum document_form form);
/* {"instance":{...}}, with its lease as it stands now. */
struct document *eureka_render_instance(const struct registry_instance *instance,
                                        enum document_form form);
/* Without the wrapper: what a peer gets with a conflict. */
struct document *eureka_render_record(const struct registry_instance *instance,
                                      enum document_form form);

/* "DOWN_1_UP_2_": the count of each status that there is, by name. */
void eureka_hash_code(const struct registry *registry, struct cr_buf *out);

#endif
