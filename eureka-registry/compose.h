/* compose: puts the instances of a selection together to an applications document, and takes over
 * from the last document all runs in which nothing changed.
 *
 * So one change among many thousand instances costs one run, copied and compressed anew; the runs
 * before and behind it, and their compressed forms, stay what they are. A document has at most
 * about COMPOSE_RUNS runs, of 32 to 64 KiB each or more where it is large: a libmicrohttpd
 * connection keeps the list of pieces in its 8 KiB.
 *
 * Ownership: the caller gets a reference to the document. The instances' fragments become places in
 *            its runs.
 * Errors:    NULL: no memory; the fragments are then still what they say.
 * Threads:   as the registry.
 */
#ifndef COMPOSE_H
#define COMPOSE_H

#include "document.h"
#include "selection.h"

enum { COMPOSE_RUN_MIN = 32 * 1024, COMPOSE_RUNS = 64 };

/* use: which of the instances' fragments keep their places for the next document of that kind. */
struct document *compose(const struct selection *selection, enum registry_use use,
                         enum cr_wire_form form, const struct cr_wire_applications *head);

/* The same as one text, of which nothing is kept. */
void compose_text(const struct selection *selection, enum cr_wire_form form,
                  const struct cr_wire_applications *head, struct cr_buf *out);

/* Appends the instance as it stands in documents: from its fragment where it has one. */
void compose_instance(const struct registry_instance *instance, enum cr_wire_form form,
                      struct cr_buf *out);

#endif
