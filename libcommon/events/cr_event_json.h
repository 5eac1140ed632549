/* cr_event_json: an event out of a JSON tree, for the feed and for structured records.
 *
 * Ownership: texts are those of the tree; data is rendered anew into the arena.
 * Errors:    CR_EPARSE, CR_ELIMIT, CR_ENOMEM.
 * Threads:   any.
 */
#ifndef CR_EVENT_JSON_H
#define CR_EVENT_JSON_H

#include "cr_event.h"
#include "cr_tree.h"

CR_MUST_CHECK int cr_event_from_json(const struct cr_tree *tree, struct cr_arena *arena,
                                     struct cr_event *out_event, struct cr_err *err);

#endif
