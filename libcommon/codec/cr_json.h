/* cr_json: JSON text to a tree.
 *
 * Ownership: the tree lives in the caller's arena and does not refer to the text. A tree takes up
 *            to 40 times the text's size, and twice as much again from the heap while it is read:
 *            give the arena a maximum where a peer sent the text; it bounds both.
 * Errors:    CR_EPARSE with line, column and reason; CR_ELIMIT beyond a bound below or the arena's;
 *            CR_ENOMEM. *out_tree is written on success only.
 * Threads:   any, one arena each.
 * Source:    RFC 8259, strictly: nothing behind the value, no comments, no NaN, no leading zeros,
 *            no control characters in strings, valid UTF-8 only, paired surrogates only. A UTF-8
 *            byte order mark is skipped.
 */
#ifndef CR_JSON_H
#define CR_JSON_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_tree.h"

enum { CR_JSON_DEPTH_MAX = 128, CR_JSON_BYTES_MAX = 256 * 1024 * 1024 };

CR_MUST_CHECK int cr_json_parse(struct cr_slice text, struct cr_arena *arena,
                                const struct cr_tree **out_tree, struct cr_err *err);

#endif
