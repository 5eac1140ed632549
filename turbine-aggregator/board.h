/* board: all circuits of one cluster, with the text last shown of each and the order of changes;
 * pure.
 *
 * Ownership: the caller owns the board. An entry's texts are valid until the next call that changes
 *            the board.
 * Errors:    board_put: CR_ENOMEM, CR_ELIMIT above circuits_max when no circuit is without hosts.
 * Threads:   one at a time.
 * Source:    Turbine 1: one aggregate per (type, name), the group is no part of the key; after its
 *            last host a circuit stays, with zeros. Changes are numbered, so that a reader is sent
 *            what is newer than what it has, and the newest state only.
 */
#ifndef BOARD_H
#define BOARD_H

#include "cr_attr.h"
#include "cr_slice.h"
#include "cr_wire_stream.h"

struct board;

struct board *board_new(size_t circuits_max); /* NULL: no memory */
void board_free(struct board *board);         /* NULL is fine */

CR_MUST_CHECK int board_put(struct board *board, struct cr_slice host,
                            const struct cr_wire_event *event);
/* Takes a host's share out of every circuit. */
void board_drop(struct board *board, struct cr_slice host);

/* Renders what was touched; what then reads differently gets the next number. Returns the highest
 * number there is. */
uint64_t board_flush(struct board *board);

struct board_entry {
    size_t index; /* of the circuit, stable as long as the board */
    const char *type;
    const char *name;
    struct cr_slice json;
    uint64_t number; /* of its last change; 0: never rendered */
};
/* Walk: start with *cursor = 0; false at the end. */
bool board_next(const struct board *board, size_t *cursor, struct board_entry *out_entry);
size_t board_count(const struct board *board);

#endif
