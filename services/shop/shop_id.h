/* shop_id: the id of something new: a UUID version 7, so that ids sort by age.
 *
 * Ownership: the text lives in the arena.
 * Errors:    CR_ENOMEM.
 * Threads:   any.
 * Source:    RFC 9562 section 5.7.
 */
#ifndef SHOP_ID_H
#define SHOP_ID_H

#include "cr_arena.h"
#include "cr_attr.h"
#include "cr_err.h"
#include "cr_slice.h"

CR_MUST_CHECK int shop_id_new(struct cr_arena *arena, struct cr_slice *out_id, struct cr_err *err);

#endif
